"""台帳: the rows of the ledger, or of a part of it, each leading to the cell it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import IO

from xlsxwriter import Workbook

from workflow.compiled import display_limits
from workflow.compiled.compilation import Compilation
from workflow.compiled.ledger import FILE_LABEL, LEDGER_SHEET, PARTS_SHEET, Ledger
from workflow.compiled.merging.entries import Entry
from workflow.compiled.parts import Part
from workflow.compiled.sheets.legend import COLUMNS, LEGEND_SHEET, Meaning
from workflow.compiled.sheets.links import beside
from workflow.compiled.sheets.records import SourceLinks
from workflow.excel.rows import RowsInPieces
from workflow.excel.table import (
    FONT_SIZE,
    MAX_LINKS,
    Heading,
    TableColumn,
    TableStyles,
    write_table,
    write_values,
)
from workflow.excel.workbook import GrowingSheet, Link, add_sheet, new_workbook
from workflow.model.years import full_year
from workflow.python.lazy_sequence import Chosen
from workflow.storage.pieces import Pieces


def write_ledger(
    book: Workbook,
    sheet: GrowingSheet,
    ledger: Ledger,
    entries: Sequence[int],
    sources: SourceLinks,
    known: tuple[RowsInPieces, Pieces],
) -> None:
    """Write the rows of some entries, given their indexes in the ledger.

    What is known of them are the rows in pieces, and those of the workbook before.
    """
    columns = [Heading(c.heading, c.width, c.on_paper) for c in ledger.columns]
    is_linked = len(entries) * len(ledger.column_groups) <= MAX_LINKS
    chosen = Chosen(ledger.entries, entries if is_linked else ())
    links = {
        column: link
        for group in ledger.column_groups
        for column, link in _to_answers(
            (entry.at(group.index) for entry in chosen),
            ledger.index(group.column(FILE_LABEL)),
            sources,
        ).items()
    }
    rows, pieces = known
    is_large = len(entries) > display_limits.MOST_PRINTED
    write_values(
        sheet,
        TableStyles(book),
        columns,
        rows.rows if is_large else [*rows.rows],
        links,
        repeated=2,
        known=(rows, pieces) if is_large else None,
    )


def _to_answers(
    entries: Iterable[Entry], index: int, sources: SourceLinks
) -> dict[tuple[int, int], Link]:
    """Return, for each answered row, the link to the cell it was first read from."""
    found = {}
    for row, entry in enumerate(entries, start=1):
        if entry.answer:
            source = entry.answer.source
            first = _first_of(tuple(entry.answer.cells.values()))
            link = sources.to(source.file, source.sheet, first or f"A{source.row}")
            if link:
                found[row, index] = link
    return found


@lru_cache(maxsize=1024)  # many returns are answered in the same cells
def _first_of(cells: tuple[str, ...]) -> str:
    """Return the first of some cells; those that name another sheet are left out."""
    own = (cell for cell in cells if "!" not in cell)
    return min(own, key=lambda c: (len(c), c), default="")


# 台帳の分冊: which workbook holds which part of a divided ledger, and how to get there.


def write_parts(book: Workbook, sheet: GrowingSheet, ledger: Ledger) -> None:
    """Write one line per part, with its first and its last row."""

    def item(entry: int) -> str:
        return ledger.entries[entry].item.id

    def owner(entry: int) -> str:
        return ledger.entries[entry].assignment.department_label

    columns: tuple[TableColumn[Part], ...] = (
        TableColumn("番号", 4, lambda p: p.number),
        TableColumn("ファイル", 17, lambda p: p.file, lambda p: beside(p.file, LEDGER_SHEET, "A1")),
        TableColumn("収めた範囲", 17, lambda p: p.label),
        TableColumn("行数", 5, lambda p: len(p.entries)),
        TableColumn("最初の行の整理番号", 7, lambda p: item(p.entries[0])),
        TableColumn("最初の行の担当課", 10, lambda p: owner(p.entries[0])),
        TableColumn("最後の行の整理番号", 7, lambda p: item(p.entries[-1])),
        TableColumn("最後の行の担当課", 10, lambda p: owner(p.entries[-1])),
    )
    write_table(sheet, TableStyles(book), columns, ledger.parts)


# One workbook of a divided ledger: its rows on the sheet 台帳, and what it is a part of.


def write_part(
    compilation: Compilation,
    sources: SourceLinks,
    main: str,
    part: Part,
    pieces: Pieces,
    stream: IO[bytes],
) -> None:
    """Write a part as an .xlsx file; main is the name of the workbook with the list of parts."""
    book = new_workbook(stream, FONT_SIZE)
    plan, stage = compilation.round.plan, compilation.stage
    book.set_properties(
        {
            "title": f"{plan.title} 台帳 {part.label}",
            "company": plan.municipality.name,
            "status": stage.name,
            "created": stage.as_of.replace(tzinfo=None),
        }
    )
    ledger, sheet = compilation.ledger, add_sheet(book, LEDGER_SHEET)
    rows = RowsInPieces(ledger.rows_of(part.entries))
    write_ledger(book, sheet, ledger, part.entries, sources, (rows, pieces))
    lines = list(_legend(compilation, part, main))
    links = {(1, 1): beside(main, PARTS_SHEET, "A1")}
    write_values(add_sheet(book, LEGEND_SHEET), TableStyles(book), COLUMNS, lines, links)
    book.close()


def _legend(compilation: Compilation, part: Part, main: str) -> Iterator[Meaning]:
    plan, ledger = compilation.round.plan, compilation.ledger
    yield (
        "分冊",
        main,
        "集計表、要確認、言葉の意味、すべての分冊の一覧は、このファイルにあります。",
    )
    yield (
        "分冊",
        f"{len(ledger.parts)}冊のうちの{part.number}冊目",
        f"{plan.municipality.name}の{full_year(ledger.year)}の台帳は{len(ledger.entries):,}行あり、"
        f"分けています。この冊は「{part.label}」の{len(part.entries):,}行です。",
    )
    yield "分冊", str(compilation.stage), "台帳がこの内容だった時点です。"
