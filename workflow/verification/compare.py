"""Cell by cell: the compiled workbook on disk, and what it must say."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest

from workflow.excel.table import CellValue
from workflow.model.catalogue import Code
from workflow.model.cells import as_excel_keeps, plain_number
from workflow.model.findings import Finding, Location
from workflow.model.raw import RawBook, RawCell, RawSheet

_ORDER = "シートの並び"


def books(file: str, expected: RawBook, found: RawBook) -> Iterator[Finding]:
    """Yield every cell of a workbook that is not what it must be, and sheets that are not there."""
    sheets = {sheet.name: sheet for sheet in found.sheets}
    names = [sheet.name for sheet in expected.sheets]
    if names != [sheet.name for sheet in found.sheets]:
        location = Location(file=file, part=_ORDER)
        yield Finding(
            Code.VERIFY_CELL, location, {"expected": "、".join(names), "found": "、".join(sheets)}
        )
    for sheet in expected.sheets:
        yield from _sheets(file, sheet, sheets.get(sheet.name, RawSheet(sheet.name, {})))


def _sheets(file: str, expected: RawSheet, found: RawSheet) -> Iterator[Finding]:
    for row, column in sorted({*expected.cells, *found.cells}):
        was, now = expected.cells.get((row, column)), found.cells.get((row, column))
        if was != now:
            location = Location(file=file, sheet=expected.name, row=row, column=column)
            yield Finding(Code.VERIFY_CELL, location, {"expected": shown(was), "found": shown(now)})


def tables(
    file: str, expected: bytes, found: bytes, meaning: Callable[[str], str] = str
) -> Iterator[Finding]:
    """Yield every cell of a CSV that does not mean what it must; one that is none gives one."""
    try:
        nothing: list[str] = []
        rows = zip_longest(_rows(expected), _rows(found), fillvalue=nothing)
        for row, (was, now) in enumerate(rows, start=1):
            for column, (one, other) in enumerate(zip_longest(was, now, fillvalue=""), start=1):
                if meaning(one) != meaning(other):
                    location = Location(file=file, row=row, column=column)
                    yield Finding(Code.VERIFY_CELL, location, {"expected": one, "found": other})
    except (UnicodeDecodeError, csv.Error):
        yield Finding(Code.VERIFY_OUTPUT_UNREADABLE, Location(file=file))


def lines(file: str, expected: bytes, found: bytes) -> Iterator[Finding]:
    """Yield every line of a text that is not what it must be."""
    was = expected.decode("utf-8", "replace").splitlines()
    now = found.decode("utf-8", "replace").splitlines()
    for row, (one, other) in enumerate(zip_longest(was, now, fillvalue=""), start=1):
        if one != other:
            location = Location(file=file, row=row)
            yield Finding(Code.VERIFY_CELL, location, {"expected": one, "found": other})


def shown(cell: RawCell | None) -> str:
    """Return what a cell holds as one text: of a formula, its result too."""
    if cell is None:
        return ""
    return cell.text if cell.cached is None else f"{cell.text}＝{cell.cached.text}"


def stored(cell: RawCell | None) -> str:
    """Return what a cell of the ledger says, written as `format_value` writes the value."""
    if cell is None:
        return ""
    if cell.number is not None:
        return plain_number(cell.number)
    return cell.moment.isoformat(" ") if cell.moment is not None else cell.text


def format_value(value: CellValue) -> str:
    """Return how the ledger's cell must read for a value; times there are Japan's."""
    match value:
        case None:
            return ""
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ")
        case date():
            return datetime(value.year, value.month, value.day).isoformat(" ")
        case Decimal():
            return plain_number(as_excel_keeps(value))
        case _:
            return str(value)


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
