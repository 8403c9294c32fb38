"""Formulas stored once for a block of cells → the formula of each cell in it."""

from __future__ import annotations

import re

from workflow.excel.xlsx.references import column_number
from workflow.model.cells import column_letters

_QUOTED = r"""(?P<quoted>"(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\[\]]*\])"""
_BEFORE, _AFTER = r"(?<![\w.$\\])", r"(?![\w.(!$\\])"
_COLUMN, _ROW = r"\$?[A-Za-z]{1,3}", r"\$?[1-9][0-9]{0,6}"
_TOKEN = re.compile(
    rf"{_QUOTED}"
    rf"|{_BEFORE}(?P<column>{_COLUMN})(?P<row>{_ROW}){_AFTER}"
    rf"|{_BEFORE}(?P<columns>{_COLUMN}:{_COLUMN}){_AFTER}"
    rf"|{_BEFORE}(?P<rows>{_ROW}:{_ROW}){_AFTER}"
)
_NOWHERE = "#REF!"


def moved(formula: str, rows: int, columns: int) -> str:
    """Return a formula as it reads so many rows further down and columns further right."""

    def replaced(token: re.Match[str]) -> str:
        if token["quoted"]:
            return token[0]
        if token["column"]:
            return _joined("", [_column(token["column"], columns), _row(token["row"], rows)])
        if token["columns"]:
            return _joined(":", [_column(one, columns) for one in token["columns"].split(":")])
        return _joined(":", [_row(one, rows) for one in token["rows"].split(":")])

    return _TOKEN.sub(replaced, formula)


def _joined(by: str, parts: list[str]) -> str:
    return by.join(parts) if all(parts) else _NOWHERE


def _column(stored: str, by: int) -> str:
    """Return a column moved, or blank when that leads out of the sheet."""
    return stored if stored.startswith("$") else column_letters(column_number(stored) + by)


def _row(stored: str, by: int) -> str:
    """Return a row moved, or blank when that leads out of the sheet."""
    if stored.startswith("$"):
        return stored
    return str(int(stored) + by) if int(stored) + by > 0 else ""
