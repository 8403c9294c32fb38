"""What people wrote beside the answers (margins, printed cells, sheets, comments, shapes), kept.

A cell holds what is printed there, or an answer, or what somebody wrote: a word in a margin is kept
though the form prints the same word elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field

from workflow.model.catalogue import Code
from workflow.model.cells import CellIndex, a1, folded
from workflow.model.findings import Finding, Location
from workflow.model.raw import RawBook, RawCell, RawSheet
from workflow.model.returns import Note, NoteKind
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.returned.find_rows import Matching
from workflow.returned.find_tables import Table
from workflow.returned.handback_notes import on_the_list, remarks_of
from workflow.returned.indicator_rows import IndicatorRows
from workflow.returned.note_findings import unread_beside
from workflow.returned.printed import (
    Page,
    Printed,
    Template,
    is_computed,
    standing,
    written_over,
)
from workflow.templates.indicator_table import INDICATOR_SHEET
from workflow.templates.layout import (
    CORRECTION_SHEET,
    COVER_SHEET,
    DEPARTMENT_LABEL,
    ID_LABEL,
    NUMBER_LABEL,
    RESPONDENT_LABEL,
    Layout,
)
from workflow.templates.register import FormNumber

_YEAR = lazy_pattern(r"(?:令和|平成)(?:元|\d+)年度|\d{4}年度|^\d+\. ")
"""What is another on the form of another year: the year, and the numbers of the cover's steps."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the answers, what was noticed of it, and last year's rows written into.

    last_year maps the items whose own row is blank to the cells somebody filled in the row that
    shows last year's answers, by field key.
    """

    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    last_year: Mapping[str, Mapping[str, tuple[CellIndex, RawCell]]] = field(default_factory=dict)


def written_beside(
    book: RawBook,
    tables: Sequence[Table],
    matching: Matching,
    layout: Layout,
    printed: Collection[str],
    indicators: IndicatorRows | None = None,
) -> Beside:
    """Return all that is neither printed on a template nor an answer; printed are its texts."""
    template = Template(layout, frozenset(printed))
    forms = {id(t.sheet): _Entries(t, t is tables[0], matching, layout) for t in tables}
    forms |= entries_of(indicators, layout.indicators)
    notes: list[Note] = []
    findings: list[Finding] = []
    for sheet in book.sheets:
        if id(sheet) in forms:
            entries = forms[id(sheet)]
            notes += entries.notes(template)
            findings += entries.findings
        elif sheet.name == CORRECTION_SHEET:
            notes += on_the_list(sheet)
        else:
            for note, finding in _on_another(sheet, template):
                notes.append(note)
                findings += [finding] if finding else []
    notes += remarks_of(book)
    findings += unread_beside(book)
    return Beside(tuple(notes), tuple(findings), forms[id(tables[0].sheet)].last_year)


def entries_of(indicators: IndicatorRows | None, layout: Layout | None) -> dict[int, _Entries]:
    """Return what stands beside the actuals on the sheets of indicators, by their identity."""
    if indicators is None or layout is None:
        return {}
    tables = indicators.tables
    return {id(t.sheet): _Entries(t, t is tables[0], indicators.matching, layout) for t in tables}


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of the form that is refused: what any form like it prints, and one like it.

    Own says that it was issued to the same department; of_year that it is of the year asked for.
    """

    printed: Collection[str]
    levels: Collection[str]
    layout: Layout | None = None
    is_own: bool = False
    is_of_year: bool = False


def written_on_refused(book: RawBook, tables: Sequence[Table], paper: Paper) -> Iterator[Note]:
    """Yield what stands in the tables of a form that is refused as a whole, and around them.

    Where something was printed on it is not known, only where a form like it prints it: what is
    printed on any form is left out, but not where it stands once more.
    """
    forms = {id(table.sheet): table for table in tables}
    template = Template(paper.layout, frozenset()) if paper.layout else None
    for sheet in book.sheets:
        if id(sheet) in forms:
            table = forms[id(sheet)]
            printed = _Printed(sheet, template.entries if template else {}, paper)
            yield from _loose(sheet, NoteKind.MARGIN, printed, table.header_row)
            yield from _in_table(table, printed, paper)
        elif sheet.name == COVER_SHEET:
            printed = _Printed(sheet, template.cover if template else {}, paper)
            yield from _loose(sheet, NoteKind.MARGIN, printed)
        elif sheet.name == INDICATOR_SHEET and template and template.indicators:
            printed = _Printed(sheet, template.indicators, paper)
            yield from _loose(sheet, NoteKind.MARGIN, printed)
        elif sheet.name == CORRECTION_SHEET:
            yield from on_the_list(sheet)
        else:
            yield from _loose(sheet, NoteKind.SHEET)
    yield from remarks_of(book)


