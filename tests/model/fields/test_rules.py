"""Rules between fields: how they are written, when they ask, and that Excel's formula agrees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from workflow.model.catalogue import Code, Severity
from workflow.model.fields.base import Choice
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.date import DateField
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form, checks_as_json, form_as_json, form_from_json
from workflow.model.fields.number import NumberField
from workflow.model.fields.rules import DeclaredCheck, RuleError, misfit, parse_rule, rule_names
from workflow.model.fields.text import TextField

FIELDS = (
    NumberField(key="target", label="目標値"),
    NumberField(key="actual", label="実績値（人）"),
    ChoiceField(key="state", label="状態", choices=(Choice("継続"), Choice("完了"))),
    DateField(key="start", label="開始日"),
    DateField(key="done", label="完了日"),
    TextField(key="note", label="備考×"),
)
NAMES = rule_names((field.key, field.label) for field in FIELDS)
TYPES = {field.key: field.value_type for field in FIELDS}

NUMBERS: dict[str, Value] = {"target": Decimal(100), "actual": Decimal("200.1")}
DAYS: dict[str, Value] = {"start": date(2024, 3, 2), "done": date(2024, 3, 1)}
# rule | answer | whether it is broken
CASES = [
    ("actual <= target * 2", NUMBERS, True),
    ("actual ≦ 2×target", NUMBERS, True),
    ("「実績値（人）」＜＝「目標値」＊２", NUMBERS, True),
    ("actual - 0.1 = target + target", NUMBERS, False),
    ("-actual <= -target", NUMBERS, False),
    ("actual != target", NUMBERS, False),
    ("actual <> 200.1", NUMBERS, True),
    ("actual > target * 3", NUMBERS, True),
    ("actual <= target * 2", {"actual": Decimal(900)}, False),
    ("actual <= target * 2", {"actual": Decimal(900), "target": "百"}, False),
    ("done >= start", DAYS, True),
    ("done + 1 >= start", DAYS, False),
    ("done", {}, True),
    ("「備考×」", {"note": "あり"}, False),
]


@pytest.mark.parametrize(("rule", "values", "is_broken"), CASES)
def test_a_rule_asks_where_it_is_broken(
    rule: str, values: dict[str, Value], is_broken: bool
) -> None:
    check = DeclaredCheck.from_json({"rule": rule}, FIELDS)
    question = check.question(values, {})
    assert (question is not None) is is_broken
    assert question is None or question.code is Code.VALUE_RULE_DOUBT
    assert not misfit(check.rule, TYPES)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "actual",
        "actual <",
        "<= actual",
        "a <= b",
        "actual <= target <= 5",
        "actual target",
        "actual * target <= 1",
        "actual * * 2 <= 1",
        "1 <= 2",
        "actual + target",
        "actual ? 1",
        "「ない項目」 <= 1",
        "actual <= (target)",
        "2 * 3 <= actual",
    ],
)
def test_what_is_no_rule_says_why(rule: str) -> None:
    if rule == "actual":
        assert parse_rule(rule, NAMES).relation is None
        return
    with pytest.raises(RuleError) as error:
        parse_rule(rule, NAMES)
    assert str(error.value)


@pytest.mark.parametrize("rule", ["note <= 1", "done <= 5", "done + start >= done", "state = 1"])
def test_what_cannot_be_compared_is_a_misfit(rule: str) -> None:
    assert misfit(parse_rule(rule, NAMES), TYPES)


def test_a_condition_and_a_weight_are_kept() -> None:
    declared = {
        "rule": "done",
        "severity": "error",
        "when": {"field": "state", "in": ["完了"]},
        "message": "完了日を書いてください。",
    }
    form = Form(FIELDS, (DeclaredCheck.from_json(declared, FIELDS),))
    assert checks_as_json(form) == {"checks": [declared]}
    assert form_from_json(form_as_json(form), [declared]) == form
    (check,) = form.declared
    assert check.severity is Severity.ERROR
    assert check.question({"state": "継続"}, {}) is None
    question = check.question({"state": "完了"}, {})
    assert question
    assert (question.key, question.code) == ("done", Code.VALUE_AGAINST_RULE)
    assert question.details["found"] == ("状態：完了", "完了日：空欄")
