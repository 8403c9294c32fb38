"""What stands beside the cells of an .xls: comments, shapes, pictures, headers and footers.

No reader tells of them, so they are taken from the records of the workbook stream (MS-XLS): a shape
is its place (a drawing record), what it is (an object record) and what it says (a text record).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workflow.excel.xlsx.comments import header_texts
from workflow.model.cells import a1
from workflow.model.raw import RawRemark, RemarkKind

_BOUNDSHEET, _BOF, _EOF, _CONTINUE = 0x85, 0x809, 0x0A, 0x3C
_HEADERS = (0x14, 0x15)
_DRAWING, _OBJECT, _TEXT, _NOTE = 0xEC, 0x5D, 0x1B6, 0x1C
_ANCHOR = b"\x10\xf0\x12\x00\x00\x00"
_COMMENT, _PICTURE = 0x19, 0x08

Record = tuple[int, int, bytes]
"""Where a record begins, its number, and what it holds."""


def read_remarks(content: bytes) -> tuple[RawRemark, ...]:
    """Return what stands beside the cells, as far as the records can be followed."""
    import olefile  # 50 ms, for .xls alone

    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        stored = ole.openstream("Workbook").read() if ole.exists("Workbook") else b""
    found: list[RawRemark] = []
    try:
        for remark in _remarks(stored):
            found.append(remark)
    except (struct.error, IndexError):
        return tuple(found)  # a damaged drawing costs what is behind it, not the answers
    return tuple(found)


def _remarks(stored: bytes) -> Iterator[RawRemark]:
    records = list(_records(stored))
    names = dict(_sheet(data) for _, kind, data in records if kind == _BOUNDSHEET)
    sheet: _Sheet | None = None
    depth = 0
    for number, (at, kind, data) in enumerate(records):
        if kind == _BOF:
            sheet = _Sheet(names[at]) if at in names else sheet
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if sheet and depth == 0:
                yield from sheet.finished()
                sheet = None
        elif sheet and depth == 1:
            text = _continued(data, records, number) if kind == _TEXT else ""
            sheet.take(kind, data, text)


def _records(stored: bytes) -> Iterator[Record]:
    at = 0
    while at + 4 <= len(stored):
        kind, size = struct.unpack_from("<HH", stored, at)
        yield at, kind, stored[at + 4 : at + 4 + size]
        at += 4 + size


def _sheet(data: bytes) -> tuple[int, str]:
    """Return where a sheet begins, and its name."""
    (at,) = struct.unpack_from("<I", data)
    return at, _decoded(data[7], data[8:])[: data[6]]


def _continued(data: bytes, records: list[Record], number: int) -> str:
    """Return the text of a text record, which stands in the records that continue it."""
    (length,) = struct.unpack_from("<H", data, 10)
    text = ""
    while len(text) < length and number + 1 < len(records) and records[number + 1][1] == _CONTINUE:
        number += 1
        piece = records[number][2]
        text += _decoded(piece[0], piece[1:])
    return text[:length]


def _decoded(flags: int, letters: bytes) -> str:
    return letters.decode("utf-16-le" if flags & 1 else "latin-1", "replace")


@dataclass
class _Shape:
    """A shape in the making."""

    kind: int
    number: int
    place: str
    text: str = ""


@dataclass
class _Sheet:
    """What was found beside the cells of a sheet so far."""

    name: str
    place: str = ""
    shapes: list[_Shape] = field(default_factory=list)
    notes: list[tuple[str, int, str]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    def take(self, kind: int, data: bytes, text: str) -> None:
        """Take what a record tells."""
        if kind == _DRAWING and (at := data.rfind(_ANCHOR)) >= 0:
            column, _, row = struct.unpack_from("<3H", data, at + len(_ANCHOR) + 2)
            self.place = a1(row + 1, column + 1)
        elif kind == _OBJECT:
            shape, number = struct.unpack_from("<2H", data, 4)
            self.shapes.append(_Shape(shape, number, self.place))
        elif kind == _TEXT and self.shapes:
            self.shapes[-1].text = text.replace("\r\n", "\n").replace("\r", "\n")
        elif kind == _NOTE:
            row, column, _, number, length = struct.unpack_from("<5H", data)
            author = _decoded(data[10], data[11:])[:length]
            self.notes.append((a1(row + 1, column + 1), number, author))
        elif kind in _HEADERS and len(data) > 3:
            self.headers += header_texts(_decoded(data[2], data[3:]))

    def finished(self) -> Iterator[RawRemark]:
        """Yield what stands beside the cells: comments, then shapes, then headers."""
        said: Mapping[int, str] = {s.number: s.text for s in self.shapes if s.kind == _COMMENT}
        for place, number, author in self.notes:
            text = said.get(number, "")
            yield RawRemark(self.name, place, text, author, RemarkKind.COMMENT)
        for shape in self.shapes:
            if shape.text and shape.kind != _COMMENT:
                yield RawRemark(self.name, shape.place, shape.text, "", RemarkKind.SHAPE)
            elif shape.kind == _PICTURE:
                text = RemarkKind.PICTURE.value
                yield RawRemark(self.name, shape.place, text, "", RemarkKind.PICTURE)
        for text in self.headers:
            yield RawRemark(self.name, "", text, "", RemarkKind.HEADER)
