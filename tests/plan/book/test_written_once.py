"""What a blank level means, by what stands around it: 目標 ＞ 施策 ＞ 取組."""

from __future__ import annotations

import pytest

from tests.tables import rows
from workflow.plan.book.cells import Cell, Holds, Sheet
from workflow.plan.book.written_once import Columns, Meant, as_meant

COLUMNS = Columns(identity=0, levels=(1, 2), departments=4, whole=(1, 2, 3, 4))


def meant(table: str) -> Meant:
    """What a table means: 整理番号, 目標, 施策, 取組, 担当課; nothing is merged."""
    sheet = tuple(
        tuple(
            Cell(row, column, Holds.TEXT if text else Holds.NOTHING, text or None)
            for column, text in enumerate(line, start=1)
        )
        for row, line in enumerate(rows(table), start=1)
    )
    return as_meant(sheet, Sheet("取組内容", sheet), COLUMNS)


CASES = {
    "each level once": (
        """
        1 | 甲 | ア | a | A
        2 |    |    | b | A
        3 |    | イ | c | A
        4 | 乙 | ウ | d | A
        5 |    |    | e | A
        """,
        "甲ア 甲ア 甲イ 乙ウ 乙ウ",
        "",
    ),
    "a new heading leaves the level below it open": (
        """
        1 | 甲 | ア | a | A
        2 |    |    | b | A
        3 | 乙 |    | c | A
        4 |    | ウ | d | A
        """,
        "甲ア 甲ア 乙 乙ウ",
        "",
    ),
    "the same 施策 begins anew under the next 目標": (
        """
        1 | 甲 | 他 | a | A
        2 |    |    | b | A
        3 | 乙 | 他 | c | A
        4 |    |    | d | A
        """,
        "甲他 甲他 乙他 乙他",
        "",
    ),
    "one blank among all different ones may be forgotten": (
        """
        1 | 甲 | ア | a | A
        2 | 甲 | イ | b | A
        3 | 甲 |    | c | A
        4 | 甲 | エ | d | A
        """,
        "甲ア 甲イ 甲イ 甲エ",
        "C3",
    ),
    "the last row of a column written in full": (
        """
        1 | 甲 | ア | a | A
        2 | 甲 | ア | b | A
        3 | 甲 |    | c | A
        """,
        "甲ア 甲ア 甲ア",
        "C3",
    ),
    "headings in rows of their own, under which one row stands": (
        """
          | 甲 |    |   |
          |    | ア |   |
        1 |    |    | a | A
          |    | イ |   |
        2 |    |    | b | A
          | 乙 |    |   |
          |    | ウ |   |
        3 |    |    | c | A
        """,
        "甲ア 甲イ 乙ウ",
        "",
    ),
    "nothing stands above": (
        """
        1 |    | ア | a | A
        2 | 甲 | ア | b | A
        """,
        "ア 甲ア",
        "",
    ),
}


@pytest.mark.parametrize(("table", "levels", "unclear"), CASES.values(), ids=CASES)
def test_a_blank_level_is_filled_or_asked_for(table: str, levels: str, unclear: str) -> None:
    found = meant(table)
    assert " ".join(row[1].text + row[2].text for row in found.rows) == levels
    assert " ".join(c.ref for cells in found.unclear.values() for c in cells) == unclear
