"""Workbooks as we write them: nothing guessed from text, rows that fit and still grow."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.worksheet import Worksheet

from workflow.cells import a1, encoded
from workflow.look import FONT, INK
from workflow.row_xml import FlatRow, RowXml

MAX_ROW_HEIGHT = 409.0
"""Points of one row that Excel can show."""

_LINE_SPACING = 1.32
_NARROW_PER_WIDTH = 1.08  # proportional letters are a little narrower than the digit that measures
_DEFAULT_ROW_PIXELS = 25
_WIDE_RUN = re.compile("[、。「」『』ぁ-ゖァ-ヺー一-龥！-～]+")
"""Runs of the commonest wide characters, to count them at once."""


class Link(NamedTuple):
    """Where a cell leads: a file, or "" for the workbook itself, and a place in it as Excel says.

    The file is an escaped relative URL.
    """

    file: str
    place: str


class GrowingSheet(Worksheet):
    """A sheet whose row heights are a first guess: Excel still fits the rows while one types.

    XlsxWriter marks every height as set by hand, which would stop that.
    """

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[tuple[int, int], Link] = {}
        self._flat_from, self._flat_to = 0, 0
        self._flat_rows: Iterable[FlatRow] = ()

    def lead(self, row: int, column: int, link: Link) -> None:
        """Let a written cell lead somewhere; XlsxWriter's own call would write a text into it."""
        self._links[row, column] = link

    def write_flat_rows(self, first: int, size: tuple[int, int], rows: Iterable[FlatRow]) -> None:
        """Write so many rows and columns from a 0-based row on, below all others.

        They are taken, and spelled, only when the file is written: nothing is held twice.
        """
        self._flat_from, self._flat_to = first, first + size[0] - 1
        self._flat_rows = rows
        self._check_dimensions(self._flat_to, size[1] - 1)

    def _write_rows(self) -> None:
        if not self._flat_from:
            super()._write_rows()
            return
        self.dim_rowmax = self._flat_from - 1
        super()._write_rows()
        self.dim_rowmax = self._flat_to
        row_xml = RowXml(self.str_table, self._convert_date_time)
        for number, row in enumerate(self._flat_rows, start=self._flat_from + 1):
            self.fh.write(row_xml.spelled(number, row))

    def _write_hyperlinks(self) -> None:
        """Write where cells lead; all that lead into one file share its relationship."""
        if not self._links:
            return
        ids: dict[str, str] = {}
        self._xml_start_tag("hyperlinks")
        for (row, column), (file, place) in sorted(self._links.items()):
            if file and file not in ids:
                ids[file] = self._relationship(file)
            to_file = f' r:id="{ids[file]}"' if file else ""
            to_place = f" location={quoteattr(place)}" if place else ""
            self.fh.write(f'<hyperlink ref="{a1(row + 1, column + 1)}"{to_file}{to_place}/>')
        self._xml_end_tag("hyperlinks")

    def _relationship(self, file: str) -> str:
        self.rel_count += 1
        self.external_hyper_links.append(["/hyperlink", file, "External"])
        return f"rId{self.rel_count}"

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:  # noqa: ANN401
        super()._xml_start_tag_unencoded(tag, _without_custom_height(tag, attributes))

    def _xml_empty_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:  # noqa: ANN401
        super()._xml_empty_tag_unencoded(tag, _without_custom_height(tag, attributes))


def _without_custom_height(tag: str, attributes: Iterable[tuple[str, Any]]) -> list[Any]:
    return [a for a in attributes if tag != "row" or a[0] != "customHeight"]


class _ExactStrings(SharedStrings):
    """Texts exactly as given: XlsxWriter takes <r>…</r> for markup and misses chained escapes."""

    def _write_sst_strings(self) -> None:
        for text in self.string_table.string_table:
            is_plain = text.isprintable() and "_x" not in text
            stored = escape(text if is_plain else encoded(text))
            self.fh.write(f'<si><t xml:space="preserve">{stored}</t></si>')


class _ExactPackager(Packager):
    def _write_shared_strings_file(self) -> None:
        if not self.workbook.str_table.count:
            return
        strings = _ExactStrings()
        strings.string_table = self.workbook.str_table
        strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
        strings._assemble_xml_file()


class ExactWorkbook(Workbook):
    """A workbook in which every text stands exactly as it was given."""

    def _get_packager(self) -> Packager:
        return _ExactPackager()

    def _prepare_sst_string_data(self) -> None:
        # Charts look their texts up now, but flat rows add theirs later: the table stays open.
        self.str_table.string_array = list(self.str_table.string_table)


class LockedWorkbook(ExactWorkbook):
    """A workbook whose sheets cannot be renamed, moved or deleted.

    XlsxWriter has no call for it; the schema wants workbookProtection just before bookViews.
    """

    def _write_book_views(self) -> None:
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
        super()._write_book_views()


def new_workbook(
    stream: BytesIO, font_size: float, locked: bool = False, is_large: bool = False
) -> Workbook:
    """Return an empty workbook in our font; text written to it stays text.

    The parts of a large one are put together in temporary files, not in memory.
    """
    style = {"font_name": FONT, "font_size": font_size, "font_color": INK, "valign": "top"}
    options = {
        "in_memory": not is_large,
        "default_format_properties": style,
        "default_row_height": _DEFAULT_ROW_PIXELS,
    }
    return (LockedWorkbook if locked else ExactWorkbook)(stream, options)


def add_sheet(book: Workbook, name: str) -> GrowingSheet:
    """Add a sheet whose rows grow while one types."""
    sheet: GrowingSheet = book.add_worksheet(name, GrowingSheet)
    return sheet


def row_height(cells: Iterable[tuple[str, float]], font_size: float) -> float:
    """Return the points a row needs for wrapped texts, each in a column of so many characters."""
    lines = max((_lines(text, width * _NARROW_PER_WIDTH) for text, width in cells), default=1)
    return _height(lines, font_size)


class RowHeights:
    """The heights of many rows under the same columns, of so many characters each."""

    def __init__(self, widths: Iterable[float], font_size: float) -> None:
        self._rooms = [width * _NARROW_PER_WIDTH for width in widths][::-1]
        self._font_size = font_size

    def of(self, values: Sequence[object]) -> float:
        """Return the points a row needs; what is not a text fits on a line."""
        lines = 1
        # From the right, where the prose stands: most labels then surely need no more lines.
        for value, room in zip(reversed(values), self._rooms, strict=True):
            if isinstance(value, str) and (2 * len(value) > room * lines or "\n" in value):
                lines = max(lines, _lines(value, room))
        return _height(lines, self._font_size)


def _height(lines: int, font_size: float) -> float:
    return min(MAX_ROW_HEIGHT, math.ceil(lines * font_size * _LINE_SPACING) + 4)


def _lines(text: str, room: float) -> int:
    if "\n" in text:
        return sum(_lines(line, room) for line in text.split("\n"))
    return max(1, math.ceil(_columns(text) / room))


def _columns(text: str) -> int:
    """Return how many narrow characters wide a text is; a wide one counts as two."""
    if text.isascii():
        return len(text)
    rest = _WIDE_RUN.sub("", text)
    wide = len(text) - len(rest)
    if not rest.isascii():
        wide += sum(unicodedata.east_asian_width(c) in "WFA" for c in rest)
    return len(text) + wide
