"""How far sheets reach, measured before a reader lays one out as a block in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from workflow.findings import Code
from workflow.returned.refusal import RefusedError, too_large, unreadable

MAX_GRID = 5_000_000

_ROW_RECORD = 0
_CELL_RECORDS = range(2, 12)
_UNREAD_RECORDS = frozenset({*range(13, 19), 62})
"""Cells in the short spelling and rich text beside its cell: readers pass over them silently."""


def refuse_large_grid(rows: int, columns: int) -> None:
    """Raise RefusedError for a block of cells that would take too much memory."""
    if rows * columns > MAX_GRID:
        raise RefusedError(too_large(f"書き込みが{rows:,}行×{columns:,}列にわたる"))


def measure_xlsb(content: bytes) -> None:
    """Raise RefusedError when an .xlsb reaches too far, or holds cells readers would not see."""
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
        refuse_large_grid(max(rows) - min(rows) + 1, last - first + 1)


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
