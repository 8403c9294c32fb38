"""Every folder in tests/examples/{good,bad} with a return.toml, played through collect --json.

A new example is a new folder: write return.toml, let `python -m tests.scenario.record NAME` write
expected.json, and read that as somebody who knows what should have come out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.conservation import lost_texts
from tests.scenario.description import EXAMPLES, read_scenario, scenario_folders
from tests.scenario.outcome import expected
from tests.scenario.play import Played, play

FOLDERS = scenario_folders()


@pytest.mark.parametrize("folder", FOLDERS, ids=[f"{f.parent.name}/{f.name}" for f in FOLDERS])
def test_an_example_ends_as_expected(folder: Path, tmp_path: Path) -> None:
    scenario = read_scenario(folder)
    played = play(scenario, tmp_path)
    assert played.told == expected(folder)
    assert_it_went_well(played)
    town, said_by_us = played.town, played.handed_back
    assert lost_texts(town, scenario.year, played.document, said_by_us) == []
    standing = {finding["severity"] for finding in played.document["findings"]}
    assert ("error" in standing) == (folder.parent.name == "bad")


@pytest.mark.parametrize(
    "name", ["bad/every_outcome_at_once", "good/encrypted_in_an_encrypted_zip"]
)
def test_worker_processes_judge_the_same(name: str, tmp_path: Path) -> None:
    folder = EXAMPLES / name
    assert play(read_scenario(folder), tmp_path, workers=True).told == expected(folder)


def assert_it_went_well(played: Played) -> None:
    document = played.document
    totals = document["totals"]
    assert "Traceback" not in played.complaints
    assert "不具合" not in played.complaints
    assert totals["files"] == len(document["files"]) == sum(totals["outcomes"].values())
    assert totals["answered"] + totals["missing"] == totals["assignments"]
    asks = any(f["severity"] != "info" for f in document["findings"])
    assert played.exit_code == (1 if asks or totals["missing"] else 0)
    assert played.before == played.after
    for file in document["files"]:
        assert file["outcome"] in totals["outcomes"]
        for finding in file["findings"]:
            assert_a_clerk_understands(finding)


def assert_a_clerk_understands(finding: dict[str, str]) -> None:
    assert finding["message"].endswith("。"), finding
    assert finding["remedy"].endswith("。"), finding
    for part in ("sheet", "cell", "item", "field"):
        assert finding[part] in finding["message"]
