"""Where a page leads: escaped addresses below compiled/YEAR, so that no name becomes markup."""

from __future__ import annotations

from urllib.parse import quote

from workflow.compiled.corrections import handback_name
from workflow.compiled.sheets.links import to_return
from workflow.model.plan import Department

_HANDBACKS = "差戻し"


def to_file(name: str) -> str:
    """Return the address of a file named below compiled/YEAR, with slashes."""
    return quote(name)


def to_handback(department: Department, year: int) -> str:
    """Return the address of a department's hand-back."""
    return to_file(f"{_HANDBACKS}/{handback_name(department, year)}")


def to_returned(year: int, file: str) -> str:
    """Return the address of a file as it lies in returned/YEAR; "" where no address can lead."""
    link = to_return(year, file)
    try:
        return quote(link.file, safe="/%") if link else ""
    except UnicodeEncodeError:
        return ""  # half a character is no part of an address
