"""The three examples of README.ja.md, copied into plan.xlsx as a coordinator would."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.programs import ROOT
from tests.rounds.examples import EXAMPLES, plan_of
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document
from workflow.plan.load import load_written_plan

_TABLE = re.compile(r"^シート「([^」]+)」.*\n\n((?:\|.*\n)+)", re.MULTILINE)
_NOT_SHOWN = frozenset({"help", "meaning"})
"""What the tables of the manual leave to each city."""

Rows = list[list[str]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_tables_of_the_manual_are_a_plan(name: str, tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(written_book(sample_document())))
    for sheet, rows in manual_tables()[EXAMPLES.index(name)]:
        if sheet == "計画":
            _copy_matrices(book["計画"], rows)
        elif sheet in book:
            _copy_rows(book[sheet], rows, keeps=sheet == "担当課")
        else:
            _add_sheet(book, sheet, rows)
    book.save(tmp_path / "plan.xlsx")
    content = load_written_plan(tmp_path).content
    assert _compared(content) == _compared(plan_of(name))


@cache
def manual_tables() -> list[list[tuple[str, Rows]]]:
    """Return the tables of each example, in the order of the manual, by the sheet they are for."""
    manual = (ROOT / "README.ja.md").read_text("utf-8")
    examples = re.split(r"^#### 例\d", manual, flags=re.MULTILINE)[1:]
    return [
        [(sheet, _rows(table)) for sheet, table in _TABLE.findall(text.split("\n### ")[0])]
        for text in examples
    ]


def _rows(table: str) -> Rows:
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return [line for n, line in enumerate(lines) if n != 1]  # the second one rules the header


def _copy_rows(sheet: Worksheet, rows: Rows, *, keeps: bool) -> None:
    """Copy a table below the header of a sheet, a column of its own for each new heading.

    What keeps its rows is completed by the code in its first column.
    """
    labels = rows[0]
    header = next(r for r in range(1, 9) if str(sheet.cell(r, 1).value) == labels[0])
    columns = {str(cell.value): cell.column for cell in sheet[header] if cell.value}
    for label in labels:
        columns.setdefault(label, max(columns.values()) + 1)
        sheet.cell(header, columns[label], label)
    if not keeps:
        sheet.delete_rows(header + 1, sheet.max_row)
    known = {str(sheet.cell(r, 1).value): r for r in range(header + 1, sheet.max_row + 1)}
    free = max((r for code, r in known.items() if code != "None"), default=header) + 1
    for row in rows[1:]:
        at = known.get(row[0], free)
        free += at == free
        for label, text in zip(labels, row, strict=True):
            sheet.cell(at, columns[label], text or None)


def _copy_matrices(sheet: Worksheet, rows: Rows) -> None:
    found = [r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == "集計表"]
    for at, row in zip(found, rows[1:], strict=True):
        sheet.cell(at, 2, row[1])
        sheet.cell(at, 3, row[2])


def _add_sheet(book: Workbook, name: str, rows: Rows) -> None:
    sheet = book.create_sheet(name)
    for row in rows:
        sheet.append([text or None for text in row])


def _compared(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a plan without what the manual leaves out and what an empty cell stands for."""
    if isinstance(value, dict):
        parts = {k: _compared(v) for k, v in value.items() if k not in _NOT_SHOWN}
        return {k: v for k, v in parts.items() if v not in (None, "", [], False)}
    if isinstance(value, list):
        return [_compared(one) for one in value]
    return value
