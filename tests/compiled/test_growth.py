"""Twice as many departments are twice as much work at every step of compiling, not four times."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from types import FrameType
from typing import Any

import pytest

from tests.compiled.rounds import workbook_bytes
from tests.small import FORM, NOW, PLAN, answer, register, with_formerly
from workflow.compiled.compilation import Compilation, compile_round
from workflow.compiled.corrections import hand_backs
from workflow.compiled.ledger import build_ledger
from workflow.compiled.merging.merge import merge
from workflow.compiled.open_data.csv import ledger_csv
from workflow.compiled.open_data.package import data_package
from workflow.compiled.open_data.round_json import round_document
from workflow.compiled.recorded import Basis
from workflow.compiled.recording import judgement, receipts, recorded_plan_content
from workflow.compiled.round import Round, Stage
from workflow.compiled.summaries.status import department_statuses, totals
from workflow.compiled.years.pairing import previous_answers
from workflow.compiled.years.past import past_year, read_ledger
from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.plan import AnswerRule, Department, Item, Plan
from workflow.model.returns import Outcome, Return, Source
from workflow.storage.journal import Journal
from workflow.templates.register import Register

SIZES = (20, 40, 80)
TraceFunction = Callable[[FrameType, str, Any], Any]
MOST = 2.2
"""How much more work the second doubling may be than the first: 2 is linear, 4 quadratic."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A round of any size: what came back, and what last year's ledger says."""

    plan: Plan
    returns: tuple[Return, ...]
    earlier: bytes

    @property
    def round(self) -> Round:
        merged = merge(self.plan, register(self.plan), self.returns)
        past = (past_year(2022, self.earlier, FORM),)
        return replace(merged, past=past, basis=Basis("0", "0"))

    @property
    def compilation(self) -> Compilation:
        return compile_round(self.round, Journal(), Stage(False, NOW), {})


@cache
def grown(size: int) -> Grown:
    """Return a round in which each department answers its own items and two that all share."""
    departments = tuple(Department(f"D{n}", f"第{n}課") for n in range(size))
    codes = tuple(d.code for d in departments)
    own = (Item(f"{n}-1", (f"施策{n % 5}",), f"取組{n}", (f"D{n}",)) for n in range(size))
    shared = (Item(f"s-{n}", ("共通",), "研修", codes, answer=AnswerRule.EACH) for n in range(2))
    plan = replace(PLAN, coordinator="D0", departments=departments, items=(*own, *shared))
    returns = tuple(r for code in codes for r in returned_twice(plan, code))
    last = merge(plan, Register(2023), returned_by_all(plan))
    earlier = ledger_csv(build_ledger(plan, 2022, last.entries))
    return Grown(with_formerly(plan, "D1", "旧課"), returns, earlier)


def returned_by_all(plan: Plan) -> tuple[Return, ...]:
    return tuple(returned(plan, d.code, "last", 0, "Ａ") for d in plan.departments)


def returned_twice(plan: Plan, code: str) -> tuple[Return, ...]:
    """Return an older return, and the newer one, of which one rating is wrong."""
    newer = returned(plan, code, "new", 1, "Ｂ")
    first, *rest = newer.answers
    wrong = Finding(
        Code.VALUE_NOT_A_CHOICE,
        Location(file=newer.file, item=first.item, field_key="rating"),
        {"value": "Ｚ", "choices": ("Ａ", "Ｂ")},
    )
    sent_back = replace(
        newer,
        outcome=Outcome.SENT_BACK,
        answers=(replace(first, rejected=True), *rest),
        findings=(wrong,),
    )
    return returned(plan, code, "old", 0, "Ａ"), sent_back


def returned(plan: Plan, code: str, name: str, hour: int, rating: str) -> Return:
    path, received = f"{code}_{name}.xlsx", NOW + timedelta(hours=hour)
    answers = tuple(
        answer(
            item.id,
            code,
            {"progress": f"{code}が{rating}。", "rating": rating},
            Source(path, "進捗状況", row, path, received),
        )
        for row, item in enumerate(plan.items_of(code), start=5)
    )
    return Return(
        file=path,
        sha256=path,
        size=1,
        received=received,
        outcome=Outcome.ACCEPTED,
        department=code,
        answers=answers,
    )


def steps_of(work: Callable[[], object]) -> int:
    """Return how many lines a piece of work runs through; each turn of a loop is one."""
    made = 0

    def count(_frame: FrameType, _event: str, _arg: object) -> TraceFunction:
        nonlocal made
        made += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return made


def prepared(step: str, size: int) -> Callable[[], object]:
    """Return one step of compiling, with everything before it done."""
    made = grown(size)
    round_, compilation = made.round, made.compilation
    plan, ledger = round_.plan, compilation.ledger
    figures, wording = totals(round_.returns, round_.entries), compilation.wording
    content = ledger_csv(ledger)
    steps: dict[str, Callable[[], object]] = {
        "merge": lambda: merge(plan, Register(2023), made.returns),
        "compile": lambda: compile_round(round_, Journal(), Stage(False, NOW), {}),
        "statuses": lambda: department_statuses(round_),
        "hand-backs": lambda: hand_backs(round_, wording),
        "workbook": lambda: workbook_bytes(compilation),
        "ledger as CSV": lambda: ledger_csv(ledger),
        "data package": lambda: data_package(plan, round_.register, ledger, {"a.csv": content}),
        "last year": lambda: previous_answers(plan, read_ledger(made.earlier)),
        "receipts": lambda: receipts(Journal(), round_),
        "judgement": lambda: judgement(
            Journal(), round_, recorded_plan_content({"plan": {}, "items": []})
        ),
        "document": lambda: round_document(
            2023, round_.returns, figures, round_.findings, round_.points, wording
        ),
    }
    return steps[step]


@pytest.mark.parametrize(
    "step",
    [
        "merge",
        "compile",
        "statuses",
        "hand-backs",
        "workbook",
        "ledger as CSV",
        "data package",
        "last year",
        "receipts",
        "judgement",
        "document",
    ],
)
def test_work_grows_with_the_round(step: str) -> None:
    prepared(step, SIZES[0])()  # what is worked out once and kept is not counted
    small, middle, large = (steps_of(prepared(step, size)) for size in SIZES)
    assert large - middle <= MOST * (middle - small) + 100


def test_a_step_that_looks_through_everything_each_time_is_noticed() -> None:
    small, middle, large = (
        steps_of(lambda n=n: [b for a in range(n) for b in range(n) if a == b])  # type: ignore[misc]
        for n in SIZES
    )
    assert large - middle > MOST * (middle - small) + 100
