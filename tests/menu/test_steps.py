"""Which step the menu proposes where, and that every command it shows can be typed."""

from __future__ import annotations

import pytest

from workflow.__main__ import parsed
from workflow.menu.menu import command_line
from workflow.menu.steps import Entry, RoundState, Situation, headline, steps


def round_state(**changed: int | bool | str) -> RoundState:
    usual: dict[str, int | bool | str] = {
        "year": 2024,
        "departments": 12,
        "submitted": 9,
        "sent_back": 2,
        "missing": 5,
        "to_look_at": 0,
        "open": "",
        "uncollected": 0,
        "is_drafted": True,
        "is_collected": True,
        "is_final": False,
        "is_reported": False,
        "is_carried": False,
    }
    return RoundState(**{**usual, **changed})  # type: ignore[arg-type]


def at(**changed: int | bool | str) -> Situation:
    return Situation(home="/計画", has_plan=True, title="福祉計画", round=round_state(**changed))


SITUATIONS = {
    "no plan": (Situation(home="/計画"), "init --from-table"),
    "faulty plan": (
        Situation(home="/計画", has_plan=True, trouble="直すところがあります。"),
        "plan",
    ),
    "nothing issued": (Situation(home="/計画", has_plan=True, title="福祉計画"), "generate --year"),
    "unreadable state": (
        Situation(home="/計画", has_plan=True, title="福祉計画", trouble="読めません。"),
        "generate --year",
    ),
    "just issued": (
        at(submitted=0, sent_back=0, missing=25, is_collected=False, is_drafted=False),
        "generate --year 2024 --mail",
    ),
    "mails are drafted": (
        at(submitted=0, sent_back=0, missing=25, is_collected=False),
        "watch --year 2024",
    ),
    "files came": (at(uncollected=3), "collect --year 2024"),
    "first files came": (at(uncollected=3, is_collected=False), "collect --year 2024"),
    "some are missing": (at(), "remind --year 2024"),
    "some are missing, some to be looked at": (at(to_look_at=2), "status --year 2024"),
    "all is there, some to be looked at": (
        at(sent_back=0, missing=0, to_look_at=2),
        "status --year 2024",
    ),
    "all is there": (at(submitted=12, sent_back=0, missing=0), "verify --year 2024"),
    "all is there, but a file is wrong": (at(sent_back=1, missing=0), "remind --year 2024"),
    "final": (at(missing=0, is_final=True), "report --year 2024"),
    "reported": (
        at(missing=0, is_final=True, is_reported=True),
        "init --from 2024 --year 2025",
    ),
    "the next year's plan lies there": (
        at(missing=0, is_final=True, is_reported=True, is_carried=True),
        "plan --year 2025",
    ),
    "final, and a file came": (at(missing=0, is_final=True, uncollected=1), "report --year 2024"),
    "rounds, nothing issued": (
        Situation(home="/計画", has_plan=True, title="福祉計画", first_round="上半期"),
        "generate --round 上半期 --year",
    ),
    "a round is going on": (
        at(round="上半期", next_round="年間", uncollected=1),
        "collect --year 2024 --round 上半期",
    ),
    "a round is final": (
        at(round="上半期", next_round="年間", missing=0, is_final=True),
        "generate --year 2024 --round 年間",
    ),
    "all rounds are final": (at(round="年間", missing=0, is_final=True), "finalize --year 2024"),
    "the year of rounds is final": (
        at(round="年間", missing=0, is_final=True, year_is_final=True),
        "report --year 2024",
    ),
}


@pytest.mark.parametrize(("situation", "first"), SITUATIONS.values(), ids=SITUATIONS)
def test_the_most_sensible_step_comes_first(situation: Situation, first: str) -> None:
    assert " ".join(steps(situation)[0].command) == first


@pytest.mark.parametrize("situation", [s for s, _ in SITUATIONS.values()], ids=SITUATIONS)
def test_every_command_shown_can_be_typed(situation: Situation) -> None:
    for step in steps(situation):
        words = command_line(step, ("--home", "/計画")).replace("年度", "2024").split()
        assert words[:2] == ["python", "run.py"]
        assert parsed(words[2:]).command == step.command[0]


@pytest.mark.parametrize("situation", [s for s, _ in SITUATIONS.values()], ids=SITUATIONS)
def test_no_step_is_offered_twice(situation: Situation) -> None:
    commands = [step.command for step in steps(situation)]
    assert len(commands) == len(set(commands))


def test_a_number_means_the_same_at_every_turn() -> None:
    meant: dict[int, set[tuple[str, ...]]] = {}
    for situation, _ in SITUATIONS.values():
        offered = [step.entry for step in steps(situation)]
        assert len(offered) == len(set(offered))
        for step in steps(situation):
            named = {word for word in step.command if word.startswith("--")}
            named -= {"--year", "--round"}
            meant.setdefault(step.entry, set()).add((step.command[0], *sorted(named)))
    assert {len(commands) for commands in meant.values()} == {1}
    assert set(meant) == set(Entry)


def test_the_round_is_described_in_figures() -> None:
    text = headline(at(uncollected=3))

    assert "令和6年度" in text
    assert "12課中9課提出、2課差戻し中" in text
    assert "5件" in text
    assert "3件" in text
    assert "確定済み" in headline(at(is_final=True))
