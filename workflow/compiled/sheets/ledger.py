"""台帳: the rows of the ledger, or of a part of it, each leading to the cell it was read from."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook

from workflow.compiled.ledger import FILE_LABEL, Ledger
from workflow.compiled.merge import Entry
from workflow.compiled.sheets.records import Trail
from workflow.excel.table import MAX_LINKS, TableStyles, write_values
from workflow.excel.workbook import GrowingSheet, Link


def write_ledger(
    book: Workbook, sheet: GrowingSheet, ledger: Ledger, entries: Sequence[int], trail: Trail
) -> None:
    """Write the rows of some entries, by their places in the ledger."""
    columns = [(column.label, column.width) for column in ledger.columns]
    rows = [ledger.rows[entry] for entry in entries]
    chosen = [ledger.entries[entry] for entry in entries]
    links = _to_answers(chosen, ledger.index(FILE_LABEL), trail)
    write_values(sheet, TableStyles(book), columns, rows, links)


def _to_answers(entries: Sequence[Entry], place: int, trail: Trail) -> dict[tuple[int, int], Link]:
    """Return, for each answered row, the link to the cell it was first read from."""
    if len(entries) > MAX_LINKS:
        return {}
    found = {}
    for row, entry in enumerate(entries, start=1):
        if entry.answer:
            source = entry.answer.source
            first = min(entry.answer.cells.values(), key=lambda c: (len(c), c), default="")
            link = trail.to(source.file, source.sheet, first or f"A{source.row}")
            if link:
                found[row, place] = link
    return found
