"""The form from XLSForm and Table Schema, and as Table Schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from frictionless import Schema
from openpyxl import Workbook

from tests.harness.play import run_here
from tests.rounds.examples import EXAMPLES, HALF_YEARS, plan_of
from tests.tables import rows
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document
from workflow.plan.load import load_document

SURVEY = """
    type | name | label::日本語 (ja) | hint | required | constraint | relevant
    start | start
    begin group | g | 回答
    text | progress | 取組状況 | 事実を書く | yes | string-length(.) <= 400
    select_one grade | rating | 評価 | | true()
    text | Reason | 理由 | | yes | | ${rating} = 'b' or selected(${rating}, 'c')
    integer | 参加者 | 参加者数 | | | . >= 0 and . <= 5000
    date | done | 完了日 | | | . >= date('2023-04-01')
    decimal | cost | 決算額 | | | . > 0 | ${rating} = 'a'
    image | photo | 写真
    end group
"""
CHOICES = """
    list_name | name | label::日本語 (ja)
    grade     | a    | Ａ
    grade     | b    | Ｂ
    grade     | c    | Ｃ
"""
FIELDS: list[dict[str, Any]] = [
    {
        "key": "progress",
        "label": "取組状況",
        "type": "text",
        "required": True,
        "help": "事実を書く",
        "max_length": 400,
    },
    {
        "key": "rating",
        "label": "評価",
        "type": "choice",
        "required": True,
        "choices": [{"value": word, "aliases": [name]} for word, name in ("Ａa", "Ｂb", "Ｃc")],
    },
    {
        "key": "reason",
        "label": "理由",
        "type": "text",
        "required_when": {"field": "rating", "in": ["Ｂ", "Ｃ"]},
    },
    {
        "key": "field_6",
        "label": "参加者数",
        "type": "number",
        "decimals": 0,
        "minimum": 0,
        "maximum": 5000,
    },
    {"key": "done", "label": "完了日", "type": "date", "minimum": "2023-04-01"},
    {"key": "cost", "label": "決算額", "type": "number"},
]


def converted(source: Path, target: Path, *options: str) -> str:
    """Convert a file that can be converted, and return what is printed."""
    code, printed, complaint = run_here("convert", str(source), str(target), *options)
    assert (code, complaint) == (0, "")
    return printed


def test_an_xlsform_becomes_the_form_of_a_plan(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, text in (("survey", SURVEY), ("choices", CHOICES)):
        sheet = book.create_sheet(name)
        for line in rows(text):
            sheet.append([cell or None for cell in line])
    book.save(tmp_path / "form.xlsx")

    printed = converted(tmp_path / "form.xlsx", tmp_path / "new.json")

    fields = json.loads((tmp_path / "new.json").read_text("utf-8"))["form"]["fields"]
    for field in fields:
        for choice in field.get("choices", ()):
            choice["aliases"] = choice.get("aliases", [])
    assert fields == FIELDS
    left_out = [line for line in printed.splitlines() if line.startswith("・")]
    assert left_out == [
        "・決算額：constraint . > 0",
        "・写真：image",
        "・決算額：relevant ${rating} = 'a'",
    ]


def test_a_form_goes_out_as_a_table_schema_and_comes_back_whole(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(sample_document()), "utf-8")
    schema = tmp_path / "form.schema.json"
    converted(plan, schema)
    written = json.loads(schema.read_text("utf-8"))
    Schema.from_descriptor(written)
    rating = next(f for f in written["fields"] if f["title"] == "評価")
    assert rating["constraints"]["required"] is True

    converted(schema, tmp_path / "back.xlsx", "--plan", str(plan))

    back = load_document(tmp_path / "back.xlsx").content
    sample = sample_document()
    assert back["form"]["fields"] == sample["form"]["fields"]
    assert back["items"] == sample["items"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_rounds_come_through_the_workbook_and_back(name: str, tmp_path: Path) -> None:
    plan, document = tmp_path / "plan.json", plan_of(name)
    plan.write_text(json.dumps(document), "utf-8")

    converted(plan, tmp_path / "rounds.xlsx")
    printed = converted(tmp_path / "rounds.xlsx", tmp_path / "back.json")

    back = json.loads((tmp_path / "back.json").read_text("utf-8"))
    assert build_plan(back) == build_plan(document)
    assert printed.count("\n") == 1
    assert load_document(tmp_path / "rounds.xlsx").corrections == ()


def test_another_form_has_no_rounds_yet(tmp_path: Path) -> None:
    plan, schema = tmp_path / "plan.json", tmp_path / "form.schema.json"
    plan.write_text(json.dumps(plan_of(HALF_YEARS)), "utf-8")
    converted(plan, schema)

    printed = converted(schema, tmp_path / "new.json", "--plan", str(plan))

    new = json.loads((tmp_path / "new.json").read_text("utf-8"))
    assert "rounds" not in new
    assert "・シート「回」：" in printed
    assert [f.get("adds_to") for f in new["form"]["fields"]].count("参加者数") == 2


def test_a_table_schema_of_others_becomes_the_form(tmp_path: Path) -> None:
    schema = {
        "fields": [
            {"name": "state", "title": "状況", "constraints": {"maxLength": 50, "required": True}},
            {
                "name": "rank",
                "categories": [{"value": 1, "label": "良い"}, {"value": 2, "label": "悪い"}],
            },
            {"name": "count", "type": "integer", "constraints": {"minimum": 0, "pattern": "x"}},
            {"name": "open", "type": "boolean"},
            {"name": "where", "type": "geopoint"},
        ]
    }
    (tmp_path / "a.json").write_text(json.dumps(schema), "utf-8")
    printed = converted(tmp_path / "a.json", tmp_path / "new.json")
    fields = json.loads((tmp_path / "new.json").read_text("utf-8"))["form"]["fields"]
    assert [(f["key"], f["type"]) for f in fields] == [
        ("state", "text"),
        ("rank", "choice"),
        ("count", "number"),
        ("open", "mark"),
    ]
    assert fields[1]["choices"][0] == {"value": "良い", "aliases": ["1"]}
    assert "・count：pattern" in printed
    assert "・where：geopoint" in printed
