"""指標: one row an indicator and fiscal year, what it came to and where that was entered. Pure.

Declares the columns once, for the sheet, the CSV and its schema. Every year that has a base, a
target or an actual has a row; this year's actual is the answer that counts for the item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from workflow.compiled.ledger import (
    DIGEST_LABEL,
    FILE_LABEL,
    SHEET_LABEL,
    STATUS_LABEL,
    YEAR_LABEL,
)
from workflow.compiled.merging.entries import Entry
from workflow.compiled.summaries.matrix import Bucket, CountedMatrix
from workflow.excel.table import CellValue
from workflow.model.indicators.grading import Graded, grade, grades_of
from workflow.model.indicators.indicator import Indicator
from workflow.model.plan import Matrix, Plan
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

INDICATOR_SHEET = "指標"
INDICATOR_LABEL = "指標番号"
NAME_LABEL = "指標名"
UNIT_LABEL = "単位"
TARGET_LABEL, ACTUAL_LABEL, RATE_LABEL = "目標値", "実績値", "達成率（％）"
VERDICT_LABEL, REASON_LABEL = "判定", "判定できない理由"
BASE_LABEL, REMARK_LABEL = "基準値", "備考"
NOT_GRADED = "判定不可"
NO_GRADING = "区分なし"


@dataclass(frozen=True, slots=True)
class YearOf:
    """An indicator in one fiscal year. Actual is None where none is known, or it was not measured.

    Before is the same indicator the year before, where it has such a row.
    """

    year: int
    actual: Decimal | None
    graded: Graded
    is_now: bool = False
    is_ahead: bool = False
    is_base: bool = False
    before: YearOf | None = None

    @property
    def verdict(self) -> str:
        """The grade, or the word that there is none; blank for a year to come."""
        if self.is_ahead:
            return ""
        return self.graded.grade or (NOT_GRADED if self.graded.reason else "")

    @property
    def reason(self) -> str:
        """Why it is not graded; blank where it is, or has no grades to get."""
        return str(self.graded.reason) if self.graded.reason and not self.is_ahead else ""

    @property
    def change(self) -> Decimal | None:
        """By how much the actual differs from that of the year before."""
        before = self.before.actual if self.before else None
        return None if before is None or self.actual is None else self.actual - before


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator as one entry of the ledger answers it, over the years, the earliest first."""

    indicator: Indicator
    entry: int
    answered_by: Entry
    years: tuple[YearOf, ...]

    @property
    def now(self) -> YearOf:
        """The fiscal year of the round."""
        return next(one for one in self.years if one.is_now)

    @property
    def remark(self) -> str:
        """What the department adds to this year's actual."""
        return str(_given(self.answered_by, self.indicator.remark_key) or "")


Row = tuple[Series, YearOf]


@dataclass(frozen=True, slots=True)
class IndicatorColumn:
    """One column: its label, its width in full-width characters, and what it takes of a row.

    Declared is its field of the Table Schema.
    """

    label: str
    width: float
    value: Callable[[Series, YearOf], CellValue]
    declared: Mapping[str, object]
    on_paper: bool = True


@dataclass(frozen=True)
class IndicatorTable:
    """All rows of a fiscal year, indicator by indicator in the plan's order."""

    year: int
    columns: tuple[IndicatorColumn, ...]
    series: tuple[Series, ...]
    matrix: CountedMatrix

    @cached_property
    def lines(self) -> tuple[Row, ...]:
        """Every indicator in every year."""
        return tuple((series, one) for series in self.series for one in series.years)

    @cached_property
    def rows(self) -> tuple[tuple[CellValue, ...], ...]:
        """The values of every line."""
        return tuple(tuple(c.value(*line) for c in self.columns) for line in self.lines)

    def index(self, label: str) -> int:
        """Return the 0-based index of a column."""
        return [column.label for column in self.columns].index(label)

    def spans(self) -> Iterator[tuple[Series, int, int]]:
        """Yield each series with the indexes of its first and its last row."""
        first = 0
        for series in self.series:
            yield series, first, first + len(series.years) - 1
            first += len(series.years)


def indicator_table(plan: Plan, year: int, entries: Sequence[Entry]) -> IndicatorTable | None:
    """Return the indicators of a round; None for a plan that has none.

    Of a year of several rounds the last one that asked for them counts.
    """
    if not plan.indicators:
        return None
    measuring = [group.index for group in plan.column_groups if group.measures]
    entries = [entry.at(measuring[-1]) for entry in entries] if measuring else entries
    by_item: dict[str, list[int]] = {}
    for at, entry in enumerate(entries):
        by_item.setdefault(entry.item.id, []).append(at)
    series = tuple(
        _series(indicator, at, entries[at], year)
        for indicator in plan.indicators
        for at in by_item.get(indicator.item, ())
    )
    return IndicatorTable(year, tuple(_columns(plan)), series, _matrix(plan, year, series))


