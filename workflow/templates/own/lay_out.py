"""The copy of the city's own form for a department: what its marks say, where answers stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workflow.model.cells import CellIndex
from workflow.model.fields.form import Form
from workflow.model.rounds.earlier import is_of_earlier_round, plain_label
from workflow.model.years import japanese_date_and_weekday
from workflow.python.lazy_pattern import lazy_pattern
from workflow.templates.indicator_table import INDICATOR_SHEET, LOCKED, NAMING, REMARK_KEY
from workflow.templates.layout import COVER_SHEET, HEADER_ROW, EntryRow, Layout
from workflow.templates.own.form import (
    COMPUTED,
    MarkedSheet,
    OwnForm,
    Repeat,
    marked,
)
from workflow.templates.own.layout import CHOICES_SHEET, IssuedSheet, ItemKey, OwnLayout
from workflow.templates.own.marks import Mark, MarkKind, Words, fill_marks
from workflow.templates.register import IssuedForm

_UNFIT = lazy_pattern(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_NAME = 31
_AS_IN_LETTER = "送付文のとおり"


def words_of(form: IssuedForm) -> Words:
    """Return what the marks of a form may name."""
    known = (f.label for f in form.known if not is_of_earlier_round(f.key))
    earlier = (plain_label(f) for f in form.known if is_of_earlier_round(f.key))
    return Words(form.levels, form.form, tuple(known), tuple(earlier))


def lay_out_own(form: OwnForm, layout: Layout) -> OwnLayout:
    """Return where everything stands on the copy that a layout describes."""
    words = words_of(layout.form)
    names = _Names()
    sheets: list[IssuedSheet] = []
    sources = marked(form, words)
    of_items = [source for source in sources if source.repeat is Repeat.SHEET]
    for source in sources:
        if source.repeat is not Repeat.SHEET:
            names.take(source.name)
    first = of_items[0].name if of_items else ""
    asks = any(source.of(MarkKind.ENTRY) for source in sources)
    cover = names.take(COVER_SHEET) if asks and names.is_free(COVER_SHEET) else ""
    indicator_sheet = names.take(INDICATOR_SHEET) if layout.indicators else ""
    for source in sources:
        if source.repeat is Repeat.SHEET:
            if source.name == first:
                sheets += _cards(of_items, layout, names, indicator_sheet)
        else:
            rows = layout.rows if source.repeat is Repeat.ROWS else ()
            sheets.append(_issued(source, layout, source.name, rows, indicator_sheet))
    choices = names.take(CHOICES_SHEET)
    left = _not_placed(layout, sheets, indicator_sheet)
    return OwnLayout(layout, words, tuple(sheets), choices, cover, left)


def _not_placed(layout: Layout, sheets: list[IssuedSheet], name: str) -> Layout | None:
    """Return our sheet with the indicators that no sheet of the city's asks for."""
    if layout.indicators is None:
        return None
    asked = {key for sheet in sheets for _, key in sheet.answers}
    left = [row for row in layout.indicators.rows if row.fields[0].key not in asked]
    if not left:
        return None
    columns = layout.indicators.columns
    if not any(len(row.fields) > 1 for row in left):
        columns = tuple(c for c in columns if not c.field or c.field.key != REMARK_KEY)
    fields = tuple(column.field for column in columns if column.field)
    return replace(
        layout.indicators,
        sheet=name,
        rows=tuple(replace(row, row=at) for at, row in enumerate(left, start=HEADER_ROW + 1)),
        columns=columns,
        form=replace(layout.indicators.form, form=Form(fields)),
    )


def _cards(
    sources: list[MarkedSheet], layout: Layout, names: _Names, indicator_sheet: str
) -> Iterator[IssuedSheet]:
    """Yield the sheets of each item, in the order of the items."""
    for row in layout.rows:
        for at, source in enumerate(sources):
            name = row.item.id if at == 0 else f"{row.item.id} {source.name}"
            yield _issued(source, layout, names.take(name), (row,), indicator_sheet)


class _Names:
    """The names of the sheets of a book: safe, and each once."""

    def __init__(self) -> None:
        self._taken = {"history"}

    def is_free(self, name: str) -> bool:
        """Whether no sheet is called so yet."""
        return name.casefold() not in self._taken

    def take(self, wanted: str) -> str:
        """Return the name a sheet gets."""
        plain = _UNFIT.sub("-", wanted).strip("'")[:_LONGEST_NAME] or "-"
        name, count = plain, 2
        while name.casefold() in self._taken:
            end = f" ({count})"
            name, count = plain[: _LONGEST_NAME - len(end)] + end, count + 1
        self._taken.add(name.casefold())
        return name


def _issued(
    source: MarkedSheet, layout: Layout, name: str, rows: tuple[EntryRow, ...], indicator_sheet: str
) -> IssuedSheet:
    is_list = source.repeat is Repeat.ROWS
    top, bottom = source.block if is_list else (0, 0)
    height = bottom - top + 1
    shift = height * (len(rows) - 1) if is_list else 0
    placing = _Placing(source, layout, indicator_sheet)
    for cell in source.sheet.cells:
        row, column = cell
        if is_list and top <= row <= bottom:
            for at, entry in enumerate(rows):
                placing.place(cell, (row + at * height, column), entry)
        elif is_list:
            placing.place(cell, (row + (shift if row > bottom else 0), column), None)
        else:
            placing.place(cell, cell, rows[0] if rows else None)
    return IssuedSheet(
        name=name,
        source=source,
        item=rows[0].item.id if source.repeat is Repeat.SHEET else "",
        items=rows,
        page=placing.page,
        answers=placing.answers,
        ids=placing.ids,
        number=placing.number,
        shift=shift,
        marked=placing.marked,
        empty=tuple(placing.empty),
    )


