"""台帳の分冊: which workbook holds which part of a divided ledger, and how to get there."""

from __future__ import annotations

from xlsxwriter import Workbook

from workflow.compiled.ledger import LEDGER_SHEET, Ledger
from workflow.compiled.parts import Part
from workflow.compiled.sheets.links import beside
from workflow.excel.table import TableColumn, TableStyles, write_table
from workflow.excel.workbook import GrowingSheet


def write_parts(book: Workbook, sheet: GrowingSheet, ledger: Ledger) -> None:
    """Write one line per part, with its first and its last row."""

    def item(entry: int) -> str:
        return ledger.entries[entry].assignment.item.id

    def owner(entry: int) -> str:
        return ledger.entries[entry].assignment.department_label

    columns: tuple[TableColumn[Part], ...] = (
        TableColumn("番号", 6, lambda p: p.number),
        TableColumn("ファイル", 50, lambda p: p.file, lambda p: beside(p.file, LEDGER_SHEET, "A1")),
        TableColumn("収めた範囲", 50, lambda p: p.label),
        TableColumn("行数", 10, lambda p: len(p.entries)),
        TableColumn("最初の行の整理番号", 18, lambda p: item(p.entries[0])),
        TableColumn("最初の行の担当課", 24, lambda p: owner(p.entries[0])),
        TableColumn("最後の行の整理番号", 18, lambda p: item(p.entries[-1])),
        TableColumn("最後の行の担当課", 24, lambda p: owner(p.entries[-1])),
    )
    write_table(sheet, TableStyles(book), columns, ledger.parts)
