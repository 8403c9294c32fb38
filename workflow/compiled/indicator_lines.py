"""An indicator as a report and a page show it: a line a year, a chart, the same in words. Pure.

It is made of the rows of the indicators' CSV, so that a report of what was compiled says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from workflow.compiled.indicators import (
    ACTUAL_LABEL,
    BASE_LABEL,
    INDICATOR_LABEL,
    NAME_LABEL,
    RATE_LABEL,
    REASON_LABEL,
    REMARK_LABEL,
    TARGET_LABEL,
    UNIT_LABEL,
    VERDICT_LABEL,
    IndicatorTable,
)
from workflow.compiled.ledger import YEAR_LABEL
from workflow.compiled.open_data.csv import format_value
from workflow.compiled.years.past import Row
from workflow.model.cells import grouped_number
from workflow.model.fields.declarations import ShownAnswer
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

_WIDTH, _HEIGHT = 320.0, 138.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 12.0, 12.0, 20.0, 38.0
_OVER, _UNDER = 7.0, 17.0
"""How far over its dot, or under it, the line on which a value is written stands."""
_NEAR = 26.0
"""A target that is no further over the dot would be hidden by a value written there."""

_WORTH_COMPARING = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One fiscal year: what was aimed at, what came of it, as texts; numbers for the chart."""

    year: int
    target: Decimal | None
    actual: Decimal | None
    rate: str
    verdict: str
    reason: str

    @property
    def label(self) -> str:
        """The year as people say it."""
        return era_year(self.year)

    @property
    def target_text(self) -> str:
        """The target; a dash where there is none."""
        return _text(self.target)

    @property
    def actual_text(self) -> str:
        """The actual; a dash where there is none."""
        return _text(self.actual)

    @property
    def rate_text(self) -> str:
        """The rate with its sign; a dash where there is none."""
        return f"{grouped_number(Decimal(self.rate))}％" if self.rate else "－"

    @property
    def verdict_text(self) -> str:
        """The grade, or why there is none."""
        return f"{self.verdict}（{self.reason}）" if self.reason else self.verdict or "－"


@dataclass(frozen=True, slots=True)
class IndicatorLines:
    """One indicator of an item over the years, as one department answers it."""

    id: str
    item: str
    name: str
    unit: str
    departments: str
    base: Decimal | None
    remark: str
    lines: tuple[Line, ...]
    year: int

    @property
    def title(self) -> str:
        """The name with the unit."""
        return f"{self.name}（{self.unit}）" if self.unit else self.name

    @property
    def now(self) -> Line | None:
        """The fiscal year of the round."""
        return next((line for line in self.lines if line.year == self.year), None)

    @property
    def in_words(self) -> str:
        """All that the chart shows, for who cannot see it."""
        base = f"基準値{grouped_number(self.base)}。" if self.base is not None else ""
        years = (
            f"{line.label}は"
            + "、".join(
                f"{what}{grouped_number(value)}"
                for what, value in (("目標", line.target), ("実績", line.actual))
                if value is not None
            )
            for line in self.lines
            if (line.target, line.actual) != (None, None)
        )
        return f"{self.title}。{base}{'。'.join(years)}。"

    @property
    def answer(self) -> ShownAnswer:
        """The year of the round beside its target and the years before, as an answer."""
        before = [line for line in self.lines if line.year < self.year and line.actual is not None]
        parts = [f"{line.label} {line.actual_text}" for line in before[-_WORTH_COMPARING:]]
        if now := self.now:
            parts.append(f"{now.label} {now.actual_text}（目標 {now.target_text}）")
            parts += [f"達成率 {now.rate_text}"] if now.rate else []
            word = "" if now.reason else "判定 "
            parts += [f"{word}{now.verdict_text}"] if now.verdict else []
        remark = [f"備考：{self.remark}"] if self.remark else []
        return ShownAnswer(f"指標：{self.title}", "　".join([*parts, *remark]))

    @property
    def chart(self) -> Chart | None:
        """The chart; None where there are no two years to draw."""
        return _chart(self)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in its own units: lines as points of SVG, dots, and the texts at its edges."""

    width: float
    height: float
    actual: str
    target: str
    dots: tuple[tuple[str, str], ...]
    aims: tuple[tuple[str, str], ...]
    base: str
    first: str
    last: str
    now: tuple[str, str, str]
    anchor: str


def indicator_rows(table: IndicatorTable | None) -> tuple[Row, ...]:
    """Return the rows of the indicators as their CSV spells them; none without indicators."""
    if table is None:
        return ()
    labels = [column.label for column in table.columns]
    return tuple(dict(zip(labels, map(format_value, row), strict=True)) for row in table.rows)


def indicator_lines(rows: Iterable[Row], year: int) -> tuple[IndicatorLines, ...]:
    """Return the indicators of some rows, in their order."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row[INDICATOR_LABEL], row[DEPARTMENT_LABEL]), []).append(row)
    return tuple(_lines(group, year) for group in groups.values())


