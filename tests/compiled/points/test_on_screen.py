"""Decisions made on a screen: the same as written in 確認の記録, and never over another's."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from tests.compiled.points.test_record import NUMBERED, collected, points, read, written
from tests.small import NOW
from workflow.compiled.points.decisions import ON_SCREEN, decision_log
from workflow.compiled.points.on_screen import (
    PointState,
    Refusal,
    Refused,
    ScreenDecision,
    taken_on_screen,
)
from workflow.compiled.points.point import Decision, Handling
from workflow.storage.journal import EventKind, Journal

CHECKED = Decision("確認済み", "電話で確かめました。", "山")
SENT_BACK = Decision("差し戻す", "年度が違います。", "川")


def state(journal: Journal, number: int) -> PointState:
    log = decision_log(journal)
    return next(PointState.of(p, log) for p in points(journal) if p.number == number)


def made(journal: Journal, number: int, decision: Decision) -> ScreenDecision:
    return ScreenDecision(number, state(journal, number), decision)


def decide(journal: Journal, *decisions: ScreenDecision) -> tuple[Journal, tuple[Refused, ...]]:
    facts, refused = taken_on_screen(decisions, points(journal), decision_log(journal))
    later = NOW + timedelta(hours=len(journal.events))
    return (journal.adding(EventKind.DECIDED, later, facts) if facts else journal), refused


def typed(content: bytes, number: int, decision: Decision) -> bytes:
    """Return 確認の記録 after somebody wrote in the row of a point."""
    book = load_workbook(io.BytesIO(content))
    sheet = book["確認の記録"]
    row = next(r[0].row for r in sheet.iter_rows(min_row=2) if r[0].value == str(number))
    for column, word in enumerate((decision.word, decision.reason, decision.by), start=10):
        sheet.cell(row, column).value = word or None
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def standing(journal: Journal) -> dict[int, Decision]:
    return {point.number: point.decision for point in points(journal) if point.decision.word}


def test_the_workbook_written_then_is_the_one_that_was_written_in() -> None:
    on_screen, refused = decide(NUMBERED, made(NUMBERED, 2, CHECKED))
    in_workbook = collected(NUMBERED, typed(written(NUMBERED), 2, CHECKED))
    assert not refused
    assert points(on_screen) == points(in_workbook)
    assert read(written(on_screen)).rows == read(written(in_workbook)).rows
    # And nobody has written anything in it: the next collect takes nothing from it.
    assert collected(on_screen, written(on_screen)) == on_screen


@pytest.mark.parametrize(
    "reason",
    [
        "一行目\r\n二行目",
        "=1+1",
        " 前後の空白 ",
        "_x0041_",
        "長" * 40_000,
        "\x07\u202e",
        "タブ\tあり",
        "𠮷𩸽",
    ],
)
def test_any_reason_is_read_back_as_it_was_recorded(reason: str) -> None:
    journal, _ = decide(NUMBERED, made(NUMBERED, 1, Decision("確認済み", reason, "山")))
    assert standing(journal)[1].reason
    assert collected(journal, written(journal)) == journal


def test_what_somebody_decided_meanwhile_stands_and_both_are_shown() -> None:
    mine = made(NUMBERED, 1, CHECKED)
    first, _ = decide(NUMBERED, made(NUMBERED, 1, SENT_BACK))
    second, refused = decide(first, mine)
    assert refused == (Refused(mine, Refusal.DECIDED_MEANWHILE, SENT_BACK),)
    assert second == first
    # Whoever has seen it may change it.
    changed, refused = decide(first, made(first, 1, CHECKED))
    assert not refused
    assert standing(changed) == {1: CHECKED}


def test_two_at_the_same_moment() -> None:
    one, other = made(NUMBERED, 1, CHECKED), made(NUMBERED, 1, SENT_BACK)
    journal, refused = decide(NUMBERED, one, other, made(NUMBERED, 3, CHECKED))
    assert standing(journal) == {1: CHECKED, 3: CHECKED}
    assert refused == (Refused(other, Refusal.DECIDED_MEANWHILE, CHECKED),)


def test_a_workbook_that_was_open_meanwhile() -> None:
    opened = written(NUMBERED)
    journal, _ = decide(NUMBERED, made(NUMBERED, 1, CHECKED))
    # Saved without a word about that point, it takes nothing back; with another word both wait.
    assert standing(collected(journal, typed(opened, 2, SENT_BACK))) == {1: CHECKED, 2: SENT_BACK}
    assert standing(collected(journal, typed(opened, 1, CHECKED))) == {1: CHECKED}
    disputed = collected(journal, typed(opened, 1, SENT_BACK))
    latest = decision_log(disputed).latest(points(disputed)[0].key)
    assert standing(disputed) == {}
    assert latest is not None
    assert {decision for _, decision in latest.versions} == {CHECKED, SENT_BACK}
    settled, _ = decide(disputed, made(disputed, 1, CHECKED))
    assert standing(settled) == {1: CHECKED}


def test_a_decision_is_taken_back_and_made_again() -> None:
    journal = NUMBERED
    for decision in (CHECKED, Decision(), CHECKED, CHECKED):
        journal, refused = decide(journal, made(journal, 2, decision))
        assert not refused
        assert standing(journal) == ({2: decision} if decision.word else {})
    assert len(journal.of(EventKind.DECIDED)) == 3  # the same once more is nothing new


def test_what_is_refused() -> None:
    changed = ScreenDecision(1, PointState("0" * 16, 0), CHECKED)
    unknown = ScreenDecision(99, PointState("0" * 16, 0), CHECKED)
    missing = next(p for p in points(NUMBERED) if Handling.WITHDRAWN not in p.choices)
    wrong = made(NUMBERED, missing.number, Decision(Handling.WITHDRAWN))
    journal, refused = decide(NUMBERED, changed, unknown, wrong)
    assert journal == NUMBERED
    assert [one.why for one in refused] == [
        Refusal.ANSWER_CHANGED,
        Refusal.NO_POINT,
        Refusal.NO_CHOICE,
    ]


def test_what_a_workbook_could_not_say_stays_recorded() -> None:
    book = load_workbook(io.BytesIO(written(NUMBERED)))
    book["確認の記録"].cell(30, 10).value = "確認済み"
    stream = io.BytesIO()
    book.save(stream)
    journal = collected(NUMBERED, stream.getvalue())
    facts = decision_log(journal).last_facts
    assert facts["unplaced"]
    later, _ = decide(journal, made(journal, 1, CHECKED))
    assert decision_log(later).last_facts == facts
    assert ON_SCREEN in later.events[-1].facts["read"]
