"""前年度比較（印刷用）: last year beside this year on paper, one block an item."""

from __future__ import annotations

from xlsxwriter import Workbook

from workflow.compiled import display_limits
from workflow.compiled.sheets.blocks import BlockColumn, BlockPages
from workflow.compiled.sheets.comparison.columns import compared_cells, heading_of
from workflow.compiled.sheets.comparison.sheet import COMPARISON_PRINT_SHEET
from workflow.compiled.years.comparison import Comparison
from workflow.excel.page import Page
from workflow.excel.table import TableStyles, write_sentence
from workflow.excel.workbook import GrowingSheet
from workflow.model.plan import Plan
from workflow.model.years import era_year

_NOTHING = "比べられる前年度の台帳がありません。"
_LABEL_WIDTH, _CHANGE_WIDTH = 8.0, 6.0


def write_comparison_print(
    book: Workbook, sheet: GrowingSheet, comparison: Comparison, plan: Plan
) -> None:
    """Write the blocks; what does not fit on a page goes on at the top of the next."""
    if comparison.last_year is None or len(comparison.lines) > display_limits.MOST_PRINTED:
        too_many = display_limits.not_printed(len(comparison.lines))
        sentence = _NOTHING if comparison.last_year is None else too_many
        write_sentence(sheet, TableStyles(book), COMPARISON_PRINT_SHEET, sentence)
        return
    columns = (
        BlockColumn("項目", _LABEL_WIDTH),
        BlockColumn(era_year(comparison.last_year)),
        BlockColumn(era_year(comparison.year)),
        BlockColumn("変化", _CHANGE_WIDTH),
    )
    pages = BlockPages(book, sheet, Page(plan.paper), columns)
    for line in comparison.lines:
        pages.write_block(heading_of(line), tuple(compared_cells(line, comparison)))
    pages.finish()
