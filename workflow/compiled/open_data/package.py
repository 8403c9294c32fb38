"""The ledger for machines: a Data Package, the answers' JSON Schema, the list of digests.

Both schemas come from the plan's declarations.

It follows https://datapackage.org, version 2; what that has no name for begins with torimatome:.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from workflow.compiled.indicators import INDICATOR_LABEL, IndicatorTable
from workflow.compiled.ledger import (
    DIGEST_LABEL,
    FILE_LABEL,
    RECEIVED_LABEL,
    RESPONDENT_LABEL,
    ROW_LABEL,
    SHEET_LABEL,
    STATUS_LABEL,
    YEAR_LABEL,
    Ledger,
    LedgerColumn,
)
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.open_data.csv import APOSTROPHE, escape_formula
from workflow.compiled.recorded import recorded_files, recorded_outputs
from workflow.compiled.round import Round
from workflow.model import known_values
from workflow.model.fields.base import Field
from workflow.model.fields.form import Form
from workflow.model.plan import Plan
from workflow.model.rounds.column_group import WHOLE, ColumnGroup
from workflow.model.years import full_year
from workflow.storage.journal import Journal
from workflow.storage.spooled import Writable, digest_of, size_of
from workflow.storage.workspace import ANSWERS_SCHEMA, Workspace
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL, PAGES_LABEL
from workflow.templates.register import Register

Declared = dict[str, Any]

# answers.schema.json: what an answer of the ledger may be, as JSON Schema (draft 2020-12).

_SCHEMA_ABOUT = (
    "台帳の、回答状況が「回答済」の一行にある回答の決まりです。"
    "名前は項目のキーで、どの列にあたるかは datapackage.json の torimatome:key が示します。"
    "空欄の項目は、名前ごと省きます。日付は2024-05-01のように書き、"
    "formatMinimum と formatMaximum は、その最初と最後の日です。"
    "小数の刻み（multipleOf）は、数を二進法の近似値にせず、十進のまま比べてください。"
)


_SCHEMA_OF_YEAR = (
    "台帳の一行にある、回ごとの回答の決まりです。名前は回（何人にも尋ねた回では、その人ごと）で、"
    "その回の回答状況が「回答済」のときの回答が、その中の決まりに従います。"
)


def answers_schema(plan: Plan, register: Register, year: int) -> bytes:
    """Return answers.schema.json of a round.

    Where the round's templates asked for different things, an answer keeps to one of them. In a
    year of several rounds, a row has an answer for each.
    """
    about, schema = _SCHEMA_ABOUT, _schema_of(plan, register, WHOLE)
    if plan.column_groups:
        about = _SCHEMA_OF_YEAR + _SCHEMA_ABOUT
        own = {group.label: _schema_of(plan, register, group) for group in plan.column_groups}
        schema = {"type": "object", "additionalProperties": False, "properties": own}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{plan.title} {full_year(year)} 回答",
        "description": about,
        **schema,
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _schema_of(plan: Plan, register: Register, group: ColumnGroup) -> Declared:
    """Return what an answer to one group may be."""
    forms = (plan.form, *(issue.answer_form for issue in register.issues))
    keys = {f.key for f in plan.form.fields if plan.column_group(f.key) == group}
    keys -= plan.combined_by_key.keys()
    asked = dict.fromkeys(_in_ledger(form, keys) for form in dict.fromkeys(forms))
    schemas = [form.json_schema() for form in asked if form.fields]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _in_ledger(form: Form, keys: Set[str]) -> Form:
    """Return what a form asks of the fields that have a column in the ledger."""
    asked = {field.key for field in form.fields} & keys
    return Form(tuple(_with_known_condition(f, asked) for f in form.fields if f.key in asked))


def _with_known_condition(field: Field, asked: Iterable[str]) -> Field:
    condition = field.required_when
    is_known = condition is None or condition.field in asked
    return field if is_known else replace(field, required_when=None)


# 確定版_SHA256.txt: the digests a final version rests on, as sha256sum reads them.


def final_digests(workspace: Workspace, round_: Round, journal: Journal) -> dict[str, str]:
    """Return the digests of what was made, of the register and of every returned file, by path.

    What was made is as the journal has it. Paths are relative to the workspace, with slashes.
    """
    year = round_.year
    compiled, returned = map(workspace.shown, (workspace.compiled(year), workspace.returned(year)))
    made = {f"{compiled}/{name}": made for name, made in recorded_outputs(journal).items()}
    register = {workspace.shown(workspace.register(year)): round_.basis.register}
    files = {f"{returned}/{path}": f.sha256 for path, f in recorded_files(journal).items()}
    return {**made, **register, **files}


def digest_list(digests: Mapping[str, str]) -> bytes:
    """Return the list, sorted by path.

    `sha256sum -c` in the workspace's folder checks it; a name with a line break or a backslash is
    escaped as that program does.
    """
    lines = (_line(path, digests[path]) for path in sorted(digests) if digests[path])
    return "".join(lines).encode()


def _line(path: str, digest: str) -> str:
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if escaped != path else ""
    return f"{mark}{digest}  {escaped}\n"


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
_RARE = (AnswerStatus.BROUGHT_IN, AnswerStatus.NOT_ASKED)
_OF_A_ROUND = [status.value for status in AnswerStatus if status not in _RARE]
_REQUIRED = {"constraints": {"required": True}}

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
        "constraints": {"required": True, "enum": _OF_A_ROUND},
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
    known_values.FILE_LABEL: {
        "type": "string",
        "description": "担当課が答えない値（torimatome:known）を取った、市の表のファイルです。",
    },
    known_values.SHEET_LABEL: {"type": "string", "description": "その表のシートです。"},
    known_values.ROW_LABEL: {
        "type": "integer",
        "description": "その表の行です。",
        "constraints": {"minimum": 1},
    },
    known_values.DIGEST_LABEL: {
        "type": "string",
        "description": "その表のファイルのSHA-256です。",
        "constraints": {"pattern": "[0-9a-f]{64}"},
    },
    RECEIVED_LABEL: {
        "type": "datetime",
        "description": "回答ファイルを受け取った日時です。日本時間（UTC+09:00）です。",
    },
}


_OF_GROUP: Mapping[str, Declared] = {
    STATUS_LABEL: _OWN[STATUS_LABEL]
    | {
        "constraints": {
            "required": True,
            "enum": [*_OF_A_ROUND, AnswerStatus.NOT_ASKED.value],
        }
    },
    RESPONDENT_LABEL: {"type": "string", "description": "その回に答えた人です。"},
    **{
        label: _OWN[label]
        for label in (FILE_LABEL, SHEET_LABEL, ROW_LABEL, DIGEST_LABEL, RECEIVED_LABEL)
    },
}
"""The columns that every round of a year has."""


def data_package(
    plan: Plan,
    register: Register,
    ledger: Ledger,
    tables: Mapping[str, Writable],
    indicators: tuple[IndicatorTable | None, Mapping[str, Writable]] = (None, {}),
) -> bytes:
    """Return datapackage.json for the ledger of a round as tables, by their file names.

    The first is the CSV; a Parquet file beside it says its types itself. Indicators are their table
    and its CSV by its name.
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
            *_indicators(plan, *indicators),
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


