"""How much the sheets for reading hold; beyond it they say where to look instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from workflow.excel.table import MAX_LINKS, MAX_ROWS
from workflow.python.dataclass import dataclass

MOST_PRINTED = 2_000
"""Rows of the ledger that are also laid out for paper."""

MOST_REPORTED = 2_000
"""Rows of the ledger up to which collect makes the pages of the report; report always does."""

MOST_DETAILS = MAX_LINKS
"""Lines of 内訳: as many as can each lead to their row."""

MOST_ROWS = MAX_ROWS
"""Rows of the ledger that stand on one sheet; with more it is divided over several workbooks."""

MOST_IN_PART = 50_000
"""Rows of each of those: an office computer opens them in seconds, and verify reads them whole."""

MOST_LOOKED_THROUGH = 500_000_000
"""Rows that the formulas of one matrix look through, one formula after the other; with more, Excel
would count for many seconds after each change, and the matrix holds values."""

MOST_COMPARED, MOST_CHANGED = 2_000, 50_000
"""Lines of 前年度比較: all of them, or else those that changed, or else none."""


def not_printed(rows: int) -> str:
    """Return what stands instead of the list for paper."""
    return (
        f"{rows:,}件あり、紙で読むには多すぎるため、この一覧は作っていません。"
        "シート「台帳」の見出しの▼で、読みたい担当課や階層に絞り込んでから印刷してください。"
    )


def not_detailed(lines: int) -> str:
    """Return what stands instead of the lines behind the counts."""
    return (
        f"集計表の数字の内訳は{lines:,}行になるため、載せていません。シート「台帳」の見出しの▼で、"
        "集計表の行と列の見出しと同じ言葉に絞り込むと、数えた取組が残ります。"
    )


def not_compared(lines: int, shown: int) -> str:
    """Return the sentence above a comparison that leaves lines out."""
    sentence = (
        f"全{lines:,}件のうち、新規、終了、担当替えのものと、選択肢が変わったものなど{shown:,}件だけを"
        "載せています。"
        if shown
        else f"全{lines:,}件は一つの表で読むには多すぎるため、表は載せていません。"
    )
    return f"{sentence}ほかの取組の値は、シート「台帳」と前年度の台帳にあります。"


def not_live() -> str:
    """Return what stands beside a matrix of values."""
    return "この表の数字は式でなく、作成したときに台帳を数えた値です（わけは凡例にあります）。"


def sentences() -> Iterator[tuple[str, str]]:
    """Yield for each sheet what it leaves out when there is very much."""
    yield (
        "台帳",
        f"{MOST_ROWS:,}行を超えるときは、一冊{MOST_IN_PART:,}行までの分冊に分けます。"
        "どの行がどの分冊にあるかは、シート「台帳の分冊」に示します。",
    )
    yield (
        "集計表",
        "台帳の行数と表の数字の数を掛けて"
        f"{MOST_LOOKED_THROUGH:,}を超える表には、式でなく値を載せます。",
    )
    yield "一覧（印刷用）", f"台帳が{MOST_PRINTED:,}行を超えるときは作りません。"
    yield (
        "報告書（ウェブページ）",
        f"台帳が{MOST_REPORTED:,}行を超えるときは、report を実行したときだけ作ります。",
    )
    yield "内訳", f"{MOST_DETAILS:,}行を超えるときは載せません。"
    yield (
        "前年度比較",
        f"{MOST_COMPARED:,}件を超えるときは変わったものだけを載せ、"
        f"それも{MOST_CHANGED:,}件を超えるときは表を載せません。",
    )
    yield (
        "リンク",
        f"一枚のシートで{MAX_LINKS:,}を超えるときは、そのシートには付けません。"
        "Excelが持てるリンクの数に限りがあるためです。",
    )


# How much a page holds, so that it opens at once however big a round is.

MOST_IN_ONE_BOARD = 40
"""Departments up to which the board is one table in the plan's order."""

ThingT = TypeVar("ThingT")


@dataclass(frozen=True, slots=True)
class Shown(Generic[ThingT]):
    """The first of some things, and how many more there are."""

    things: tuple[ThingT, ...]
    left_out: int

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.things) + self.left_out


def bounded(things: Sequence[ThingT], most: int) -> Shown[ThingT]:
    """Return at most so many of some things."""
    return Shown(tuple(things[:most]), max(0, len(things) - most))
