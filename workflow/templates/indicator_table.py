"""The sheet 「指標」 of a template: its columns, and what stands in the row of an indicator.

Base, targets and earlier actuals stand locked beside the one cell for this year's actual. A row is
written and read like that of an item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from workflow.model.cells import grouped_number
from workflow.model.fields.base import Field
from workflow.model.fields.form import Form
from workflow.model.indicators.actual import ActualField, RemarkField
from workflow.model.indicators.grading import target_of, value_shown
from workflow.model.indicators.indicator import Indicator, actual_key, remark_key
from workflow.model.plan import Department, Plan
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass
from workflow.templates.register import Issue, IssuedForm, IssuedItem

INDICATOR_SHEET = "指標"
INDICATOR_ID_LABEL = "指標番号"
ACTUAL_KEY, REMARK_KEY = actual_key(""), remark_key("")
"""The keys of the columns; what a row asks has the keys of its indicator."""

NAME_LABEL = "指標"
REMARK_LABEL = "実績値の備考"
_MOST_EARLIER = 3
"""Earlier actuals that are shown."""


@dataclass(frozen=True, slots=True)
class LockedColumn:
    """A locked column: its label, its width in full-width characters, and what it says."""

    label: str
    width: float
    text: Callable[[Indicator, IssuedItem, int], str]


LOCKED = (
    LockedColumn(INDICATOR_ID_LABEL, 4.2, lambda one, item, year: one.id),
    LockedColumn("整理番号", 4.2, lambda one, item, year: item.id),
    LockedColumn("取組内容", 7.5, lambda one, item, year: item.labels[-1]),
    LockedColumn(NAME_LABEL, 9.0, lambda one, item, year: one.name),
    LockedColumn("単位", 3.0, lambda one, item, year: one.unit),
    LockedColumn("めざす方向", 5.5, lambda one, item, year: _way(one)),
    LockedColumn("基準値", 5.5, lambda one, item, year: _base(one)),
    LockedColumn("目標値", 8.0, lambda one, item, year: "\n".join(_targets(one, year))),
    LockedColumn("これまでの実績値", 8.0, lambda one, item, year: "\n".join(_earlier(one, year))),
)
"""The columns before those to fill; the first ones, up to the name, say which indicator it is."""

NAMING = 4
"""How many of them do."""


def locked_texts(one: Indicator, item: IssuedItem, year: int) -> tuple[str, ...]:
    """Return what stands locked in the row of an indicator."""
    return tuple(column.text(one, item, year) for column in LOCKED)


def fields_to_fill(indicators: Iterable[Indicator], year: int) -> tuple[Field, ...]:
    """Return the columns to fill as fields; what a row asks are the fields of its indicator."""
    indicators = tuple(indicators)
    is_required = any(one.required for one in indicators)
    unit = "単位は、その行の「単位」のとおりです。"
    actual = ActualField(key=ACTUAL_KEY, label=actual_label(year), required=is_required, help=unit)
    if not any(one.remark for one in indicators):
        return (actual,)
    return actual, RemarkField(key=REMARK_KEY, label=REMARK_LABEL)


def actual_label(year: int) -> str:
    """Return the heading of the cells to fill.

    >>> actual_label(2024)
    '令和6年度の実績値'
    """
    return f"{era_year(year)}の実績値"


def issued_indicators(plan: Plan, department: Department) -> tuple[Indicator, ...]:
    """Return the indicators a department is asked about, in the order of its items."""
    return plan.indicators_of(plan.items_of(department.code))


def as_issue(issue: Issue) -> Issue:
    """Return what the sheet of an issue's indicators asks, as if each were an item.

    Its levels are all the locked columns, so that each is held against what was issued; the last
    one names the indicator.
    """
    year, items = issue.number.year, {item.id: item for item in issue.items}
    _, *others = LOCKED
    name = LOCKED[NAMING - 1]
    ordered = (*(column for column in others if column is not name), name)
    asked = tuple(
        IssuedItem(
            one.id, tuple(column.text(one, items[one.item], year) for column in ordered), "", ""
        )
        for one in issue.indicators
        if one.item in items
    )
    levels = tuple(column.label for column in ordered)
    form = IssuedForm(levels, Form(fields_to_fill(issue.indicators, year)))
    return replace(issue, form=form, items=asked)


def _way(one: Indicator) -> str:
    return f"{one.direction.word}\n（{one.kind.word}）"


def _base(one: Indicator) -> str:
    if one.base is None:
        return ""
    return f"{grouped_number(one.base.value)}\n（{era_year(one.base.year)}）"


def _targets(one: Indicator, year: int) -> Iterator[str]:
    """Yield this year's target, and the last one, which may be years ahead."""
    target, last = target_of(one, year), max(one.targets, default=year)
    if target is None:
        yield f"{era_year(year)}：なし"
    else:
        share = "" if year in one.targets else "（案分）"
        yield f"{era_year(year)}：{grouped_number(value_shown(target, one))}{share}"
    if last > year:
        yield f"{era_year(last)}：{grouped_number(one.targets[last])}"


def _earlier(one: Indicator, year: int) -> Iterator[str]:
    earlier: list[tuple[int, Decimal]] = sorted(one.actuals.items())
    for at, value in [pair for pair in earlier if pair[0] < year][-_MOST_EARLIER:]:
        yield f"{era_year(at)}：{grouped_number(value)}"
