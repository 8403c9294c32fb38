"""What examples call the parts of a template, and where its first item stands."""

from __future__ import annotations

from collections.abc import Mapping

from tests.harness.verbs.registry import Parts

PARTS: Mapping[str, str] = {
    "cover": "xl/worksheets/sheet1.xml",
    "sheet": "xl/worksheets/sheet2.xml",
    "book": "xl/workbook.xml",
    "texts": "xl/sharedStrings.xml",
    "styles": "xl/styles.xml",
    "types": "[Content_Types].xml",
    "rels": "_rels/.rels",
    "book rels": "xl/_rels/workbook.xml.rels",
    "custom": "docProps/custom.xml",
    "core": "docProps/core.xml",
}

CELLS: Mapping[str, str] = {
    "整理番号": "A6",
    "取組状況": "E6",
    "評価": "F6",
    "決算額": "G6",
    "完了日": "H6",
    "row": "6",
}
"""Of the city `hostile`; in an argument of a verb @評価 stands for F6."""


def part_named(name: str) -> str:
    """Return the name of a part as it stands in the zip."""
    return PARTS.get(name, name)


def text_of(parts: Parts, part: str) -> str:
    """Return an XML part as text."""
    return parts[part_named(part)].decode()


def with_cells(text: str) -> str:
    """Return a text with the cells its marks stand for.

    >>> with_cells("@評価:@決算額")
    'F6:G6'
    """
    for label, cell in CELLS.items():
        text = text.replace(f"@{label}", cell)
    return text