def _lines(rows: Sequence[Row], year: int) -> IndicatorLines:
    first = rows[0]
    lines = (
        Line(
            year=int(row[YEAR_LABEL]),
            target=_number(row[TARGET_LABEL]),
            actual=_number(row[ACTUAL_LABEL]),
            rate=row[RATE_LABEL],
            verdict=row[VERDICT_LABEL],
            reason=row[REASON_LABEL],
        )
        for row in rows
    )
    return IndicatorLines(
        id=first[INDICATOR_LABEL],
        item=first[ID_LABEL],
        name=first[NAME_LABEL],
        unit=first[UNIT_LABEL],
        departments=first[DEPARTMENT_LABEL],
        base=_number(first[BASE_LABEL]),
        remark="".join(row[REMARK_LABEL] for row in rows),
        lines=tuple(lines),
        year=year,
    )


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _text(value: Decimal | None) -> str:
    return "－" if value is None else grouped_number(value)


def _chart(shown: IndicatorLines) -> Chart | None:
    years = [line.year for line in shown.lines]
    actuals = [(line.year, line.actual) for line in shown.lines if line.actual is not None]
    targets = [(line.year, line.target) for line in shown.lines if line.target is not None]
    values = [value for _, value in (*actuals, *targets)]
    values += [shown.base] if shown.base is not None else []
    if len(set(years)) < _WORTH_COMPARING or not values:
        return None
    low, high = min(values), max(values)
    span = float(high - low) or 1.0

    def across(year: int) -> float:
        share = (year - years[0]) / (years[-1] - years[0])
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def down(value: Decimal) -> float:
        share = float(value - low) / span
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def place(year: int, value: Decimal) -> tuple[str, str]:
        return f"{across(year):.1f}", f"{down(value):.1f}"

    dots = tuple(place(*one) for one in actuals)
    aims = tuple(place(*one) for one in targets)
    now = shown.now
    is_known = now is not None and now.actual is not None
    at = place(now.year, now.actual) if now and now.actual is not None else ("", "")
    aim = place(now.year, now.target) if now and now.target is not None else at
    text = now.actual_text if now and is_known else ""
    is_right = bool(at[0]) and float(at[0]) > _WIDTH * 2 / 3
    return Chart(
        width=_WIDTH,
        height=_HEIGHT,
        actual=" ".join(",".join(dot) for dot in dots),
        target=" ".join(",".join(aim) for aim in aims),
        dots=dots,
        aims=aims,
        base=f"{down(shown.base):.1f}" if shown.base is not None else "",
        first=era_year(years[0]),
        last=era_year(years[-1]),
        now=(at[0], _beside(at[1], aim[1]), text),
        anchor="end" if is_right else "middle" if at[0] and float(at[0]) > _WIDTH / 4 else "start",
    )


def _beside(dot: str, aim: str) -> str:
    """Return the height at which a value is written: over its dot, or under it and its target.

    >>> _beside("60.0", "80.0"), _beside("60.0", "45.0"), _beside("60.0", "20.0"), _beside("", "")
    ('53.0', '77.0', '53.0', '')
    """
    if not dot:
        return ""
    is_hiding = 0 < float(dot) - float(aim) <= _NEAR
    return f"{float(dot) + (_UNDER if is_hiding else -_OVER):.1f}"
