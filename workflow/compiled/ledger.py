"""The ledger 台帳: one row per assignment, one value per cell. Declares its columns once."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from itertools import chain

from workflow.compiled import display_limits
from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.parts import Part, divided
from workflow.compiled.year.combine import combined_value
from workflow.excel.table import MOMENT_WIDTH, CellValue
from workflow.model import known_values
from workflow.model.fields.base import Field
from workflow.model.known_values import KnownRow, KnownTable
from workflow.model.plan import Plan
from workflow.model.returns import Source
from workflow.model.rounds.column_group import WHOLE, ColumnGroup
from workflow.model.rounds.declared import Period
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import Chosen, LazySequence, Repeated
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL, PAGES_LABEL

LEDGER_SHEET = "台帳"
PARTS_SHEET = "台帳の分冊"
YEAR_LABEL = "年度(西暦)"
STATUS_LABEL = "回答状況"
FILE_LABEL = "回答ファイル"
SHEET_LABEL = "シート"
ROW_LABEL = "行"
DIGEST_LABEL = "SHA-256"
RECEIVED_LABEL = "受領日時"
RESPONDENT_LABEL = "回答者"
"""Who answered, where a round asks others than departments; only in a year of several rounds."""


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """One column: its label, its width in full-width characters, what it takes from an entry.

    The field of a known value is one that nobody answers. A source says where a value was read.
    Of few values is a column that says the same of many entries.
    Status is the column that says whether a field was answered, "" where nobody answers it himself.
    """

    label: str
    width: float
    value: Callable[[Entry], CellValue]
    field: Field | None = None
    on_paper: bool = True
    is_known: bool = False
    is_source: bool = False
    is_of_few_values: bool = False
    status: str = STATUS_LABEL

    @property
    def heading(self) -> str:
        """What stands above the column on a sheet; that of a number names its unit."""
        return self.field.heading if self.field else self.label


Row = tuple[CellValue, ...]
"""What a ledger says of one entry, a value for each column."""


@dataclass(frozen=True, slots=True)
class Rows(LazySequence[Row]):
    """The rows of a ledger, each made of its entry."""

    values: Sequence[Callable[[Entry], CellValue]]
    entries: Sequence[Entry]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.entries)

    def thing(self, index: int) -> Row:
        """Return the row at an index."""
        entry = self.entries[index].at_hand()
        return tuple([value(entry) for value in self.values])


@dataclass(frozen=True)
class Ledger:
    """The table of a fiscal year, or of a round of it: a row per entry, in the plan's order.

    Parts are the workbooks it is divided over, none where it fits into one.
    Without slots, so that column indexes are cached.
    """

    period: Period
    columns: tuple[LedgerColumn, ...]
    entries: Sequence[Entry]
    parts: tuple[Part, ...] = ()
    column_groups: tuple[ColumnGroup, ...] = (WHOLE,)

    @property
    def year(self) -> int:
        """The fiscal year."""
        return self.period.year

    @property
    def rows(self) -> LazySequence[Row]:
        """Every row, each made when it is asked for."""
        return Rows([column.value for column in self.columns], self.entries)

    def rows_of(self, indexes: Sequence[int]) -> Rows:
        """Return some of the rows, given their indexes."""
        return Rows([column.value for column in self.columns], Chosen(self.entries, indexes))

    def values(self, label: str) -> Iterator[CellValue]:
        """Yield what stands in a column, row by row."""
        if label in self._kept:
            return iter(self._kept[label])
        return map(self.columns[self.index(label)].value, self.entries)

    def value(self, index: int, label: str) -> CellValue:
        """Return one cell: the index is that of its entry."""
        if label in self._kept:
            return self._kept[label][index]
        return self.columns[self.index(label)].value(self.entries[index])

    def standing(self, groups: Iterable[ColumnGroup]) -> Counter[AnswerStatus]:
        """Count where entries stand, over some groups of columns."""
        columns = [self.values(group.column(STATUS_LABEL)) for group in groups]
        texts = Counter(chain.from_iterable(columns))
        return Counter({AnswerStatus(str(text)): n for text, n in texts.items()})

    def index(self, label: str) -> int:
        """Return the 0-based index of a column."""
        return self._column_indexes[label]

    def part_of(self, entry: int) -> tuple[Part, int]:
        """Return the part an entry stands in, and the 0-based index of its row there."""
        numbers, rows = self._rows_in_parts
        return self.parts[numbers[entry]], rows[entry]

    @cached_property
    def _kept(self) -> Mapping[str, Sequence[CellValue]]:
        """The columns of few values: counted again and again, they are read once."""
        own = [column for column in self.columns if column.is_of_few_values]
        found: dict[str, Repeated[CellValue]] = {column.label: Repeated() for column in own}
        taking = [(found[column.label].add, column.value) for column in own]
        for entry in self.entries:
            read = entry.at_hand()
            for add, value in taking:
                add(value(read))
        return found

    @cached_property
    def _rows_in_parts(self) -> tuple[array[int], array[int]]:
        """Of each entry the index of its part, and of its row there."""
        numbers, rows = (array("I", [0]) * len(self.entries) for _ in range(2))
        for number, part in enumerate(self.parts):
            for at, entry in enumerate(part.entries):
                numbers[entry], rows[entry] = number, at
        return numbers, rows

    @cached_property
    def _column_indexes(self) -> Mapping[str, int]:
        return {column.label: n for n, column in enumerate(self.columns)}


def build_ledger(plan: Plan, year: int, entries: Sequence[Entry]) -> Ledger:
    """Return the ledger of a round, divided when it is too long for one sheet."""
    columns = ledger_columns(plan, year)
    is_whole = len(entries) <= display_limits.MOST_ROWS
    period = plan.period(year)
    parts = () if is_whole else divided(plan, period, entries, display_limits.MOST_IN_PART)
    return Ledger(period, columns, entries, parts, plan.column_groups or (WHOLE,))


def ledger_columns(plan: Plan, year: int) -> tuple[LedgerColumn, ...]:
    """Return the columns of a plan's ledger."""
    return (
        LedgerColumn(YEAR_LABEL, 5, lambda _: year),
        LedgerColumn(ID_LABEL, 5, lambda e: e.item.id),
        *(_level_column(level, depth, plan) for depth, level in enumerate(plan.levels)),
        LedgerColumn(PAGES_LABEL, 5.5, lambda e: e.item.pages or None),
        LedgerColumn(
            DEPARTMENT_LABEL, 9, lambda e: e.assignment.department_label, is_of_few_values=True
        ),
        *(_known_column(plan, field) for field in plan.known_fields),
        *(_field_column(plan, field) for field in plan.form.fields),
        LedgerColumn(STATUS_LABEL, 5.5, lambda e: e.status.value, is_of_few_values=True),
        *(column for group in plan.column_groups or (WHOLE,) for column in _group_columns(group)),
        *(_known_sources(plan) if plan.known_fields else ()),
    )


