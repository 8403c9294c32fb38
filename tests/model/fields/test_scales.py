from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compiled.fiscal_years import FORM, PROGRESS, RATING, WAY
from workflow.model.fields.base import Choice
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.form import Form, field_before, is_comparable, scale_differences
from workflow.model.fields.text import TextField

WIDER = replace(RATING, choices=(Choice("Ｓ", "超過"), *RATING.choices))
CLOSE = "件数の増減を、そのまま比べることはできません。"

CASES: dict[str, tuple[ChoiceField | TextField | None, list[str]]] = {
    "the same": (RATING, []),
    "the same under another label": (replace(RATING, label="自己評価"), []),
    "the same under another key": (replace(RATING, key="grade"), []),
    "other spellings accepted": (
        replace(RATING, choices=(Choice("Ａ", "順調", ("良",)), *RATING.choices[1:])),
        [],
    ),
    "one choice more": (
        WIDER,
        [
            "評価の選択肢が前年度と違います（前年度：Ｓ、Ａ、Ｂ、Ｃ／今年度：Ａ、Ｂ、Ｃ）。"
            + CLOSE,
        ],
    ),
    "turned around": (
        replace(RATING, choices=RATING.choices[::-1]),
        [
            "評価の選択肢の順序が前年度と違います（前年度：Ｃ、Ｂ、Ａ／今年度：Ａ、Ｂ、Ｃ）。"
            + CLOSE,
        ],
    ),
    "another meaning": (
        replace(RATING, choices=(Choice("Ａ", "達成"), Choice("Ｂ"), Choice("Ｃ", "未着手"))),
        [
            "評価の「Ａ」の意味が前年度と違います（前年度：達成／今年度：順調）。" + CLOSE,
            "評価の「Ｂ」の意味が前年度と違います（前年度：説明なし／今年度：遅延）。" + CLOSE,
        ],
    ),
    "no order then": (
        replace(RATING, ordered=False),
        ["評価は、前年度は順序のない選択肢でした。" + CLOSE],
    ),
    "prose then": (
        TextField(key="rating", label="評価の文"),
        ["前年度の「評価の文」は、選択肢から選ぶ項目ではありません。" + CLOSE],
    ),
    "not asked": (None, ["前年度には「評価」という項目がありません。"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_scale_that_changed_is_reported(name: str) -> None:
    field, sentences = CASES[name]
    before = Form((PROGRESS, WAY, *([field] if field else [])))
    found = scale_differences(before, FORM)
    assert [(d.field, d.sentence) for d in found] == [(RATING, s) for s in sentences]
    assert is_comparable(RATING, before) is not bool(sentences)
    assert is_comparable(WAY, before)


def test_an_unknown_form_cannot_be_compared() -> None:
    found = scale_differences(None, FORM)
    assert [d.field for d in found] == [WAY, RATING]
    assert found[1].sentence == (
        "前年度の様式の記録がないため、評価の選択肢が前年度と同じかどうかを確かめられません。"
        + CLOSE
    )
    assert not is_comparable(RATING, None)


def test_the_key_counts_more_than_the_label() -> None:
    renamed, taken = replace(RATING, label="達成度"), replace(WAY, key="other", label="評価")
    assert field_before(RATING, Form((taken, renamed))) == renamed
    assert field_before(RATING, Form((taken,))) == taken
    assert field_before(RATING, Form((WAY,))) is None
