from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from workflow.model.schema_glance import at_a_glance
from workflow.plan.convert import sample_document
from workflow.plan.schema import whole_schema

TEXT = {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-z𠮷]*$"}
CONDITION = {
    "if": {"required": ["kind"], "properties": {"kind": {"enum": ["a", "b"]}}},
    "then": {"required": ["why"]},
}
OBJECT = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"type": "string"}, "why": True},
    "additionalProperties": False,
    "allOf": [CONDITION],
}

# schema | what plainly keeps it | what does not, or is for jsonschema to say
PLAIN: list[tuple[Any, list[Any], list[Any]]] = [
    (True, [None, 1, {}], []),
    (False, [], [None, 1, {}]),
    ({"type": "string", "description": "文"}, ["", "a"], [1, None, [], {}]),
    ({"type": "integer"}, [0, -1], [True, 1.0, 1.5, "1"]),
    ({"type": "number"}, [1, 1.5, Decimal(2)], [True, "1"]),
    ({"type": "boolean"}, [True, False], [0, 1, "true"]),
    ({"type": "array", "minItems": 1, "maxItems": 2, "items": TEXT}, [["ab"]], [[], ["a"], "ab"]),
    (TEXT, ["ab", "abcd", "𠮷𠮷"], ["a", "abcde", "𠮷𠮷𠮷", "ab\n", "AB", 5]),
    ({"pattern": "a"}, [], ["a"]),
    ({"enum": ["a", 1]}, ["a", 1], ["b", True, 1.0, None, []]),
    ({"enum": [None]}, [], [None]),
    ({"const": 1}, [1], [True, 1.0, 2, "1"]),
    ({"enum": ["a"], "const": "b"}, [], ["a", "b"]),
    ({"minimum": 0, "maximum": 2}, [0, 2, Decimal("1.5")], [-1, 2.5, "1"]),
    ({"multipleOf": Decimal("0.1")}, [Decimal("0.3")], [Decimal("0.05"), 0.3, "x"]),
    ({"format": "date"}, ["2024-02-29"], ["2023-02-29", "2024-02-29\n", "２０２４-02-29", "", 1]),
    ({"format": "email"}, [], ["a@b"]),
    ({"formatMinimum": "2024-01-02"}, ["2024-01-02"], ["2024-01-01", 1]),
    ({"formatMaximum": "2024-01-02"}, ["2024-01-02"], ["2024-01-03", 1]),
    ({"propertyNames": TEXT}, [{"ab": 1}, {}], [{"A": 1}, [], "ab"]),
    ({"additionalProperties": {"type": "integer"}}, [{"a": 1}, {}], [{"a": "1"}, []]),
    (OBJECT, [{"kind": "c"}, {"kind": "a", "why": 1}], [{"kind": "a"}, {}, {"kind": "c", "x": 1}]),
    (CONDITION, [{"kind": "c"}, {"why": 1}, {}], [{"kind": "b"}, "a"]),
    ({**CONDITION, "else": False}, [], [{"kind": "c"}]),
    ({"if": {"properties": {"kind": {"const": "a"}}}, "then": True}, [], [{"kind": "b"}]),
    ({"uniqueItems": True}, [], [[1, 2]]),
]


@pytest.mark.parametrize(("schema", "plain", "others"), PLAIN, ids=range(len(PLAIN)))
def test_what_is_plain_is_told_and_nothing_else(
    schema: Any,  # noqa: ANN401
    plain: list[Any],
    others: list[Any],
) -> None:
    glance = at_a_glance(schema)
    assert [value for value in plain if not glance(value)] == []
    assert [value for value in others if glance(value)] == []
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert all(validator.is_valid(value) for value in plain)


def test_a_plan_in_good_order_needs_no_closer_look() -> None:
    assert at_a_glance(whole_schema())(sample_document())
