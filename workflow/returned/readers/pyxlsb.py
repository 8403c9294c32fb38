"""The values in an .xlsb → raw workbook, through pyxlsb's records: a second opinion on calamine's.

pyxlsb knows no number formats, so a day is the number it is stored as. Its own Workbook is passed
by: it writes to the disk and reads XML without defence.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyxlsb import biff12
from pyxlsb.handlers import CellHandler
from pyxlsb.reader import BIFF12Reader, RecordReader
from pyxlsb.stringtable import StringTable

from workflow.excel.xlsx.comments import header_texts, read_drawn
from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.properties import custom_properties, saving_of_package
from workflow.model.cells import a1
from workflow.model.limits import USUAL, Limits
from workflow.model.raw import CellKind, RawBook, RawCell, RawRemark, RawSheet, RemarkKind
from workflow.returned.intake.used_range import measure_xlsb

_TEXT_IN_CELL = 6
_HEADERS, _AUTHOR, _COMMENT, _COMMENT_TEXT = 0x03DF, 0x04F8, 0x04FB, 0x04FD  # as pyxlsb counts
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
    return RawBook(
        tuple(_sheets(package)),
        properties=custom_properties(package),
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
        remarks=remarks_in(package),
    )


def remarks_in(package: Package) -> tuple[RawRemark, ...]:
    """Return what stands beside the cells of an .xlsb, as far as its records can be followed.

    Its shapes are XML as in an .xlsx; comments, headers and footers are records.
    """
    found: list[RawRemark] = []
    try:
        for remark in _remarks(package):
            found.append(remark)
    except MemoryError:
        raise
    except Exception:
        return tuple(found)  # a damaged drawing costs what is behind it, not the answers
    return tuple(found)


def _remarks(package: Package) -> Iterator[RawRemark]:
    for name, part in _listed(package):
        for relation in package.relations(part):
            if relation.kind == "comments":
                yield from _comments(name, package.read(relation.target))
            yield from read_drawn(package, name, relation.kind, relation.target)
        for kind, record in _records(package.read(part), _WHOLE):
            if kind == _HEADERS:
                texts = (word for text in _wide_texts(record, 2) for word in header_texts(text))
                yield from (RawRemark(name, "", t, "", RemarkKind.HEADER) for t in texts)


def _comments(sheet: str, stored: bytes) -> Iterator[RawRemark]:
    authors: list[str] = []
    cell = author = ""
    for kind, record in _records(stored, _WHOLE):
        if kind == _AUTHOR:
            authors += _wide_texts(record, 0)
        elif kind == _COMMENT:
            number, row, _, column = struct.unpack_from("<4I", record)
            author = authors[number] if number < len(authors) else ""
            cell = a1(row + 1, column + 1)
        elif kind == _COMMENT_TEXT:
            text = _wide_texts(record, 1)[0]
            yield RawRemark(sheet, cell, text, author, RemarkKind.COMMENT)


def errors_in(package: Package) -> dict[str, dict[tuple[int, int], RawCell]]:
    """Return the error values of an .xlsb by sheet, which calamine takes for blanks.

    None where pyxlsb cannot follow it: another reader takes the values.
    """
    try:
        sheets = tuple(_sheets(package))
    except MemoryError:
        raise
    except Exception:
        return {}
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


def _records(stored: bytes, handlers: Mapping[int, Any] | None = None) -> Iterator[tuple[int, Any]]:
    reader = BIFF12Reader(io.BytesIO(stored))
    reader.handlers = handlers or BIFF12Reader.handlers | {_TEXT_IN_CELL: _TextInCell()}
    records: Iterator[tuple[int, Any]] = iter(reader)
    return records


class _TextInCell:
    """Reads the texts that stand in their cells, which pyxlsb passes over."""

    def read(self, reader: RecordReader, kind: int, size: int) -> Any:  # noqa: ANN401 - pyxlsb's
        column, style = reader.read_int(), reader.read_int()
        return CellHandler.cls(column, reader.read_string(), None, style)


class _Whole:
    """Takes a record as it is stored."""

    def read(self, reader: RecordReader, kind: int, size: int) -> bytes:
        stored: bytes = reader.read(size)
        return stored


_WHOLE = dict.fromkeys((_HEADERS, _AUTHOR, _COMMENT, _COMMENT_TEXT), _Whole())


def _wide_texts(record: bytes, start: int) -> list[str]:
    """Return the texts in a record, one behind the other; one that is none has no length."""
    texts = []
    while start + 4 <= len(record):
        (length,) = struct.unpack_from("<I", record, start)
        start += 4
        if length != _NONE:
            texts.append(record[start : start + 2 * length].decode("utf-16-le", "replace"))
            start += 2 * length
    return texts
