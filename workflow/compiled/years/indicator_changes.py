"""An indicator this year beside the year before, as 前年度比較 says it of its item. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal

from workflow.compiled.indicators import IndicatorTable, Series, YearOf
from workflow.compiled.years.changes import Change
from workflow.model.cells import grouped_number
from workflow.model.dataclass import dataclass
from workflow.model.indicators.indicator import Indicator

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
        before=_said(indicator, before),
        after=_said(indicator, now),
        moved=moved,
        change=change,
    )


def _said(indicator: Indicator, year: YearOf | None) -> str:
    """Return the actual of a year with its verdict, or the word that there is none."""
    if year is None or year.actual is None:
        why = year.reason if year else ""
        said = f"（{why or _NO_ACTUAL}）"
    else:
        verdict = f"（{year.graded.verdict}）" if year.graded.verdict else ""
        said = f"{grouped_number(year.actual)}{indicator.unit}{verdict}"
    return f"{indicator.id} {indicator.name}：{said}"


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
