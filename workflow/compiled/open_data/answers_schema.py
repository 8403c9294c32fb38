"""answers.schema.json: what an answer of the ledger may be, as JSON Schema (draft 2020-12)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Set
from dataclasses import replace

from workflow.model.fields.base import Field
from workflow.model.fields.form import Form
from workflow.model.plan import Plan
from workflow.model.years import full_year
from workflow.templates.register import Register

_ABOUT = (
    "台帳の、回答状況が「回答済」の一行にある回答の決まりです。"
    "名前は項目のキーで、どの列にあたるかは datapackage.json の torimatome:key が示します。"
    "空欄の項目は、名前ごと省きます。日付は2024-05-01のように書き、"
    "formatMinimum と formatMaximum は、その最初と最後の日です。"
    "小数の刻み（multipleOf）は、数を二進法の近似値にせず、十進のまま比べてください。"
)


def answers_schema(plan: Plan, register: Register, year: int) -> bytes:
    """Return answers.schema.json of a round.

    Where the round's templates asked for different things, an answer keeps to one of them.
    """
    forms = (plan.form, *(issue.form.form for issue in register.issues))
    keys = {field.key for field in plan.form.fields}
    asked = dict.fromkeys(_in_ledger(form, keys) for form in dict.fromkeys(forms))
    schemas = [form.json_schema() for form in asked]
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{plan.title} {full_year(year)} 回答",
        "description": _ABOUT,
        **(schemas[0] if len(schemas) == 1 else {"anyOf": schemas}),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _in_ledger(form: Form, keys: Set[str]) -> Form:
    """Return what a form asks of the fields that have a column in the ledger."""
    asked = {field.key for field in form.fields} & keys
    return Form(tuple(_with_known_condition(f, asked) for f in form.fields if f.key in asked))


def _with_known_condition(field: Field, asked: Iterable[str]) -> Field:
    condition = field.required_when
    is_known = condition is None or condition.field in asked
    return field if is_known else replace(field, required_when=None)