def where_answers_stand(entries: Iterable[Entry]) -> str:
    """Return where the answers of rows stand in their files, and what became of each.

    With the content of the files, what those were judged by, and the places of the rows in the
    ledger, that tells all that stands in the rows.
    """
    places: dict[tuple[str, str, datetime, str], int] = {}
    found: list[tuple[object, ...]] = []
    for entry in chain.from_iterable([row.every for row in entries]):
        answer = entry.answer
        if answer is None:
            found.append((entry.status.value,))
            continue
        source = answer.source
        place = (source.file, source.sha256, source.received, source.sheet)
        number = places.setdefault(place, len(places))
        own = (answer.item, source.row, answer.rejected, answer.says_nothing)
        found.append((entry.status.value, number, *own))
    return repr((found, [*places]))


def status_label(plan: Plan, key: str) -> str:
    """Return the column that says whether a field was answered in a row, "" where nobody is."""
    return "" if key in plan.combined_by_key else plan.column_group(key).column(STATUS_LABEL)


def _group_columns(group: ColumnGroup) -> Iterator[LedgerColumn]:
    """Yield where the answers of a group came from, and how far it is where it is a later one."""
    if group.index:
        standing = partial(_standing_at, group.index)
        label = group.column(STATUS_LABEL)
        yield LedgerColumn(label, 5.5, standing, on_paper=False, is_of_few_values=True)
    if group.names_respondent:
        who = partial(_respondent_at, group.index)
        yield LedgerColumn(group.column(RESPONDENT_LABEL), 9, who, on_paper=False)
    for column in _source_columns():
        value = partial(_value_at, group.index, column.value) if group.index else column.value
        yield replace(column, label=group.column(column.label), value=value)


