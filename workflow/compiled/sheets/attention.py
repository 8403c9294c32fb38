"""要確認: the points to look at first, each leading to its row, its department or its file."""

from __future__ import annotations

from xlsxwriter import Workbook

from workflow.compiled.compilation import Compilation
from workflow.compiled.ledger import LEDGER_SHEET
from workflow.compiled.sheets.links import to_cell, to_row
from workflow.compiled.sheets.records import STATUS_SHEET, SourceLinks
from workflow.compiled.summaries.attention import AttentionLine, Weight, prose_of
from workflow.excel.table import TableColumn, TableStyles, write_table
from workflow.excel.workbook import GrowingSheet, Link
from workflow.model.plan import Plan

ATTENTION_SHEET = "要確認"
NOTHING = "要確認のものはありません。"

_MOST_IN_MEMORY = 5_000
"""Lines whose prose is in memory together while they are written."""


def write_attention(
    book: Workbook, sheet: GrowingSheet, compilation: Compilation, sources: SourceLinks
) -> None:
    """Write the points as one flat table; with none, one sentence."""
    plan, ledger, points = compilation.round.plan, compilation.ledger, compilation.attention
    numbers = {id(point): number for number, point in enumerate(points, start=1)}
    rows = {status.department.code: at for at, status in enumerate(compilation.statuses, start=2)}

    def target(point: AttentionLine) -> Link | None:
        if point.entry is not None:
            return to_row(ledger, point.entry)
        if point.department in rows:
            return to_cell(STATUS_SHEET, f"A{rows[point.department]}")
        return sources.to(point.file)

    columns: tuple[TableColumn[AttentionLine], ...] = (
        TableColumn("番号", 3.5, lambda p: numbers[id(p)]),
        TableColumn("見る理由", 11, lambda p: "\n".join(p.reasons)),
        TableColumn("整理番号", 5, lambda p: p.item or None),
        TableColumn(plan.levels[-1], 14, lambda p: p.title or None),
        TableColumn("担当課", 7.5, lambda p: p.owner or None),
        TableColumn("内容", 13, lambda p: p.text or None),
        TableColumn(
            _prose_label(plan),
            21,
            lambda p: p.prose or prose_of(plan, ledger, p.entry) or None,
        ),
        TableColumn("移る先", 4.5, _target_name, target),
    )
    shown = points or (AttentionLine(weight=Weight.WARNED, reasons=(NOTHING,)),)
    asked = columns if points else columns[1:]
    is_short = len(shown) <= _MOST_IN_MEMORY
    write_table(sheet, TableStyles(book), asked, shown, in_memory=is_short)


def _target_name(point: AttentionLine) -> str | None:
    if point.entry is not None:
        return LEDGER_SHEET
    if point.department:
        return STATUS_SHEET
    return "ファイル" if point.file else None


def _prose_label(plan: Plan) -> str:
    if plan.column_groups:
        return "記述"  # the rounds of a year ask for many
    texts = [field.label for field in plan.form.fields if field.is_prose]
    return "・".join(texts[1:] or texts) or "記述"
