from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compiled.merging.merge_cases import CASES
from tests.small import PLAN, register, returns
from tests.tables import rows
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.merging.merge import merge
from workflow.compiled.round import Round
from workflow.compiled.summaries.status import department_statuses, totals
from workflow.model.catalogue import Code
from workflow.model.plan import Plan
from workflow.model.returns import Outcome, Return
from workflow.templates.register import Register

ALL = frozenset(item.id for item in PLAN.items)


def merged(table: str, plan: Plan = PLAN) -> Round:
    return merge(plan, register(plan), returns(table))


def outcomes(result: Round) -> dict[str, str]:
    return {r.file: r.outcome.value for r in result.returns}


def codes(result: Round) -> list[tuple[str, str, str]]:
    """Return what merging found; a wrong value is the judge's word."""
    return sorted(
        (f.code.name, f.location.file, f.location.item)
        for f in result.findings
        if f.code is not Code.VALUE_NOT_A_CHOICE
    )


def answers(result: Round) -> dict[str, str]:
    """Return 整理番号/担当課 → 評価 and file, or what the assignment waits for."""
    return {
        f"{e.assignment.item.id}/{''.join(d.code for d in e.assignment.departments)}": (
            f"{e.answer.values['rating']} {e.answer.source.file}"
            if e.answer and e.status is AnswerStatus.ANSWERED
            else e.status.value
        )
        for e in result.entries
    }


def assert_merged(table: str, expected: str) -> None:
    """Assert the outcome of each file, the answer of each assignment named and all findings."""
    result = merged(table)
    lines = rows(expected)
    ends = {path: end for what, path, end in lines if what == "file"}
    assert outcomes(result) == ends
    found = answers(result)
    for what, assignment, end in lines:
        if what == "answer":
            assert found[assignment] == end
    assert codes(result) == sorted(
        (what, *place.split(" ")) if " " in place else (what, place, "")
        for what, place, _ in lines
        if what not in ("file", "answer")
    )


@pytest.mark.parametrize("name", CASES)
def test_returns_are_merged(name: str) -> None:
    assert_merged(*CASES[name])


def test_an_old_version_names_the_one_that_replaced_it() -> None:
    result = merged("""
        old   | A | 1 | accepted  | 1-1=Ａ
        full  | A | 2 | accepted  | 1-1=Ｂ
        blank | A | 3 | sent_back |
    """)
    (finding,) = result.findings
    assert (finding.code, finding.location.file) == (Code.FILE_SUPERSEDED, "old")
    assert finding.details == {"other": "full"}


def version(hour: int, written: dict[str, str], made_from: int = 0) -> Return:
    """Return a return of 1-1, named and known by its hour, that may come from a hand-back."""
    (plain,) = returns(f"{hour} | A | {hour} | accepted | 1-1=Ａ")
    (given,) = plain.answers
    values = {key: text for key, text in written.items() if text != "約百"}
    cells = {"rating": "F5", "cost": "G5", "reason": "H5"}
    given = replace(given, values={"rating": "Ａ", **values}, written=written, cells=cells)
    return replace(plain, answers=(given,), made_from=(str(made_from),) if made_from else ())


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([version(1, {"cost": "5"}), version(2, {"cost": "6"})], []),
        ([version(1, {"cost": "5"}), version(2, {})], ["G5 1 5"]),
        ([version(1, {"cost": "5", "reason": "雨"}), version(2, {})], ["G5 1 5", "H5 1 雨"]),
        ([version(1, {"cost": "5"}), version(2, {"cost": "6"}), version(3, {})], ["G5 2 6"]),
        ([version(1, {"cost": "5"}), version(2, {}), version(3, {})], ["G5 1 5"]),
        ([version(1, {"cost": "約百"}), version(2, {})], []),
        ([version(1, {"cost": "5"}), version(2, {}, made_from=1)], []),
        ([version(1, {"cost": "5"}), version(2, {}), version(3, {}, made_from=2)], ["G5 1 5"]),
        ([version(1, {"cost": "5"}), version(2, {}, made_from=1), version(3, {})], []),
    ],
)
def test_a_cell_that_a_later_version_leaves_blank_is_reported(
    versions: list[Return], expected: list[str]
) -> None:
    found = merge(PLAN, register(), versions).findings
    emptied = [f for f in found if f.code is Code.ANSWER_EMPTIED]
    assert [f"{f.details['cell']} {f.details['other']} {f.details['before']}" for f in emptied] == (
        expected
    )
    assert {f.location.file for f in emptied} <= {versions[-1].file}


