"""What a reader should look at first: everything that asks for a look, once, by weight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.small import PLAN, register, returns
from workflow.compiled.ledger import build_ledger
from workflow.compiled.merging.merge import merge
from workflow.compiled.round import Round
from workflow.compiled.summaries.attention import attention_lines
from workflow.compiled.years.comparison import compare
from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.returns import Outcome
from workflow.model.wording import Wording

EVERYBODY = """
a | A | 1 | accepted | 1-1=Ａ 1-2=Ａ 2-1=Ａ 2-2=Ａ
b | B | 2 | accepted | 2-2=Ａ
c | C | 3 | accepted | 3-1=Ａ
"""


def points(merged: Round) -> list[tuple[str, str, str]]:
    """Return the first reason, the item and the title of each point."""
    ledger = build_ledger(PLAN, 2023, merged.entries)
    found = attention_lines(merged, ledger, compare(PLAN, ledger, None), Wording())
    return [(point.reasons[0], point.item, point.title) for point in found]


def round_of(table: str, *findings: Finding) -> Round:
    """Return a round of a table of returns, in which some more was found."""
    merged = merge(PLAN, register(), returns(table))
    return replace(merged, findings=(*merged.findings, *findings))


def test_a_round_without_anything_to_see_has_no_points() -> None:
    assert points(round_of(EVERYBODY)) == []


def test_points_come_by_weight_and_the_worse_rating_first() -> None:
    table = EVERYBODY.replace("1-1=Ａ 1-2=Ａ", "1-1=Ｂ 1-2=Ｃ").replace("c | C", "x | X")
    assert points(round_of(table)) == [
        ("未提出", "", "1件（3-1）"),
        ("評価がＣ", "1-2", "声かけ"),
        ("評価がＢ", "1-1", "見守り"),
    ]


def test_what_is_missing_is_one_line_for_each_group_of_departments() -> None:
    assert points(round_of("")) == [
        ("未提出", "", "3件（1-1、1-2、2-2）"),
        ("未提出", "", "1件（2-1）"),
        ("未提出", "", "1件（2-2）"),
        ("未提出", "", "1件（3-1）"),
    ]


@pytest.mark.parametrize(
    ("finding", "point"),
    [
        (
            Finding(Code.FORM_OLD_ISSUE, Location(file="a"), {"found": "1", "current": "2"}),
            ("指摘あり", "", "a"),
        ),
        (Finding(Code.FILE_MAIL, Location(file="b")), ("指摘あり", "", "b")),
        (
            Finding(Code.ROW_UNKNOWN, Location(file="a", item="9-9"), {"value": "9-9"}),
            ("指摘あり", "", "a"),
        ),
        (
            Finding(Code.VALUE_NOTHING, Location(file="a", item="1-1"), {"value": "-"}),
            ("指摘あり", "1-1", "見守り"),
        ),
        (Finding(Code.ITEM_NOT_ISSUED, Location(item="1-1")), ("指摘あり", "", "計画")),
    ],
)
def test_every_warning_is_reported_whether_it_is_of_an_item_or_of_a_file(
    finding: Finding, point: tuple[str, str, str]
) -> None:
    assert points(round_of(EVERYBODY, finding)) == [point]


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.UNREADABLE, "読取不可"), (Outcome.SENT_BACK, "差戻し")]
)
def test_a_file_of_which_nothing_was_taken_is_reported(outcome: Outcome, reason: str) -> None:
    merged = round_of(
        f"{EVERYBODY}z | | 9 | {outcome.value} |",
        Finding(Code.FORM_CONFLICT, Location(file="z"), {"numbers": ()}),
    )
    assert points(merged) == [(reason, "", "z")]


def test_what_is_only_for_information_is_not_reported() -> None:
    assert (
        points(round_of(EVERYBODY, Finding(Code.VALUE_SPACES, Location(file="a", item="1-1"))))
        == []
    )


def test_a_dispute_is_reported_once() -> None:
    table = EVERYBODY.replace("2-2=Ａ\nc", "2-1=Ｃ 2-2=Ａ\nc")
    found = points(round_of(table))
    assert [item for _, item, _ in found] == ["2-1"]
