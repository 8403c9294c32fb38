"""Excel's binary formats, .xls and .xlsb → raw workbook, through calamine, which reads values only.

calamine lays every sheet out as one block in memory, so the reach of an .xlsb is measured first;
an .xls reaches 65,536 × 256 at most, which a worker's memory bears.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from workflow.cells import plain_number
from workflow.findings import Code
from workflow.returned.binary_properties import xls_modified, xlsb_modified, xlsb_properties
from workflow.returned.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.returned.refusal import RefusedError, too_large, unreadable

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MAX_GRID = 5_000_000

_ROW_RECORD = 0
_CELL_RECORDS = range(2, 12)
_UNREAD_RECORDS = frozenset({*range(13, 19), 62})
"""Cells in the short spelling and rich text beside its cell: calamine passes over them silently."""


def read_xls(content: bytes) -> RawBook:
    """Return the values in an .xls; a formula is its result, an error value is blank.

    Raises RefusedError for what must not be laid out, and whatever calamine trips over.
    """
    return RawBook(_sheets(content), modified=xls_modified(content))


def read_xlsb(content: bytes) -> RawBook:
    """Return the values in an .xlsb, as read_xls does; its reach is measured first."""
    _measure(content)
    return RawBook(
        _sheets(content), properties=xlsb_properties(content), modified=xlsb_modified(content)
    )


def _sheets(content: bytes) -> tuple[RawSheet, ...]:
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [s.name for s in book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet]
        return tuple(RawSheet(n, _cells(book.get_sheet_by_name(n))) for n in names)
    except PasswordError as error:
        raise RefusedError(unreadable(Code.FILE_ENCRYPTED)) from error
    except Exception:
        raise
    except BaseException as error:
        # A panic of the compiled reader is no Exception; here it is only one more broken file.
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from None


def _measure(content: bytes) -> None:
    """Raise RefusedError when an .xlsb reaches too far, or holds cells calamine would not see."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".bin"):
                _measure_sheet(archive.read(part))


def _measure_sheet(stored: bytes) -> None:
    rows: set[int] = set()
    first = last = row = 0
    for record, start, size in _records(stored):
        if record == _ROW_RECORD and size >= 4:
            row = int.from_bytes(stored[start : start + 4], "little")
        elif record in _CELL_RECORDS:
            column = int.from_bytes(stored[start : start + 4], "little")
            first, last = (min(first, column), max(last, column)) if rows else (column, column)
            rows.add(row)
        elif record in _UNREAD_RECORDS:
            raise RefusedError(unreadable(Code.FILE_OTHER_FORMAT, kind="特殊な.xlsb形式"))
    if rows:
        _refuse_large_grid(max(rows) - min(rows) + 1, last - first + 1)


def _records(stored: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield type, start and size of each record (MS-XLSB 2.1.4)."""
    at = 0
    while at < len(stored):
        record, at = _spelled(stored, at, 2)
        size, at = _spelled(stored, at, 4)
        yield record, at, size
        at += size


def _spelled(stored: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of at most so many bytes, seven bits in each, and where it ends."""
    number = 0
    for place in range(most):
        byte = stored[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return number, at + place + 1


def _refuse_large_grid(rows: int, columns: int) -> None:
    if rows * columns > MAX_GRID:
        raise RefusedError(too_large(f"書き込みが{rows:,}行×{columns:,}列にわたる"))


def _cells(sheet: CalamineSheet) -> dict[tuple[int, int], RawCell]:
    if sheet.end is None:
        return {}
    _refuse_large_grid(sheet.end[0] + 1, sheet.end[1] + 1)
    return {
        (row, column): _raw(value)
        for row, values in enumerate(sheet.to_python(skip_empty_area=False), start=1)
        for column, value in enumerate(values, start=1)
        if value != ""
    }


def _raw(value: object) -> RawCell:
    if isinstance(value, bool):
        return RawCell(CellKind.BOOLEAN, str(value).upper())
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return RawCell(CellKind.NUMBER, plain_number(number), number=number)
    if isinstance(value, datetime):
        day_alone = value.time() == time()
        text = value.date().isoformat() if day_alone else value.isoformat(" ")
        return RawCell(CellKind.DATE, text, moment=value)
    if isinstance(value, date):
        return RawCell(CellKind.DATE, value.isoformat(), moment=datetime.combine(value, time()))
    if isinstance(value, str):
        return RawCell(CellKind.TEXT, value)
    return RawCell(CellKind.DATE, str(value))
