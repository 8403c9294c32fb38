"""What stands beside the cells of an .xls: comments, shapes, pictures, files, headers and footers.

No reader tells of them, so they are taken from the records of the workbook stream (MS-XLS): a shape
is its place (a drawing record), what it is (an object record) and what it says (a text record).
Each sheet is followed from where the workbook says it begins, and held to its own counts: what is
damaged there costs what is behind it on that sheet alone, and is told of.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from workflow.excel.xlsx.comments import BesideCells, header_texts
from workflow.model.cells import a1
from workflow.model.raw import RawRemark, RemarkKind
from workflow.python.dataclass import dataclass
from workflow.returned.readers.xls_records import (
    DRAWING,
    NOTE,
    OBJECT,
    TEXT,
    decoded,
    is_old,
    records,
    sheets_in,
    workbook_stream,
)

if TYPE_CHECKING:
    from olefile import OleFileIO

_CONTINUE = 0x3C
_HEADERS = (0x14, 0x15)
_ANCHOR = b"\x10\xf0\x12\x00\x00\x00"
_SHAPE_RECORD, _IS_PATRIARCH, _TEXT_RECORD = 0xF00A, 0x04, 0xF00D
_COMMON, _COMMON_SIZE, _FILE = 0x15, 0x12, 0x09
"""What an object record begins with, and what it holds of a file embedded in the workbook."""
_COMMENT, _PICTURE = 0x19, 0x08
_FILES = "MBD"
"""How the folders begin that hold embedded files."""

Named = Callable[[int], str]
"""Gives the name of an embedded file by its number; blank where there is none."""


def read_remarks(content: bytes) -> BesideCells:
    """Return what stands beside the cells, as far as the records can be followed."""
    beside = BesideCells()
    beside.take("", _remarks(beside, content))
    return beside


def _remarks(beside: BesideCells, content: bytes) -> Iterator[RawRemark]:
    """Yield the embedded files that no sheet shows, after what stands beside cells was taken."""
    import olefile  # 50 ms, for .xls alone

    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        stored = workbook_stream(ole)
        folders = {path[0]: None for path in ole.listdir() if path[0].startswith(_FILES)}
        files = {folder: _file_name(ole, folder) for folder in folders}
        shown: set[str] = set()

        def named(number: int) -> str:
            folder = f"{_FILES}{number:08X}"
            shown.add(folder)
            return files.get(folder, "")

        for at, name in sheets_in(stored):
            beside.take(name, _on_sheet(stored[at:], name, named))
        for folder, text in files.items():
            if folder not in shown:
                yield RawRemark("", "", text, "", RemarkKind.OBJECT)


def _file_name(ole: OleFileIO, folder: str) -> str:
    """Return how an embedded file is called: by its own name, by its program, or by its folder."""
    own, program = f"{folder}/\x01Ole10Native", f"{folder}/\x01CompObj"
    if ole.exists(own):
        stored = ole.openstream(own).read()[6:]
        return stored.partition(b"\0")[0].decode("cp932", "replace") or folder
    stored = ole.openstream(program).read()[28:] if ole.exists(program) else b""
    size = int.from_bytes(stored[:4], "little")
    kind = stored[4 : 4 + size].rstrip(b"\0").decode("cp932", "replace")
    return f"{folder}（{kind}）" if kind else folder


def _on_sheet(stored: bytes, name: str, named: Named) -> Iterator[RawRemark]:
    """Yield what stands beside the cells of a sheet. ValueError for what cannot be followed."""
    is_of_old = is_old(stored)
    sheet = _Sheet(name, named)
    last = 0
    try:
        for kind, data in records(stored):
            if is_of_old and kind in (*_HEADERS, OBJECT, NOTE) and data:
                raise ValueError("what stands beside the cells in Excel 5 and 95 is not read")
            last = last if kind == _CONTINUE else kind
            sheet.try_to_take(last, data, continues=kind == _CONTINUE)
    finally:
        yield from sheet.finished()
    sheet.prove()


@dataclass
class _Shape:
    """A shape in the making; length is that of its text, fonts that of what follows the text."""

    kind: int
    number: int
    place: str
    file: str = ""
    text: str = ""
    length: int = 0
    fonts: int = 0


@dataclass
class _Sheet:
    """What was found beside the cells of a sheet so far."""

    name: str
    named: Named
    place: str = ""
    drawing: bytes = b""
    shapes: list[_Shape] = field(default_factory=list)
    notes: list[tuple[str, int, str]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    texts: int = 0
    last_with_text: int = 0
    is_damaged: bool = False

    def try_to_take(self, kind: int, data: bytes, *, continues: bool) -> None:
        """Take a record; damage to it costs the record alone."""
        try:
            self._take(kind, data, continues=continues)
        except (struct.error, LookupError, ValueError):
            self.is_damaged = True

    def _take(self, kind: int, data: bytes, *, continues: bool) -> None:
        """Take what a record tells, or what continues one of a kind."""
        if kind == DRAWING or (kind == OBJECT and continues):
            self._take_drawing(data)
        elif kind == OBJECT:
            self._take_object(data)
        elif kind == TEXT:
            self._take_text(data, continues=continues)
        elif kind == NOTE:
            row, column, _, number, length = struct.unpack_from("<5H", data)
            author = _whole(data[10:], length) if length else ""
            self.notes.append((a1(row + 1, column + 1), number, author))
        elif kind in _HEADERS and data:
            (length,) = struct.unpack_from("<H", data)
            self.headers += header_texts(_whole(data[2:], length)) if length else ()

    def _take_drawing(self, data: bytes) -> None:
        self.drawing += data
        at = data.rfind(_ANCHOR)
        if at >= 0:
            column, _, row = struct.unpack_from("<3H", data, at + len(_ANCHOR) + 2)
            self.place = a1(row + 1, column + 1)

    def _take_object(self, data: bytes) -> None:
        common, size, kind, number = struct.unpack_from("<4H", data)
        if (common, size) != (_COMMON, _COMMON_SIZE):
            raise ValueError("an object that does not say what it is")
        file = self._file(data) if kind == _PICTURE else ""
        self.shapes.append(_Shape(kind, number, self.place, file))

    def _file(self, data: bytes) -> str:
        """Return the name of the file that an object shows, blank for a mere picture."""
        at, part, file = 0, _COMMON, ""
        while part:
            part, size = struct.unpack_from("<HH", data, at)
            if part == _FILE:
                (formula,) = struct.unpack_from("<H", data, at + 4)
                number = data[at + 6 + formula : at + 10 + formula]
                file = self.named(int.from_bytes(number, "little")) if len(number) == 4 else ""
            at += 4 + size
        return file

    def _take_text(self, data: bytes, *, continues: bool) -> None:
        """Take the length of a shape's text, which stands in the records that continue it.

        So do its fonts, and behind both what the drawing goes on with.
        """
        if not continues and len(self.shapes) <= self.last_with_text:
            self.is_damaged = True  # the record of what it is of is gone
            self.shapes.append(_Shape(0, 0, self.place))
        shape = self.shapes[-1]
        if not continues:
            self.texts += 1
            self.last_with_text = len(self.shapes)
            shape.length, shape.fonts = struct.unpack_from("<2H", data, 10)
        elif len(shape.text) < shape.length:
            shape.text += decoded(data[0], data[1:])[: shape.length - len(shape.text)]
        elif shape.fonts > 0:
            shape.fonts -= len(data)
        else:
            self._take_drawing(data)

    def finished(self) -> Iterator[RawRemark]:
        """Yield what stands beside the cells: comments, then shapes, then headers."""
        texts: Mapping[int, str] = {s.number: _lines(s) for s in self.shapes if s.kind == _COMMENT}
        for place, number, author in self.notes:
            text = texts.get(number, "")
            yield RawRemark(self.name, place, text, author, RemarkKind.COMMENT)
        for shape in self.shapes:
            if shape.text and shape.kind != _COMMENT:
                yield RawRemark(self.name, shape.place, _lines(shape), "", RemarkKind.SHAPE)
            elif shape.file:
                yield RawRemark(self.name, shape.place, shape.file, "", RemarkKind.OBJECT)
            elif shape.kind == _PICTURE:
                text = RemarkKind.PICTURE.value
                yield RawRemark(self.name, shape.place, text, "", RemarkKind.PICTURE)
        for text in self.headers:
            yield RawRemark(self.name, "", text, "", RemarkKind.HEADER)

    def prove(self) -> None:
        """Raise ValueError where something is missing of what was found."""
        boxes = {shape.number for shape in self.shapes if shape.kind == _COMMENT}
        if self.is_damaged or boxes != {number for _, number, _ in self.notes}:
            raise ValueError("a record that is damaged, or a comment without its text")
        if any(len(shape.text) < shape.length for shape in self.shapes):
            raise ValueError("a text that is cut")
        if _drawn(self.drawing) != (len(self.shapes), self.texts):
            raise ValueError("a drawing of more shapes and texts, or of less")


def _whole(stored: bytes, length: int) -> str:
    text = decoded(stored[0], stored[1:])[:length]
    if len(text) < length:
        raise ValueError("a text that is cut")
    return text


def _lines(shape: _Shape) -> str:
    return shape.text.replace("\r\n", "\n").replace("\r", "\n")


def _drawn(drawing: bytes) -> tuple[int, int]:
    """Return how many shapes a drawing has but for the one that holds all others, and texts.

    ValueError when its parts are not as long as they say.
    """
    shapes = texts = at = 0
    while at < len(drawing):
        kind, number, size = struct.unpack_from("<HHI", drawing, at)
        if at + 8 + size > len(drawing):
            raise ValueError("a drawing that is cut")
        if number == _SHAPE_RECORD:
            (flags,) = struct.unpack_from("<I", drawing, at + 12)
            shapes += not flags & _IS_PATRIARCH
        texts += number == _TEXT_RECORD
        at += 8 if kind & 0xF == 0xF else 8 + size  # a container is looked into
    return shapes, texts
