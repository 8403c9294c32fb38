"""Every folder in tests/examples/returns with a return.toml, played through collect and verify."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine import HERE
from tests.harness.description import RETURNS, read_return, return_folders
from tests.harness.kept_readings import each_file_read_once, each_round_written_once
from tests.harness.outcome import expected
from tests.harness.play import Played, collect_with_workers, harms_its_reader, play
from tests.harness.reading_alike import assert_all_read_alike
from workflow.commands.verify import verify
from workflow.returned.inbox import scan

FOLDERS = return_folders()


@pytest.fixture(autouse=True)
def worked_out_once() -> Iterator[None]:
    with each_file_read_once(), each_round_written_once():
        yield


@pytest.mark.parametrize("folder", FOLDERS, ids=[f"{f.parent.name}/{f.name}" for f in FOLDERS])
def test_an_example_ends_as_expected(folder: Path, tmp_path: Path) -> None:
    played = play(read_return(folder), tmp_path)
    assert played.outcome == expected(folder)
    assert_it_went_well(played)
    assert_both_readers_say_the_same(played)
    assert played.lost_texts() == []
    standing = {finding["severity"] for finding in played.document["findings"]}
    assert ("error" in standing) == (folder.parent.name == "bad")
    if not harms_its_reader(played.example):
        assert_verified(played)


@pytest.mark.parametrize(
    "name", ["bad/every_outcome_at_once", "good/encrypted_in_an_encrypted_zip"]
)
def test_worker_processes_judge_the_same(name: str, tmp_path: Path) -> None:
    folder = RETURNS / name
    played = play(read_return(folder), tmp_path, collect_with_workers)
    assert played.outcome == expected(folder)


def assert_it_went_well(played: Played) -> None:
    document = played.document
    totals = document["totals"]
    exit_code, _, complaints = played.run
    assert played.impossible == {}
    assert "Traceback" not in complaints
    assert "不具合" not in complaints
    assert totals["files"] == len(document["files"]) == sum(totals["outcomes"].values())
    settled = totals["answered"] + totals["nothing_to_report"]
    assert settled + totals["missing"] == totals["assignments"]
    assert exit_code == (1 if asks(document) else 0)
    assert played.touched == set()
    for file in document["files"]:
        assert file["outcome"] in totals["outcomes"]
        for finding in file["findings"]:
            assert_a_clerk_understands(finding)


def asks(document: dict[str, Any]) -> bool:
    """Whether anything is left to do: a point that is open, an error, or a decision not taken."""
    totals, findings = document["totals"], document["findings"]
    stands = {f["code"] for f in findings if f["severity"] == "warning"}
    to_do = {f["code"] for f in findings if f["severity"] == "error"}
    to_do |= {code for code in stands if code.startswith("DECISION_")}
    return bool(to_do or totals["open_points"] or totals["missing"])


def assert_both_readers_say_the_same(played: Played) -> None:
    passwords = (*played.example.given_passwords, *played.city.plan.open_passwords)
    returned = played.city.workspace.returned(played.example.year)
    assert_all_read_alike(scan(returned), passwords)


def assert_verified(played: Played) -> None:
    """Assert that a second reader finds no difference anywhere in what was made."""
    example = played.example
    options = replace(HERE, passwords=example.given_passwords)
    assert verify(played.city.workspace, example.year, options).differences == ()


def assert_a_clerk_understands(finding: dict[str, str]) -> None:
    assert finding["message"].endswith("。"), finding
    assert finding["remedy"].endswith("。"), finding
    for part in ("sheet", "cell", "item", "field"):
        assert finding[part] in finding["message"]
