"""What an indicator declares, how its actual is read, and what is asked of an answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workflow.model.catalogue import Code
from workflow.model.fields.base import Choice
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.form import Form
from workflow.model.fields.text import TextField
from workflow.model.indicators.checks import indicator_checks
from workflow.model.indicators.indicator import Indicator
from workflow.model.raw import CellKind, RawCell

WHOLE: dict[str, Any] = {
    "id": "1-1-a",
    "item": "1-1",
    "name": "受講者数",
    "unit": "人",
    "direction": "up",
    "kind": "cumulative",
    "base": {"year": 2020, "value": 1200},
    "targets": {"2024": 2000},
    "actuals": {"2022": 1300.5},
    "grading": [{"at_least": 100, "grade": "Ａ"}, {"grade": "Ｂ", "rate": "change"}],
    "rate": "progress",
    "decimals": 1,
    "required": False,
    "remark": True,
    "help": "【例】年度末の数です。",
}


def test_a_declaration_is_written_as_it_was_read() -> None:
    assert Indicator.from_json(WHOLE).as_json() == WHOLE


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("１，４５０人", Decimal(1450)),
        ("1450.5", Decimal("1450.5")),
        ("未測定", "未測定"),
        (" 調査なし ", "未測定"),
        ("測定していません", "未測定"),
        ("千五百", "千五百"),
    ],
)
def test_an_actual_is_read_as_a_number_or_a_word(written: str, value: object) -> None:
    field = Indicator.from_json(WHOLE).actual_field
    parsed = field.parse_cell(RawCell(CellKind.TEXT, written))
    assert parsed.value == value
    is_sound = isinstance(value, Decimal) or value == "未測定"
    assert parsed.value is not None
    assert (field.check(parsed.value) is None) is is_sound


@pytest.mark.parametrize(
    ("actual", "code"),
    [
        (1400, None),
        (1_450_000, Code.INDICATOR_FAR_OFF),
        (2, Code.INDICATOR_FAR_OFF),
        (150, Code.INDICATOR_FELL),
    ],
)
def test_an_actual_far_from_the_last_one_is_doubted(actual: int, code: Code | None) -> None:
    doubt = Indicator.from_json(WHOLE).actual_field.doubt(Decimal(actual), 2023)
    assert (doubt.code if doubt else None) is code


def test_a_share_written_as_a_fraction_is_doubted() -> None:
    share = Indicator.from_json({**WHOLE, "unit": "％", "kind": "annual", "actuals": {"2022": 45}})
    doubt = share.actual_field.doubt(Decimal("0.45"), 2023)
    assert doubt and doubt.code is Code.INDICATOR_FAR_OFF


RATING = ChoiceField(
    key="rating", label="評価", choices=(Choice("Ａ"), Choice("Ｂ"), Choice("Ｃ")), ordered=True
)
FORM = Form((TextField(key="progress", label="取組状況"), RATING))


def _codes(values: dict[str, object], grading: list[dict[str, Any]]) -> list[tuple[str, Code]]:
    declared = {**WHOLE, "grading": grading, "unit": "人", "required": True}
    checks = indicator_checks([Indicator.from_json(declared)], FORM, 2024)
    asked = (check.question(values, {}) for check in checks)  # type: ignore[arg-type]
    return [(one.key, one.code) for one in asked if one]


SAME_WORDS = [{"at_least": 100, "grade": "A"}, {"at_least": 50, "grade": "B"}, {"grade": "C"}]
OTHER_WORDS = [
    {"at_least": 100, "grade": "達成"},
    {"at_least": 50, "grade": "あと少し"},
    {"grade": "未達成"},
]


@pytest.mark.parametrize(
    ("own", "actual", "grading", "is_asked"),
    [
        ("Ａ", 2000, SAME_WORDS, False),
        ("Ａ", 1900, SAME_WORDS, True),
        ("Ｂ", 2000, SAME_WORDS, True),
        ("Ａ", 1900, OTHER_WORDS, False),
        ("Ａ", 1400, OTHER_WORDS, True),
        ("Ｃ", 2000, OTHER_WORDS, True),
        ("Ａ", 1_500_000, SAME_WORDS, False),  # the actual itself is asked about
    ],
)
def test_a_rating_that_contradicts_the_grade_is_asked(
    own: str, actual: int, grading: list[dict[str, Any]], is_asked: bool
) -> None:
    found = _codes({"rating": own, "indicator:1-1-a": Decimal(actual)}, grading)
    assert found == ([("rating", Code.INDICATOR_AGAINST_RATING)] if is_asked else [])


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("受講者数は1,600人でした。", True),
        ("受講者数は１，４５０人でした。", False),
        ("受講者数は前の年の1,300.5人から伸びた。", False),
        ("受講者数は目標の2,000人に届かなかった。", False),
        ("講座を5回開き、職員3人が携わった。", False),
        ("受講者数の把握に努めた。", False),
    ],
)
def test_a_text_with_another_number_is_asked(text: str, is_asked: bool) -> None:
    found = _codes({"progress": text, "indicator:1-1-a": Decimal(1450)}, [])
    assert found == ([("indicator:1-1-a", Code.INDICATOR_AGAINST_TEXT)] if is_asked else [])