def _series(indicator: Indicator, at: int, entry: Entry, year: int) -> Series:
    known = dict(indicator.actuals)
    base = indicator.base
    if base:
        known.setdefault(base.year, base.value)
    answer = _given(entry, indicator.key)
    years = sorted({year, *known, *indicator.targets})
    found: list[YearOf] = []
    for one in years:
        value = answer if one == year else known.get(one)
        graded = grade(indicator, value, one)
        is_base = base is not None and one == base.year
        if is_base and one != year and graded.target is None:
            graded = Graded()  # where a plan starts from is no result
        before = found[-1] if found and found[-1].year == one - 1 and one <= year else None
        actual = value if isinstance(value, Decimal) else None
        found.append(YearOf(one, actual, graded, one == year, one > year, is_base, before))
    return Series(indicator, at, entry, tuple(found))


def _given(entry: Entry, key: str) -> Decimal | str | None:
    """Return what counts of an answer; one that was sent back is no figure."""
    if entry.answer is None or not entry.status.has_answer:
        return None
    value = entry.answer.values.get(key)
    return value if isinstance(value, Decimal | str) else None


def _columns(plan: Plan) -> Iterator[IndicatorColumn]:
    text: dict[str, object] = {"type": "string"}
    number: dict[str, object] = {"type": "number"}
    needed: dict[str, object] = {"constraints": {"required": True}}
    yield IndicatorColumn(
        YEAR_LABEL, 6.5, lambda _, y: y.year,
        {"type": "year", "description": "年度の始まる4月の西暦年です。"} | needed,
    )  # fmt: skip
    yield IndicatorColumn(INDICATOR_LABEL, 6, lambda s, _: s.indicator.id, {**text, **needed})
    yield IndicatorColumn(NAME_LABEL, 14, lambda s, _: s.indicator.name, {**text, **needed})
    yield IndicatorColumn(UNIT_LABEL, 4, lambda s, _: s.indicator.unit or None, text)
    yield IndicatorColumn(
        "区分", 5, lambda _, y: _kind(y),
        text | {"description": "基準、実績、目標（これからの年度）のどれかです。"},
    )  # fmt: skip
    yield IndicatorColumn(TARGET_LABEL, 6, lambda _, y: y.graded.target, number)
    yield IndicatorColumn(
        ACTUAL_LABEL, 6, lambda _, y: y.actual,
        number | {"description": "空欄は値がないことを表します。理由は別の列にあります。"},
    )  # fmt: skip
    yield IndicatorColumn(
        RATE_LABEL, 7, lambda _, y: None if y.is_ahead else y.graded.rate,
        number | {"torimatome:unit": "%"},
    )  # fmt: skip
    yield IndicatorColumn(VERDICT_LABEL, 5.5, lambda _, y: y.verdict or None, text)
    yield IndicatorColumn(REASON_LABEL, 8, lambda _, y: y.reason or None, text)
    yield IndicatorColumn(
        "前年度の実績値", 6, lambda _, y: y.before.actual if y.before else None, number
    )
    yield IndicatorColumn("前年度との差", 6, lambda _, y: y.change, number)
    yield IndicatorColumn(
        "前年度の判定", 5.5, lambda _, y: (y.before.verdict if y.before else "") or None, text
    )
    yield IndicatorColumn(
        REMARK_LABEL, 14, lambda s, y: (s.remark if y.is_now else "") or None, text
    )
    yield IndicatorColumn(ID_LABEL, 5, lambda s, _: s.indicator.item, {**text, **needed})
    for depth, level in enumerate(plan.levels):
        yield _level(level, depth)
    yield IndicatorColumn(
        DEPARTMENT_LABEL, 9, lambda s, _: s.answered_by.assignment.department_label,
        {**text, **needed},
    )  # fmt: skip
    yield from _declared(text, number)
    yield from _sources(text)


def _level(level: str, depth: int) -> IndicatorColumn:
    return IndicatorColumn(
        level,
        12,
        lambda s, _: s.answered_by.item.labels[depth],
        {"type": "string", "description": "計画の階層です。"},
    )


