"""`--round`: missing, misspelled, unknown or needless, for every command that takes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.play import run_here
from tests.rounds.examples import HALF_YEARS, plan_of
from workflow.plan.document import sample_document

OF_ONE_ROUND = ("generate", "collect", "remind", "watch")
OF_A_YEAR_TOO = ("status", "finalize", "verify", "report")


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_of(plan_of(HALF_YEARS), tmp_path_factory.mktemp("halves"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_of(sample_document(), tmp_path_factory.mktemp("whole"))


def home_of(document: dict[str, object], home: Path) -> Path:
    (home / "plan.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return home


def refusal(command: str, home: Path, *options: str) -> str:
    """Return the one sentence with which a command refuses."""
    code, printed, complaint = run_here(command, "--year", "R6", *options, "--home", str(home))
    assert (code, printed) == (2, "")
    assert complaint.count("\n") == 1
    return complaint


@pytest.mark.parametrize("command", OF_ONE_ROUND)
def test_a_round_that_is_missing_is_asked_for_by_its_names(command: str, halves: Path) -> None:
    complaint = refusal(command, halves)

    assert "「上半期」「年間」" in complaint
    assert "--round 上半期" in complaint
    assert not (halves / "compiled").exists()


@pytest.mark.parametrize("command", [*OF_ONE_ROUND, *OF_A_YEAR_TOO])
def test_an_unknown_round_is_refused_with_those_there_are(command: str, halves: Path) -> None:
    complaint = refusal(command, halves, "--round", "下半期")

    assert "「下半期」" in complaint
    assert "「上半期」「年間」" in complaint


@pytest.mark.parametrize("command", [*OF_ONE_ROUND, *OF_A_YEAR_TOO])
def test_a_round_is_needless_where_the_year_has_none(command: str, whole: Path) -> None:
    assert "--round を付けずに" in refusal(command, whole, "--round", "上半期")


def test_a_round_may_be_written_in_any_width(tmp_path: Path) -> None:
    document = plan_of(HALF_YEARS)
    document["rounds"][0]["name"] = document["rounds"][1]["of"] = "第1回A"
    home = home_of(document, tmp_path)

    for name in ("第１回ａ", " 第1回A "):
        code, _, _ = run_here(
            *("generate", "--year", "R6", "--round", name, "--department", "GAKKO"),
            *("--home", str(home)),
        )
        assert code == 0
    assert [folder.name for folder in (home / "templates" / "2024").iterdir()] == ["第1回A"]


@pytest.mark.parametrize("command", ["finalize", "verify", "report"])
def test_what_comes_first_is_reported_with_the_round(command: str, halves: Path) -> None:
    assert "先に collect --year 2024 --round 上半期 を" in refusal(command, halves)


def test_rounds_begin_with_a_year_not_within_one(tmp_path: Path) -> None:
    home = home_of(sample_document(), tmp_path)
    issue = ("generate", "--department", "GAKKO", "--home", str(home), "--year")
    assert run_here(*issue, "R6")[0] == 0
    home_of(plan_of(HALF_YEARS), home)

    assert "回に分けずに発行してあります" in refusal("generate", home)
    assert "--round を付けずに" in refusal("generate", home, "--round", "上半期")
    assert run_here(*issue, "R7", "--round", "上半期")[0] == 0
