"""Workbooks as we write them: texts stay texts, and rows fit and still grow while one types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from io import BytesIO, StringIO
from itertools import accumulate, count, islice
from typing import IO, Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.worksheet import Worksheet

from workflow.excel.deflated import Packed, packed
from workflow.excel.measures import NORMAL_FONT, TEXT_FONT
from workflow.excel.rows import FlatPiece, FlatPieces, FlatRow, RowXml
from workflow.excel.style import INK
from workflow.excel.texts import SharedTexts, quoted
from workflow.excel.zip_stream import PartText, ZipStream
from workflow.model.cells import column_letters
from workflow.python.dataclass import dataclass

ALLOWED_WHEN_LOCKED: dict[str, Any] = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_rows": True,
    "format_columns": True,
    "autofilter": True,
}
"""What people may still do on a locked sheet, as XlsxWriter names it."""

_DEFAULT_ROW_PIXELS = 25
_ROWS_AT_ONCE = 100
_LINKS_AT_ONCE = 1_000


class Link(NamedTuple):
    """Where a cell leads: a file, or "" for the workbook itself, and a location in it.

    The file is an escaped relative URL.
    """

    file: str
    location: str


class GrowingSheet(Worksheet):
    """A sheet whose row heights are a first guess: Excel still fits the rows while one types.

    XlsxWriter marks every height as set by hand, which would stop that.
    """

    # What XlsxWriter sets later, and says None of until then.
    fh: IO[str]  # type: ignore[assignment]
    str_table: SharedTexts  # type: ignore[assignment]
    dim_rowmax: int  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[tuple[int, int], Link] = {}
        self._flat_from, self._flat_to = 0, 0
        self._flat_rows: Iterable[FlatRow] = ()
        self._flat_pieces: FlatPieces | None = None

    def link_cell(self, row: int, column: int, link: Link) -> None:
        """Give a written cell a link; XlsxWriter's own call would write a text into it."""
        self._links[row, column] = link

    def write_flat_rows(self, first: int, size: tuple[int, int], rows: Iterable[FlatRow]) -> None:
        """Write so many rows and columns from a 0-based row on, below all others.

        The rows are read and formatted only while the file is written, so nothing is kept twice.
        """
        self._flat_from, self._flat_to = first, first + size[0] - 1
        self._flat_rows = rows
        self._check_dimensions(self._flat_to, size[1] - 1)

    def write_flat_pieces(self, first: int, size: tuple[int, int], flat: FlatPieces) -> None:
        """Write so many rows and columns in pieces; of those known before, nothing is made anew."""
        self.write_flat_rows(first, size, ())
        self._flat_pieces = flat

    def _write_rows(self) -> None:
        if not self._flat_from:
            super()._write_rows()
            return
        self.dim_rowmax = self._flat_from - 1
        super()._write_rows()
        self.dim_rowmax = self._flat_to
        if self._flat_pieces:
            self._write_pieces(self._flat_pieces)
            return
        row_xml = RowXml(self.str_table, self._convert_date_time)
        numbers = count(self._flat_from + 1)
        format_row = map(row_xml.format_row, numbers, self._flat_rows)
        while rows := "".join(islice(format_row, _ROWS_AT_ONCE)):
            self.fh.write(rows)

    def _write_pieces(self, flat: FlatPieces) -> None:
        assert isinstance(self.fh, PartText)
        row_xml = RowXml(None, self._convert_date_time)
        styles = repr([style._get_xf_index() for style in flat.formats])  # type: ignore[no-untyped-call]
        pieces = [*flat.pieces]
        numbers = [*accumulate((p.size for p in pieces), initial=self._flat_from + 1)]
        keys = [
            flat.known.key(self.name or "", styles, str(number), piece.made_from)
            for number, piece in zip(numbers, pieces, strict=False)
        ]
        xml = _PiecesXml(row_xml, pieces, numbers)
        new = [n for n, key in enumerate(keys) if not flat.known.holds(key)]
        made = flat.known.made_of(_packed, xml, new)
        for n, key in enumerate(keys):
            is_made = made is not None and not flat.known.holds(key)
            text = partial(next, made) if made and is_made else partial(xml.of, n)
            self.fh.write_piece(key, flat.known, text)

    def _write_hyperlinks(self) -> None:
        """Write the links of cells; all links into one file share one relationship."""
        if not self._links:
            return
        self._xml_start_tag("hyperlinks")
        elements = self._link_elements()
        while together := "".join(islice(elements, _LINKS_AT_ONCE)):
            self.fh.write(together)
        self._xml_end_tag("hyperlinks")

    def _link_elements(self) -> Iterator[str]:
        to_files = {"": ""}
        letters = {column: column_letters(column + 1) for _, column in self._links}
        for place in sorted(self._links):
            file, location = self._links[place]
            if file not in to_files:
                to_files[file] = f' r:id="{self._relationship(file)}"'
            at = f"{letters[place[1]]}{place[0] + 1}"
            yield f'<hyperlink ref="{at}"{to_files[file]}{_location_attribute(location)}/>'

    def _prepare_formula(self, formula: str, _expand_future_functions: bool = False) -> str:
        """Return a formula as it is stored: ours use no function that is newer than the format.

        XlsxWriter looks for thirty such functions in every formula.
        """
        return formula.removeprefix("=")

    def _relationship(self, file: str) -> str:
        self.rel_count += 1
        self.external_hyper_links.append(["/hyperlink", file, "External"])
        return f"rId{self.rel_count}"

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:  # noqa: ANN401
        super()._xml_start_tag_unencoded(tag, _without_custom_height(tag, attributes))

    def _xml_empty_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:  # noqa: ANN401
        super()._xml_empty_tag_unencoded(tag, _without_custom_height(tag, attributes))


