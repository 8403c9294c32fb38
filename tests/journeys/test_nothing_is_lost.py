"""Whatever is written into a form, right or wrong, stands afterwards where people look.

That is the ledger, the hand-back or 欄外記入; see tests/scenario/conservation.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.journeys.test_examples import assert_it_went_well
from tests.scenario.conservation import lost_texts
from tests.scenario.description import Scenario, SentFile, Table, Written
from tests.scenario.play import play

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


def scenario(*forms: Table) -> Scenario:
    """Return an example in which department A sends each of these forms, a day apart."""
    return Scenario(
        folder=Path(),
        about="",
        plan="small",
        changed_plan="",
        reissued=True,
        last_year={},
        year=2023,
        passwords=(),
        given_passwords=(),
        files=tuple(
            SentFile(name=f"{n}.xlsx", template="A", blank=True, answers=answers)
            for n, answers in enumerate(forms, start=1)
        ),
    )


def assert_nothing_is_lost(*forms: Mapping[str, Mapping[str, Written]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        played = play(scenario(*forms), Path(folder))
        assert_it_went_well(played)
        assert lost_texts(played.town, 2023, played.document) == []


@settings(max_examples=25, deadline=None)
@given(forms)
@example({"1-1": {"取組状況": "整理番号", "評価": "Ａ"}})
@example({"1-1": {"完了日": 45413.5, "決算額": "１，２３４千円"}})
@example({item: dict.fromkeys(LABELS, "〃") for item in ITEMS})
def test_no_text_of_a_return_is_lost(written: Mapping[str, Mapping[str, Written]]) -> None:
    assert_nothing_is_lost(written)


@settings(max_examples=10, deadline=None)
@given(forms, forms)
def test_no_text_of_two_returns_of_the_same_time_is_lost(
    one: Mapping[str, Mapping[str, Written]], other: Mapping[str, Mapping[str, Written]]
) -> None:
    assert_nothing_is_lost(one, other)
