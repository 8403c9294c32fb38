"""The values in an .xls → raw workbook, through xlrd: a second opinion beside calamine's."""

from __future__ import annotations

import io

import xlrd
from xlrd.sheet import Cell, Sheet

from workflow.excel.xlsx.number_formats import day_cell
from workflow.excel.xlsx.properties import saving_of_xls
from workflow.model.catalogue import Code
from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.returned.intake.refusal import RefusedError, unreadable


def read_xls(content: bytes) -> RawBook:
    """Return the values in an .xls; a formula is its result, an error value is blank.

    Raises RefusedError for what needs a password, and whatever xlrd trips over.
    """
    # xlrd remarks on odd files on stdout, which is not ours to write to here.
    silence = io.StringIO()
    try:
        book = xlrd.open_workbook(file_contents=content, logfile=silence, ragged_rows=True)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise RefusedError(unreadable(Code.FILE_ENCRYPTED)) from error
        raise
    saving = saving_of_xls(content)
    return RawBook(
        tuple(RawSheet(sheet.name, _cells(sheet, book.datemode == 1)) for sheet in book.sheets()),
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
    )


def _cells(sheet: Sheet, since_1904: bool) -> dict[tuple[int, int], RawCell]:
    found = {}
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row), start=1):
            raw = _raw(cell, since_1904)
            if raw is not None:
                found[row + 1, column] = raw
    return found


def _raw(cell: Cell, since_1904: bool) -> RawCell | None:
    match cell.ctype:
        case xlrd.XL_CELL_TEXT if cell.value:
            return RawCell(CellKind.TEXT, cell.value)
        case xlrd.XL_CELL_NUMBER:
            return RawCell.of_number(cell.value, since_1904)
        case xlrd.XL_CELL_DATE:
            return day_cell(cell.value, since_1904)
        case xlrd.XL_CELL_BOOLEAN:
            return RawCell(CellKind.BOOLEAN, str(bool(cell.value)).upper())
    return None
