"""Last year → this year, item by item: what the sheet 前年度比較 shows. Pure.

Both years are compared as their ledger CSVs spell them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from workflow.compiled import display_limits
from workflow.compiled.indicators import IndicatorTable
from workflow.compiled.ledger import FILE_LABEL, STATUS_LABEL, Ledger
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.years.changes import (
    Change,
    ComparedField,
    FieldChange,
    IndicatorChange,
    answer_in,
    compared_fields,
    field_change,
    indicator_changes,
)
from workflow.compiled.years.pairing import LineKind, Pair, pairs
from workflow.compiled.years.past import PastYear, Row, this_year
from workflow.model.cells import folded
from workflow.model.fields.form import ScaleDifference, scale_differences
from workflow.model.plan import Plan
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item of one department in both years; entry is its index in this year's ledger.

    A status is a ledger's 回答状況, "" in a year that has no such row. Former holds what only
    last year asked, as Comparison.former_labels names it.
    """

    kind: LineKind
    item: str
    title: str
    department_before: str
    department_after: str
    status_before: str
    status_after: str
    changes: tuple[FieldChange, ...]
    former: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    entry: int | None = None

    def of(self, key: str) -> FieldChange:
        """Return what changed in one field."""
        return next(c for c in self.changes if c.field.key == key)

    @property
    def is_notable(self) -> bool:
        """Whether it says more than that an item goes on as last year."""
        moved = self.kind is not LineKind.CONTINUED or bool(self.remarks)
        return moved or any(change.is_changed_choice for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two years side by side; without a last year there are no lines."""

    year: int
    last_year: int | None
    notes: tuple[str, ...]
    differences: tuple[ScaleDifference, ...] = ()
    fields: tuple[ComparedField, ...] = ()
    former_labels: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    by_entry: Mapping[int, tuple[Line, ...]] = field(default_factory=dict)
    indicators: Mapping[int, tuple[IndicatorChange, ...]] = field(default_factory=dict)

    @property
    def listed(self) -> tuple[Line, ...]:
        """The lines the sheet lists: of very many only the notable ones."""
        if len(self.lines) <= display_limits.MOST_COMPARED:
            return self.lines
        notable = tuple(line for line in self.lines if line.is_notable)
        return notable if len(notable) <= display_limits.MOST_CHANGED else ()

    def lines_of(self, entry: int) -> tuple[Line, ...]:
        """Return the lines of an entry, by index in the ledger; merged departments have more."""
        return self.by_entry.get(entry, ())

    def indicators_of(self, line: Line) -> tuple[IndicatorChange, ...]:
        """Return the indicators of a line; one that ended has none this year."""
        return () if line.entry is None else self.indicators.get(line.entry, ())

    def lines_where(self, key: str, *changes: Change) -> tuple[Line, ...]:
        """Return the lines in which one field changed so."""
        return tuple(line for line in self.lines if line.of(key).change in changes)

    def lines_of_kind(self, kind: LineKind) -> tuple[Line, ...]:
        """Return the lines of one kind."""
        return tuple(line for line in self.lines if line.kind is kind)

    @property
    def changed(self) -> tuple[Line, ...]:
        """The lines in which another choice was made, on the same scale."""
        return tuple(x for x in self.lines if any(c.is_changed_choice for c in x.changes))


def compare(
    plan: Plan, ledger: Ledger, last: PastYear | None, indicators: IndicatorTable | None = None
) -> Comparison:
    """Return this year beside last year; None when there is no ledger of last year."""
    if last is None:
        note = f"{era_year(ledger.year - 1)}の台帳がないため、前年度との比較はありません。"
        return Comparison(year=ledger.year, last_year=None, notes=(note,))
    fields = compared_fields(plan, last)
    taken = {compared.label_before for compared in fields}
    former = tuple(label for label in last.field_labels if label not in taken)
    differences = scale_differences(last.form, plan.form)
    lines = _Lines(plan, ledger, last, fields, former).all()
    return Comparison(
        year=ledger.year,
        last_year=last.year,
        notes=(*_brought_in(last), *_notes(fields, former, differences)),
        differences=differences,
        fields=fields,
        former_labels=former,
        lines=lines,
        by_entry=_by_entry(lines),
        indicators=indicator_changes(indicators),
    )


def headline_sentences(comparison: Comparison) -> tuple[str, ...]:
    """Return what changed since last year in a few sentences; none without a last year.

    Every figure is a count of lines, so that a filter on the sheet 前年度比較 gives the same.
    """
    if comparison.last_year is None:
        return ()
    return (*_counts(comparison), *_warnings(comparison), *_arrivals(comparison))


def _by_entry(lines: Sequence[Line]) -> Mapping[int, tuple[Line, ...]]:
    found: dict[int, tuple[Line, ...]] = {}
    for line in lines:
        if line.entry is not None:
            found[line.entry] = (*found.get(line.entry, ()), line)
    return found


@dataclass(frozen=True, slots=True)
class _Lines:
    plan: Plan
    ledger: Ledger
    last: PastYear
    fields: Sequence[ComparedField]
    former: Sequence[str]

    def all(self) -> tuple[Line, ...]:
        now = this_year(self.ledger, self.plan.form)
        found = pairs(self.plan, self.ledger.entries, self.last.rows)
        return tuple(
            self._line(pair, pair.row, None if pair.entry is None else now.rows[pair.entry])
            for pair in found
        )

    def _line(self, pair: Pair, before: Row | None, after: Row | None) -> Line:
        title_before = self.last.title(before) if before else ""
        title_after = after[self.plan.levels[-1]] if after else ""
        return Line(
            kind=pair.kind,
            item=(after or before or {})[ID_LABEL],
            title=title_after or title_before,
            department_before=before[DEPARTMENT_LABEL] if before else "",
            department_after=after[DEPARTMENT_LABEL] if after else "",
            status_before=before[STATUS_LABEL] if before else "",
            status_after=after[STATUS_LABEL] if after else "",
            changes=tuple(field_change(compared, before, after) for compared in self.fields),
            former=tuple(self._former(before, label) for label in self.former),
            remarks=(*pair.remarks, *_retitled(title_before, title_after)),
            entry=pair.entry,
        )

    def _former(self, before: Row | None, label: str) -> str:
        return answer_in(before, label, self.last.status_of(label)) or ""


def _retitled(before: str, after: str) -> Iterator[str]:
    """Yield a word of warning: an id may have been given to something else."""
    if before and after and folded(before) != folded(after):
        yield f"文言が前年度と違います（前年度：{before}）。"


def _brought_in(last: PastYear) -> Iterator[str]:
    """Yield from which table the answers of last year were brought in, if they were."""
    files = (row[FILE_LABEL] for row in last.rows if row[STATUS_LABEL] == AnswerStatus.BROUGHT_IN)
    for file in dict.fromkeys(files):
        yield f"{era_year(last.year)}の回答は、市の表（{file}）から持ち込んだものです。"


def _notes(
    fields: Sequence[ComparedField], former: Sequence[str], differences: Sequence[ScaleDifference]
) -> Iterator[str]:
    yield from (difference.sentence for difference in differences)
    explained = {difference.field.key for difference in differences}
    for compared in fields:
        label, then = compared.field.label, compared.label_before
        if then is None and compared.field.key not in explained:
            yield f"前年度には「{label}」という項目がありません。"
        elif then is not None and then != label:
            yield f"「{label}」は、前年度の「{then}」と比べています。"
    if former:
        labels = "".join(f"「{label}」" for label in former)
        yield f"{labels}は、前年度だけの項目です。前年度の値を右端の列に載せています。"


def _counts(comparison: Comparison) -> Iterator[str]:
    summary = [part for c in comparison.fields for part in _counts_of(comparison, c)]
    if summary:
        yield f"前年度と比べると、{'、'.join(summary)}です。"


def _counts_of(comparison: Comparison, compared: ComparedField) -> Iterator[str]:
    asked = compared.field
    if not asked.is_listed or not compared.comparable or not compared.in_sentences:
        return
    words = {Change.CHANGED: "変わった"}
    if asked.is_rating:
        words = {Change.RAISED: "上がった", Change.LOWERED: "下がった"}
    for change, word in words.items():
        count = len(comparison.lines_where(asked.key, change))
        yield f"{asked.label}が{word}取組は{count}件"


def _warnings(comparison: Comparison) -> Iterator[str]:
    """Yield one sentence for each choice that cannot be counted against last year."""
    first = {d.field.key: d.sentence for d in reversed(comparison.differences)}
    yield from (first[c.field.key] for c in comparison.fields if c.field.key in first)


def _arrivals(comparison: Comparison) -> Iterator[str]:
    words = {
        LineKind.NEW: "新しい取組",
        LineKind.ENDED: "終了した取組",
        LineKind.MOVED: "担当課が替わった取組",
    }
    counts = {word: len(comparison.lines_of_kind(kind)) for kind, word in words.items()}
    summary = "、".join(f"{word}は{count}件" for word, count in counts.items() if count)
    yield f"{summary}です。" if summary else "新しい取組、終了した取組はありません。"
    waiting = [
        x for x in comparison.lines if x.status_after and AnswerStatus(x.status_after).is_open
    ]
    if waiting:
        yield f"今年度の回答がまだない取組{len(waiting)}件は、比べていません。"
