"""An .xlsx → raw workbook: exact, in whatever way its XML is spelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from workflow.excel.xlsx.colors import needs_theme
from workflow.excel.xlsx.comments import read_comments
from workflow.excel.xlsx.number_formats import CellStyles, cell_styles_of
from workflow.excel.xlsx.package import NamedCell, Package, package_in
from workflow.excel.xlsx.properties import custom_properties, saving_of_package
from workflow.excel.xlsx.sheet import STRIKE, plain_text, read_sheet, runs_of
from workflow.excel.xlsx.sheet_parts import Runs, Stored
from workflow.excel.xlsx.xml import MAIN, holds, taken, xpath
from workflow.model.cells import decoded
from workflow.model.raw import RawBook, RawSheet

if TYPE_CHECKING:
    from lxml.etree import _Element

_IS_PLAIN = xpath(
    "count(m:si/m:t[1]) = count(m:si) and count(m:si/m:t) = count(m:si)"
    " and not(parent::* or self::m:si or m:si/m:r or m:si/m:t/*)"
)
"""Whether each text is stored once and in one piece, whatever tells how it is pronounced."""
_PLAIN = xpath("m:si/m:t")
_LISTED = xpath("self::*[not(parent::*)]/m:si | self::m:si[parent::*[not(parent::*)]]")
_SMALL = 100_000  # bytes: what is longer is looked at anew each time, so nobody fills the memory
_known_styles = lru_cache(maxsize=16)(cell_styles_of)
"""Workbooks filled from the templates of one round have the same styles to the byte."""


def read_xlsx(content: bytes, resultless: str = "") -> RawBook:
    """Return what a workbook holds; of the sheet called resultless, no results of formulas.

    Whatever this raises says the file is broken.
    """
    package = package_in(content)
    stored = stored_in(package)
    sheets = tuple(
        replace(read, is_hidden=True) if sheet.is_hidden else read
        for sheet in package.sheets
        if sheet.holds_cells
        for read in (
            read_sheet(sheet.name, package.read(sheet.part), stored, sheet.name != resultless),
        )
    )
    saving = saving_of_package(package)
    beside = read_comments(package)
    return RawBook(
        sheets=sheets,
        properties=custom_properties(package),
        names=_names(package.workbook.named, {sheet.name: sheet for sheet in sheets}),
        named_areas=package.workbook.named_areas,
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
        remarks=beside.remarks,
        lost=package.lost,
        unread=beside.unread,
    )


def stored_in(package: Package) -> Stored:
    """Return what the cells of a workbook refer to. ValueError when it is no workbook."""
    if not package.workbook.is_workbook:
        raise ValueError("no workbook")
    styles = _styles(package)
    return Stored(
        shared_texts(package), styles, package.workbook.since_1904, _runs(package, styles.strike)
    )


def shared_texts(package: Package) -> list[str]:
    """Return the texts the cells of a workbook refer to, in their order."""
    part = package.related("sharedStrings", package.book)
    if not part:
        return []
    texts: list[str] = []

    def take(piece: _Element) -> None:
        if _IS_PLAIN(piece):
            texts.extend([decoded(text.text or "") for text in _PLAIN(piece)])
        else:
            texts.extend(map(plain_text, _LISTED(piece)))

    taken(package.read(part), f"{MAIN}si", take)
    return texts


def _runs(package: Package, is_needed: bool) -> dict[str, Runs]:
    """Return the texts in runs by their number, where any run may be struck through."""
    part = package.related("sharedStrings", package.book)
    if not part or not (is_needed or holds(package.read(part), STRIKE)):
        return {}
    texts = enumerate(package.tree(part).iterchildren(f"{MAIN}si"))
    return {str(n): runs for n, text in texts if (runs := runs_of(text))}


def _styles(package: Package) -> CellStyles:
    part = package.related("styles", package.book)
    if not part:
        return CellStyles()
    stored = package.read(part)
    theme = package.related("theme", package.book) if needs_theme(stored) else ""
    colors = package.read(theme) if theme else b""
    is_small = len(stored) + len(colors) <= _SMALL
    return (_known_styles if is_small else cell_styles_of)(stored, colors)


def _names(named: Iterable[NamedCell], sheets: Mapping[str, RawSheet]) -> dict[str, str]:
    """Return the text behind each name that stands for one cell of the workbook."""
    return {
        cell.name: sheets[cell.sheet].cells[cell.place].text
        for cell in named
        if cell.sheet in sheets and cell.place in sheets[cell.sheet].cells
    }
