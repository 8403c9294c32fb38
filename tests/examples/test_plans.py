"""Every folder in tests/examples/plans is a plan of which generate says where and what is noted.

Most are refused; of the others, `generate` goes on.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.plan_example import noted_in, plan_folders, read_plan_example
from tests.harness.play import run_here
from workflow.plan.load import load_plan

FOLDERS = plan_folders()


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_a_plan_is_refused_or_understood_with_its_places(folder: Path, tmp_path: Path) -> None:
    example = read_plan_example(folder)
    (tmp_path / example.name).write_bytes(example.content)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    assert noted_in(tmp_path) == expected["findings"]
    code, printed, complaints = run_here("generate", "--year", "2023", "--home", str(tmp_path))
    assert code == expected["exit"]
    is_refused = code != 0
    assert "Traceback" not in complaints
    assert bool(complaints) == is_refused != bool(printed)
    said = complaints if is_refused else printed
    named = [line for line in said.splitlines() if line.startswith(f"・{example.name}　")]
    assert len(named) == len(expected["findings"])
    assert (tmp_path / "templates").exists() != is_refused
    if "paths" in expected:
        plan = load_plan(tmp_path)
        assert {item.id: list(item.path) for item in plan.items} == expected["paths"]
        asked = {item.id: list(item.departments) for item in plan.items}
        assert asked == expected["departments"]
