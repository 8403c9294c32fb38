"""Several rounds as one: what each says of a row stands beside the others, and nothing is lost."""

from __future__ import annotations

from tests.compiled.year.cities import (
    ALL_CHECK,
    ALL_FIRST,
    ALL_PANEL,
    CHECK,
    FIRST,
    PANEL,
    round_of,
    year_of,
)
from workflow.compiled.ledger import build_ledger

YEAR = year_of(round_of(FIRST, ALL_FIRST), round_of(CHECK, ALL_CHECK), round_of(PANEL, ALL_PANEL))
LEDGER = build_ledger(YEAR.plan, 2023, YEAR.entries)


def column(label: str) -> list[object]:
    """Return what stands in a column of the ledger."""
    return [row[LEDGER.index(label)] for row in LEDGER.rows]


def test_a_row_holds_what_every_round_says() -> None:
    """Departments, the reviewer of each, every person and what theirs comes to, side by side."""
    assert column("整理番号") == ["1-1", "1-2", "2-1", "2-2", "2-2", "3-1"]
    assert column("自己評価") == ["Ａ", "Ｂ", "Ａ", "Ａ", "Ｂ", "Ｃ"]
    assert column("課長の評価") == ["Ｂ", "Ｂ", "Ｂ", "Ｃ", "Ｂ", None]
    assert column("課長の評価（2人目）") == [None, None, "Ａ", None, None, None]
    assert column("委員評価（甲委員）") == ["Ａ", "Ｃ", "Ｂ", "Ａ", "Ａ", "Ｂ"]
    assert column("委員評価（乙委員）") == ["Ｂ", "Ｃ", "Ｂ", "Ｃ", "Ｃ", None]
    assert column("委員評価（平均）") == ["Ａ", "Ｃ", "Ｂ", "Ｂ", "Ｂ", "Ｂ"]


def test_every_round_has_its_status_and_source() -> None:
    """The first round has the plain columns, the others are named."""
    assert column("回答状況") == ["回答済"] * 6
    assert column("課長確認：回答状況") == ["回答済"] * 5 + ["未提出"]
    assert column("課長確認（2人目）：回答状況")[2] == "回答済"
    assert column("課長確認（2人目）：回答状況")[0] == "尋ねていない"
    assert column("委員意見（乙委員）：回答状況") == ["回答済"] * 5 + ["未提出"]
    assert column("回答ファイル")[0] == "一次評価/A.xlsx"
    assert column("課長確認：回答ファイル")[0] == "課長確認/RA.xlsx"
    assert column("課長確認：回答者") == ["甲課長", "甲課長", "乙課長", "甲課長", "乙課長", None]
