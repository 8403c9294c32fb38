"""One field of one line, last year and this year, and what changed between them. Pure."""

from __future__ import annotations

from enum import StrEnum

from workflow.compiled.ledger import STATUS_LABEL
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.years.past import PastYear, Row, is_answered
from workflow.model.dataclass import dataclass
from workflow.model.fields.base import Field
from workflow.model.fields.form import is_comparable
from workflow.model.known_values import is_of_known_value
from workflow.model.plan import Plan


class Change(StrEnum):
    """How a value stands to last year's; only an ordered choice can go up or down."""

    SAME = "同じ"
    CHANGED = "変わった"
    RAISED = "上がった"
    LOWERED = "下がった"
    INCOMPARABLE = "比べられない"
    NO_BEFORE = "前年度なし"
    NO_AFTER = "今年度なし"


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A field of this year's form and how it was asked last year; None when it was not."""

    field: Field
    label_before: str | None
    comparable: bool


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a line: both texts exactly as the ledgers say them, "" for no answer."""

    field: Field
    before: str
    after: str
    change: Change

    @property
    def is_changed_choice(self) -> bool:
        """Whether another choice was made than last year, on the same scale."""
        moves = (Change.CHANGED, Change.RAISED, Change.LOWERED)
        return self.field.is_listed and self.change in moves


def compared_field(field: Field, last: PastYear) -> ComparedField:
    """Return how a field can be compared with last year."""
    label = last.label_of(field)
    return ComparedField(field, label, label is not None and is_comparable(field, last.form))


def compared_fields(plan: Plan, last: PastYear) -> tuple[ComparedField, ...]:
    """Return how all that a plan asks or knows can be compared with last year."""
    known = (_compared_known(field, last) for field in plan.known_fields)
    return (*known, *(compared_field(field, last) for field in plan.form.fields))


def _compared_known(field: Field, last: PastYear) -> ComparedField:
    """Return how a known value can be compared: one of another unit cannot."""
    label = field.label if last.has_column(field.label) else None
    before = next((one for one in last.known if one.label == field.label), None)
    return ComparedField(field, label, before is None or before.heading == field.heading)


def field_change(compared: ComparedField, before: Row | None, after: Row | None) -> FieldChange:
    """Return what changed in a field between two ledger rows."""
    is_known = is_of_known_value(compared.field.key)
    said_in = _known_in if is_known else answer_in
    then = said_in(before, compared.label_before)
    now = said_in(after, compared.field.label)
    return FieldChange(compared.field, then or "", now or "", _change(compared, then, now))


def answer_in(row: Row | None, label: str | None) -> str | None:
    """Return what a ledger row answers; None when it was not asked or there is no answer.

    Where there was nothing to report, only the reason stands in it.
    """
    if row is None or label is None:
        return None
    if row[STATUS_LABEL] == AnswerStatus.NOTHING:
        return row[label] or None
    return row[label] if is_answered(row) else None


def _known_in(row: Row | None, label: str | None) -> str | None:
    """Return what is known in a ledger row, whether it is answered or not."""
    return (row.get(label) or None) if row is not None and label is not None else None


def _change(compared: ComparedField, before: str | None, after: str | None) -> Change:
    if before is None:
        return Change.NO_BEFORE
    if after is None:
        return Change.NO_AFTER
    if not compared.comparable:
        return Change.INCOMPARABLE
    return _difference(compared.field, before, after)


def _difference(field: Field, before: str, after: str) -> Change:
    if field.is_same(before, after):
        return Change.SAME
    then, now = field.rank(before), field.rank(after)
    if then is None or now is None:
        return Change.CHANGED
    return Change.RAISED if now < then else Change.LOWERED
