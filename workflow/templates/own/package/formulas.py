"""The formulas and names of the city's workbook, once sheets are renamed and rows repeated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import quoted_sheet
from workflow.templates.own.package.rows import Repetition

if TYPE_CHECKING:
    from lxml.etree import _Element


def names_sheet(formula: str, name: str) -> bool:
    """Whether a formula speaks of a sheet."""
    return renamed(formula, name, f"{name}!") != formula


def renamed(formula: str, old: str, new: str) -> str:
    """Return a formula in which a sheet has another name.

    >>> renamed("'調書'!A1+調書!B2+別の調書!C3", "調書", "1-1")
    "'1-1'!A1+'1-1'!B2+別の調書!C3"
    """
    plain, quoted = re.escape(old), re.escape(quoted_sheet(old))
    pattern = rf"(?<![\w'.\]])(?:{quoted}|{plain})!"
    return re.sub(pattern, lambda _: f"{quoted_sheet(new)}!", formula)


def rename_in(root: _Element, old: str, new: str) -> None:
    """Let the formulas, rules and links of a part speak of a sheet by its new name."""
    tags = [f"{MAIN}{tag}" for tag in ("f", "formula", "formula1", "formula2")]
    tags.append("{http://schemas.microsoft.com/office/excel/2006/main}f")
    for element in root.iter(*tags):
        if element.text and "!" in element.text:
            element.text = renamed(element.text, old, new)
    for link in root.iter(f"{MAIN}hyperlink"):
        if location := link.get("location"):
            link.set("location", renamed(location, old, new))


def spread_name(formula: str, repetition: Repetition) -> str:
    """Return what a name of the city's stands for once rows were repeated, as 'S'!$A$1:$B$9."""
    pieces = []
    for piece in formula.split(","):
        sheet, mark, reference = piece.rpartition("!")
        moved = repetition.formula(reference) if re.search(r"[A-Z]\$?\d", reference) else reference
        pieces.append(f"{sheet}{mark}{moved}")
    return ",".join(pieces)


def spread_here(formula: str, sheet: str, repetition: Repetition) -> str:
    """Return a formula once rows of a sheet were repeated; one of another sheet stays."""
    return spread_name(formula, repetition) if names_sheet(formula, sheet) else formula
