"""A round that is reopened says which later rounds rest on it, and what changes for them."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from tests.engine import HERE, judge_here
from tests.harness.play import run_here
from tests.harness.round_example import YEAR, RoundFile, Step, city_of, play_rounds, send_file
from workflow.commands.verify import verify

FIRST = (
    RoundFile(name="上半期/甲課.xlsx", round="上半期", template="A"),
    RoundFile(name="上半期/乙課.xlsx", round="上半期", template="B"),
)
CHANGED = RoundFile(
    name="上半期/甲課の訂正.xlsx",
    round="上半期",
    template="A",
    answers={"1-2": {"上半期の件数": 99}},
    received=FIRST[0].received.replace(day=20),
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a city whose first round is final and whose next is issued; nobody may change it."""
    home = tmp_path_factory.mktemp("played") / "home"
    play_rounds(
        (
            Step(run="generate --round 上半期"),
            Step(run="collect --round 上半期", send=FIRST),
            Step(run="finalize --round 上半期"),
            Step(run="generate --round 年間"),
        ),
        home,
    )
    return home


@pytest.fixture
def home(played: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return city_of(played).copy(tmp_path / "home").home


def answered_and_final(home: Path) -> None:
    """Make the later round final, with one department's answers."""
    send_file(city_of(home), RoundFile(name="年間/乙課.xlsx", round="年間", template="B"))
    for words in (("collect",), ("finalize", "--accept-open", "急ぐため")):
        with patch("workflow.returned.workers.engine.judge_in_workers", judge_here):
            result = run_here(*words, "--year", str(YEAR), "--round", "年間", "--home", str(home))
        assert result[0] < 2, result


def reopened(home: Path) -> str:
    words = ("collect", "--year", str(YEAR), "--round", "上半期", "--home", str(home))
    with patch("workflow.returned.workers.engine.judge_in_workers", judge_here):
        _, printed, complaints = run_here(*words, "--reopen", "--reason", "訂正のため")
    assert not complaints
    return printed


def test_reopened_without_a_change_it_only_names_who_rests_on_it(home: Path) -> None:
    printed = reopened(home)
    assert "「年間」は、この回の回答をもとにしています（変わったところなし）。" in printed
    assert "部長確認" not in printed


def test_a_changed_answer_is_named_with_the_forms_it_stands_on(home: Path) -> None:
    send_file(city_of(home), CHANGED)
    printed = reopened(home)
    assert "発行済みの「年間」の調査票に載せた回答が、変わっています。" in printed
    assert "・取組1-2の「上半期：上半期の件数」が変わった（甲課の調査票）" in printed
    assert "generate --year 2024 --round 年間 --reissue" in printed


def test_of_a_final_one_it_says_how_that_comes_to_rest_on_what_is_new(home: Path) -> None:
    answered_and_final(home)
    send_file(city_of(home), CHANGED)
    assert "collect --year 2024 --round 年間 --reopen" in reopened(home)
    later = city_of(home).workspace.in_round("年間")
    assert "VERIFY_ROUND_BEFORE" in {d.code.name for d in verify(later, YEAR, HERE).differences}


def test_of_a_collected_one_it_says_to_collect_it_again(home: Path) -> None:
    send_file(city_of(home), RoundFile(name="年間/乙課.xlsx", round="年間", template="B"))
    again = ("collect", "--year", str(YEAR), "--round", "年間", "--home", str(home))
    with patch("workflow.returned.workers.engine.judge_in_workers", judge_here):
        run_here(*again)
        send_file(city_of(home), CHANGED)
        assert "collect --year 2024 --round 年間 を" in reopened(home)
        run_here(*again)
    assert "collect --year 2024 --round 年間 を" not in reopened(home)
