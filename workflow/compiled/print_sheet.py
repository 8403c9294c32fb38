"""一覧（印刷用）: the ledger as people read it on paper.

Excel shows no row higher than 409 points, and would leave half a page blank before a high one. So
we fill the pages ourselves: what does not fit goes on in a row at the top of the next.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from itertools import groupby
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.cells import plain_number
from workflow.compiled import reach
from workflow.compiled.ledger import Ledger
from workflow.compiled.merge import AnswerStatus, Entry
from workflow.look import ALERT_FILL, ALERT_INK, HEADER_FILL, HEADER_INK, LABEL_FILL, LINE
from workflow.model import ChoiceField, DateField, Field, NumberField, Plan, TextField
from workflow.sheets import GrowingSheet, row_height
from workflow.table_sheet import CellValue, TableStyles, write_sentence
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL
from workflow.years import full_year

PRINT_SHEET = "一覧（印刷用）"
CONTINUED = "（続き）"

FONT_SIZE = 9.0
_MOST_LINES, _FEWEST_LINES = 34, 6
"""Lines of one row: no more than Excel shows, no fewer before the rest goes to the next page."""

_PAPER_A4 = 9
_PAGE_WIDTH, _PAGE_HEIGHT = 768.0, 500.0
"""Points of A4 landscape between the margins, a little less than all, as printers differ."""

_POINTS_PER_WIDTH, _PADDING = 7.5, 5 / 7
"""A width is a digit of the workbook's font, and BIZ UDP has wide ones; each column adds some."""

_CHARACTERS_PER_WIDTH = 0.765
"""Full characters of our size that a width holds, with a little to spare for where lines break.

Every character counts as a full one: the digits of BIZ UDP are nearly as wide.
"""

_ID_WIDTH, _TITLE_WIDTH, _DEPARTMENT_WIDTH, _LEAST_TEXT_WIDTH = 5.5, 16.0, 8.5, 12.0
_MOST_HEADING_LINES = 6
_MOST_FOOTER_TITLE = 60
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was
_MOST_STEPS_BACK = 9
_NEVER_FIRST = frozenset("、。，．）」』】〕〉》ー々っゃゅょッャュョ")


@dataclass(frozen=True, slots=True)
class _PrintColumn:
    """A column on paper: its heading, its width in characters and the field it shows, if any."""

    heading: str
    width: float
    field: Field | None = None


class _Kind(Enum):
    """What a row of the list is."""

    TITLE = "title"
    SUMMARY = "summary"
    HEADER = "header"
    BAND = "band"
    LESSER_BAND = "lesser band"
    ANSWER = "answer"

    @property
    def is_across(self) -> bool:
        """Whether its text runs over all columns."""
        return self not in (_Kind.HEADER, _Kind.ANSWER)


_SIZES = dict.fromkeys(_Kind, FONT_SIZE) | {_Kind.TITLE: 14.0, _Kind.BAND: 10.0}


