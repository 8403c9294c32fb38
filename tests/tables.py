"""The one table language of the tests: a line a row, bars between the cells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

EMPTIED = "（空）"
LINE_BREAK = "⏎"

Written = str | float | date
"""What a person writes into a cell."""
Table = Mapping[str, Mapping[str, Written]]
"""整理番号 → label → what is written there; * stands for every item."""


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table, blank lines left out.

    >>> rows("1-1 | Ａ |\\n\\n1-2 |   | 良い")
    [['1-1', 'Ａ', ''], ['1-2', '', '良い']]
    """
    # Not splitlines: a carriage return in a cell is one of the things people send.
    lines = (line for line in text.split("\n") if line.strip())
    return [cells(line) for line in lines]


def cells(line: str) -> list[str]:
    """Return the cells of one line.

    >>> cells("1-1 | Ａ |")
    ['1-1', 'Ａ', '']
    """
    return [cell.strip(" ") for cell in line.split("|")]


def table(text: str) -> dict[str, dict[str, Written]]:
    """Return a table with labels in its first line and a 整理番号 at the start of the others.

    A blank cell says nothing: the answer stays what it usually is.

    >>> table("整理番号 | 評価 | 決算額\\n1-1 | Ａ | n:5\\n1-2 | | （空）")
    {'1-1': {'評価': 'Ａ', '決算額': 5}, '1-2': {'決算額': ''}}
    """
    if not text.strip():
        return {}
    (_, *labels), *lines = rows(text)
    return {
        line[0]: {
            label: written(cell) for label, cell in zip(labels, line[1:], strict=False) if cell
        }
        for line in lines
    }


def written(cell: str) -> Written:
    """Return the value a cell stands for.

    A cell is a text, n:5 a number, d:2024-03-01 a day, ⏎ a line break, （空） nothing.

    >>> written("n:1.5"), written("d:2024-03-01"), written("一⏎二"), written("（空）")
    (1.5, datetime.date(2024, 3, 1), '一\\n二', '')
    """
    kind, colon, text = cell.partition(":")
    if colon and kind == "n":
        return float(text) if "." in text else int(text)
    if colon and kind == "d":
        return date.fromisoformat(text)
    return "" if cell == EMPTIED else cell.replace(LINE_BREAK, "\n")
