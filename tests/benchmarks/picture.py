"""A template as plain data: what a script must write to make its like with XlsxWriter alone."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

Picture = dict[str, Any]
"""Formats and, by sheet name, cells (row, column, value, format), merges, heights and widths."""


def picture_of(template: Path) -> Picture:
    """Return the cells and formats of a template; its checks and colour rules are left away."""
    formats: list[dict[str, Any]] = []
    book = load_workbook(BytesIO(template.read_bytes()))
    return {"sheets": {s.title: _sheet(s, formats) for s in book.worksheets}, "formats": formats}


def _sheet(sheet: Worksheet, formats: list[dict[str, Any]]) -> dict[str, Any]:
    cells = [
        (row, column, _value(cell), _place_in(formats, cell))
        for row, line in enumerate(sheet.iter_rows(min_row=1, min_col=1))
        for column, cell in enumerate(line)
        if cell.has_style or cell.value is not None
    ]
    merges = [
        (r.min_row - 1, r.min_col - 1, r.max_row - 1, r.max_col - 1)
        for r in sheet.merged_cells.ranges
    ]
    return {
        "cells": cells,
        "merges": merges,
        "heights": {row - 1: d.height for row, d in sheet.row_dimensions.items() if d.height},
        "widths": {column: d.width for column, d in sheet.column_dimensions.items()},
    }


def _value(cell: Cell | MergedCell) -> str | None:
    return None if cell.value is None else str(cell.value)


def _place_in(formats: list[dict[str, Any]], cell: Cell | MergedCell) -> int:
    properties = _properties(cell)
    if properties not in formats:
        formats.append(properties)
    return formats.index(properties)


def _properties(cell: Cell | MergedCell) -> dict[str, Any]:
    """Return a cell's format in XlsxWriter's words."""
    font, fill, lined, placed = cell.font, cell.fill, cell.border, cell.alignment
    found = {
        "font_name": font.name,
        "font_size": font.size,
        "font_color": _colour(font.color),
        "bold": font.bold,
        "underline": 1 if font.underline else 0,
        "bg_color": _colour(fill.fgColor) if fill.fill_type else None,
        "align": placed.horizontal,
        "valign": {"center": "vcenter"}.get(placed.vertical, placed.vertical),
        "text_wrap": placed.wrap_text,
        "num_format": cell.number_format,
        "locked": cell.protection.locked,
    }
    for side in ("left", "right", "top", "bottom"):
        line = getattr(lined, side)
        found[side] = _LINES.get(line.style, 0)
        found[f"{side}_color"] = _colour(line.color) if line.style else None
    return {name: value for name, value in found.items() if value not in (None, "general")}


_LINES = {"thin": 1, "medium": 2, "dashed": 3, "dotted": 4, "thick": 5, "double": 6, "hair": 7}


def _colour(colour: Any) -> str | None:  # noqa: ANN401 - openpyxl's, which may be a theme's
    return f"#{colour.rgb[-6:]}" if colour is not None and colour.type == "rgb" else None