def test_every_file_keeps_its_findings_and_those_of_old_versions_rest() -> None:
    result = merged("""
        old | A | 1 | accepted | 1-1=Ａ 1-2=Ａ
        new | A | 2 | accepted | 1-1=Ｂ
    """)
    standing = [f for f in result.findings if f.location.file]
    assert standing == [f for r in result.returns for f in r.findings]


def test_an_item_on_no_template_is_reported() -> None:
    some = Register(
        2023,
        tuple(
            replace(one, items=tuple(i for i in one.items if i.id not in ("1-2", "3-1")))
            for one in register().issues
        ),
    )
    result = merge(PLAN, some, ())
    not_issued = [("ITEM_NOT_ISSUED", "", "1-2"), ("ITEM_NOT_ISSUED", "", "3-1")]
    assert codes(result) == [*not_issued, *[("PLAN_CHANGED", "", "")] * 2]


def test_departments_stand_where_their_files_leave_them() -> None:
    result = merged("""
        a    | A | 1 | sent_back | 1-1=Ｚ! 1-2=Ａ
        a2   | A | 2 | accepted  | 2-1=Ａ
        b#x  | B | 1 | accepted  | 2-2=Ａ
        b2#x | B | 3 | accepted  | 2-2=Ａ
    """)
    lines = {
        s.department.code: (s.returns, s.outcome, s.answered, s.sent_back, s.missing)
        for s in department_statuses(result)
    }
    assert lines == {
        "A": (2, Outcome.SENT_BACK, 2, 1, 1),
        "B": (2, Outcome.ACCEPTED, 2, 0, 0),
        "C": (0, None, 0, 0, 1),
    }
    figures = totals(result.returns, result.entries)
    assert (figures.assignments, figures.answered, figures.missing) == (6, 3, 3)
    assert figures.outcomes["duplicate"] == 1
    assert sum(figures.outcomes.values()) == figures.files == 4


some_answers = st.dictionaries(
    st.sampled_from(sorted(ALL)), st.sampled_from(["Ａ", "Ｂ", "Ｂ!"]), max_size=4
).map(lambda ratings: " ".join(f"{item}={rating}" for item, rating in ratings.items()))
some_files = st.tuples(
    st.sampled_from("ABC"),
    st.integers(0, 3),
    st.sampled_from(["accepted", "sent_back"]),
    some_answers,
    st.booleans(),
)


def as_returns(drawn: list[tuple[str, int, str, str, bool]]) -> tuple[Return, ...]:
    """Return the returns drawn; copies of each other have the same bytes."""
    lines = []
    for n, (code, hour, outcome, ratings, copied) in enumerate(drawn):
        content = f"#{code},{outcome},{ratings.replace(' ', ',')}" if copied else ""
        lines.append(f"f{n}{content} | {code} | {hour} | {outcome} | {ratings}")
    return returns("\n".join(lines))


some_returns = st.lists(some_files, max_size=6).map(as_returns)


@given(some_returns)
def test_nothing_is_lost_and_the_order_of_files_does_not_matter(found: tuple[Return, ...]) -> None:
    result = merge(PLAN, register(), found)
    assert [r.file for r in result.returns] == [r.file for r in found]
    assert [e.assignment for e in result.entries] == list(PLAN.assignments())
    figures = totals(result.returns, result.entries)
    assert sum(figures.outcomes.values()) == len(found)
    backwards = merge(PLAN, register(), found[::-1])
    assert answers(backwards) == answers(result)
    assert outcomes(backwards) == outcomes(result)
    asked = {(d, i.id) for i in PLAN.items for d in i.departments}
    sent = {(r.department, a.item) for r in found for a in r.answers}
    waiting = {
        (d.code, e.assignment.item.id)
        for e in result.entries
        if e.status is AnswerStatus.MISSING
        for d in e.assignment.departments
    }
    assert not waiting & sent & asked