@dataclass(frozen=True, slots=True)
class _Block:
    """What belongs together: a heading over all columns, the headings, or one assignment."""

    kind: _Kind
    cells: tuple[CellValue, ...]
    status: AnswerStatus = AnswerStatus.ANSWERED


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the sheet; an assignment that is told in several ends with the last of them."""

    kind: _Kind
    cells: tuple[CellValue, ...]
    height: float
    status: AnswerStatus = AnswerStatus.ANSWERED
    is_last: bool = True
    begins_page: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """One assignment: its entry and what stands under each heading."""

    entry: Entry
    said: tuple[CellValue, ...]

    @property
    def path(self) -> tuple[str, ...]:
        return self.entry.assignment.item.path

    @property
    def pages(self) -> str:
        return self.entry.assignment.item.pages


def write_print_list(book: Workbook, sheet: GrowingSheet, plan: Plan, ledger: Ledger) -> None:
    """Write the ledger for paper: A4 landscape, all columns on one page, bands by level."""
    if len(ledger.rows) > reach.MOST_PRINTED:
        sentence = reach.not_printed(len(ledger.rows))
        write_sentence(sheet, TableStyles(book), PRINT_SHEET, sentence)
        return
    columns = _columns(plan, ledger)
    rows = tuple(_Pages(columns).filled(tuple(_blocks(plan, ledger, columns))))
    header = next(n for n, row in enumerate(rows) if row.kind is _Kind.HEADER)
    _set_page(sheet, plan, ledger, columns)
    sheet.repeat_rows(header)
    sheet.freeze_panes(header + 1, 0)
    sheet.print_area(0, 0, len(rows) - 1, len(columns) - 1)
    sheet.set_h_pagebreaks([n for n, row in enumerate(rows) if row.begins_page])
    styles = _Styles(book)
    for place, row in enumerate(rows):
        sheet.set_row(place, row.height)
        _write_row(sheet, styles, columns, place, row)


def _set_page(
    sheet: GrowingSheet, plan: Plan, ledger: Ledger, columns: Sequence[_PrintColumn]
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_PAPER_A4)
    sheet.set_margins(left=0.35, right=0.35, top=0.45, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    title = plan.title if len(plan.title) <= _MOST_FOOTER_TITLE else plan.municipality.name
    sheet.set_footer(f"&L{title.replace('&', '&&')}　{full_year(ledger.year)}&R&P / &N")
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)


def _summary(ledger: Ledger) -> str:
    counts = Counter(entry.status for entry in ledger.entries)
    told = "、".join(f"{status.value}{counts[status]}件" for status in AnswerStatus)
    return f"全{len(ledger.entries)}件（{told}）"


def _columns(plan: Plan, ledger: Ledger) -> tuple[_PrintColumn, ...]:
    fixed = [
        _PrintColumn(ID_LABEL, _ID_WIDTH),
        _PrintColumn(plan.levels[-1], _TITLE_WIDTH),
        _PrintColumn(DEPARTMENT_LABEL, _DEPARTMENT_WIDTH),
    ]
    asked = [_field_column(column.field, ledger) for column in ledger.columns if column.field]
    columns = [_wide_enough(column) for column in (*fixed, *asked)]
    return tuple(_sharing_the_rest(columns))


def _field_column(field: Field, ledger: Ledger) -> _PrintColumn:
    match field:
        case TextField():
            return _PrintColumn(field.label, _LEAST_TEXT_WIDTH, field)
        case ChoiceField():
            longest = max(len(choice.value) for choice in field.choices)
            heading = min(6.4, 1.2 * len(field.label) + 0.4)
            width = max(4.6, heading, min(10.0, 1.2 * longest + 1))
            return _PrintColumn(field.label, width, field)
        case NumberField():
            width = max(6.0, 1.0 + max(map(len, _shown_numbers(field, ledger)), default=0))
            return _PrintColumn(_with_unit(field), width, field)
        case DateField():
            return _PrintColumn(field.label, 9.5, field)


def _with_unit(field: NumberField) -> str:
    if not field.unit or field.unit in field.label:
        return field.label
    return f"{field.label}（{field.unit}）"


def _shown_numbers(field: NumberField, ledger: Ledger) -> Iterator[str]:
    place = ledger.index(field.label)
    for number in (row[place] for row in ledger.rows):
        if isinstance(number, Decimal):
            yield f"{number:,.{_places(field, number)}f}"


def _places(field: Field | None, number: Decimal) -> int:
    declared = field.decimals if isinstance(field, NumberField) else None
    return len(plain_number(number).partition(".")[2]) if declared is None else declared


def _wide_enough(column: _PrintColumn) -> _PrintColumn:
    """Widen a column whose heading would need too many lines."""
    least = len(column.heading) / _MOST_HEADING_LINES / _CHARACTERS_PER_WIDTH
    return _PrintColumn(column.heading, max(column.width, least), column.field)


def _sharing_the_rest(columns: Sequence[_PrintColumn]) -> Iterator[_PrintColumn]:
    """Give the room left on the page to the prose, or to the titles where no prose is asked for."""
    rest = max(0.0, (_PAGE_WIDTH - _points(columns)) / _POINTS_PER_WIDTH)
    growing = [c for c in columns if isinstance(c.field, TextField)] or [columns[1]]
    for column in columns:
        more = rest / len(growing) if column in growing else 0.0
        yield _PrintColumn(column.heading, round(column.width + more, 2), column.field)


def _points(columns: Sequence[_PrintColumn]) -> float:
    """Return how wide the list is before it is made to fit the page."""
    return sum(column.width + _PADDING for column in columns) * _POINTS_PER_WIDTH


def _blocks(plan: Plan, ledger: Ledger, columns: Sequence[_PrintColumn]) -> Iterator[_Block]:
    yield _Block(_Kind.TITLE, (f"{plan.title}　{full_year(ledger.year)}",))
    yield _Block(_Kind.SUMMARY, (_summary(ledger),))
    yield _Block(_Kind.HEADER, tuple(column.heading for column in columns))
    for upper, group in groupby(_lines(ledger), key=lambda line: _upper(line.path)):
        lines = tuple(group)
        pages = _common_pages(lines) if upper else ""
        if upper:
            yield _Block(_Kind.BAND, (f"■ {_with_pages('　＞　'.join(upper), pages)}",))
        for path, members in groupby(lines, key=lambda line: line.path):
            yield from _subgroup(path[len(upper) :], tuple(members), bool(pages), columns)


def _subgroup(
    lowest: tuple[str, ...],
    lines: tuple[_Line, ...],
    has_pages: bool,
    columns: Sequence[_PrintColumn],
) -> Iterator[_Block]:
    """Yield the lesser band, if the plan has so many levels, and what stands below it."""
    pages = _common_pages(lines) if lowest and not has_pages else ""
    for text in lowest:
        yield _Block(_Kind.LESSER_BAND, (f"　{_with_pages(text, pages)}",))
    for line in lines:
        yield _answer(line, "" if has_pages or pages else line.pages, columns)


def _answer(line: _Line, pages: str, columns: Sequence[_PrintColumn]) -> _Block:
    said = [*line.said]
    said[1] = _with_pages(f"{said[1]}\n", pages) if pages else said[1]
    if line.entry.status is not AnswerStatus.ANSWERED:
        said[_status_place(columns)] = line.entry.status.value
    return _Block(_Kind.ANSWER, tuple(said), line.entry.status)


class _Pages:
    """The pages while they are filled from top to bottom."""

    def __init__(self, columns: Sequence[_PrintColumn]) -> None:
        self._columns = columns
        self._width = sum(column.width for column in columns)
        self._room = _PAGE_HEIGHT * max(1.0, _points(columns) / _PAGE_WIDTH)
        self._page = self._room
        self._begins = False

    def filled(self, blocks: Sequence[_Block]) -> Iterator[_Row]:
        """Yield the rows; no band stands alone at the end of a page."""
        bands: list[_Row] = []
        for block in blocks:
            if block.kind is not _Kind.ANSWER:
                bands += self._heading(block)
                continue
            least = self._least(block, is_last=block is blocks[-1])
            self._make_room(least + sum(row.height for row in bands))
            yield from map(self._put, bands)
            yield from self._answer(block)
            bands.clear()

    def _least(self, block: _Block, is_last: bool) -> float:
        """Return what must fit; the last one is not torn, lest its end stand alone on a page."""
        whole = _height(block.cells, self._columns)
        stays_whole = is_last and whole <= _height_of(_MOST_LINES)
        return whole if stays_whole else min(whole, _height_of(_FEWEST_LINES))

    def _heading(self, block: _Block) -> Iterator[_Row]:
        if block.kind is _Kind.HEADER:
            height = max(24.0, _height(block.cells, self._columns))
            self._page -= height
            yield _Row(block.kind, block.cells, height)
            return
        size = _SIZES[block.kind]
        for piece in _pieces(str(block.cells[0]), self._width * FONT_SIZE / size):
            yield _Row(block.kind, (piece,), row_height([], size) + 3)

    def _answer(self, block: _Block) -> Iterator[_Row]:
        """Yield the rows of an assignment: what fits here, and then what is left of each text."""
        cells, mark = block.cells, ""
        while True:
            whole = _height(cells, self._columns)
            self._make_room(min(whole, _height_of(_FEWEST_LINES)))
            lines = max(_FEWEST_LINES, self._lines_left())
            parts = [_part(v, c.width, lines) for v, c in zip(cells, self._columns, strict=True)]
            cells = tuple(map(_rest, cells, parts))
            is_last = not any(cells)
            parts[0] = f"{mark}{parts[0] or ''}"
            height = _height(parts, self._columns)
            yield self._put(_Row(block.kind, tuple(parts), height, block.status, is_last))
            if is_last:
                return
            mark = CONTINUED

    def _lines_left(self) -> int:
        return bisect_right(range(1, _MOST_LINES + 1), self._room, key=_height_of)

    def _make_room(self, height: float) -> None:
        if height > self._room and self._room < self._page:
            self._room, self._begins = self._page, True

    def _put(self, row: _Row) -> _Row:
        placed = replace(row, begins_page=self._begins)
        self._room, self._begins = self._room - row.height, False
        return placed


def _part(value: CellValue, width: float, lines: int) -> CellValue:
    """Return what of a cell fits into so many lines."""
    return value[: _fitting(value, width, lines)] if isinstance(value, str) else value


def _rest(value: CellValue, part: CellValue) -> CellValue:
    return value[len(part) :] or None if isinstance(value, str) and isinstance(part, str) else None


def _status_place(columns: Sequence[_PrintColumn]) -> int:
    """Return where to say that there is no answer: in the first prose, or else the first field."""
    prose = [n for n, column in enumerate(columns) if isinstance(column.field, TextField)]
    return next(iter(prose), len(columns) - len([c for c in columns if c.field]))


def _lines(ledger: Ledger) -> Iterator[_Line]:
    places = [n for n, column in enumerate(ledger.columns) if column.field]
    for entry, row in zip(ledger.entries, ledger.rows, strict=True):
        item = entry.assignment.item
        known = (item.id, item.title, entry.assignment.department_label)
        yield _Line(entry, (*known, *(row[place] for place in places)))


def _upper(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the levels of the strong band: all but the lowest of several."""
    return path[:-1] if len(path) > 1 else path


