"""Fills a template on the city's own form as somebody does in Excel: cells are found by our names.

openpyxl saves it, so nothing of the looks that it does not know is left.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date

from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from workflow.templates.own.form import ID_NAME, answer_name

_ANSWER = answer_name("")


def is_own_form(content: bytes) -> bool:
    """Whether a template is made of the city's own workbook."""
    return _ANSWER.encode() in _workbook_part(content)


def fill_own_form(
    content: bytes, answers: Mapping[str, Mapping[str, str | float | date]], keys: Mapping[str, str]
) -> bytes:
    """Return a template with answers by 整理番号 and label; keys are those of the labels."""
    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        for item, row, column, key in own_cells(sheet):
            labels = [label for label, known in keys.items() if known == key]
            value = answers.get(item, {}).get(labels[0]) if labels else None
            if value is not None:
                sheet.cell(row, column).value = value
    return saved(book)


def own_cells(sheet: Worksheet) -> Iterator[tuple[str, int, int, str]]:
    """Yield the item, the place and the key of each cell to fill on a sheet."""
    blocks = dict(_blocks(sheet))
    ids = blocks.pop(ID_NAME, None)
    if ids is None:
        return
    rows = {
        str(sheet.cell(row, ids[0]).value): row - ids[1]
        for row in range(ids[1], ids[3] + 1)
        if sheet.cell(row, ids[0]).value is not None
    }
    for name, (left, top, _, _) in blocks.items():
        if name.startswith(_ANSWER):
            for item, shift in rows.items():
                yield item, top + shift, left, name.removeprefix(_ANSWER)


def _blocks(sheet: Worksheet) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
    for name, defined in sheet.defined_names.items():
        for _, reference in defined.destinations:
            left, top, right, bottom = range_boundaries(reference.replace("$", ""))
            assert left and top and right and bottom
            yield name, (left, top, right, bottom)


def with_sheets_of(content: bytes, other: bytes) -> bytes:
    """Return a workbook into which somebody has moved the sheets of another one."""
    book, source = load_workbook(io.BytesIO(content)), load_workbook(io.BytesIO(other))
    for sheet in source.worksheets:
        if sheet.defined_names:
            _move(sheet, book.create_sheet(sheet.title))
    return saved(book)


def _move(sheet: Worksheet, target: Worksheet) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                target.cell(cell.row, cell.column, cell.value)
    for area in sheet.merged_cells.ranges:
        target.merge_cells(str(area))
    for name, defined in sheet.defined_names.items():
        if name.startswith("torimatome"):
            target.defined_names.add(copy(defined))
    for side in ("left", "center", "right"):
        getattr(target.oddFooter, side).text = getattr(sheet.oddFooter, side).text


def saved(book: Workbook) -> bytes:
    """Return a workbook as openpyxl saves it."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _workbook_part(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/workbook.xml")
