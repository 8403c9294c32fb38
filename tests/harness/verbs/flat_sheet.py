"""What people do to rows below one heading, as in 確認の記録; openpyxl does the work."""

from __future__ import annotations

from openpyxl import Workbook

from tests.harness.verbs.registry import workbook_verb


@workbook_verb("turn sheet upside down")
def turn_sheet(book: Workbook, name: str) -> None:
    """Sort the rows the other way round: values move, and the cells stay as they look."""
    sheet = book[name]
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for row, values in enumerate(reversed(found), start=2):
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column).value = value


@workbook_verb("insert rows of sheet")
def insert_rows_of_sheet(book: Workbook, name: str, row: int, count: int) -> None:
    book[name].insert_rows(row, count)


@workbook_verb("delete rows of sheet")
def delete_rows_of_sheet(book: Workbook, name: str, row: int, count: int) -> None:
    book[name].delete_rows(row, count)


@workbook_verb("delete columns of sheet")
def delete_columns_of_sheet(book: Workbook, name: str, column: int, count: int) -> None:
    book[name].delete_cols(column, count)


@workbook_verb("copy row of sheet")
def copy_row_of_sheet(book: Workbook, name: str, row: int) -> None:
    """Copy a row, its hidden cells too, below the last one."""
    sheet = book[name]
    end = sheet.max_row + 1
    for column, cell in enumerate(sheet[row], start=1):
        sheet.cell(end, column).value = cell.value


@workbook_verb("explain")
def explain(book: Workbook, question: str, text: str) -> None:
    """Answer a question of 修正のお願い in its cell 説明."""
    sheet = book["修正のお願い"]
    row = next(r for r in sheet.iter_rows() if any(cell.value == question for cell in r))
    (cell,) = [c for c in row if c.protection.locked is False]
    cell.value = text
