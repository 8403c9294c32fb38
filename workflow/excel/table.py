"""A sheet that is one flat table: header in row 1, one value per cell, nothing merged."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.excel.deflated import KnownPieces
from workflow.excel.measures import (
    CONTINUED,
    RowHeights,
    column_pixels,
    fitting,
    lines_of,
    most_lines,
    row_height,
)
from workflow.excel.page import Page, set_page
from workflow.excel.rows import CellValue as CellValue
from workflow.excel.rows import (
    FlatPiece,
    FlatPieces,
    FlatRow,
    RowKind,
    RowsInPieces,
    are_numbers,
)
from workflow.excel.style import (
    HEADER_FILL,
    HEADER_INK,
    LINE,
    LINK_INK,
    SHEET_FOOTER,
)
from workflow.excel.workbook import GrowingSheet, Link
from workflow.model.errors import OutputError
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import LazySequence

FONT_SIZE = 10.0
MAX_LINKS = 60_000
"""Links written to one sheet; Excel bears 65,530."""

MAX_ROWS = 1_048_575
"""Rows of one sheet of Excel, below the header."""

_MOST_LINES = most_lines(FONT_SIZE)
_REPEATED = 60
"""Characters of a text that is repeated where a row goes on."""
_SENTENCE_WIDTH = 60.0
_BUTTON_WIDTH = 1.8
"""Full-width characters that the button of a filter takes of a heading."""
DAY_FORMAT, MOMENT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
"""How days and moments are shown, on every sheet alike."""
DAY_WIDTH, MOMENT_WIDTH = 8.0, 12.5
_PAGE = Page()

RowT = TypeVar("RowT")


def no_link(_: object) -> None:
    """Return no link."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What heads a column: label, width in full-width characters, whether paper shows it.

    Columns that paper does not show stand behind all others.
    """

    label: str
    width: float
    on_paper: bool = True


@dataclass(frozen=True, slots=True)
class TableColumn(Generic[RowT]):
    """One column: label, width in full-width characters, and what it shows of a row."""

    label: str
    width: float
    value: Callable[[RowT], CellValue]
    link: Callable[[RowT], Link | None] = no_link
    on_paper: bool = True

    @property
    def heading(self) -> Heading:
        """What heads the column."""
        return Heading(self.label, self.width, self.on_paper)


class TableStyles:
    """The formats of every flat table in one workbook.

    A number stands a little off the right edge, and so does its heading: what follows in the next
    column does not touch it.
    """

    def __init__(self, book: Workbook) -> None:
        line: dict[str, Any] = {"bottom": 1, "bottom_color": LINE, "valign": "top"}
        right = {"align": "right", "indent": 1}
        head = {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        head |= {"text_wrap": True, "valign": "vcenter"}
        self.header: Format = book.add_format(head)
        self.number_header: Format = book.add_format(head | right)
        self.text: Format = book.add_format(line | {"text_wrap": True})
        self.link: Format = book.add_format(
            line | {"text_wrap": True, "font_color": LINK_INK, "underline": 1}
        )
        self.number: Format = book.add_format(line | right | {"num_format": "General"})
        self.day: Format = book.add_format(line | {"num_format": DAY_FORMAT, "align": "left"})
        self.moment: Format = book.add_format(line | {"num_format": MOMENT_FORMAT, "align": "left"})

    @property
    def of_values(self) -> tuple[Format, ...]:
        """The formats that cells below the headings may have."""
        return self.text, self.link, self.number, self.day, self.moment

    def of(self, value: CellValue) -> Format:
        """Return the format of a value. A text stays a text, whatever it looks like."""
        match value:
            case None | str():
                return self.text
            case datetime():
                return self.moment
            case date():
                return self.day
            case _:
                return self.number


def write_table(
    sheet: GrowingSheet,
    styles: TableStyles,
    columns: Sequence[TableColumn[RowT]],
    rows: Iterable[RowT],
    repeated: int = 0,
    page: Page = _PAGE,
    in_memory: bool = True,
) -> None:
    """Write rows under a frozen, filtered header, ready to print.

    What needs more lines than Excel shows goes on in a further row. Where the values of all rows
    are not to be in memory together, they are made a second time when they are written.
    """
    widths = [column.width for column in columns]
    linking = [(n, column.link) for n, column in enumerate(columns) if column.link is not no_link]

    def values_of(row: RowT) -> list[list[CellValue]]:
        return list(_continued([column.value(row) for column in columns], widths))

    values = _Kept(values_of) if in_memory else _MadeAnew(values_of)
    leading: dict[tuple[int, int], Link] = {}
    for row in rows:
        first = len(values) + 1
        values.add(row)
        for index, link_of in linking:
            if (link := link_of(row)) is not None:
                leading[first, index] = link
    headings = [column.heading for column in columns]
    write_values(sheet, styles, headings, values, leading, repeated, page)


class _Kept(list[Sequence[CellValue]], Generic[RowT]):
    """The values of rows, which go on in further ones, all in memory."""

    def __init__(self, values_of: Callable[[RowT], list[list[CellValue]]]) -> None:
        super().__init__()
        self._values_of = values_of

    def add(self, row: RowT) -> None:
        """Add the values of a row."""
        self.extend(self._values_of(row))


class _MadeAnew(LazySequence[Sequence[CellValue]], Generic[RowT]):
    """The same of very many rows: the values are made again when they are asked for."""

    def __init__(self, values_of: Callable[[RowT], list[list[CellValue]]]) -> None:
        self._values_of = values_of
        self._rows: list[RowT] = []
        self._row_numbers, self._places = array("L"), array("L")

    def add(self, row: RowT) -> None:
        """Add the values of a row."""
        for index in range(len(self._values_of(row))):
            self._row_numbers.append(len(self._rows))
            self._places.append(index)
        self._rows.append(row)

    def __len__(self) -> int:
        """Return how many rows there are, further ones counted."""
        return len(self._places)

    def thing(self, index: int) -> Sequence[CellValue]:
        """Return the values at an index."""
        return self._values_of(self._rows[self._row_numbers[index]])[self._places[index]]


def _continued(values: Sequence[CellValue], widths: Sequence[float]) -> Iterator[list[CellValue]]:
    """Yield the values, and the rest of what a row cannot show in rows that repeat what is short.

    So the rows of one thing stay together however they are sorted and filtered.
    """
    left = [*values]
    while any(_is_too_long(v, w) for v, w in zip(left, widths, strict=True)):
        parts = [_shown_part(v, w) for v, w in zip(left, widths, strict=True)]
        yield parts
        left = [_after(value, part) for value, part in zip(left, parts, strict=True)]
    yield left


def _is_too_long(value: CellValue, width: float) -> bool:
    # Most texts are short; counting lines takes longer than looking at the length.
    if not isinstance(value, str) or len(value) < _MOST_LINES:
        return False
    return lines_of(value, width) > _MOST_LINES


def _shown_part(value: CellValue, width: float) -> CellValue:
    if isinstance(value, str) and _is_too_long(value, width):
        return value[: fitting(value, width, _MOST_LINES)]
    return value


def _after(value: CellValue, part: CellValue) -> CellValue:
    """Return what stands below a part in the next row."""
    if isinstance(value, str) and isinstance(part, str):
        rest = value[len(part) :]
        is_short = not rest and len(part) < _REPEATED
        return f"{CONTINUED}{rest}" if rest else value if is_short else None
    return value


def write_values(
    sheet: GrowingSheet,
    styles: TableStyles,
    columns: Sequence[Heading],
    rows: Sequence[Sequence[CellValue]],
    links: Mapping[tuple[int, int], Link] = MappingProxyType({}),
    repeated: int = 0,
    page: Page = _PAGE,
    known: tuple[RowsInPieces, KnownPieces] | None = None,
) -> None:
    """Write values under a frozen, filtered header, ready to print.

    Links are by 0-based row below the header and column; more of them than Excel bears are left
    out. Repeated are the first columns that paper shows again where the others need a second page.
    Very many rows come in pieces, with those that are known of the workbook before.
    """
    if len(rows) > MAX_ROWS:
        raise OutputError(
            f"シート「{sheet.name}」が{len(rows):,}行になり、Excelの一枚のシートに載る"
            f"{MAX_ROWS:,}行を超えるため、台帳を作れません。"
            "計画を基本目標などで分け、それぞれ別の作業用フォルダーで集めてください。"
        )
    links = links if len(links) <= MAX_LINKS else {}
    pixels = [column_pixels(column.width, FONT_SIZE) for column in columns]
    numeric = known[0].looked_through.are_numbers if known else are_numbers(rows)
    for index, (column, width) in enumerate(zip(columns, pixels, strict=True)):
        sheet.set_column_pixels(index, index, width)
        style = styles.number_header if numeric.get(index) else styles.header
        sheet.write_string(0, index, column.label, style)
    heads = [(column.label, column.width - _BUTTON_WIDTH) for column in columns]
    sheet.set_row(0, row_height(heads, FONT_SIZE))
    if rows:
        flat = _Flat(styles, [column.width for column in columns], links)
        size = len(rows), len(columns)
        if known:
            pieces = FlatPieces(flat.pieces(known[0]), styles.of_values, known[1])
            sheet.write_flat_pieces(1, size, pieces)
        else:
            sheet.write_flat_rows(1, size, flat.rows(rows))
    for (row, index), link in links.items():
        sheet.link_cell(row, index, link)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    printed = sum(column.on_paper for column in columns)
    set_page(sheet, page, pixels[:printed], FONT_SIZE, repeated)
    sheet.print_area(0, 0, len(rows), printed - 1)
    sheet.repeat_rows(0)
    sheet.set_footer(SHEET_FOOTER)


def write_sentence(sheet: GrowingSheet, styles: TableStyles, label: str, sentence: str) -> None:
    """Write one sentence under a heading, where there is no table."""
    write_values(sheet, styles, [Heading(label, _SENTENCE_WIDTH)], [(sentence,)])


class _Flat:
    """The rows below the headings: their heights, and which of their cells lead somewhere."""

    def __init__(
        self,
        styles: TableStyles,
        widths: Sequence[float],
        links: Mapping[tuple[int, int], Link],
    ) -> None:
        self._styles, self._widths = styles, widths
        self._heights = RowHeights(widths, FONT_SIZE)
        self._linked: dict[int, list[int]] = {}
        for row, index in links:
            self._linked.setdefault(row, []).append(index)
        self._kinds: dict[tuple[object, ...], RowKind] = {}

    def rows(self, rows: Iterable[Sequence[CellValue]], before: int = 0) -> Iterator[FlatRow]:
        """Yield the rows that stand below so many others."""
        for number, values in enumerate(rows, start=before + 1):
            indexes = self._linked.get(number, ())
            key = (*map(type, values), *indexes)
            kind = self._kinds.get(key)
            if kind is None:
                formats = tuple(
                    self._styles.link if index in indexes else self._styles.of(value)
                    for index, value in enumerate(values)
                )
                kind = self._kinds[key] = RowKind(formats)
            yield FlatRow(self._heights.of(values), values, kind)

    def pieces(self, rows: RowsInPieces) -> Iterator[FlatPiece]:
        """Yield the rows piece by piece; none is made before it is asked for."""
        for index, digest in enumerate(rows.looked_through.digests):
            first, end = rows.span(index)
            linked = [self._linked.get(row + 1, ()) for row in range(first, end)]
            made_from = repr((digest, self._widths, linked))
            yield FlatPiece(end - first, made_from, partial(self._piece, rows, index))

    def _piece(self, rows: RowsInPieces, index: int) -> Iterator[FlatRow]:
        return self.rows(rows.piece(index), before=rows.span(index)[0])
