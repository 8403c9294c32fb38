"""Every folder in tests/examples/plans is a plan that generate refuses, saying where and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.plan_example import plan_folders, read_plan_example, refusal
from tests.harness.play import run_here

FOLDERS = plan_folders()


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_a_spoilt_plan_is_refused_with_its_places(folder: Path, tmp_path: Path) -> None:
    example = read_plan_example(folder)
    (tmp_path / example.name).write_bytes(example.content)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    assert refusal(tmp_path) == expected["findings"]
    code, printed, complaints = run_here("generate", "--year", "2023", "--home", str(tmp_path))
    assert (code, printed) == (2, "")
    assert "Traceback" not in complaints
    assert complaints.count("\n・") + complaints.startswith("・") == len(expected["findings"])
    assert not (tmp_path / "templates").exists()
