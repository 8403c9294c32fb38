"""Who has answered: one line per department. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from workflow.compiled.merging.entries import (
    AnswerStatus,
    Entry,
    entries_by_department,
    returns_by_department,
    statuses_of,
)
from workflow.compiled.points.point import Point, open_points
from workflow.compiled.round import Round
from workflow.model.plan import Department
from workflow.model.returns import LOST_LABEL, Outcome, Return
from workflow.python.dataclass import dataclass
from workflow.templates.register import Issue

_ACCEPTED = (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WARNINGS)
_BY_WEIGHT = (*_ACCEPTED, Outcome.SENT_BACK)


@dataclass(frozen=True, slots=True)
class DepartmentStatus:
    """Where a department stands; counts are of the assignments it takes part in.

    Accepted counts its returns that were, open_items are the ids of what it has still to answer.
    Lost are the files it sent that are sought here; of what is missing, not_owed may have been
    answered in such a file, its own or that of another department of a joint item. Round is named
    in a year of several. Is_review: it is a person who is asked about the items of others.
    """

    department: Department
    issue: Issue | None
    returns: int
    first_received: datetime | None
    received: datetime | None
    accepted: int
    outcome: Outcome | None
    answered: int
    sent_back: int
    missing: int
    nothing_to_report: int
    open_items: tuple[str, ...]
    lost: tuple[str, ...] = ()
    not_owed: int = 0
    round: str = ""
    is_review: bool = False

    @property
    def outcome_label(self) -> str:
        """The outcome in the coordinator's words, also when nothing counts yet."""
        if self.outcome:
            return self.outcome.label
        if self.nothing_to_report and not self.open_items:
            return AnswerStatus.NOTHING.value
        return LOST_LABEL if self.lost else AnswerStatus.MISSING.value


@dataclass(frozen=True, slots=True)
class Totals:
    """The round in figures; missing counts every assignment that nothing has settled yet."""

    files: int
    outcomes: dict[str, int]
    assignments: int
    answered: int
    missing: int
    nothing_to_report: int = 0
    open_points: int = 0

    def as_json(self) -> dict[str, object]:
        """Return the totals as the JSON contract spells them."""
        return {name: getattr(self, name) for name in self.__slots__}


def totals(
    returns: Sequence[Return], entries: Sequence[Entry] = (), points: Iterable[Point] = ()
) -> Totals:
    """Return the figures of a round; outcomes are all named, also those that did not occur."""
    outcomes = {outcome.value: 0 for outcome in Outcome}
    for returned in returns:
        outcomes[returned.outcome.value] += 1
    statuses = Counter(statuses_of(entries))
    answered, nothing = statuses[AnswerStatus.ANSWERED], statuses[AnswerStatus.NOTHING]
    return Totals(
        files=len(returns),
        outcomes=outcomes,
        assignments=len(entries),
        answered=answered,
        missing=len(entries) - answered - nothing,
        nothing_to_report=nothing,
        open_points=open_points(points),
    )


def who_answers(statuses: Iterable[DepartmentStatus]) -> str:
    """Return what stands above the names of those who answer."""
    return "回答者" if any(status.is_review for status in statuses) else "担当課"


def department_statuses(round_: Round) -> tuple[DepartmentStatus, ...]:
    """Return a line for every department that has anything to answer, in the plan's order."""
    plan, register = round_.plan, round_.register
    asked = {code for item in plan.items for code in item.asked}
    returns = returns_by_department(round_.returns)
    entries = entries_by_department(round_.entries)
    lost = round_.sought
    statuses = (
        _status(d, register.latest(d.code), returns.get(d.code, []), entries.get(d.code, []))
        for d in plan.departments
        if d.code in asked
    )
    return tuple(
        replace(
            status,
            is_review=plan.is_review,
            lost=lost.get(status.department.code, ()),
            not_owed=sum(
                entry.status is AnswerStatus.MISSING and entry.is_asked_of_any(lost)
                for entry in entries.get(status.department.code, [])
            ),
        )
        if lost or plan.is_review
        else status
        for status in statuses
    )


def _status(
    department: Department, issue: Issue | None, returns: list[Return], entries: Sequence[Entry]
) -> DepartmentStatus:
    entries = tuple(entries)
    statuses = [entry.status for entry in entries]
    current = [r for r in returns if r.outcome.is_answer]
    latest = max(current, key=lambda r: (r.received, r.file), default=None)
    return DepartmentStatus(
        department=department,
        issue=issue,
        returns=len(returns),
        first_received=min((r.received for r in returns), default=None),
        received=latest.received if latest else None,
        accepted=sum(r.outcome in _ACCEPTED for r in returns),
        outcome=max((r.outcome for r in current), key=_BY_WEIGHT.index, default=None),
        answered=statuses.count(AnswerStatus.ANSWERED),
        sent_back=statuses.count(AnswerStatus.SENT_BACK),
        missing=statuses.count(AnswerStatus.MISSING),
        nothing_to_report=statuses.count(AnswerStatus.NOTHING),
        open_items=tuple(e.item.id for e in entries if e.status.is_open),
    )
