"""A workbook of ours, which somebody may have changed, read row by row.

What we wrote we read with our own reader: a ledger may have millions of cells, and openpyxl takes
many times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.properties import custom_properties, saving_of_package
from workflow.excel.xlsx.reader import stored_in
from workflow.excel.xlsx.sheet import read_sheet, rows_in_pieces
from workflow.model.limits import BY_ROWS
from workflow.model.raw import NotRowByRowError, RawRow, RawSheet, UnreadableBookError
from workflow.returned.intake.detect import Kind, examine_package

_LONGEST = 20_000_000
"""Bytes of a sheet up to which it is read as a whole: that of a usual city, in half the time."""


class WrittenBook:
    """A workbook of ours, row by row; its long sheets are read as often as they are asked for."""

    def __init__(self, content: bytes) -> None:
        """Open a workbook. Raises UnreadableBookError."""
        try:
            package = Package(content, _LONGEST)
            kind = examine_package("", package, BY_ROWS)
            if kind is Kind.XLSX:
                self._package, self._stored = package, stored_in(package)
                custom_properties(package), saving_of_package(package)  # whether they are whole
                sheets = [sheet for sheet in package.sheets if sheet.holds_cells]
        except MemoryError:
            raise
        except Exception as error:
            # Whatever a reader trips over, somebody changed the file.
            raise UnreadableBookError from error
        if kind is not Kind.XLSX:
            raise UnreadableBookError
        self.names = tuple(sheet.name for sheet in sheets)
        self._parts = {sheet.name: sheet.part for sheet in sheets}
        self._in_pieces = set(package.in_pieces)

    def rows(self, sheet: str) -> Iterator[RawRow]:
        """Yield the rows of a sheet that hold anything, in their order.

        UnreadableBookError where they are damaged; NotRowByRowError the first time they are asked
        for, where they can only be read as a whole.
        """
        part = self._parts[sheet]
        try:
            if part in self._in_pieces:
                yield from rows_in_pieces(self._package.pieces(part), self._stored)
            else:
                yield from rows_of(read_sheet(sheet, self._package.read(part), self._stored))
        except NotRowByRowError:
            self._in_pieces.discard(part)
            raise
        except MemoryError:
            raise
        except Exception as error:
            raise UnreadableBookError from error


def rows_of(sheet: RawSheet) -> Iterator[RawRow]:
    """Yield the rows of a sheet that was read as a whole."""
    places = groupby(sorted(sheet.cells), key=itemgetter(0))
    return ((row, {at[1]: sheet.cells[at] for at in within}) for row, within in places)