_ABOUT_INDICATORS = (
    "計画の指標の値です。一行が一つの指標の一年度です。台帳とは整理番号で結べます。"
    "達成率と判定は、計画の決まりで計算しています。判定できないときは、その理由が別の列にあります。"
)


def _indicators(
    plan: Plan, table: IndicatorTable | None, files: Mapping[str, Writable]
) -> Iterator[Declared]:
    """Yield the resource of the indicators; none where the plan has none."""
    for name, content in files.items():
        assert table
        yield {
            "name": f"indicators-{table.year}",
            "type": "table",
            "path": name,
            "title": f"{plan.title} {full_year(table.year)} 指標",
            "description": _ABOUT_INDICATORS,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            **_weighed(content),
            "dialect": _DIALECT,
            "schema": {
                "fields": [{"name": c.label} | dict(c.declared) for c in table.columns],
                "missingValues": [""],
                "primaryKey": [INDICATOR_LABEL, YEAR_LABEL, DEPARTMENT_LABEL],
            },
        }


def _parquet(year: int, title: str, name: str, content: Writable) -> Declared:
    return {
        "name": f"ledger-{year}-parquet",
        "path": name,
        "title": title,
        "description": "CSVと同じ内容を、値の型とともに収めたものです。",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        **_weighed(content),
    }


def _weighed(content: Writable) -> Declared:
    return {"bytes": size_of(content), "hash": f"sha256:{digest_of(content)}"}


_DIALECT = {
    "delimiter": ",",
    "lineTerminator": "\r\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
}
"""All of it, for what is left out is guessed from the texts."""


def _schema(plan: Plan, register: Register, ledger: Ledger) -> Declared:
    forms = (plan.form, *(issue.answer_form for issue in register.issues))
    asked = tuple(dict.fromkeys(field for form in forms for field in form.fields))
    return {
        "fields": [_column(column, asked, ledger.column_groups) for column in ledger.columns],
        "missingValues": [""],
        "primaryKey": [ID_LABEL, DEPARTMENT_LABEL],
    }


def _column(
    column: LedgerColumn, asked: Iterable[Field], groups: Iterable[ColumnGroup]
) -> Declared:
    field = column.field
    if field is None:
        for group in groups:
            for label, own in _OF_GROUP.items() if group.label else ():
                if column.label == group.column(label):
                    return {"name": column.label} | own | {"torimatome:round": group.label}
        level = {"type": "string", "description": "計画の階層です。"} | _REQUIRED
        return {"name": column.label} | _OWN.get(column.label, level)
    if column.is_known:
        return {"name": column.label} | _described(field, [field]) | {"torimatome:known": True}
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
