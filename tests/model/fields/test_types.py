"""The field types, plan.schema.json and the columns of plan.xlsx name the same things."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import workflow.plan
from workflow.model.fields.base import Field
from workflow.model.fields.form import TYPES
from workflow.plan.book.layout import FIELDS

SCHEMA: dict[str, Any] = json.loads(
    (Path(workflow.plan.__file__).parent / "plan.schema.json").read_bytes()
)
COMMON = {"key", "label", "type", "required", "help", "required_when"}


def test_the_schema_knows_every_type_and_no_other() -> None:
    field = SCHEMA["$defs"]["field"]
    names = [kind.type_name for kind in TYPES]
    assert field["properties"]["type"]["enum"] == names
    assert [case["if"]["properties"]["type"]["const"] for case in field["allOf"]] == names
    description = field["properties"]["type"]["description"]
    assert "・".join(f"{kind.type_word}（{kind.type_name}）" for kind in TYPES) in description


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_declares_the_same_in_json_and_in_excel(kind: type[Field]) -> None:
    declared = SCHEMA["$defs"][f"{kind.type_name}_field"]["properties"].keys() - COMMON
    columns = {column.key.removeprefix("/") for column in kind.plan_columns}
    assert declared == columns | ({"choices"} if kind.plan_details else set())


def test_the_hint_of_plan_xlsx_names_every_type() -> None:
    (column,) = (column for column in FIELDS.columns if column.key == "/type")
    assert column.hint == "・".join(kind.type_word for kind in TYPES) + "から選びます。"
    assert list(column.words) == [kind.type_name for kind in TYPES]
