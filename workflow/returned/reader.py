"""Bytes → raw workbook, exactly: values, formulas and errors told apart, nothing converted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workflow.cells import decoded, plain_number
from workflow.exact_book import open_exactly
from workflow.returned.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.years import JST

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


def read_book(content: bytes) -> RawBook:
    """Return what a workbook holds. Whatever the reader raises says the file is broken."""
    book = open_exactly(content)
    sheets = tuple(RawSheet(sheet.title, _cells(sheet)) for sheet in book.worksheets)
    return RawBook(
        sheets=sheets,
        properties=_properties(book),
        names=_names(book, {sheet.name: sheet for sheet in sheets}),
        modified=_modified(book),
    )


def _properties(book: Any) -> dict[str, str]:  # noqa: ANN401 - its types lack custom properties
    return {p.name: str(p.value) for p in book.custom_doc_props.props if p.name}


def _cells(sheet: Worksheet) -> dict[tuple[int, int], RawCell]:
    # The public iterators build every blank cell up to a stray one at XFD1048576; this does not.
    stored: Mapping[tuple[int, int], Any] = sheet._cells
    cells = {}
    for place, cell in stored.items():
        if cell.value is not None:
            cells[place] = _raw(cell.data_type, cell.value)
    return cells


def _raw(data_type: str, value: Any) -> RawCell:  # noqa: ANN401 - openpyxl types no values
    if data_type == "f":
        return RawCell(CellKind.FORMULA, str(value))
    if data_type == "e":
        return RawCell(CellKind.ERROR, str(value))
    if isinstance(value, bool):
        return RawCell(CellKind.BOOLEAN, str(value).upper())
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return RawCell(CellKind.NUMBER, plain_number(number), number=number)
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
