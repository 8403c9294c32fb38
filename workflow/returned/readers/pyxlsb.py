"""The values in an .xlsb → raw workbook, through pyxlsb's records: a second opinion on calamine's.

pyxlsb knows no number formats, so a day is the number it is stored as. Its own Workbook is passed
by: it writes to the disk and reads XML without defence.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from pyxlsb import biff12
from pyxlsb.handlers import CellHandler
from pyxlsb.reader import BIFF12Reader, RecordReader
from pyxlsb.stringtable import StringTable

from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.properties import custom_properties, saving_of_package
from workflow.model.limits import USUAL, Limits
from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.returned.intake.used_range import measure_xlsb

_TEXT_IN_CELL = 6
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
    )


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
    targets = {r.id: r.target for r in package.relations(package.book) if r.kind == "worksheet"}
    for kind, record in _records(package.read(package.book)):
        if kind == biff12.SHEET and record.rId in targets:
            cells = dict(_cells(package.read(targets[record.rId]), texts))
            yield RawSheet(record.name, cells)


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
