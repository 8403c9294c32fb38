"""An .xlsx → raw workbook: exact, in whatever way its XML is spelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from workflow.excel.xlsx.comments import read_comments
from workflow.excel.xlsx.number_formats import DayStyles, day_styles_of
from workflow.excel.xlsx.package import NamedCell, Package, package_in
from workflow.excel.xlsx.properties import custom_properties, saving_of_package
from workflow.excel.xlsx.sheet import plain_text, read_sheet
from workflow.excel.xlsx.sheet_parts import Stored
from workflow.excel.xlsx.xml import MAIN
from workflow.model.raw import RawBook, RawSheet

_SMALL = 100_000  # bytes: what is longer is looked at anew each time, so nobody fills the memory
_known_styles = lru_cache(maxsize=16)(day_styles_of)
"""Workbooks filled from the templates of one round have the same styles to the byte."""


def read_xlsx(content: bytes, resultless: str = "") -> RawBook:
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
        names=_names(package.workbook.named, {sheet.name: sheet for sheet in sheets}),
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
        remarks=read_comments(package),
    )


def stored_in(package: Package) -> Stored:
    """Return what the cells of a workbook refer to. ValueError when it is no workbook."""
    if not package.workbook.is_workbook:
        raise ValueError("no workbook")
    return Stored(shared_texts(package), _styles(package), package.workbook.since_1904)


def shared_texts(package: Package) -> list[str]:
    """Return the texts the cells of a workbook refer to, in their order."""
    part = package.related("sharedStrings", package.book)
    if not part:
        return []
    return [plain_text(text) for text in package.tree(part).iterchildren(f"{MAIN}si")]


def _styles(package: Package) -> DayStyles:
    part = package.related("styles", package.book)
    if not part:
        return DayStyles()
    stored = package.read(part)
    return _known_styles(stored) if len(stored) <= _SMALL else day_styles_of(stored)


def _names(named: Iterable[NamedCell], sheets: Mapping[str, RawSheet]) -> dict[str, str]:
    """Return the text behind each name that stands for one cell of the workbook."""
    return {
        cell.name: sheets[cell.sheet].cells[cell.place].text
        for cell in named
        if cell.sheet in sheets and cell.place in sheets[cell.sheet].cells
    }
