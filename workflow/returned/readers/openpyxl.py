"""An .xlsx through openpyxl → raw workbook: values, formulas and errors told apart."""

from __future__ import annotations

import contextlib
import math
import string
import warnings
from collections.abc import Mapping
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.text import Text
from openpyxl.reader import excel
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._reader import (
    CF_TAG,
    COL_TAG,
    EXT_TAG,
    FILTER_TAG,
    HYPERLINK_TAG,
    MERGE_TAG,
    ROW_TAG,
    VALIDATION_TAG,
    WorkSheetParser,
    WorksheetReader,
)
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.merge import MergeCells
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import fromstring, iterparse

from workflow.excel.xlsx.comments import read_comments
from workflow.excel.xlsx.number_formats import BUILT_IN_DAYS, day_cell
from workflow.excel.xlsx.package import package_in
from workflow.excel.xlsx.properties import custom_properties, saving_of_package
from workflow.excel.xlsx.reader import read_xlsx
from workflow.excel.xlsx.references import cell_index
from workflow.excel.xlsx.sheet_parts import BLANKS
from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import decoded
from workflow.model.raw import Area, CellKind, RawBook, RawCell, RawSheet
from workflow.returned.readers.strip_formatting import without_formatting
from workflow.templates.layout import COVER_SHEET

_CELL, _VALUE = f"{MAIN}c", f"{MAIN}v"
_OF_A_NUMBER = frozenset(string.digits + "+-.eE")
_TRUTHS = {"true": "1", "false": "0"}
_OVER_ROWS: Mapping[str, tuple[str, Any]] = {
    MERGE_TAG: ("merged_cells", MergeCells),
    FILTER_TAG: ("auto_filter", AutoFilter),
}
_LOOKS = frozenset((COL_TAG, CF_TAG, EXT_TAG, HYPERLINK_TAG, VALIDATION_TAG))
"""What of a sheet may be large and says nothing of its cells."""

Results = Mapping[str, Mapping[tuple[int, int], RawCell]]
"""Results stored with formulas, by sheet and place."""


def read_book(content: bytes) -> RawBook:
    """Return what a workbook holds. Whatever the reader raises says the file is broken."""
    package = package_in(content)
    # openpyxl passes over what is out of place, without a word; our own reading refuses it.
    seen = {sheet.name: sheet for sheet in read_xlsx(content).sheets}
    others = {sheet.name for sheet in package.sheets if not sheet.holds_cells}
    book, content = _opened(content)
    since_1904 = book.epoch.year == 1904
    results = _results(content, since_1904) if _has_foreign_formulas(book) else {}
    sheets = tuple(
        read.seen_as(seen[read.name]) if read.name in seen else read
        for read in (
            _sheet(sheet, results.get(sheet.title, {}), since_1904)
            for sheet in book.worksheets
            if sheet.title not in others
        )
    )
    saving = saving_of_package(package)
    beside = read_comments(package)
    return RawBook(
        sheets=sheets,
        properties=custom_properties(package),
        names=_names(book, {sheet.name: sheet for sheet in sheets}),
        named_areas=package_in(content).workbook.named_areas,
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
        remarks=beside.remarks,
        lost=package.lost,
        unread=beside.unread,
    )


def _opened(content: bytes) -> tuple[Workbook, bytes]:
    """Return a workbook and the bytes it was read from: bare ones where its decoration is odd."""
    try:
        return open_exactly(content), content
    except MemoryError:
        raise
    except Exception:
        # openpyxl raises whatever it likes of what it does not know.
        reduced = without_formatting(content)
        return open_exactly(reduced), reduced


def _stored(sheet: Worksheet) -> Mapping[tuple[int, int], Any]:
    # The public iterators build every blank cell up to a stray one at XFD1048576; this does not.
    stored: Mapping[tuple[int, int], Any] = sheet._cells
    return stored


def _has_foreign_formulas(book: Workbook) -> bool:
    """Whether formulas stand where our templates have none."""
    return any(
        cell.data_type == "f"
        for sheet in book.worksheets
        if sheet.title != COVER_SHEET
        for cell in _stored(sheet).values()
    )


def _results(content: bytes, since_1904: bool) -> Results:
    """Return what formulas came to, but for those on our cover."""
    return {
        sheet.title: _cells(sheet, {}, since_1904)
        for sheet in open_exactly(content, results_only=True).worksheets
        if sheet.title != COVER_SHEET
    }


def _sheet(
    sheet: Worksheet, results: Mapping[tuple[int, int], RawCell], since_1904: bool
) -> RawSheet:
    merged = {Area(r.min_row, r.min_col, r.max_row, r.max_col) for r in sheet.merged_cells.ranges}
    hidden = (row for row, shape in sheet.row_dimensions.items() if shape.hidden)
    return RawSheet(
        name=sheet.title,
        cells=_cells(sheet, results, since_1904),
        merged=tuple(sorted(merged)),
        hidden_rows=frozenset(hidden),
        filtered=bool(sheet.auto_filter.filterColumn),
    )


