"""Workbooks as we write them: nothing guessed from text, rows that fit and still grow."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.url import Url
from xlsxwriter.worksheet import Worksheet

from workflow.cells import encoded
from workflow.look import FONT, INK

MAX_ROW_HEIGHT = 409.0
"""Points of one row that Excel can show."""

_LINE_SPACING = 1.32
_NARROW_PER_WIDTH = 1.08  # proportional letters are a little narrower than the digit that measures
_DEFAULT_ROW_PIXELS = 25


class GrowingSheet(Worksheet):
    """A sheet whose row heights are a first guess: Excel still fits the rows while one types.

    XlsxWriter marks every height as set by hand, which would stop that.
    """

    def lead(self, row: int, column: int, link: Url) -> None:
        """Let a written cell lead somewhere; XlsxWriter's own call would write a text into it."""
        self.hlink_count += 1
        self.hyperlinks[row][column] = link

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:  # noqa: ANN401
        super()._xml_start_tag_unencoded(tag, _without_custom_height(tag, attributes))

    def _xml_empty_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:  # noqa: ANN401
        super()._xml_empty_tag_unencoded(tag, _without_custom_height(tag, attributes))


def _without_custom_height(tag: str, attributes: Iterable[tuple[str, Any]]) -> list[Any]:
    return [a for a in attributes if tag != "row" or a[0] != "customHeight"]


class _ExactStrings(SharedStrings):
    """Texts exactly as given: XlsxWriter takes <r>…</r> for markup and misses chained escapes."""

    def _write_si(self, string: str) -> None:
        self._xml_si_element(encoded(string), [("xml:space", "preserve")])


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


class LockedWorkbook(ExactWorkbook):
    """A workbook whose sheets cannot be renamed, moved or deleted.

    XlsxWriter has no call for it; the schema wants workbookProtection just before bookViews.
    """

    def _write_book_views(self) -> None:
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
        super()._write_book_views()


def new_workbook(stream: BytesIO, font_size: float, locked: bool = False) -> Workbook:
    """Return an empty workbook in our font; text written to it stays text."""
    style = {"font_name": FONT, "font_size": font_size, "font_color": INK, "valign": "top"}
    options = {
        "in_memory": True,
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
    lines = max((_lines(text, width) for text, width in cells), default=1)
    return min(MAX_ROW_HEIGHT, math.ceil(lines * font_size * _LINE_SPACING) + 4)


def _lines(text: str, width: float) -> int:
    room = width * _NARROW_PER_WIDTH
    return sum(max(1, math.ceil(_columns(line) / room)) for line in text.split("\n"))


def _columns(text: str) -> float:
    """Return how many narrow characters wide a text is; a wide one counts as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
