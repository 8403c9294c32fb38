"""Every folder in tests/examples/plans is a plan of which generate says where and what is noted.

Most are refused; of the others, `generate` goes on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.harness.plan_example import as_read, noted_in, plan_folders, read_plan_example
from tests.harness.play import run_here
from workflow.plan.fingerprint import plan_digest
from workflow.plan.load import load_document, load_plan, load_written_plan

FOLDERS = plan_folders()


def json_of(folder: Path) -> dict[str, Any]:
    """Return what an example expects."""
    expected: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return expected


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_a_plan_is_refused_or_read_with_its_places(folder: Path, tmp_path: Path) -> None:
    example = read_plan_example(folder)
    example.lay_out(tmp_path)
    expected = json_of(folder)
    assert noted_in(tmp_path) == expected["findings"]
    rounds = () if expected["exit"] else load_plan(tmp_path).rounds
    named = ("--round", rounds[0].name) if rounds else ()
    options = ("--year", "2023", *named, "--home", str(tmp_path))
    code, printed, complaints = run_here("generate", *options)
    assert code == expected["exit"]
    is_refused = code != 0
    assert "Traceback" not in complaints
    assert bool(complaints) == is_refused != bool(printed)
    printed_to = complaints if is_refused else printed
    files = ("",) if is_refused else tuple(f"{name}　" for name in (example.name, *example.tables))
    beginnings = tuple(f"・{file}" for file in files)
    noted = [line for line in printed_to.splitlines() if line.startswith(beginnings)]
    assert len(noted) == len(expected["findings"])
    assert (tmp_path / "templates").exists() != is_refused
    if "items" in expected:
        assert as_read(tmp_path) == expected["items"]
        for name, value in expected.get("plan", {}).items():
            assert load_written_plan(tmp_path).content["plan"][name] == value


PUT_RIGHT = [folder for folder in FOLDERS if json_of(folder)["exit"] == 0]


@pytest.mark.parametrize("folder", PUT_RIGHT, ids=[folder.name for folder in PUT_RIGHT])
def test_what_was_put_right_can_be_written_down(folder: Path, tmp_path: Path) -> None:
    example = read_plan_example(folder)
    path = tmp_path / example.name
    example.lay_out(tmp_path)
    before, digest = as_read(tmp_path), plan_digest(load_plan(tmp_path))
    kept = tmp_path / "plan_直す前.xlsx"
    if example.name != "plan.xlsx":
        assert run_here("plan", "--fix", "--home", str(tmp_path))[0] == 2
        assert path.read_bytes() == example.content
        return
    had_corrections = bool(load_document(path).corrections)
    code, printed, _ = run_here("plan", "--fix", "--home", str(tmp_path))
    assert (code, "直して読みました" in printed) == (0, False)
    assert kept.exists() == had_corrections
    assert (kept if had_corrections else path).read_bytes() == example.content
    assert (as_read(tmp_path), plan_digest(load_plan(tmp_path))) == (before, digest)
    assert load_document(path).corrections == ()
