"""A round's result → everything its compiled files show. Pure: the same round, the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workflow.compiled.attention import Point, points
from workflow.compiled.corrections import HandBack, hand_backs
from workflow.compiled.details import Details, list_details
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.matrix import CountedMatrix, count
from workflow.compiled.round import Round, Stage
from workflow.compiled.status import DepartmentStatus, department_statuses
from workflow.compiled.years.comparison import Comparison, compare
from workflow.compiled.years.trend import Trend, trend
from workflow.model.wording import Wording
from workflow.storage.journal import Journal
from workflow.templates.register import wording as form_wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """Everything the compiled files show. Earlier are the ledgers of other years, by year."""

    round: Round
    wording: Wording
    stage: Stage
    journal: Journal
    ledger: Ledger
    matrices: tuple[CountedMatrix, ...]
    details: Details
    trend: Trend | None
    comparison: Comparison
    points: tuple[Point, ...]
    statuses: tuple[DepartmentStatus, ...]
    handbacks: tuple[HandBack, ...]
    earlier: Mapping[int, str]


def compile_round(
    round_: Round, journal: Journal, stage: Stage, earlier: Mapping[int, str]
) -> Compilation:
    """Return the compilation of a round; the journal is that up to the last judging."""
    plan = round_.plan
    wording = form_wording(plan.form, (round_.register,), round_.returns)
    ledger = build_ledger(plan, round_.year, round_.entries)
    matrices = count(plan, ledger)
    if ledger.parts:  # no formula counts over other workbooks
        matrices = tuple(replace(matrix, is_live=False) for matrix in matrices)
    comparison = compare(plan, ledger, round_.past[0] if round_.past else None)
    return Compilation(
        round=round_,
        wording=wording,
        stage=stage,
        journal=journal,
        ledger=ledger,
        matrices=matrices,
        details=list_details(matrices),
        trend=trend(plan, ledger, round_.past),
        comparison=comparison,
        points=points(round_, ledger, comparison, wording),
        statuses=department_statuses(round_),
        handbacks=hand_backs(round_, wording),
        earlier=earlier,
    )
