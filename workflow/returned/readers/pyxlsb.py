"""The values in an .xlsb → raw workbook, through pyxlsb's records: a second opinion on calamine's.

pyxlsb knows no number formats, so a day is the number it is stored as. Its own Workbook is passed
by: it writes to the disk and reads XML without defence.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from pyxlsb import biff12
from pyxlsb.handlers import CellHandler
from pyxlsb.reader import BIFF12Reader, RecordReader
from pyxlsb.stringtable import StringTable

from workflow.excel.xlsx.comments import EMBEDDED, BesideCells, embedded_name, header_texts
from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.properties import custom_properties, saving_of_package
from workflow.model.cells import a1
from workflow.model.limits import USUAL, Limits
from workflow.model.raw import CellKind, RawBook, RawCell, RawRemark, RawSheet, RemarkKind
from workflow.returned.intake.used_range import measure_xlsb

_TEXT_IN_CELL = 6
_HEADERS, _OBJECT, _SHEET_END = 479, 639, 130
_AUTHOR, _COMMENT, _COMMENT_TEXT, _COMMENTS_END = 632, 635, 637, 629
_OBJECT_TEXTS, _IS_LINK = 14, 1
_NONE = 0xFFFFFFFF
_ERRORS = frozenset({biff12.BOOLERR, biff12.FORMULA_BOOLERR})
_ERROR_NAMES = {
    "0x0": "#NULL!",
    "0x7": "#DIV/0!",
    "0xf": "#VALUE!",
    "0x17": "#REF!",
    "0x1d": "#NAME?",
    "0x24": "#NUM!",
    "0x2a": "#N/A",
}
_VALUES = frozenset(
    {biff12.NUM, biff12.BOOL, biff12.FLOAT, biff12.STRING, _TEXT_IN_CELL}
    | {biff12.FORMULA_STRING, biff12.FORMULA_FLOAT, biff12.FORMULA_BOOL}
)


def read_xlsb(content: bytes, limits: Limits = USUAL) -> RawBook:
    """Return the values in an .xlsb; a formula is its result.

    Raises RefusedError for what is not read either way, and whatever pyxlsb trips over.
    """
    measure_xlsb(content, limits)
    package = Package(content)
    saving = saving_of_package(package)
    beside = remarks_in(package)
    return RawBook(
        tuple(_sheets(package)),
        properties=custom_properties(package),
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
        remarks=beside.remarks,
        unread=beside.unread,
    )


def remarks_in(package: Package) -> BesideCells:
    """Return what stands beside the cells of an .xlsb, as far as its parts can be followed.

    Its shapes are XML as in an .xlsx; comments, headers, footers and embedded files are records.
    """
    beside = BesideCells()
    beside.take("", _remarks(beside, package))
    return beside


def _remarks(beside: BesideCells, package: Package) -> Iterator[RawRemark]:
    """Take what stands beside the cells of each sheet; nothing stands outside of all of them."""
    for name, part in _listed(package):
        beside.take(name, _on_sheet(beside, package, name, part))
    yield from ()


def _on_sheet(beside: BesideCells, package: Package, name: str, part: str) -> Iterator[RawRemark]:
    """Yield the headers and embedded files of a sheet, after all else beside its cells was taken.

    Files are kept as parts, and a record says of which program each is.
    """
    related = package.relations(part)
    for relation in related:
        if relation.kind == "comments":
            beside.take(name, _comments(name, package.read(relation.target)))
    beside.take_drawn(package, name, part)
    records = list(_whole_records(package.read(part), _SHEET_END))
    for text in (t for kind, record in records if kind == _HEADERS for t in _wide_texts(record, 2)):
        yield from (RawRemark(name, "", t, "", RemarkKind.HEADER) for t in header_texts(text))
    objects = [
        _wide_texts(record, _OBJECT_TEXTS)
        for kind, record in records
        if kind == _OBJECT and not record[12] & _IS_LINK
    ]
    programs = {texts[-1]: texts[0] for texts in objects if texts}
    for embedded in (relation for relation in related if relation.kind in EMBEDDED):
        text = embedded_name(embedded.target, programs.get(embedded.id, ""))
        yield RawRemark(name, "", text, "", RemarkKind.OBJECT)


def _comments(sheet: str, stored: bytes) -> Iterator[RawRemark]:
    authors: list[str] = []
    cell = author = ""
    texts = 0
    for kind, record in _whole_records(stored, _COMMENTS_END):
        if kind == _AUTHOR:
            authors += _wide_texts(record, 0)
        elif kind == _COMMENT:
            number, row, _, column = struct.unpack_from("<4I", record)
            author = authors[number] if number < len(authors) else ""
            cell = a1(row + 1, column + 1)
            texts += 1
        elif kind == _COMMENT_TEXT:
            text, _ = _wide_text(record, 1)
            yield RawRemark(sheet, cell, text, author, RemarkKind.COMMENT)
            texts -= 1
    if texts:
        raise ValueError("a comment without its text")


def errors_in(package: Package) -> dict[str, dict[tuple[int, int], RawCell]] | None:
    """Return the error values of an .xlsb by sheet, which calamine takes for blanks.

    None where pyxlsb cannot follow it: another reader takes the values.
    """
    try:
        sheets = tuple(_sheets(package))
    except MemoryError:
        raise
    except Exception:
        return None
    return {
        sheet.name: {p: cell for p, cell in sheet.cells.items() if cell.kind is CellKind.ERROR}
        for sheet in sheets
    }


def _sheets(package: Package) -> Iterator[RawSheet]:
    texts = _texts(package)
    for name, part in _listed(package):
        yield RawSheet(name, dict(_cells(package.read(part), texts)))


def _listed(package: Package) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and the part it is stored in."""
    targets = {r.id: r.target for r in package.relations(package.book) if r.kind == "worksheet"}
    for kind, record in _records(package.read(package.book)):
        if kind == biff12.SHEET and record.rId in targets:
            yield record.name, targets[record.rId]