@dataclass(frozen=True, slots=True)
class _PiecesXml:
    """The pieces of a sheet, and the number of the first row of each."""

    row_xml: RowXml
    pieces: Sequence[FlatPiece]
    numbers: Sequence[int]

    def of(self, index: int) -> str:
        """Return the XML of a piece."""
        numbered = count(self.numbers[index])
        return "".join(map(self.row_xml.format_row, numbered, self.pieces[index].rows()))


def _packed(xml: _PiecesXml, index: int) -> Packed:
    return packed(xml.of(index).encode())


@lru_cache(maxsize=1024)  # many returns are answered in the same cells
def _location_attribute(location: str) -> str:
    return f" location={quoted(location)}" if location else ""


def _without_custom_height(tag: str, attributes: Iterable[tuple[str, Any]]) -> list[Any]:
    return [a for a in attributes if tag != "row" or a[0] != "customHeight"]


class _ExactStrings(SharedStrings):
    """Texts as they were stored at their first look-up."""

    fh: IO[str]  # type: ignore[assignment]  # XlsxWriter sets both later
    string_table: SharedTexts  # type: ignore[assignment]

    def _write_sst_strings(self) -> None:
        for elements in self.string_table.numbers.elements():
            self.fh.write(elements)


class _ExactPackager(Packager):
    """Writes the parts directly into the file; XlsxWriter would keep all of them in memory."""

    workbook: Workbook  # type: ignore[assignment]  # XlsxWriter sets it later

    def write(self, stream: IO[bytes]) -> None:
        """Write the file, once everything is prepared."""
        with ZipStream(stream) as self._parts:
            super()._create_package()  # type: ignore[no-untyped-call]

    def _create_package(self) -> list[Any]:
        return []

    def _filename(self, xml_filename: str) -> StringIO:
        return self._parts.part(xml_filename)

    def _write_shared_strings_file(self) -> None:
        if not self.workbook.str_table.count:
            return
        strings = _ExactStrings()
        assert isinstance(self.workbook.str_table, SharedTexts)
        strings.string_table = self.workbook.str_table
        strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
        strings._assemble_xml_file()


class ExactWorkbook(Workbook):
    """A workbook in which every text stands exactly as it was given."""

    def __init__(self, stream: IO[bytes], options: dict[str, Any]) -> None:
        super().__init__(BytesIO(), options)  # XlsxWriter prepares a file without parts
        self._stream, self._packager = stream, _ExactPackager()
        self.str_table = SharedTexts()

    def _get_packager(self) -> Packager:
        return self._packager

    def _store_workbook(self) -> None:
        super()._store_workbook()
        self._packager.write(self._stream)
        # With the circles opened it all goes at once: the collector rests where most are made.
        del self._packager
        for sheet in self.worksheets_objs:
            del sheet.workbook_add_format

    def _prepare_sst_string_data(self) -> None:
        """Leave the table open: flat rows add their texts later."""


class LockedWorkbook(ExactWorkbook):
    """A workbook whose sheets cannot be renamed, moved or deleted.

    XlsxWriter has no call for it; the schema wants workbookProtection just before bookViews.
    """

    def _write_book_views(self) -> None:
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
        super()._write_book_views()


def new_workbook(stream: IO[bytes], font_size: float, locked: bool = False) -> Workbook:
    """Return an empty workbook in our fonts; text written to it stays text."""
    style = dict(TEXT_FONT) | {"font_size": font_size, "font_color": INK, "valign": "top"}
    options = {
        "in_memory": True,
        "default_format_properties": style,
        "default_row_height": _DEFAULT_ROW_PIXELS,
    }
    book = (LockedWorkbook if locked else ExactWorkbook)(stream, options)
    for name, value in NORMAL_FONT.items():  # XlsxWriter makes its first format the style Normal
        getattr(book.formats[0], f"set_{name}")(value)
    return book


def add_sheet(book: Workbook, name: str) -> GrowingSheet:
    """Add a sheet whose rows grow while one types."""
    sheet = book.add_worksheet(name, GrowingSheet)
    assert isinstance(sheet, GrowingSheet)
    return sheet
