from __future__ import annotations

import pytest

from tests.compiled.rounds import MISSING, SENT_BACK, answered, round_plan
from workflow.compiled.ledger import build_ledger
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.summaries.headline import headline, low_ratings
from workflow.model.fields.base import Choice
from workflow.model.fields.choice import ChoiceField


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("Ａ Ｂ Ｃ", "Ｂ Ｃ"),
        ("A B C D", "B C D"),
        ("Ｓ Ａ Ｂ Ｃ Ｄ －", "Ｂ Ｃ Ｄ －"),
        ("Ｂ Ｃ", "Ｃ"),
        ("◎ ○ △ ×", "△ ×"),
        ("○ △ ×", "△ ×"),
        ("達成 未達成", "未達成"),
        ("５ ４ ３ ２ １", "３ ２ １"),
        ("済", ""),
    ],
)
def test_what_asks_for_a_look_is_b_and_worse(scale: str, expected: str) -> None:
    choices = tuple(map(Choice, scale.split()))
    field = ChoiceField(key="rating", label="評価", choices=choices, ordered=True)
    assert [choice.value for choice in low_ratings(field)] == expected.split()


def test_of_a_choice_that_is_no_rating_nothing_asks_for_a_look() -> None:
    field = ChoiceField(key="way", label="方針", choices=tuple(map(Choice, "ＡＢＣ")))
    assert low_ratings(field) == ()


def headline_of(ratings: list[str | AnswerStatus | None], levels: int = 2) -> str:
    plan = round_plan([f"施策{n}" for n in range(levels)], ["甲課", "乙課"], "ＡＢＣ")
    return headline(
        plan, build_ledger(plan, 2023, answered(plan, ratings)), ("前年度と同じです。",)
    )


def test_it_counts_and_says_where_what_is_bad_is() -> None:
    assert headline_of(["Ａ", "Ｂ", MISSING, "Ｂ"]) == (
        "令和5年度（2023年度）は、4件の取組のうち、回答済が3件、未提出が1件、差戻し中が0件です。"
        "評価は、Ａが1件、Ｂが2件です。前年度と同じです。"
        "評価がＢの取組は、「施策0」に1件、「施策1」に1件あります。"
    )


def test_without_answers_nothing_is_reported_of_them() -> None:
    assert "評価" not in headline_of([MISSING, SENT_BACK])


def test_very_many_places_are_not_all_named() -> None:
    text = headline_of(["Ｃ"], levels=9)
    assert "「施策5」に2件、ほか3か所あります。" in text
    assert "施策6" not in text
