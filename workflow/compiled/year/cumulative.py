"""期ごとの累計: numbers and indicators of a year as they grow from round to round. Pure.

Numbers that the plan adds up are summed; of an indicator the last actual counts, since departments
enter each time what it has come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from workflow.compiled.merging.entries import Entry
from workflow.model.fields.base import Field
from workflow.model.indicators.indicator import Indicator
from workflow.model.plan import Plan
from workflow.model.returns import Answer
from workflow.model.rounds.column_group import ColumnGroup
from workflow.python.dataclass import dataclass

CUMULATIVE_SHEET = "期ごとの累計"


@dataclass(frozen=True, slots=True)
class OfRound:
    """What one round says of a measure: the value, None where there is none, and its answer."""

    round: str
    label: str
    value: Decimal | None
    answer: Answer | None
    key: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a row through the rounds of a year; entry is its row in the ledger."""

    entry: int
    item: str
    title: str
    owner: str
    name: str
    unit: str
    is_sum: bool
    rounds: tuple[OfRound, ...]

    @property
    def running(self) -> tuple[Decimal | None, ...]:
        """What it has come to after each round; None until there is a value."""
        found: list[Decimal | None] = []
        for one in self.rounds:
            before = found[-1] if found else None
            if one.value is None:
                found.append(before)
            else:
                found.append(one.value + (before or 0) if self.is_sum else one.value)
        return tuple(found)


def measures(plan: Plan, entries: Sequence[Entry]) -> tuple[Measure, ...]:
    """Return every measure of a year, row by row; none where no number goes on."""
    sums = _sums(plan)
    measuring = _measuring(plan)
    own: dict[str, list[Indicator]] = {}
    for one in plan.indicators if len(measuring) > 1 else ():
        own.setdefault(one.item, []).append(one)
    return tuple(
        measure
        for n, entry in enumerate(entries)
        for measure in (
            *(_sum(plan, n, entry, name, fields) for name, fields in sums.items()),
            *(_indicator(n, entry, one, measuring) for one in own.get(entry.item.id, ())),
        )
    )


def _sums(plan: Plan) -> dict[str, list[Field]]:
    """Return the fields that are added up, by what they come to; one alone is no sum."""
    found: dict[str, list[Field]] = {}
    for field in plan.form.fields:
        if field.adds_up_to:
            found.setdefault(field.adds_up_to, []).append(field)
    return {name: fields for name, fields in found.items() if len(fields) > 1}


def _measuring(plan: Plan) -> tuple[ColumnGroup, ...]:
    """Return the groups that ask for the indicators."""
    return tuple(group for group in plan.column_groups if group.measures)


def _sum(plan: Plan, n: int, entry: Entry, name: str, fields: Iterable[Field]) -> Measure:
    rounds = tuple(_number(plan, entry, field) for field in fields)
    unit = next((field.counted_in for field in fields), "")
    return _measure(n, entry, (name, unit), rounds, is_sum=True)


def _number(plan: Plan, entry: Entry, field: Field) -> OfRound:
    group = plan.column_group(field.key)
    return _of_round(group, field.label, entry, field.key)


def _indicator(n: int, entry: Entry, one: Indicator, groups: Iterable[ColumnGroup]) -> Measure:
    rounds = tuple(_of_round(group, one.name, entry, one.key) for group in groups)
    return _measure(n, entry, (one.name, one.unit), rounds, is_sum=False)


def _of_round(group: ColumnGroup, label: str, row: Entry, key: str) -> OfRound:
    entry = row.at(group.index)
    answer = entry.answer if entry.status.has_answer else None
    value = answer.values.get(key) if answer else None
    number = value if isinstance(value, Decimal) else None
    return OfRound(group.label, label, number, answer, key)


def _measure(
    n: int,
    entry: Entry,
    named: tuple[str, str],
    rounds: tuple[OfRound, ...],
    *,
    is_sum: bool,
) -> Measure:
    assignment = entry.assignment
    return Measure(
        entry=n,
        item=assignment.item.id,
        title=assignment.item.title,
        owner=assignment.department_label,
        name=named[0],
        unit=named[1],
        is_sum=is_sum,
        rounds=rounds,
    )


def has_values(found: Iterable[Measure]) -> Iterator[Measure]:
    """Yield the measures of which any round says something."""
    return (one for one in found if any(of.value is not None for of in one.rounds))
