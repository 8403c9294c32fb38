"""Every folder in tests/examples/rounds, played command after command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine import HERE
from tests.harness.kept_readings import each_file_read_once, each_round_written_once
from tests.harness.round_example import YEAR, city_of, play_rounds, read_steps, round_folders
from workflow.commands.verify import verify
from workflow.model.catalogue import Code
from workflow.model.returns import Outcome
from workflow.storage.journal import EventKind, load_journal

FOLDERS = round_folders()
NOT_OURS = ("RETURN_OTHER_ROUND", "RETURN_CLOSED_ROUND")


@pytest.fixture(autouse=True)
def worked_out_once() -> Iterator[None]:
    with each_file_read_once(), each_round_written_once():
        yield


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_a_year_of_rounds_ends_as_expected(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    played = play_rounds(read_steps(folder), home)
    assert played == json.loads((folder / "expected.json").read_text("utf-8"))
    assert_each_return_counts_once(played)
    assert_every_round_is_verified(home)


def assert_each_return_counts_once(played: list[dict[str, Any]]) -> None:
    """Assert that of the last collects of all rounds no two count the same return."""
    last = {p["run"].split(" --reopen")[0]: p for p in played if p["run"].startswith("collect")}
    counted: dict[str, str] = {}
    for run, printed in last.items():
        for path, file in printed.get("files", {}).items():
            if not any(finding.startswith(NOT_OURS) for finding in file["findings"]):
                assert path not in counted, (path, run, counted[path])
                assert Outcome(file["outcome"])
                counted[path] = run


def assert_every_round_is_verified(home: Path) -> None:
    workspace = city_of(home).workspace
    for name in workspace.round_names(YEAR):
        round_ = workspace.in_round(name)
        journal = load_journal(round_.journal(YEAR))
        if journal.last(EventKind.JUDGED):
            found = {finding.code for finding in verify(round_, YEAR, HERE).differences}
            late = {Code.VERIFY_FILE_NEW} if journal.is_final else set()
            assert found <= late, name
