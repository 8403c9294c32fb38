"""answers.schema.json: published from the fields, it agrees with what collect checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.small import FORM, PLAN, PROGRESS, RATING, REASON, register
from workflow.compiled.open_data.package import answers_schema
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.plan import Plan
from workflow.templates.register import Register

NOBODY = Register(2023)


def schema_of(plan: Plan = PLAN, issued: Register = NOBODY) -> dict[str, Any]:
    """Return the published schema, its numbers kept as decimals."""
    schema: dict[str, Any] = json.loads(answers_schema(plan, issued, 2023), parse_float=Decimal)
    return schema


def is_valid(schema: Mapping[str, Any], values: Mapping[str, Value]) -> bool:
    instance = {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema, format_checker=checker).is_valid(instance)


def test_it_is_a_schema_that_people_can_read() -> None:
    schema = schema_of()
    Draft202012Validator.check_schema(json.loads(answers_schema(PLAN, NOBODY, 2023)))
    assert schema["title"] == "小さな計画 令和5年度（2023年度） 回答"
    assert schema["properties"]["progress"] == {
        "title": "取組状況",
        "description": "実績を。",
        "type": "string",
        "minLength": 1,
        "maxLength": 10,
    }
    assert schema["properties"]["cost"] == {
        "title": "決算額",
        "type": "number",
        "minimum": 0,
        "maximum": 1000,
        "multipleOf": Decimal("0.1"),
    }
    assert schema["properties"]["done"]["format"] == "date"
    assert schema["required"] == ["progress", "rating"]
    assert schema["allOf"][0]["then"] == {"required": ["reason"]}


VALUES: Mapping[str, st.SearchStrategy[Value]] = {
    "progress": st.text(min_size=1, max_size=12),
    "rating": st.sampled_from(["Ａ", "Ｂ", "Ｄ"]),
    "cost": st.integers(-20, 100_200).map(lambda n: Decimal(n) / 100) | st.just("約百"),
    "done": st.dates(date(2023, 4, 1), date(2024, 3, 31)) | st.just("来年"),
    "reason": st.text(min_size=1, max_size=3),
}


@given(st.fixed_dictionaries({}, optional=dict(VALUES)))
def test_it_refuses_what_collect_finds_fault_with_and_nothing_else(
    values: dict[str, Value],
) -> None:
    assert is_valid(schema_of(), values) is not bool(FORM.violations(values))


def test_with_several_forms_an_answer_keeps_to_one_of_them() -> None:
    today = replace(PLAN, form=Form((replace(PROGRESS, max_length=3), RATING)))
    schema = schema_of(today, register(PLAN))
    assert [sorted(s["properties"]) for s in schema["anyOf"]] == [["progress", "rating"]] * 2
    assert is_valid(schema, {"progress": "１２３４５", "rating": "Ａ"})
    assert not is_valid(schema, {"progress": "１" * 11, "rating": "Ａ"})


def test_a_condition_on_what_the_ledger_lacks_asks_nothing() -> None:
    today = replace(PLAN, form=Form((PROGRESS, replace(REASON, required_when=None))))
    schema = schema_of(today, register(PLAN))
    assert "anyOf" not in schema
    assert is_valid(schema, {"progress": "した。"})
