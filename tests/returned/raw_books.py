"""Workbooks as text tables, for tests of what is read from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from tests.tables import cells
from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.templates.layout import ENTRY_SHEET, NUMBER_NAME, NUMBER_PROPERTY

_KINDS: Mapping[str, Callable[[str], RawCell]] = {
    "n": lambda text: RawCell(CellKind.NUMBER, text, number=Decimal(text)),
    "d": lambda text: RawCell(CellKind.DATE, text, moment=datetime.fromisoformat(text)),
    "f": lambda text: RawCell(CellKind.FORMULA, text),
    "e": lambda text: RawCell(CellKind.ERROR, text),
    "b": lambda text: RawCell(CellKind.BOOLEAN, text),
    "t": lambda text: RawCell(CellKind.TEXT, text),
}


def cell(notation: str) -> RawCell:
    """Return a cell: n:5, d:2024-05-01, f:=A1, e:#N/A, b:TRUE, or else a text."""
    kind, colon, text = notation.partition(":")
    if colon and kind in _KINDS:
        return _KINDS[kind](text)
    return RawCell(CellKind.TEXT, notation)


def sheet(table: str, name: str = ENTRY_SHEET) -> RawSheet:
    """Return a sheet from a text table; its first line is row 1, blank cells are not there."""
    found = {
        (row, column): cell(text)
        for row, line in enumerate(table.strip("\n").splitlines(), start=1)
        for column, text in enumerate(cells(line), start=1)
        if text
    }
    return RawSheet(name, found)


def book(*sheets: RawSheet | str, number: str = "", defined: str = "") -> RawBook:
    """Return a workbook, stamped in its properties and by a defined name when asked."""
    return RawBook(
        sheets=tuple(sheet(s) if isinstance(s, str) else s for s in sheets),
        properties={NUMBER_PROPERTY: number} if number else {},
        names={NUMBER_NAME: defined} if defined else {},
        modified=None,
    )