def _standing_at(index: int, entry: Entry) -> CellValue:
    return entry.at(index).status.value


def _respondent_at(index: int, entry: Entry) -> CellValue:
    asked = entry.at(index)
    return asked.assignment.department_label if asked.answer else None


def _value_at(index: int, value: Callable[[Entry], CellValue], entry: Entry) -> CellValue:
    return value(entry.at(index))


def _known_column(plan: Plan, field: Field) -> LedgerColumn:
    rows = plan.known_table.rows if plan.known_table else {}

    def value(entry: Entry) -> CellValue:
        row = rows.get(entry.item.id)
        return row.values.get(field.key) if row else None

    return LedgerColumn(
        field.label,
        field.ledger_width,
        value,
        field,
        is_known=True,
        is_of_few_values=field.is_listed,
    )


def _known_sources(plan: Plan) -> Iterator[LedgerColumn]:
    """Yield where the known values of a row stand in the city's table."""
    table = plan.known_table
    if table is None:
        return
    sources: tuple[tuple[str, float, Callable[[KnownRow], CellValue]], ...] = (
        (known_values.FILE_LABEL, 14, lambda _: table.file),
        (known_values.SHEET_LABEL, 9, lambda _: table.sheet),
        (known_values.ROW_LABEL, 6, lambda row: row.row),
        (known_values.DIGEST_LABEL, 50, lambda _: table.sha256),
    )
    for label, width, take in sources:
        value = partial(_of_known, table, take)
        yield LedgerColumn(label, width, value, on_paper=False, is_source=True)


def _of_known(table: KnownTable, take: Callable[[KnownRow], CellValue], entry: Entry) -> CellValue:
    row = table.rows.get(entry.item.id)
    return take(row) if row else None


def _source_columns() -> Iterator[LedgerColumn]:
    """Yield where an answer came from: to follow on the screen, not to read on paper."""
    sources: tuple[tuple[str, float, Callable[[Source], CellValue]], ...] = (
        (FILE_LABEL, 20, lambda s: s.file),
        (SHEET_LABEL, 7, lambda s: s.sheet),
        (ROW_LABEL, 4, lambda s: s.row),
        (DIGEST_LABEL, 50, lambda s: s.sha256),
        (RECEIVED_LABEL, MOMENT_WIDTH, lambda s: s.received),
    )
    for label, width, take in sources:
        value = partial(_of_source, take)
        yield LedgerColumn(label, width, value, on_paper=False, is_source=True)


def _of_source(take: Callable[[Source], CellValue], entry: Entry) -> CellValue:
    answer = entry.answer
    return take(answer.source) if answer else None


def _level_column(level: str, depth: int, plan: Plan) -> LedgerColumn:
    is_title = depth == len(plan.levels) - 1
    width = 20 if is_title else 12
    if is_title:
        return LedgerColumn(level, width, lambda e: e.item.title)
    return LedgerColumn(level, width, lambda e: e.item.path[depth], is_of_few_values=True)


def _field_column(plan: Plan, field: Field) -> LedgerColumn:
    made, index = plan.combined_by_key.get(field.key), plan.column_group(field.key).index
    value = partial(combined_value, plan, made) if made else partial(_answered, field, index)
    status = status_label(plan, field.key)
    return LedgerColumn(
        field.label,
        field.ledger_width,
        value,
        field,
        is_of_few_values=field.is_listed,
        status=status,
    )


def _answered(field: Field, index: int, row: Entry) -> CellValue:
    # An answer that was sent back is not a figure: only its source is shown. Of what has
    # nothing to report, the reason is.
    entry = row.at(index)
    is_reason = field.waives and entry.status is AnswerStatus.NOTHING
    answer = entry.answer
    if answer is None or not (entry.status.has_answer or is_reason):
        return None
    return answer.values.get(field.key)
