"""How far sheets reach: before a reader lays one out as a block in memory, and once it is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterator
from operator import itemgetter

from workflow.model.catalogue import Code
from workflow.model.limits import Limits
from workflow.model.raw import RawBook
from workflow.returned.intake.refusal import RefusedError, broken, too_large, unreadable

_ROWS, _COLUMNS = 1_048_576, 16_384  # of every sheet since Excel 2007
_COLUMN = itemgetter(1)
_ROW_RECORD = 0
_CELL_RECORDS = range(2, 12)
_UNREAD_RECORDS = frozenset({*range(13, 19), 62})
"""Cells in the short spelling and rich text beside its cell: readers pass over them silently."""


def refuse_large_grid(rows: int, columns: int, limits: Limits) -> None:
    """Raise RefusedError for a block of cells that would take too much memory."""
    if rows * columns > limits.grid_cells:
        raise RefusedError(too_large(f"書き込みが{rows:,}行×{columns:,}列にわたる"))


def refuse_absurd(book: RawBook, limits: Limits) -> None:
    """Raise RefusedError for more than a workbook may hold, or for what lies beyond any sheet."""
    cells = sum(len(sheet.cells) for sheet in book.sheets)
    if cells > limits.cells:
        raise RefusedError(too_large(f"値のあるセルが{cells:,}個"))
    for sheet in book.sheets:
        if len(sheet.merged) > limits.merged_areas:
            raise RefusedError(too_large(f"結合セルが{len(sheet.merged):,}個"))
        ends = [(area.bottom, area.right) for area in sheet.merged]
        if not (_are_on_a_sheet(sheet.cells) and _are_on_a_sheet(ends)):
            raise RefusedError(broken("シートの端より外にセルがあります"))


def _are_on_a_sheet(indexes: Collection[tuple[int, int]]) -> bool:
    if not indexes:
        return True
    columns: set[int] = {*map(_COLUMN, indexes)}
    within = min(indexes)[0] >= 1 and min(columns) >= 1
    return within and max(indexes)[0] <= _ROWS and max(columns) <= _COLUMNS


def measure_xlsb(content: bytes, limits: Limits) -> None:
    """Raise RefusedError when an .xlsb reaches too far, or holds cells readers would not see."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".bin"):
                _measure_sheet(archive.read(part), limits)


def _measure_sheet(stored: bytes, limits: Limits) -> None:
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
        refuse_large_grid(max(rows) - min(rows) + 1, last - first + 1, limits)


def _records(stored: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield type, start and size of each record (MS-XLSB 2.1.4)."""
    at = 0
    while at < len(stored):
        record, at = _varint(stored, at, 2)
        size, at = _varint(stored, at, 4)
        yield record, at, size
        at += size


def _varint(stored: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of at most so many bytes, seven bits in each, and where it ends."""
    number = 0
    for index in range(most):
        byte = stored[at + index]
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            break
    return number, at + index + 1