def _common_pages(lines: Iterable[_Line]) -> str:
    """Return the pages all lines share; blank when they differ."""
    pages = {line.pages for line in lines}
    return pages.pop() if len(pages) == 1 else ""


def _with_pages(text: str, pages: str) -> str:
    return f"{text}（計画書 {pages}ページ）" if pages else text


def _pieces(text: str, width: float) -> Iterator[str]:
    """Yield a text line by line."""
    while text:
        end = _fitting(text, width, 1)
        yield text[:end]
        text = text[end:]


def _fitting(text: str, width: float, lines: int) -> int:
    """Return how much of a text fits, ending with a sentence where that wastes little."""
    if _line_count(text, width) <= lines:
        return len(text)

    def needed(length: int) -> int:
        return _line_count(text[:length], width)

    fitting = bisect_right(range(len(text)), lines, key=needed) - 1
    sentence = max(text.rfind(mark, fitting * 3 // 4, fitting) for mark in "\n。")
    end = max(1, sentence + 1 if sentence >= 0 else fitting)
    ends = (n for n in range(end, max(0, end - _MOST_STEPS_BACK), -1) if _may_begin(text[n]))
    return next(ends, end)


def _may_begin(character: str) -> bool:
    is_mark = unicodedata.category(character) in ("Mn", "Me", "Mc")
    return not is_mark and character not in _NEVER_FIRST


def _height(cells: Iterable[CellValue], columns: Iterable[_PrintColumn]) -> float:
    texts = ((v, c.width) for v, c in zip(cells, columns, strict=True) if isinstance(v, str))
    return _height_of(max((_line_count(text, width) for text, width in texts), default=1))


def _line_count(text: str, width: float) -> int:
    room = max(1, int(width * _CHARACTERS_PER_WIDTH))
    return sum(max(1, math.ceil(len(line) / room)) for line in text.split("\n"))


@cache
def _height_of(lines: int) -> float:
    return row_height([("\n" * (lines - 1), 1.0)], FONT_SIZE)


class _Styles:
    """The formats of the sheet."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._cells: dict[tuple[tuple[str, Any], ...], Format] = {}
        strong: dict[str, Any] = {"bold": True, "valign": "vcenter"}
        lines = {"bottom": 1, "bottom_color": LINE, "top": 1, "top_color": LINE}
        header = {"bg_color": HEADER_FILL, "font_color": HEADER_INK, "border": 1}
        header |= {"border_color": LINE, "align": "center", "text_wrap": True}
        band = {"bg_color": LABEL_FILL, "top": 2, "top_color": HEADER_FILL}
        looks = {
            _Kind.TITLE: strong,
            _Kind.SUMMARY: {"valign": "vcenter"},
            _Kind.HEADER: strong | header,
            _Kind.BAND: strong | band,
            _Kind.LESSER_BAND: strong | lines,
        }
        self.across = {
            kind: book.add_format(look | {"font_size": _SIZES[kind]})
            for kind, look in looks.items()
        }

    def answer(self, look: Mapping[str, Any]) -> Format:
        """Return the format of a cell below the headings; each is made once."""
        key = tuple(sorted(look.items()))
        if key not in self._cells:
            common = {"font_size": FONT_SIZE, "text_wrap": True, "valign": "top"}
            lines = {"left": 1, "left_color": LINE, "right": 1, "right_color": LINE}
            self._cells[key] = self._book.add_format(common | lines | dict(look))
        return self._cells[key]


def _write_row(
    sheet: GrowingSheet,
    styles: _Styles,
    columns: Sequence[_PrintColumn],
    place: int,
    row: _Row,
) -> None:
    if row.kind.is_across:
        for n in range(1, len(columns)):
            sheet.write_blank(place, n, None, styles.across[row.kind])
    for n, (column, value) in enumerate(zip(columns, row.cells, strict=False)):
        if row.kind is _Kind.ANSWER:
            is_marked = row.status is not AnswerStatus.ANSWERED and n == _status_place(columns)
            style = styles.answer(_look(column, value, row.is_last, is_marked))
        else:
            style = styles.across[row.kind]
        _write_value(sheet, place, n, value, style)


def _look(column: _PrintColumn, value: CellValue, is_last: bool, is_marked: bool) -> dict[str, Any]:
    # A dashed line below says that it goes on.
    look: dict[str, Any] = {"bottom": 1 if is_last else 3, "bottom_color": LINE}
    if is_marked:
        return look | {"bold": True, "bg_color": ALERT_FILL, "font_color": ALERT_INK}
    if column.heading == ID_LABEL or isinstance(column.field, ChoiceField | DateField):
        look["align"] = "center"
    match value:
        case Decimal():
            places = _places(column.field, value)
            number = f"#,##0.{'0' * places}" if places else "#,##0"
            return look | {"align": "right", "num_format": number}
        case date():
            return look | {"num_format": "yyyy-mm-dd"}
        case _:
            return look


def _write_value(
    sheet: GrowingSheet, row: int, column: int, value: CellValue, style: Format
) -> None:
    match value:
        case str():
            sheet.write_string(row, column, value, style)
        case Decimal():
            sheet.write_number(row, column, float(value), style)
        case date() if value < _FIRST_DAY:
            sheet.write_string(row, column, value.isoformat(), style)
        case date():
            sheet.write_datetime(row, column, value, style)
        case _:
            sheet.write_blank(row, column, None, style)