class _Printed:
    """What of a sheet may be printed on it, whatever year it is of."""

    def __init__(self, sheet: RawSheet, page: Page, paper: Paper) -> None:
        texts = Counter(_of_any_year(text) for text in page.values())
        self._known = {*map(_of_any_year, paper.printed), *texts}
        self._places = standing(page, sheet.cells).texts.keys()
        found = Counter(_of_any_year(cell.text) for cell in sheet.cells.values())
        self._added = {
            text
            for text, count in found.items()
            if page and count > texts[text] and (paper.is_own or texts[text])
        }

    def is_ours(self, at: CellIndex, cell: RawCell) -> bool:
        """Whether a cell holds what is printed or computed there, or nothing to see."""
        text = _of_any_year(cell.text)
        is_added = text in self._added and at not in self._places
        return (text in self._known and not is_added) or _is_nobodys(cell)

    def is_of_a_form(self, cell: RawCell) -> bool:
        """Whether any form of the year says what a cell holds, wherever it says so."""
        return _of_any_year(cell.text) in self._known or _is_nobodys(cell)


def _loose(
    sheet: RawSheet, kind: NoteKind, printed: _Printed | None = None, last_row: int | None = None
) -> Iterator[Note]:
    """Yield what stands on a sheet down to a row, without what is printed or computed there."""
    printed = printed or _Printed(sheet, {}, Paper((), ()))
    for at, cell in sorted(sheet.cells.items()):
        if (last_row is None or at[0] <= last_row) and not printed.is_ours(at, cell):
            yield Note(kind, sheet.name, a1(*at), cell.text)


def _of_any_year(text: str) -> str:
    return folded(_YEAR.sub("", text))


def _is_nobodys(cell: RawCell) -> bool:
    return _is_number(cell.text) or is_computed(cell) or cell.is_blank


def _is_number(text: str) -> bool:
    """Whether a text is the number of a form, which the finding of its refusal tells of."""
    return FormNumber.parse(text.removeprefix(f"{NUMBER_LABEL}：")) is not None


def _in_table(table: Table, printed: _Printed, paper: Paper) -> Iterator[Note]:
    """Yield what stands below the headings.

    What another year's form printed in its locked cells is not known: what no form of this year
    says is kept, be it printed or typed.
    """
    locked = frozenset(map(folded, (ID_LABEL, DEPARTMENT_LABEL, *paper.levels)))
    headings = {c: heading for heading, c in table.columns.items() if heading not in locked}
    taken = {column for heading, column in table.columns.items() if heading in locked}
    is_known = paper.is_own and paper.is_of_year
    for at, cell in sorted(table.sheet.cells.items()):
        row, column = at
        is_locked = column in taken or (row in table.previous_rows and column in headings)
        is_printed = is_locked and (
            printed.is_ours(at, cell) if is_known else printed.is_of_a_form(cell)
        )
        if row > table.header_row and not is_printed and not cell.is_blank:
            kind = NoteKind.UNUSED if column in headings else NoteKind.MARGIN
            if is_locked:
                kind = NoteKind.OVERWRITTEN if is_known else NoteKind.MARGIN
            label = table.text_at(table.header_row, column) if column in headings else ""
            item = table.ids.get(row, "")
            yield Note(kind, table.sheet.name, a1(*at), cell.text, "", item, label)