def _cells(
    sheet: Worksheet, results: Mapping[tuple[int, int], RawCell], since_1904: bool
) -> dict[tuple[int, int], RawCell]:
    return {
        at: _raw(cell, results.get(at), since_1904)
        for at, cell in _stored(sheet).items()
        if cell.value is not None
    }


def _raw(cell: Any, result: RawCell | None, since_1904: bool) -> RawCell:  # noqa: ANN401 - a Cell
    value: Any = cell.value
    if cell.data_type == "f":
        return RawCell(CellKind.FORMULA, _formula(value), cached=result)
    if cell.data_type == "e":
        return RawCell(getattr(value, "kind", CellKind.ERROR), str(value))
    if isinstance(value, bool):
        return RawCell(CellKind.BOOLEAN, str(value).upper())
    if isinstance(value, int | float):
        return _number(cell, value, since_1904)
    if isinstance(value, datetime):
        return RawCell.of_day(value)
    if isinstance(value, date):
        return RawCell.of_day(datetime.combine(value, time()))
    if isinstance(value, str):
        return RawCell(CellKind.TEXT, decoded(value))
    return RawCell(CellKind.DATE, str(value))


def _number(cell: Any, value: float, since_1904: bool) -> RawCell:  # noqa: ANN401 - a Cell
    # openpyxl does not know the formats that are days in Japanese Excel alone.
    if cell._style.numFmtId in BUILT_IN_DAYS:
        return day_cell(value, since_1904)
    return RawCell.of_number(value, since_1904)


def _formula(value: Any) -> str:  # noqa: ANN401 - a text, or one of openpyxl's formulas
    if getattr(value, "t", "") == "dataTable":
        return f"=TABLE({','.join(filter(None, (value.r1, value.r2)))})"
    return str(getattr(value, "text", value))


def _names(book: Workbook, sheets: Mapping[str, RawSheet]) -> dict[str, str]:
    texts = {}
    for name, defined in book.defined_names.items():
        for sheet_name, at in _destinations(defined):
            sheet = sheets.get(sheet_name)
            if sheet and at in sheet.cells:
                texts[name] = sheet.cells[at].text
    return texts


def _destinations(defined: Any) -> list[tuple[str, tuple[int, int]]]:  # noqa: ANN401 - openpyxl's
    # A name may stand for a formula, a deleted sheet or one of a lost book; it leads nowhere then,
    # and openpyxl raises whatever it likes.
    try:
        found = [(s, r) for s, r in defined.destinations if r and ":" not in r]
        return [(sheet.replace("''", "'"), cell_index(reference)) for sheet, reference in found]
    except Exception:
        return []


# openpyxl, made exact: every text of a workbook as it is stored.


class _OddValue(str):
    """What a cell holds that openpyxl has no value for, or gives up on."""

    kind: CellKind

    @classmethod
    def of(cls, kind: CellKind, text: str) -> _OddValue:
        """Return the value of a kind that a text stands for."""
        value = cls(text)
        value.kind = kind
        return value

    @classmethod
    def in_cell(cls, stored: str, kind: str, has_metadata: bool) -> _OddValue | None:
        """Return the value of a cell that is odd, None where openpyxl reads it right."""
        if kind == "e" and has_metadata:
            return cls.of(CellKind.PICTURE, "画像")
        if kind == "n" and not _is_finite(stored):
            return cls.of(CellKind.MALFORMED, stored)
        if kind == "b" and stored not in ("0", "1"):
            return cls.of(CellKind.MALFORMED, stored)
        if kind == "d" and not _is_moment(stored):
            return cls.of(CellKind.DATE, stored)
        return None


def _is_finite(stored: str) -> bool:
    """Whether a text is a number: digits of XML alone, which int() does not keep to."""
    try:
        return set(stored) <= _OF_A_NUMBER and math.isfinite(float(stored))
    except ValueError:
        return False


def _is_moment(stored: str) -> bool:
    """Whether a text is a day or a time of day as ISO 8601 spells them."""
    for kind in (datetime, time):
        with contextlib.suppress(ValueError):
            kind.fromisoformat(stored)
            return True
    return False


class _Texts(list[str]):
    """Shared texts by their place; there is none before the first, where Python takes the last."""

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as list has it
        if isinstance(place, int) and place < 0:
            raise IndexError(place)
        return super().__getitem__(place)


def _normalized(cell: Any) -> str | None:  # noqa: ANN401 - an element
    """Spell place, style and value of a cell as openpyxl expects them; return the value."""
    for name, stored in (("r", cell.get("r", "").replace("$", "")), ("s", cell.get("s", ""))):
        if stored:
            cell.set(name, stored)
        elif name in cell.attrib:
            del cell.attrib[name]
    value = cell.find(_VALUE)
    if value is None or not value.text or cell.get("t") in ("str", "inlineStr"):
        return None
    value.text = _TRUTHS.get(plain := value.text.strip(BLANKS), plain)
    return value.text or None


