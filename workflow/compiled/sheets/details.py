"""内訳: the items behind each count of 集計表, block by block, each leading to its ledger row."""

from __future__ import annotations

from functools import cache

from xlsxwriter import Workbook

from workflow.compiled.display_limits import not_detailed
from workflow.compiled.ledger import Ledger
from workflow.compiled.sheets.links import to_row
from workflow.compiled.summaries.matrix import Details, Line
from workflow.excel.page import Page
from workflow.excel.table import TableColumn, TableStyles, write_sentence, write_table
from workflow.excel.workbook import GrowingSheet, Link
from workflow.model.plan import Plan

_PAGE = Page(is_landscape=False)
LAST_COLUMN = "F"
"""Where the table ends: a link from a count marks its lines up to here."""


def write_details(
    book: Workbook, sheet: GrowingSheet, plan: Plan, ledger: Ledger, details: Details
) -> None:
    """Write the lines in their order; the counts link to them by their index."""
    if details.omitted:
        write_sentence(sheet, TableStyles(book), "内訳", not_detailed(details.omitted))
        return

    @cache  # a row of the ledger stands behind several counts
    def known(entry: int) -> tuple[str, str, str, Link]:
        asked = ledger.entries[entry].assignment
        return asked.item.id, asked.item.title, asked.department_label, to_row(ledger, entry)

    columns: tuple[TableColumn[Line], ...] = (
        TableColumn("集計表", 8, lambda x: x.matrix),
        TableColumn("行の見出し", 11.5, lambda x: x.row),
        TableColumn("列の見出し", 5, lambda x: x.column),
        TableColumn("整理番号", 5, lambda x: known(x.entry)[0], lambda x: known(x.entry)[3]),
        TableColumn(plan.levels[-1], 17, lambda x: known(x.entry)[1]),
        TableColumn("担当課", 7.5, lambda x: known(x.entry)[2]),
    )
    write_table(sheet, TableStyles(book), columns, details.lines, page=_PAGE)