def _declared(
    text: Mapping[str, object], number: Mapping[str, object]
) -> Iterator[IndicatorColumn]:
    """Yield by what rule it is graded, the same in every row of an indicator."""
    yield IndicatorColumn("方向", 5, lambda s, _: s.indicator.direction.word, text)
    yield IndicatorColumn("種類", 5, lambda s, _: s.indicator.kind.word, text)
    yield IndicatorColumn("達成率の比べ方", 9, lambda s, _: s.indicator.compares_with.word, text)
    yield IndicatorColumn(
        "基準年度(西暦)", 5, lambda s, _: s.indicator.base.year if s.indicator.base else None,
        {"type": "year"},
    )  # fmt: skip
    yield IndicatorColumn(
        BASE_LABEL, 6, lambda s, _: s.indicator.base.value if s.indicator.base else None, number
    )


def _sources(text: Mapping[str, object]) -> Iterator[IndicatorColumn]:
    """Yield where this year's actual was entered; other years stand in the plan."""

    def source(take: Callable[[Series], CellValue]) -> Callable[[Series, YearOf], CellValue]:
        return lambda s, y: take(s) if y.is_now and s.answered_by.answer else None

    def place(series: Series) -> tuple[str, str]:
        answer = series.answered_by.answer
        known = answer is not None and series.indicator.key in answer.cells
        return answer.cell_of(series.indicator.key) if answer and known else ("", "")

    def of_file(take: Callable[[Series], CellValue]) -> Callable[[Series], CellValue]:
        return lambda s: take(s) if place(s)[1] else None

    def file(series: Series) -> CellValue:
        return series.answered_by.answer.source.file if series.answered_by.answer else None

    def digest(series: Series) -> CellValue:
        return series.answered_by.answer.source.sha256 if series.answered_by.answer else None

    yield IndicatorColumn(
        STATUS_LABEL, 5.5,
        lambda s, y: s.answered_by.status.value if y.is_now else None, text, on_paper=False,
    )  # fmt: skip
    columns: tuple[tuple[str, float, Callable[[Series], CellValue]], ...] = (
        (FILE_LABEL, 20, of_file(file)),
        (SHEET_LABEL, 7, lambda s: place(s)[0] or None),
        ("セル", 5, lambda s: place(s)[1] or None),
        (DIGEST_LABEL, 50, of_file(digest)),
    )
    for label, width, take in columns:
        yield IndicatorColumn(label, width, source(take), text, on_paper=False)


def _kind(year: YearOf) -> str:
    if year.is_ahead:
        return "目標"
    return "基準" if year.is_base and not year.is_now else "実績"


# The matrix 基本施策 × 判定: the indicators of this year by what they came to.


def _matrix(plan: Plan, year: int, series: Sequence[Series]) -> CountedMatrix:
    """Return the counts of this year's verdicts, as conditions on the sheet's columns."""
    above = plan.levels[:-1]
    axis = above[1] if len(above) > 1 else above[0] if above else DEPARTMENT_LABEL
    titles = [_title(plan, one, axis) for one in series]
    now = (YEAR_LABEL, str(year))
    rows = tuple(Bucket(title, ((axis, title), now)) for title in dict.fromkeys(titles))
    graded = list(grades_of(plan.indicators))
    verdicts = {one.now.verdict for one in series}
    words = [*graded, *([NOT_GRADED] if NOT_GRADED in verdicts else [])]
    columns = [Bucket(word, ((VERDICT_LABEL, word),)) for word in words]
    columns += [Bucket(NO_GRADING, ((VERDICT_LABEL, ""),))] if "" in verdicts else []
    at_row = {bucket.label: n for n, bucket in enumerate(rows)}
    at_column = {bucket.conditions[0][1]: n for n, bucket in enumerate(columns)}
    pairs = tuple(
        (at_row[title], at_column[one.now.verdict])
        for title, one in zip(titles, series, strict=True)
    )
    counted = Counter(pairs)
    return CountedMatrix(
        title=f"{axis}別 指標の{VERDICT_LABEL}",
        row_title=axis,
        rows=rows,
        columns=tuple(columns),
        counts=tuple(tuple(counted[r, c] for c in range(len(columns))) for r in range(len(rows))),
        bucket_pairs=pairs,
        declared=Matrix(axis, VERDICT_LABEL),
    )


def _title(plan: Plan, series: Series, axis: str) -> str:
    assignment = series.answered_by.assignment
    if axis == DEPARTMENT_LABEL:
        return assignment.department_label
    return assignment.item.labels[plan.levels.index(axis)]
