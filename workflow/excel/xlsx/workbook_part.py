"""The part of the workbook itself: its sheets and names, and from when it counts its days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflow.excel.xlsx.references import place_of
from workflow.excel.xlsx.remembering import remembered
from workflow.excel.xlsx.xml_parts import MAIN, parsed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ONE_CELL = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]{1,3}\$?[0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A name that stands for one cell of the workbook."""

    name: str
    sheet: str
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class WorkbookPart:
    """What the part says; sheets are names with the relations that lead to them."""

    is_workbook: bool
    since_1904: bool
    sheets: tuple[tuple[str, str], ...]
    named: tuple[NamedCell, ...]


@remembered(times=32, most=100_000)
def workbook_part(part: bytes) -> WorkbookPart:
    """Return what a workbook says of itself. Whatever this raises says it is broken."""
    book = parsed(part)
    properties = book.find(f"{MAIN}workbookPr")
    return WorkbookPart(
        is_workbook=book.tag == f"{MAIN}workbook",
        since_1904=properties is not None and is_true(properties.get("date1904")),
        sheets=tuple(
            (element.get("name", ""), element.get(_ID, "")) for element in book.iter(f"{MAIN}sheet")
        ),
        named=tuple(_named(book)),
    )


def is_true(stored: str | None) -> bool:
    """Whether an attribute says yes."""
    return stored in ("1", "true", "on")


def _named(book: Element) -> Iterator[NamedCell]:
    for element in book.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        match = _ONE_CELL.fullmatch(element.text or "")
        if match and element.get("localSheetId") is None:
            sheet = (match[1] or match[2]).replace("''", "'")
            yield NamedCell(element.get("name", ""), sheet, place_of(match[3]))