def _texts(package: Package) -> Sequence[str]:
    part = package.related("sharedStrings", package.book)
    texts: Sequence[str] = StringTable(io.BytesIO(package.read(part))) if part else ()
    return texts


def _cells(stored: bytes, texts: Sequence[str]) -> Iterator[tuple[tuple[int, int], RawCell]]:
    row = 0
    for kind, record in _records(stored):
        if kind == biff12.ROW:
            row = record.r + 1
        elif kind in _VALUES:
            value = texts[record.v] if kind == biff12.STRING else record.v
            if value not in ("", None):
                yield (row, record.c + 1), _raw(value)
        elif kind in _ERRORS:
            name = _ERROR_NAMES.get(record.v, "#N/A")
            yield (row, record.c + 1), RawCell(CellKind.ERROR, name)


def _raw(value: str | bool | float) -> RawCell:
    if isinstance(value, str):
        return RawCell(CellKind.TEXT, value)
    if isinstance(value, bool):
        return RawCell(CellKind.BOOLEAN, str(value).upper())
    return RawCell.of_number(value)


def _records(stored: bytes) -> Iterator[tuple[int, Any]]:
    reader = BIFF12Reader(io.BytesIO(stored))
    reader.handlers = BIFF12Reader.handlers | {_TEXT_IN_CELL: _TextInCell()}
    records: Iterator[tuple[int, Any]] = iter(reader)
    return records


class _TextInCell:
    """Reads the texts that stand in their cells, which pyxlsb passes over."""

    def read(self, reader: RecordReader, kind: int, size: int) -> Any:  # noqa: ANN401 - pyxlsb's
        column, style = reader.read_int(), reader.read_int()
        return CellHandler.cls(column, reader.read_string(), None, style)


def _whole_records(stored: bytes, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the number of each record of a part, and what it holds, as they are stored.

    pyxlsb stops at a record that is cut without a word. ValueError here, or without the last one.
    """
    at = kind = 0
    while at < len(stored):
        kind, at = _of_seven_bits(stored, at, 2)
        size, at = _of_seven_bits(stored, at, 4)
        if at + size > len(stored):
            raise ValueError("a record that is cut")
        yield kind, stored[at : at + size]
        at += size
    if kind != end:
        raise ValueError("a part that is cut")


def _of_seven_bits(stored: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of which each byte says whether one more follows, and where it ends."""
    number = 0
    for index in range(most):
        number |= (stored[at + index] & 0x7F) << 7 * index
        if stored[at + index] < 0x80:
            break
    return number, at + index + 1


def _wide_texts(record: bytes, start: int) -> list[str]:
    """Return the texts in a record, one behind the other, but for those that are none."""
    texts = []
    while start + 4 <= len(record):
        text, start = _wide_text(record, start)
        texts.append(text)
    return list(filter(None, texts))


def _wide_text(record: bytes, start: int) -> tuple[str, int]:
    """Return a text in a record, and where it ends; one that is none has no length."""
    (length,) = struct.unpack_from("<I", record, start)
    if length == _NONE:
        return "", start + 4
    end = start + 4 + 2 * length
    if end > len(record):
        raise ValueError("a text that is cut")
    return record[start + 4 : end].decode("utf-16-le", "replace"), end
