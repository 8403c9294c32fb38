"""One workbook of a divided ledger: its rows on the sheet 台帳, and what it is a part of."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from workflow.compiled.compilation import Compilation
from workflow.compiled.ledger import LEDGER_SHEET, PARTS_SHEET
from workflow.compiled.parts import Part
from workflow.compiled.sheets.ledger import write_ledger
from workflow.compiled.sheets.legend import COLUMNS, LEGEND_SHEET, Meaning
from workflow.compiled.sheets.links import beside
from workflow.compiled.sheets.records import Trail
from workflow.excel.table import FONT_SIZE, TableStyles, write_values
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.model.years import full_year


def part_bytes(compilation: Compilation, trail: Trail, part: Part, main: str) -> bytes:
    """Return a part as an .xlsx file; main is the name of the workbook with the list of parts."""
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    plan, stage = compilation.result.plan, compilation.stage
    book.set_properties(
        {
            "title": f"{plan.title} 台帳 {part.label}",
            "company": plan.municipality.name,
            "status": stage.name,
            "created": stage.as_of.replace(tzinfo=None),
        }
    )
    write_ledger(book, add_sheet(book, LEDGER_SHEET), compilation.ledger, part.entries, trail)
    lines = list(_legend(compilation, part, main))
    links = {(1, 1): beside(main, PARTS_SHEET, "A1")}
    write_values(add_sheet(book, LEGEND_SHEET), TableStyles(book), COLUMNS, lines, links)
    book.close()
    return stream.getvalue()


def _legend(compilation: Compilation, part: Part, main: str) -> Iterator[Meaning]:
    plan, ledger = compilation.result.plan, compilation.ledger
    yield (
        "分冊",
        main,
        "集計表、要確認、言葉の意味、すべての分冊の一覧は、このファイルにあります。",
    )
    yield (
        "分冊",
        f"{len(ledger.parts)}冊のうちの{part.number}冊目",
        f"{plan.municipality.name}の{full_year(ledger.year)}の台帳は{len(ledger.rows):,}行あり、"
        f"分けています。この冊は「{part.label}」の{len(part.entries):,}行です。",
    )
    yield "分冊", str(compilation.stage), "台帳がこの内容だった時点です。"
