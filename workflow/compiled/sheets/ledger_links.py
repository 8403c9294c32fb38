"""Links to rows of the ledger: on the sheet 台帳, or in the workbook that holds that part of it."""

from __future__ import annotations

from workflow.compiled.ledger import LEDGER_SHEET, PARTS_SHEET, Ledger
from workflow.compiled.sheets.links import beside, to_cell
from workflow.excel.workbook import Link

_FIRST_ROW = 2


def to_row(ledger: Ledger, entry: int) -> Link:
    """Return a link to the row of an entry, by its place in the ledger."""
    if not ledger.parts:
        return to_cell(LEDGER_SHEET, f"A{entry + _FIRST_ROW}")
    part, at = ledger.part_of(entry)
    return beside(part.file, LEDGER_SHEET, f"A{at + _FIRST_ROW}")


def to_all(ledger: Ledger) -> Link:
    """Return a link to where the ledger begins: its sheet, or the list of its parts."""
    return to_cell(PARTS_SHEET if ledger.parts else LEDGER_SHEET, "A1")
