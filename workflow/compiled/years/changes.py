"""A field of a line, or an indicator, last year and this year, and what changed. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from workflow.compiled.indicators import IndicatorTable, Series, YearOf
from workflow.compiled.ledger import STATUS_LABEL, status_label
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.years.past import PastYear, Row, is_answered
from workflow.model.cells import grouped_number
from workflow.model.fields.base import Field
from workflow.model.fields.form import is_comparable
from workflow.model.indicators.indicator import Indicator
from workflow.model.known_values import is_of_known_value
from workflow.model.plan import Plan
from workflow.python.dataclass import dataclass


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
    """A field of this year's form and how it was asked last year; None when it was not.

    The statuses are the columns that say whether it was answered, then and now. What one of several
    people answered is not told in sentences where theirs come to one.
    """

    field: Field
    label_before: str | None
    comparable: bool
    status_before: str = STATUS_LABEL
    status_now: str = STATUS_LABEL
    in_sentences: bool = True


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
    comparable = label is not None and is_comparable(field, last.form)
    return ComparedField(field, label, comparable, last.status_of(label))


def compared_fields(plan: Plan, last: PastYear) -> tuple[ComparedField, ...]:
    """Return how all that a plan asks or knows can be compared with last year."""
    known = (_compared_known(field, last) for field in plan.known_fields)
    several = {key for one in plan.combined for key in one.keys}
    asked = (
        replace(
            compared_field(field, last),
            status_now=status_label(plan, field.key),
            in_sentences=field.key not in several,
        )
        for field in plan.form.fields
    )
    return (*known, *asked)


def _compared_known(field: Field, last: PastYear) -> ComparedField:
    """Return how a known value can be compared: one of another unit cannot."""
    label = field.label if last.has_column(field.label) else None
    before = next((one for one in last.known if one.label == field.label), None)
    return ComparedField(field, label, before is None or before.heading == field.heading)


def field_change(compared: ComparedField, before: Row | None, after: Row | None) -> FieldChange:
    """Return what changed in a field between two ledger rows."""
    if is_of_known_value(compared.field.key):
        then, now = _known_in(before, compared.label_before), _known_in(after, compared.field.label)
    else:
        then = answer_in(before, compared.label_before, compared.status_before)
        now = answer_in(after, compared.field.label, compared.status_now)
    return FieldChange(compared.field, then or "", now or "", _change(compared, then, now))


def answer_in(row: Row | None, label: str | None, status: str = STATUS_LABEL) -> str | None:
    """Return what a ledger row answers; None when it was not asked or there is no answer.

    Where there was nothing to report, only the reason stands in it. Status is the column that says
    so, "" for what nobody answers himself.
    """
    if row is None or label is None:
        return None
    if not status or row[status] == AnswerStatus.NOTHING:
        return row[label] or None
    return row[label] if is_answered(row, status) else None


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


_NO_ACTUAL = "実績値なし"


@dataclass(frozen=True, slots=True)
class IndicatorChange:
    """What an indicator came to in both years, each as a line, and how it moved."""

    id: str
    before: str
    after: str
    moved: str
    change: Change


def indicator_changes(table: IndicatorTable | None) -> Mapping[int, tuple[IndicatorChange, ...]]:
    """Return the indicators of each entry, by its index in the ledger; none without indicators."""
    found: dict[int, tuple[IndicatorChange, ...]] = {}
    for series in table.series if table else ():
        found[series.entry] = (*found.get(series.entry, ()), _change_of(series))
    return found


def change_of_all(changes: Sequence[IndicatorChange]) -> Change:
    """Return how the indicators of an item moved together: one that fell is what is looked at."""
    among = {one.change for one in changes}
    ranked = (Change.LOWERED, Change.RAISED)
    return next((change for change in ranked if change in among), Change.SAME)


def _change_of(series: Series) -> IndicatorChange:
    indicator, now = series.indicator, series.now
    before = now.before
    grades = [band.grade for band in indicator.grading]
    change = _moved(grades, before.graded.grade if before else "", now.graded.grade)
    parts = [_signed(now.change, indicator.unit)] if now.change is not None else []
    parts += [f"判定が{change.value}"] if change is not Change.SAME else []
    moved = "、".join(parts) or "－"
    return IndicatorChange(
        id=indicator.id,
        before=_actual_text(indicator, before),
        after=_actual_text(indicator, now),
        moved=moved,
        change=change,
    )


def _actual_text(indicator: Indicator, year: YearOf | None) -> str:
    """Return the actual of a year with its verdict, or the word that there is none."""
    if year is None or year.actual is None:
        why = year.reason if year else ""
        text = f"（{why or _NO_ACTUAL}）"
    else:
        verdict = f"（{year.graded.verdict}）" if year.graded.verdict else ""
        text = f"{grouped_number(year.actual)}{indicator.unit}{verdict}"
    return f"{indicator.id} {indicator.name}：{text}"


def _signed(change: Decimal, unit: str) -> str:
    """Return a difference with its sign; between two shares it is in points.

    >>> _signed(Decimal("1250"), "人"), _signed(Decimal("-0.5"), "％"), _signed(Decimal(0), "件")
    ('＋1,250人', '－0.5ポイント', '±0件')
    """
    if unicodedata.normalize("NFKC", unit) == "%":
        unit = "ポイント"
    sign = "＋" if change > 0 else "－" if change < 0 else "±"
    return f"{sign}{grouped_number(abs(change))}{unit}"


def _moved(grades: Sequence[str], before: str, now: str) -> Change:
    """Return how a grade moved; the grades are best first.

    >>> _moved(["甲", "乙"], "甲", "乙"), _moved(["甲", "乙"], "", "乙")
    (<Change.LOWERED: '下がった'>, <Change.SAME: '同じ'>)
    """
    if before == now or before not in grades or now not in grades:
        return Change.SAME
    return Change.RAISED if grades.index(now) < grades.index(before) else Change.LOWERED