class _SheetParser(WorkSheetParser):
    """Takes cells alone for cells, however they spell their places and values."""

    auto_filter: AutoFilter | None = None

    def parse(self) -> Any:  # noqa: ANN401
        """Yield the rows, and take what lies over them; all else of a sheet is how it looks."""
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                row = self.parse_row(element)
                element.clear()
                yield row
            elif element.tag in _OVER_ROWS:
                name, kind = _OVER_ROWS[element.tag]
                setattr(self, name, kind.from_tree(element))
                element.clear()
            elif element.tag in _LOOKS:
                element.clear()

    def parse_row(self, row: Any) -> Any:  # noqa: ANN401 - openpyxl has no types
        for other in [child for child in row if child.tag != _CELL]:
            row.remove(other)
        return super().parse_row(row)

    def parse_cell(self, element: Any) -> Any:  # noqa: ANN401
        stored, odd = _normalized(element), None
        if stored is not None:
            kind = element.get("t", "n")
            odd = _OddValue.in_cell(stored, kind, bool(element.get("vm")))
        if odd is None:
            parsed = super().parse_cell(element)
            is_number = element.get("t", "n") == "n"
            if stored is not None and is_number and self._is_no_day(stored, parsed["value"]):
                parsed |= {"value": float(stored), "data_type": "n"}
            return parsed
        element.set("t", "e")
        parsed = super().parse_cell(element)
        return parsed if parsed["data_type"] == "f" else parsed | {"value": odd}

    def _is_no_day(self, stored: str, value: object) -> bool:
        """Whether a number is shown as a day that Excel does not have, but as #####."""
        is_before = isinstance(value, datetime) and float(stored) < 0
        return value == "#VALUE!" or (is_before and self.epoch != CALENDAR_MAC_1904)


class _SheetReader(WorksheetReader):
    """Binds the cells, what merges, hides and filters them, and nothing else of a sheet.

    A third of openpyxl's reading is rules and validations; and it writes the target of a link into
    a cell that is empty.
    """

    def __init__(self, ws: Any, *given: Any) -> None:  # noqa: ANN401
        self.ws, book = ws, ws.parent
        formats = (book.epoch, book._date_formats, book._timedelta_formats)
        part, texts, results_only = given
        self.parser: _SheetParser = _SheetParser(part, texts, results_only, *formats)

    def bind_all(self) -> None:
        """Put what was read into the sheet."""
        self.bind_cells()
        self.bind_merged_cells()
        self.bind_row_dimensions()
        if self.parser.auto_filter:
            self.ws.auto_filter = self.parser.auto_filter

    def bind_merged_cells(self) -> None:
        """Drop what merged cells cover; openpyxl gives each a border, a third of its reading."""
        merged = self.parser.merged_cells.mergeCell if self.parser.merged_cells else ()
        ranges = [CellRange(one.ref) for one in merged]
        cells = self.ws._cells
        for area in ranges:
            rows = range(area.min_row, area.max_row + 1)
            columns = range(area.min_col, area.max_col + 1)
            if len(rows) * len(columns) < len(cells):
                covered = [(r, c) for r in rows for c in columns]
            else:
                covered = [(r, c) for r, c in cells if r in rows and c in columns]
            for at in covered:
                if at != (area.min_row, area.min_col):
                    cells.pop(at, None)
        self.ws.merged_cells = MultiCellRange(ranges)


class _ExactReader(excel.ExcelReader):
    """Keeps the characters x005F_, which openpyxl drops."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is not None:
            table: Any = fromstring(self.archive.read(part.PartName[1:]))
            entries = map(Text.from_tree, table.findall(f"{{{SHEET_MAIN_NS}}}si"))
            texts = (entry.content if entry else "" for entry in entries)
            self.shared_strings = _Texts(texts)

    def read_worksheets(self) -> None:
        """Read cells alone: openpyxl reads pictures, comments and tables too, and nobody asks."""
        for listed, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                sheet = self.wb.create_sheet(listed.name)
                with self.archive.open(relation.target) as part:
                    _SheetReader(sheet, part, self.shared_strings, self.data_only).bind_all()
                sheet.sheet_state = listed.state


def open_exactly(content: bytes, results_only: bool = False) -> Workbook:
    """Return the workbook in some bytes; external links are not kept.

    Formulas stand as such, or with results_only as the results stored with them.

    Raises whatever openpyxl trips over in a damaged file.
    """
    with warnings.catch_warnings():
        # openpyxl warns of what it would drop on saving; nothing is saved here.
        warnings.simplefilter("ignore")
        reader = _ExactReader(BytesIO(content), keep_links=False, data_only=results_only)
        reader.read()
    return reader.wb
