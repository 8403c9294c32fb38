"""The records an .xls is stored in (MS-XLS): its workbook stream, and its sheets in it."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from olefile import OleFileIO

DRAWING, OBJECT, TEXT, NOTE = 0xEC, 0x5D, 0x1B6, 0x1C
_BOUNDSHEET, _BOF, _EOF = 0x85, 0x809, 0x0A
_OF_EXCEL_97 = 0x600
_NOTHING = 0x0FFF
"""The number of a record that no program knows, and passes over."""

Record = tuple[int, bytes]
"""The number of a record, and what it holds."""


def workbook_stream(ole: OleFileIO) -> bytes:
    """Return the stream of a compound file that is the workbook; nothing where there is none."""
    name = next((name for name in ("Workbook", "Book") if ole.exists(name)), "")
    stored: bytes = ole.openstream(name).read() if name else b""
    return stored


def records(stored: bytes) -> Iterator[Record]:
    """Yield the records of a workbook or a sheet to its end, without those nested in it.

    ValueError when the end does not come.
    """
    at = depth = 0
    while at + 4 <= len(stored):
        kind, size = struct.unpack_from("<HH", stored, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, stored[at + 4 : at + 4 + size]
        at += 4 + size
    raise ValueError("no end")


def sheets_in(stored: bytes) -> Iterator[tuple[int, str]]:
    """Yield where each sheet begins, and its name."""
    is_of_old = is_old(stored)
    for kind, data in records(stored) if stored else ():
        if kind == _BOUNDSHEET:
            (at,) = struct.unpack_from("<I", data)
            name = data[7:].decode("cp932", "replace") if is_of_old else decoded(data[7], data[8:])
            yield at, name[: data[6]]


def is_old(stored: bytes) -> bool:
    """Whether a workbook or a sheet is of Excel 5 or 95."""
    kind, _, version = struct.unpack_from("<3H", stored)
    if kind != _BOF:
        raise ValueError("no beginning")
    return bool(version < _OF_EXCEL_97)


def without_shapes(content: bytes) -> bytes:
    """Return the workbook stream of an .xls in which no program finds shapes and comments."""
    import olefile  # 50 ms, for .xls alone

    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        stored = bytearray(workbook_stream(ole))
    at = 0
    while at + 4 <= len(stored):
        kind, size = struct.unpack_from("<HH", stored, at)
        if kind in (DRAWING, OBJECT, TEXT, NOTE):
            struct.pack_into("<H", stored, at, _NOTHING)
        at += 4 + size
    return bytes(stored)


def decoded(flags: int, letters: bytes) -> str:
    """Return a text whose letters have one byte or two, as its flags say."""
    return letters.decode("utf-16-le" if flags & 1 else "latin-1", "replace")
