"""The ledger CSV for machines: a Data Package whose schema comes from the plan's declarations.

It follows https://datapackage.org, version 2; what that has no name for begins with torimatome:.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workflow.compiled.entries import AnswerStatus
from workflow.compiled.ledger import (
    DIGEST_LABEL,
    FILE_LABEL,
    RECEIVED_LABEL,
    ROW_LABEL,
    SHEET_LABEL,
    STATUS_LABEL,
    YEAR_LABEL,
    Ledger,
    LedgerColumn,
)
from workflow.compiled.open_data.csv import APOSTROPHE, escape_formula
from workflow.model.fields.base import Field
from workflow.model.plan import Plan
from workflow.model.years import full_year
from workflow.storage.workspace import ANSWERS_SCHEMA
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL, PAGES_LABEL
from workflow.templates.register import Register

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_ABOUT = (
    "計画の進捗について各課の回答をまとめた台帳です。一行が一件の取組です。"
    "日時はすべて日本時間（UTC+09:00）です。"
    "空欄は値がないことを表し、ゼロや「なし」とは違います。"
    "文字は各課が書いたとおりです。ただし、表計算ソフトで開いたときに数式にならないように、"
    "= + - @（前に空白があるものと、あとに文字の続く全角を含みます）、タブ、改行で始まる文字の前"
    "にはアポストロフィ（'）を一つ付けています。初めからアポストロフィが付いていたものにも付けています。"
    "一つ取り除くと、元の文字に戻ります。"
)
_REQUIRED = {"constraints": {"required": True}}

Declared = dict[str, Any]

_OWN: Mapping[str, Declared] = {
    YEAR_LABEL: {"type": "year", "description": "年度の始まる4月の西暦年です。"} | _REQUIRED,
    ID_LABEL: {"type": "string", "description": "取組を見分ける番号です。"} | _REQUIRED,
    PAGES_LABEL: {"type": "string", "description": "計画書で取組が載っているページです。"},
    DEPARTMENT_LABEL: {
        "type": "string",
        "description": "共同の取組は、課の名前を「・」でつないでいます。",
    }
    | _REQUIRED,
    STATUS_LABEL: {
        "type": "string",
        "description": "回答済でない行には、各課が答える項目の値がありません。",
        "constraints": {"required": True, "enum": [status.value for status in AnswerStatus]},
    },
    FILE_LABEL: {"type": "string", "description": "回答が書かれていたファイルです。"},
    SHEET_LABEL: {"type": "string", "description": "回答が書かれていたシートです。"},
    ROW_LABEL: {
        "type": "integer",
        "description": "回答が書かれていた行です。",
        "constraints": {"minimum": 1},
    },
    DIGEST_LABEL: {
        "type": "string",
        "description": "回答ファイルのSHA-256です。",
        "constraints": {"pattern": "[0-9a-f]{64}"},
    },
    RECEIVED_LABEL: {
        "type": "datetime",
        "description": "回答ファイルを受け取った日時です。日本時間（UTC+09:00）です。",
    },
}


def data_package(
    plan: Plan, register: Register, ledger: Ledger, tables: Mapping[str, bytes]
) -> bytes:
    """Return datapackage.json for the ledger of a round as tables, by their file names.

    The first is the CSV; a Parquet file beside it says its types itself.
    """
    csv_name, *others = tables
    title = f"{plan.title} {full_year(ledger.year)} 台帳"
    document = {
        "$schema": _PROFILE,
        "name": f"plan-{plan.municipality.code}-{ledger.year}",
        "title": title,
        "description": _ABOUT,
        "torimatome:municipality": {
            "name": plan.municipality.name,
            "code": plan.municipality.code,
        },
        "torimatome:fiscalYear": ledger.year,
        "torimatome:answersSchema": ANSWERS_SCHEMA,
        "resources": [
            {
                "name": f"ledger-{ledger.year}",
                "type": "table",
                "path": csv_name,
                "title": title,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                **_weighed(tables[csv_name]),
                "dialect": _DIALECT,
                "schema": _schema(plan, register, ledger),
            },
            *(_parquet(ledger.year, title, name, tables[name]) for name in others),
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _parquet(year: int, title: str, name: str, content: bytes) -> Declared:
    return {
        "name": f"ledger-{year}-parquet",
        "path": name,
        "title": title,
        "description": "CSVと同じ内容を、値の型とともに収めたものです。",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        **_weighed(content),
    }


def _weighed(content: bytes) -> Declared:
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


_DIALECT = {
    "delimiter": ",",
    "lineTerminator": "\r\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
}
"""All of it, for what is left out is guessed from the texts."""


def _schema(plan: Plan, register: Register, ledger: Ledger) -> Declared:
    forms = (plan.form, *(issue.form.form for issue in register.issues))
    asked = tuple(dict.fromkeys(field for form in forms for field in form.fields))
    return {
        "fields": [_column(column, asked) for column in ledger.columns],
        "missingValues": [""],
        "primaryKey": [ID_LABEL, DEPARTMENT_LABEL],
    }


def _column(column: LedgerColumn, asked: Iterable[Field]) -> Declared:
    field = column.field
    if field is None:
        level = {"type": "string", "description": "計画の階層です。"} | _REQUIRED
        return {"name": column.label} | _OWN.get(column.label, level)
    declared = [f for f in asked if f.key == field.key]
    return {"name": column.label} | _described(field, declared) | {"torimatome:key": field.key}


def _described(field: Field, declared: Sequence[Field]) -> Declared:
    """Return the type that every form issued in the round agrees on; any text where none does."""
    kind = type(field)
    agreed = all(type(other) is kind for other in declared)
    typed = _as_in_csv(kind.table_schema(declared)) if agreed else {"type": "string"}
    return typed | ({"description": field.description} if field.description else {})


def _as_in_csv(typed: Declared) -> Declared:
    """Return a column's type with its texts as they stand in the CSV."""
    changed = dict(typed)
    if "categories" in typed:
        changed["categories"] = [
            c | {"value": escape_formula(c["value"])} for c in typed["categories"]
        ]
    limits = dict(typed.get("constraints", {}))
    if "enum" in limits:
        limits["enum"] = [escape_formula(value) for value in limits["enum"]]
    if "maxLength" in limits:
        limits["maxLength"] += len(APOSTROPHE)
    return changed | ({"constraints": limits} if limits else {})
