"""Bytes → raw workbook, exactly: values, formulas and errors told apart, nothing converted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workflow.cells import decoded, plain_number
from workflow.exact_book import open_exactly
from workflow.returned.raw import Area, CellKind, RawBook, RawCell, RawSheet
from workflow.returned.remarks import read_remarks
from workflow.templates.layout import COVER_SHEET
from workflow.years import JST

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Results = Mapping[str, Mapping[tuple[int, int], RawCell]]
"""Results stored with formulas, by sheet and place."""


def read_book(content: bytes) -> RawBook:
    """Return what a workbook holds. Whatever the reader raises says the file is broken."""
    book = open_exactly(content)
    since_1904 = book.epoch.year == 1904
    results = _results(content) if _has_foreign_formulas(book) else {}
    sheets = tuple(
        _sheet(sheet, results.get(sheet.title, {}), since_1904) for sheet in book.worksheets
    )
    return RawBook(
        sheets=sheets,
        properties=_properties(book),
        names=_names(book, {sheet.name: sheet for sheet in sheets}),
        modified=_modified(book),
        remarks=read_remarks(content),
    )


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


def _results(content: bytes) -> Results:
    return {
        sheet.title: _cells(sheet, {}, False)
        for sheet in open_exactly(content, results_only=True).worksheets
    }


def _sheet(
    sheet: Worksheet, results: Mapping[tuple[int, int], RawCell], since_1904: bool
) -> RawSheet:
    merged = (Area(r.min_row, r.min_col, r.max_row, r.max_col) for r in sheet.merged_cells.ranges)
    hidden = (row for row, shape in sheet.row_dimensions.items() if shape.hidden)
    return RawSheet(
        name=sheet.title,
        cells=_cells(sheet, results, since_1904),
        merged=tuple(merged),
        hidden_rows=frozenset(hidden),
        filtered=bool(sheet.auto_filter.filterColumn),
    )


def _properties(book: Any) -> dict[str, str]:  # noqa: ANN401 - its types lack custom properties
    return {p.name: str(p.value) for p in book.custom_doc_props.props if p.name}


def _cells(
    sheet: Worksheet, results: Mapping[tuple[int, int], RawCell], since_1904: bool
) -> dict[tuple[int, int], RawCell]:
    return {
        place: _raw(cell.data_type, cell.value, results.get(place), since_1904)
        for place, cell in _stored(sheet).items()
        if cell.value is not None
    }


def _raw(
    data_type: str,
    value: Any,  # noqa: ANN401 - openpyxl types no values
    result: RawCell | None,
    since_1904: bool,
) -> RawCell:
    if data_type == "f":
        return RawCell(CellKind.FORMULA, str(getattr(value, "text", value)), cached=result)
    if data_type == "e":
        return RawCell(CellKind.ERROR, str(value))
    if isinstance(value, bool):
        return RawCell(CellKind.BOOLEAN, str(value).upper())
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        text = plain_number(number)
        return RawCell(CellKind.NUMBER, text, number=number, since_1904=since_1904)
    if isinstance(value, datetime):
        return RawCell(CellKind.DATE, _day_or_moment(value), moment=value)
    if isinstance(value, date):
        return RawCell(CellKind.DATE, value.isoformat(), moment=datetime.combine(value, time()))
    if isinstance(value, str):
        return RawCell(CellKind.TEXT, decoded(value))
    return RawCell(CellKind.DATE, str(value))


def _day_or_moment(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ")


def _names(book: Workbook, sheets: Mapping[str, RawSheet]) -> dict[str, str]:
    from openpyxl.utils import coordinate_to_tuple

    texts = {}
    for name, defined in book.defined_names.items():
        for sheet_name, reference in _destinations(defined):
            place = coordinate_to_tuple(reference.replace("$", "").split(":")[0])
            sheet = sheets.get(sheet_name)
            if sheet and place in sheet.cells:
                texts[name] = sheet.cells[place].text
    return texts


def _destinations(defined: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - openpyxl's DefinedName
    # A name may stand for a formula or a deleted sheet; then it leads nowhere.
    try:
        return [(s, r) for s, r in defined.destinations if r and ":" not in r]
    except (ValueError, TypeError, AttributeError):
        return []


def _modified(book: Workbook) -> datetime | None:
    modified: datetime | None = book.properties.modified
    if modified is None:
        return None
    return (modified if modified.tzinfo else modified.replace(tzinfo=UTC)).astimezone(JST)
