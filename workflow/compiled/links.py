"""Links in the compiled workbook: to a cell of its own, or to the file and cell a value came from.

Nothing from a file name is left unescaped, and nothing is looked at: a link is only a text.
"""

from __future__ import annotations

import re

from xlsxwriter.url import Url

from workflow.cells import quoted_sheet

_TO_RETURNED = "../../returned"
_LONGEST = 2_000
_UNSAFE = re.compile('[\x00-\x20"#%<>?\\\\^`{|}\\[\\]\x7f]')
_UNKNOWN_CHARACTER = "?"
"""What stands for a byte of a file name that is no text: such a file cannot be linked to."""


def to_cell(sheet: str, cells: str) -> Url:
    """Return a link to cells of the same workbook, as A5 or A5:C9."""
    return Url(f"internal:{quoted_sheet(sheet)}!{cells}")


def to_return(year: int, file: str, sheet: str = "", cell: str = "") -> Url | None:
    """Return a link to a file in returned/YEAR and a cell in it; None if there can be none."""
    anchor = f"{quoted_sheet(sheet)}!{cell}" if sheet and cell else ""
    target = f"{_TO_RETURNED}/{year}/{_UNSAFE.sub(_escaped, file)}"
    return _to_file(target, anchor) if _UNKNOWN_CHARACTER not in file else None


def to_earlier_ledger(year: int, name: str) -> Url | None:
    """Return a link to the compiled workbook of another fiscal year."""
    return _to_file(f"../{year}/{name}", "")


def _to_file(target: str, anchor: str) -> Url | None:
    if len(target) > _LONGEST or len(anchor) > _LONGEST:
        return None
    link = Url("external:file")
    # XlsxWriter would turn the slashes, which only Windows understands, and leave % as it is.
    link._relationship_link = target
    link._anchor = anchor
    return link


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
