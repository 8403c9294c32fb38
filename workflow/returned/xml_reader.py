"""An .xlsx from its XML parts alone → raw workbook: a second opinion beside openpyxl's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from workflow.returned.document_properties import custom_properties, saving_of_package
from workflow.returned.number_formats import DayStyles, day_styles
from workflow.returned.package import MAIN, Package
from workflow.returned.raw import RawBook, RawSheet
from workflow.returned.references import place_of
from workflow.returned.remarks import read_remarks
from workflow.returned.xml_sheet import Stored, is_true, plain_text, read_sheet

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ONE_CELL = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]{1,3}\$?\d{1,7})")


def read_xml(content: bytes) -> RawBook:
    """Return what a workbook holds. Whatever this raises says the file is broken."""
    package = Package(content)
    book = package.tree(package.book)
    properties = book.find(f"{MAIN}workbookPr")
    since_1904 = properties is not None and is_true(properties.get("date1904"))
    stored = Stored(_texts(package), _styles(package), since_1904)
    sheets = tuple(_sheets(package, stored))
    saving = saving_of_package(package)
    return RawBook(
        sheets=sheets,
        properties=custom_properties(package),
        names=_names(book, {sheet.name: sheet for sheet in sheets}),
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
        remarks=read_remarks(package),
    )


def _texts(package: Package) -> list[str]:
    part = package.related("sharedStrings", package.book)
    if not part:
        return []
    return [plain_text(text) for text in package.tree(part).iterfind(f"{MAIN}si")]


def _styles(package: Package) -> DayStyles:
    part = package.related("styles", package.book)
    return day_styles(package.tree(part)) if part else DayStyles()


def _sheets(package: Package, stored: Stored) -> Iterator[RawSheet]:
    for sheet in package.sheets():
        if sheet.kind != "chartsheet":
            with package.open(sheet.part) as stream:
                yield read_sheet(sheet.name, stream, stored)


def _names(book: Element, sheets: Mapping[str, RawSheet]) -> dict[str, str]:
    """Return the text behind each name that stands for one cell of the workbook."""
    texts = {}
    for element in book.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        match = _ONE_CELL.fullmatch(element.text or "")
        if match and element.get("localSheetId") is None:
            sheet = sheets.get((match[1] or match[2]).replace("''", "'"))
            place = place_of(match[3])
            if sheet and place in sheet.cells:
                texts[element.get("name", "")] = sheet.cells[place].text
    return texts
