"""An .xlsx from its XML parts alone → raw workbook: exact, and as fast as its spelling allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workflow.raw import RawBook, RawSheet
from workflow.xlsx.document_properties import custom_properties, saving_of_package
from workflow.xlsx.number_formats import DayStyles, day_styles_of
from workflow.xlsx.package import MAIN, Package, package_in
from workflow.xlsx.plain_texts import plain_texts
from workflow.xlsx.references import place_of
from workflow.xlsx.remarks import read_remarks
from workflow.xlsx.stored import Stored
from workflow.xlsx.xml_sheet import is_true, read_sheet, texts_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ONE_CELL = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]{1,3}\$?\d{1,7})")


def read_xml(content: bytes, resultless: str = "") -> RawBook:
    """Return what a workbook holds; of the sheet called resultless, no results of formulas.

    Whatever this raises says the file is broken.
    """
    package = package_in(content)
    stored = stored_in(package)
    sheets = tuple(
        read_sheet(sheet.name, package.read(sheet.part), stored, sheet.name != resultless)
        for sheet in package.sheets
        if sheet.holds_cells
    )
    saving = saving_of_package(package)
    return RawBook(
        sheets=sheets,
        properties=custom_properties(package),
        names=_names(package.book_tree, {sheet.name: sheet for sheet in sheets}),
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
        remarks=read_remarks(package),
    )


def stored_in(package: Package) -> Stored:
    """Return what the cells of a workbook refer to. ValueError when it is no workbook."""
    if package.book_tree.tag != f"{MAIN}workbook":
        raise ValueError("no workbook")
    properties = package.book_tree.find(f"{MAIN}workbookPr")
    since_1904 = properties is not None and is_true(properties.get("date1904"))
    return Stored(shared_texts(package), _styles(package), since_1904)


def shared_texts(package: Package) -> list[str]:
    """Return the texts the cells of a workbook refer to."""
    part = package.related("sharedStrings", package.book)
    if not part:
        return []
    texts = plain_texts(package.read(part))
    return texts_of(package.tree(part)) if texts is None else texts


def _styles(package: Package) -> DayStyles:
    part = package.related("styles", package.book)
    return day_styles_of(package.read(part)) if part else DayStyles()


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
