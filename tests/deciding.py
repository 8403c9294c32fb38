"""確認の記録 as people fill it in: in Excel, row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet


def decide(path: Path, number: str, *words: str) -> None:
    """Write 扱い, 理由 and 確認した人 in the row of a number."""

    def write(sheet: Worksheet) -> None:
        header = [cell.value for cell in sheet[1]]
        row = next(r for r in sheet.iter_rows(min_row=2) if r[0].value == number)
        for label, word in zip(("扱い", "理由", "確認した人"), words, strict=False):
            row[header.index(label)].value = word or None

    edit(path, write)


def edit(path: Path, change: Callable[[Worksheet], Any]) -> None:
    """Change the sheet and save the workbook."""
    book: Workbook = load_workbook(path)
    change(book["確認の記録"])
    book.save(path)
