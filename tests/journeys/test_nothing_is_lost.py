"""Whatever is written into a form, right or wrong, stands afterwards where people look.

That is the ledger, the hand-back or 欄外記入; see tests/harness/conservation.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples.test_returns import assert_it_went_well
from tests.harness.description import Example, SentFile
from tests.harness.play import play
from tests.tables import Table, Written

ITEMS = ("1-1", "1-2", "1-3", "2-1", "2-2")
LABELS = ("取組状況", "評価", "方針", "決算額", "増減", "完了日", "理由")

usable = st.sampled_from(
    ["実施した。", "Ａ", "Ｂ", "良", "継続", "1,234千円", "△5", "令和6年5月1日"]
)
awkward = st.sampled_from(
    ["〃", "同上", "なし", "-", "Ａ？", "＝", "=1+1", "約百", "来年", "1-1", "整理番号", "前年度",
     "あ" * 61, "一行目\n二行目", " 前後 ", "_x0041_", "か\u3099", "\ue000", "𠮷", "0", "１－１"]
)  # fmt: skip
any_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
numbers = st.integers(-(10**9), 10**9) | st.sampled_from([0.5, 1.25, 45413, 1e6])
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
cells: st.SearchStrategy[Written] = usable | awkward | any_text | numbers | days
rows = st.dictionaries(st.sampled_from(LABELS), cells, max_size=len(LABELS))
forms = st.dictionaries(st.sampled_from(ITEMS), rows, max_size=len(ITEMS))


def returned(*forms: Table) -> Example:
    """Return an example in which department A sends each of these forms."""
    return Example(
        files=tuple(
            SentFile(name=f"{n}.xlsx", template="A", blank=True, answers=answers)
            for n, answers in enumerate(forms, start=1)
        )
    )


def assert_nothing_is_lost(*forms: Mapping[str, Mapping[str, Written]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        played = play(returned(*forms), Path(folder))
        assert_it_went_well(played)
        assert played.lost_texts() == []


@settings(max_examples=25)
@given(forms)
@example({"1-1": {"取組状況": "整理番号", "評価": "Ａ"}})
@example({"1-1": {"完了日": 45413.5, "決算額": "１，２３４千円"}})
@example({item: dict.fromkeys(LABELS, "〃") for item in ITEMS})
def test_no_text_of_a_return_is_lost(written: Mapping[str, Mapping[str, Written]]) -> None:
    assert_nothing_is_lost(written)


@settings(max_examples=10)
@given(forms, forms)
@example({}, {"1-1": {"完了日": 1.25}})
def test_no_text_of_two_returns_of_the_same_time_is_lost(
    one: Mapping[str, Mapping[str, Written]], other: Mapping[str, Mapping[str, Written]]
) -> None:
    assert_nothing_is_lost(one, other)
