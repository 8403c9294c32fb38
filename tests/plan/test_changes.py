"""What changed between two plans; each case is one edit of the same small plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.small import COST, FORM, PLAN, RATING
from workflow.model.fields.base import Choice
from workflow.model.fields.form import Form
from workflow.model.indicators.indicator import Indicator
from workflow.model.plan import Department, Item, Plan
from workflow.model.rounds.declared import DeclaredRound
from workflow.plan.changes import ChangeKind, changes

A, B, C = PLAN.departments
D = Department("D", "丁課", ("丙課",))


def with_departments(*departments: Department, heir: str = "A") -> Plan:
    """Return the plan with these departments; the heir is asked instead of those not there."""
    codes = {d.code for d in departments}
    items = tuple(
        replace(
            i, departments=tuple(dict.fromkeys(c if c in codes else heir for c in i.departments))
        )
        for i in PLAN.items
    )
    return replace(PLAN, departments=departments, items=items)


def with_item(number: str, **changed: object) -> Plan:
    items = (replace(i, **changed) if i.id == number else i for i in PLAN.items)  # type: ignore[arg-type]
    return replace(PLAN, items=tuple(items))


def with_form(*fields: object) -> Plan:
    return replace(PLAN, form=Form(fields), matrices=())  # type: ignore[arg-type]


def without_item(number: str) -> Plan:
    return replace(PLAN, items=tuple(i for i in PLAN.items if i.id != number))


def kinds(after: Plan) -> list[str]:
    """Return what changed, a doubtful change with a question mark behind it."""
    found = changes(PLAN, after)
    return [f"{change.kind.name}{'?' if change.is_doubtful else ''}" for change in found]


VISITS = Indicator(id="1-1-a", item="1-1", name="訪問件数", unit="件")
later = replace(PLAN, deadline=date(2025, 5, 31))
HALF = DeclaredRound("上半期", 1, ("progress",), deadline=date(2024, 10, 31))
renamed_rating = replace(RATING, label="進み具合")
wider_rating = replace(RATING, choices=(Choice("Ｓ", "上回る"), *RATING.choices))

CASES = {
    "nothing but the deadline": (later, []),
    "the deadline is last year's": (PLAN, ["DEADLINE?"]),
    "renamed, same code": (with_departments(replace(A, name="新甲課"), B, C), ["RENAMED"]),
    "renamed, other code, declared": (
        with_departments(A, B, D, heir="D"),
        ["RENAMED"],
    ),
    "renamed, other code, not declared": (
        with_departments(A, B, Department("D", "丁課"), heir="D"),
        ["ENDED_DEPARTMENT?", "NEW_DEPARTMENT?", "MOVED"],
    ),
    "other code, same name": (with_departments(A, B, replace(C, code="D"), heir="D"), ["RENAMED"]),
    "merged": (with_departments(replace(A, formerly=("乙課",)), C), ["MERGED"]),
    "split": (with_departments(A, B, C, D), ["SPLIT"]),
    "split, one name gone": (
        with_departments(A, B, D, Department("E", "戊課", ("C",)), heir="E"),
        ["SPLIT"],
    ),
    "new": (with_departments(A, B, C, Department("D", "丁課")), ["NEW_DEPARTMENT?"]),
    "ended": (with_departments(A, B), ["ENDED_DEPARTMENT?", "MOVED"]),
    "item ended": (without_item("3-1"), ["ENDED_ITEM"]),
    "item new": (
        replace(PLAN, items=(*PLAN.items, Item("9-1", ("九",), "新しい", ("A",)))),
        ["NEW_ITEM"],
    ),
    "item moved": (with_item("1-1", departments=("B",)), ["MOVED"]),
    "joint item loses one": (with_item("2-1", departments=("A",)), ["MOVED"]),
    "joint item in another order": (with_item("2-1", departments=("A", "B")), []),
    "item retitled": (with_item("1-1", title="見回り"), ["RETITLED?"]),
    "item in another place": (with_item("1-1", path=("二",)), ["REPLACED"]),
    "field new": (with_form(*FORM.fields, replace(COST, key="plan", label="予算額")), ["FORM"]),
    "field ended": (with_form(*FORM.fields[:3]), ["FORM", "FORM"]),
    "field renamed": (with_form(FORM.fields[0], renamed_rating, *FORM.fields[2:]), ["FORM"]),
    "indicator new": (replace(PLAN, indicators=(VISITS,)), ["INDICATOR"]),
    "several rounds from now on": (
        replace(PLAN, rounds=(HALF, replace(HALF, name="年間", number=2))),
        ["ROUND", "ROUND"],
    ),
    "other scale": (with_form(FORM.fields[0], wider_rating, *FORM.fields[2:]), ["FORM"]),
}


@pytest.mark.parametrize(("after", "expected"), CASES.values(), ids=CASES)
def test_every_change_is_reported_once(after: Plan, expected: list[str]) -> None:
    if after is not PLAN:
        after = replace(after, deadline=later.deadline)

    assert kinds(after) == expected


def test_what_no_longer_compares_of_an_indicator_is_reported() -> None:
    before = replace(PLAN, indicators=(VISITS, replace(VISITS, id="1-1-b")))
    after = replace(later, indicators=(replace(VISITS, unit="千件", name="訪問の件数"),))

    found = changes(before, after)

    assert [(change.kind.name, change.is_doubtful) for change in found] == [
        ("INDICATOR", False),  # one is no longer asked
        ("INDICATOR", False),  # renamed
        ("INDICATOR", True),  # another unit
    ]


def test_a_round_that_is_gone_or_has_last_years_deadline_is_doubtful() -> None:
    year = replace(HALF, name="年間", number=2, deadline=date(2025, 4, 30))
    before = replace(PLAN, rounds=(HALF, year))
    moved = replace(year, deadline=date(2026, 4, 30))
    after = replace(later, rounds=(replace(moved, name="一年", number=1), replace(HALF, number=2)))

    found = changes(before, after)

    assert [(change.kind.name, change.is_doubtful) for change in found] == [
        ("ROUND", True),
        ("ROUND", False),
        ("DEADLINE", True),
    ]
    assert "回「上半期」の回答期限" in found[-1].sentence


def test_every_kind_has_a_case() -> None:
    covered = {kind.rstrip("?") for _, expected in CASES.values() for kind in expected}

    assert covered == {kind.name for kind in ChangeKind}


def test_all_sentences_are_sentences() -> None:
    for after, _ in CASES.values():
        assert all(change.sentence.endswith("。") for change in changes(PLAN, after))