class _Placing:
    """The cells of one sheet, while each is given its place."""

    def __init__(self, source: MarkedSheet, layout: Layout, indicator_sheet: str) -> None:
        self._source, self._layout, self._indicator_sheet = source, layout, indicator_sheet
        self.page: dict[CellIndex, str] = {}
        self.answers: dict[ItemKey, CellIndex] = {}
        self.marked: dict[ItemKey, str] = {}
        self.empty: list[CellIndex] = []
        self.ids: dict[str, CellIndex] = {}
        self.number: CellIndex | None = None

    def place(self, cell: CellIndex, at: CellIndex, row: EntryRow | None) -> None:
        """Note what a cell of the city's workbook holds where it stands in the end."""
        text = self._source.sheet.cells[cell]
        marks = self._source.marks.get(cell)
        if not marks:
            self.page[at] = "" if text == COMPUTED else text
            return
        for mark in marks:
            self._note(mark, at, row)
        if any(mark.asks_indicator for mark in marks) and row:
            self._place_indicator(marks[0], at, row)
            return
        if any(mark.kind is MarkKind.ENTRY for mark in marks):
            return
        values = _Values(self._layout, row)
        self.page[at] = fill_marks(text, self._source.found[cell], values.of)

    def _note(self, mark: Mark, at: CellIndex, row: EntryRow | None) -> None:
        if mark.kind is MarkKind.ENTRY and row and not mark.asks_indicator:
            self.answers[row.item.id, mark.key] = at
        elif mark.kind is MarkKind.ID and row:
            self.ids.setdefault(row.item.id, at)
        elif mark.kind is MarkKind.NUMBER:
            self.number = self.number or at

    def _place_indicator(self, mark: Mark, at: CellIndex, row: EntryRow) -> None:
        """Note where an indicator is answered; a cell for one that is none stays locked.

        One cell for any number of indicators would not tell which one is meant.
        """
        own = indicators_of(self._layout, row.item.id)
        if not mark.which and len(own) > 1:
            self.page[at] = _ON_OUR_SHEET.format(sheet=self._indicator_sheet)
            return
        one = dict(enumerate(own, start=1)).get(mark.which or 1)
        at_most = int(mark.asks_remark)
        asked = one.fields[at_most : at_most + 1] if one else ()
        for field_asked in asked:
            self.answers[row.item.id, field_asked.key] = at
            self.marked[row.item.id, field_asked.key] = mark.key
        if not asked:
            self.empty.append(at)


_ON_OUR_SHEET = "シート「{sheet}」に記入"


def indicators_of(layout: Layout, item: str) -> tuple[EntryRow, ...]:
    """Return the rows of the indicators of an item, in their order."""
    rows = layout.indicators.rows if layout.indicators else ()
    return tuple(row for row in rows if row.item.id == item)


class _Values:
    """What the marks of one item say, or those of the form as a whole."""

    def __init__(self, layout: Layout, row: EntryRow | None) -> None:
        self._layout, self._row = layout, row

    def of(self, mark: Mark) -> str:
        """Return the text that stands in place of a mark."""
        return self._of_item(mark, self._row) if self._row else self._of_form(mark)

    def _of_form(self, mark: Mark) -> str:
        layout = self._layout
        match mark.kind:
            case MarkKind.YEAR:
                return str(layout.period)
            case MarkKind.DEPARTMENT | MarkKind.DEPARTMENTS:
                return layout.department.name
            case MarkKind.NUMBER:
                return str(layout.number)
            case MarkKind.DEADLINE:
                deadline = layout.deadline
                return japanese_date_and_weekday(deadline) if deadline else _AS_IN_LETTER
            case MarkKind.CONTACT:
                return layout.contact or layout.coordinator
        return ""

    def _of_item(self, mark: Mark, row: EntryRow) -> str:
        item = row.item
        match mark.kind:
            case MarkKind.ID:
                return item.id
            case MarkKind.LEVEL:
                levels = self._layout.form.levels
                return dict(zip(levels, item.labels, strict=True)).get(mark.name, "")
            case MarkKind.DEPARTMENTS:
                return item.departments
            case MarkKind.PAGES:
                return item.pages
            case MarkKind.INDICATOR:
                return self._of_indicators(item.id, mark)
            case MarkKind.KNOWN | MarkKind.EARLIER:
                known = map(plain_label, self._layout.form.known)
                return dict(zip(known, item.known, strict=False)).get(mark.name, "")
            case MarkKind.PREVIOUS:
                return dict(row.previous).get(mark.key, "")
        return self._of_form(mark)

    def _of_indicators(self, item: str, mark: Mark) -> str:
        """Return what is known of the indicators of an item, a line for each."""
        rows = indicators_of(self._layout, item)
        if mark.which and mark.name:
            return "".join(_part(row, mark.name) for row in rows[mark.which - 1 : mark.which])
        shown = rows[mark.which - 1 : mark.which] if mark.which else rows
        lines = (_on_one_line(_part(row, mark.name)) if mark.name else _all(row) for row in shown)
        return "\n".join(lines)


_LABELS = tuple(column.label for column in LOCKED)


def _all(row: EntryRow) -> str:
    """Return the name of an indicator and all that is known of it, in one line."""
    named = zip(_LABELS[NAMING:], row.texts[NAMING:], strict=True)
    known = (f"{label} {text}" for label, text in named if text)
    return "　".join(map(_on_one_line, (row.texts[NAMING - 1], *known)))


def _part(row: EntryRow, label: str) -> str:
    return row.texts[_LABELS.index(label)]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
