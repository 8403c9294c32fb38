"""Links in the compiled workbook: to a cell of its own, or to the file and cell a value came from.

Nothing from a file name is left unescaped, and nothing is looked at: a link is only a text.
"""

from __future__ import annotations

from functools import lru_cache

from workflow.compiled.ledger import LEDGER_SHEET, PARTS_SHEET, Ledger
from workflow.excel.workbook import Link
from workflow.model.cells import quoted_sheet
from workflow.model.rounds.declared import Period
from workflow.python.lazy_pattern import lazy_pattern

_TO_RETURNED = "../../returned"
_LONGEST = 2_000
_UNSAFE = lazy_pattern('[\x00-\x20"#%<>?\\\\^`{|}\\[\\]\x7f]')
_UNKNOWN_CHARACTER = "?"
"""What stands for a byte of a file name that is no text: such a file cannot be linked to."""


def to_cell(sheet: str, cells: str) -> Link:
    """Return a link to cells of the same workbook, as A5 or A5:C9."""
    return Link("", f"{quoted_sheet(sheet)}!{cells}")


def to_return(period: Period, file: str, sheet: str = "", cell: str = "") -> Link | None:
    """Return a link to a file in returned/YEAR and a cell in it; None if there can be none.

    The folder of a round lies one deeper than that of a year.
    """
    anchor = f"{quoted_sheet(sheet)}!{cell}" if sheet and cell else ""
    up = "../" if period.round else ""
    target = f"{up}{_TO_RETURNED}/{period.year}/{_escaped(file)}"
    return _to_file(target, anchor) if _UNKNOWN_CHARACTER not in file else None


def beside(file: str, sheet: str, cell: str) -> Link:
    """Return a link to a cell of another workbook in the same folder."""
    return Link(_escaped(file), f"{quoted_sheet(sheet)}!{cell}")


def to_earlier_ledger(path: str) -> Link | None:
    """Return a link to the compiled workbook of another year, given its path from this folder."""
    return _to_file(path, "")


def _to_file(target: str, anchor: str) -> Link | None:
    if len(target) > _LONGEST or len(anchor) > _LONGEST:
        return None
    return Link(target, anchor)


@lru_cache(maxsize=64)  # all rows of a file lead to it
def _escaped(file: str) -> str:
    return _UNSAFE.sub(lambda match: "".join(f"%{b:02X}" for b in match[0].encode()), file)


# Links to rows of the ledger: on the sheet 台帳, or in the workbook that holds that part of it.

_FIRST_ROW = 2


def to_row(ledger: Ledger, entry: int) -> Link:
    """Return a link to the row of an entry, given its index in the ledger."""
    if not ledger.parts:
        return to_cell(LEDGER_SHEET, f"A{entry + _FIRST_ROW}")
    part, at = ledger.part_of(entry)
    return beside(part.file, LEDGER_SHEET, f"A{at + _FIRST_ROW}")


def to_all(ledger: Ledger) -> Link:
    """Return a link to where the ledger begins: its sheet, or the list of its parts."""
    return to_cell(PARTS_SHEET if ledger.parts else LEDGER_SHEET, "A1")