class _Entries:
    """What stands beside the answers on the entry sheet of one file."""

    def __init__(self, table: Table, is_first: bool, matching: Matching, layout: Layout) -> None:
        self._table, self._layout = table, layout
        self._kind = NoteKind.MARGIN if is_first else NoteKind.SHEET
        every = (*matching.rows, *matching.repeated)
        rows = [row for row in every if row.sheet == table.sheet.name]
        self._items = {row.row: row.item.id for row in rows}
        self._taken = {row.row: {*row.columns.values()} for row in rows}
        self._blank = {row.item.id for row in rows if not row.cells} if is_first else set()
        labels = {f.key: (table.column(f.label), f.label) for _, f in layout.field_columns}
        self._fields = {column: (key, label) for key, (column, label) in labels.items() if column}
        named = {c.label: c.field.label if c.field else c.label for c in layout.columns}
        self._headed = {table.column(label) for label in named.values()}
        headings = {table.id_label, *(column.label for column, _ in layout.field_columns)}
        is_lost = any(table.column(named[heading]) is None for heading in headings)
        self._reported = named.keys() if is_lost else headings
        self.findings: list[Finding] = []
        self.last_year: dict[str, dict[str, tuple[CellIndex, RawCell]]] = {}

    def notes(self, template: Template) -> Iterator[Note]:
        """Yield what somebody wrote; what it was written over is noted."""
        sheet = self._table.sheet
        is_entries = self._table.id_label == ID_LABEL
        page = template.entries if is_entries else template.indicators
        written = list(written_over(sheet, page, template, self._is_taken))
        above = self._rows_of_last_year(page) if written else {}
        for at, cell, text in written:
            item = self._items.get(at[0], "") or above.get(at[0], "")
            key, label = self._fields.get(at[1], ("", ""))
            is_above = at[0] in above and key != ""
            if is_above and item in self._blank:
                self.last_year.setdefault(item, {})[key] = (at, cell)
            elif is_above:
                self.findings.append(changed(sheet, at, cell, text or "", item))
            elif text and not self._is_reported_elsewhere(at, text):
                self.findings.append(changed(sheet, at, cell, text, item))
            kind = NoteKind.OVERWRITTEN if text or is_above else self._kind
            yield Note(kind, sheet.name, a1(*at), cell.text, item=item, label=label)

    def _is_taken(self, at: CellIndex) -> bool:
        """Whether a cell was taken as an answer, or as the heading of its column."""
        row, column = at
        if row == self._table.header_row:
            return column in self._headed
        return column in self._taken.get(row, ())

    def _rows_of_last_year(self, page: Page) -> dict[int, str]:
        """Return the rows that show last year's answers, each with its item."""
        moved = standing(page, self._table.sheet.cells).rows
        shown = (entry for entry in self._layout.rows if entry.previous)
        rows = ((moved.get(entry.previous_row, 0), entry.item.id) for entry in shown)
        return {row: item for row, item in rows if row and row not in self._items}

    def _is_reported_elsewhere(self, at: CellIndex, text: str) -> bool:
        """Whether the finding of the rows told of a printed cell: of an item, or a heading."""
        is_heading = at[0] == self._table.header_row and text in self._reported
        return at[0] in self._items or is_heading


def _on_another(sheet: RawSheet, template: Template) -> Iterator[tuple[Note, Finding | None]]:
    """Yield what somebody wrote on the cover or on a sheet of their own, and what is told of it."""
    if sheet.name == COVER_SHEET:
        yield from on_the_cover(sheet, template.cover, template)
        return
    for at, cell, _ in written_over(sheet, template.page_of(sheet), template, _never):
        yield Note(NoteKind.SHEET, sheet.name, a1(*at), cell.text), None


def on_the_cover(
    sheet: RawSheet, page: Page, printed: Printed
) -> Iterator[tuple[Note, Finding | None]]:
    """Yield what somebody wrote on the cover, and what is told of it."""
    for at, cell, text in written_over(sheet, page, printed, _never):
        kind = NoteKind.RESPONDENT if _is_respondent(sheet, at) else NoteKind.MARGIN
        finding = changed(sheet, at, cell, text) if text else None
        note = Note(NoteKind.OVERWRITTEN if finding else kind, sheet.name, a1(*at), cell.text)
        yield note, finding


def _is_respondent(sheet: RawSheet, at: CellIndex) -> bool:
    """Whether a cell stands in the box for who filled the form."""
    row, column = at
    before = sheet.cells.get((row, column - 1))
    return before is not None and before.text == RESPONDENT_LABEL


def _never(_: CellIndex) -> bool:
    return False


def changed(sheet: RawSheet, at: CellIndex, cell: RawCell, text: str, item: str = "") -> Finding:
    """Return that somebody wrote over what is printed in a cell."""
    row, column = at
    location = Location(sheet=sheet.name, row=row, column=column, item=item)
    return Finding(
        Code.PRINTED_CHANGED, location, {"before": text or "（空欄）", "after": cell.text}
    )
