"""The form in the words of others: XLSForm and Table Schema in, Table Schema out. Pure.

What they can say and a form cannot is left out, and named, so that a person can decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from workflow.model.fields.form import form_from_json
from workflow.plan.book.cells import Sheet
from workflow.python.dataclass import dataclass

SURVEY, CHOICES = "survey", "choices"
"""The sheets by which an XLSForm is known."""

_TABLE_SCHEMA = "https://datapackage.org/profiles/2.0/tableschema.json"
_DECLARED = "torimatome:field"
"""Where a Table Schema of ours keeps what its own words cannot say."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,49}")
_LONGEST_KEY = 50

Declared = dict[str, Any]
"""A field as plan.json declares it."""


@dataclass(slots=True)
class ImportedForm:
    """The fields read, and what was left out: the question, and which of its words."""

    fields: list[Declared] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def leave_out(self, name: str, what: str) -> None:
        """Note what of a question a form cannot say."""
        self.left_out.append((name, what))


# --- XLSForm, as https://xlsform.org describes it

_TYPES = {"text": "text", "integer": "number", "decimal": "number", "range": "number"}
_TYPES |= {"date": "date", "acknowledge": "mark", "string": "text", "int": "number"}
_SILENT = frozenset({"start", "end", "today", "deviceid", "username", "audit", "begin", ""})
_STRUCTURE = re.compile(r"(?:begin|end)[ _](?:group|repeat)")
_YES = frozenset({"yes", "true", "true()", "1", "はい"})
_BOUND = re.compile(
    r"\.\s*(<=|>=|<|>)\s*(?:date\(\s*)?['\"]?(-?[\d.]+|\d{4}-\d\d-\d\d)['\"]?\s*\)?"
)
_LENGTH = re.compile(r"string-length\(\s*\.\s*\)\s*(<=|<)\s*(\d+)")
_IS = re.compile(
    r"(?:selected\(\s*\$\{(\w+)\}\s*,\s*['\"]([^'\"]*)['\"]\s*\)|\$\{(\w+)\}\s*=\s*['\"]([^'\"]*)['\"])"
)


def form_of_xlsform(survey: Sheet, choices: Sheet | None) -> ImportedForm:
    """Return the form an XLSForm asks: what a person sees as its words, the names as aliases."""
    found = ImportedForm()
    lists = _choice_lists(_table(choices)) if choices else {}
    questions = list(_table(survey))
    keys = _keys(row.get("name", "") for row in questions)
    for row, key in zip(questions, keys, strict=True):
        declared = _question(row, key, lists, found)
        if declared:
            found.fields.append(declared)
    names = (row.get("name", "") for row in questions)
    _add_conditions(found, questions, dict(zip(names, keys, strict=True)))
    return found


def _table(sheet: Sheet) -> Iterator[dict[str, str]]:
    """Yield the rows of a sheet by their headings; label::日本語 (ja) counts as label."""
    header: list[str] = []
    for cells in sheet.rows:
        texts = [cell.text.strip() for cell in cells]
        if not header:
            header = [text.partition("::")[0].strip().casefold() for text in texts]
        elif any(texts):
            row: dict[str, str] = {}
            for name, text in zip(header, texts, strict=True):
                if name and text:
                    row.setdefault(name, text)
            yield row


def _choice_lists(rows: Iterable[Mapping[str, str]]) -> dict[str, list[Declared]]:
    lists: dict[str, list[Declared]] = {}
    for row in rows:
        name = row.get("name", "")
        value = row.get("label", name)
        aliases = {"aliases": [name]} if name and name != value else {}
        lists.setdefault(row.get("list_name", row.get("list name", "")), []).append(
            {"value": value, **aliases}
        )
    return lists


def _question(
    row: Mapping[str, str], key: str, lists: Mapping[str, list[Declared]], found: ImportedForm
) -> Declared | None:
    """Return a question as a field; None for what asks nothing, or what no form can ask."""
    kind, _, list_name = row.get("type", "").partition(" ")
    label = row.get("label") or row.get("name", "")
    if kind in _SILENT or _STRUCTURE.fullmatch(row.get("type", "")):
        return None
    declared: Declared = {"key": key, "label": label}
    if kind == "select_one" and list_name.strip() in lists:
        declared |= {"type": "choice", "choices": lists[list_name.strip()]}
    elif kind in _TYPES:
        declared["type"] = _TYPES[kind]
    else:
        found.leave_out(label, row.get("type", ""))
        return None
    if kind in ("integer", "int"):
        declared["decimals"] = 0
    if row.get("required", "").casefold() in _YES and declared["type"] != "mark":
        declared["required"] = True
    if "hint" in row:
        declared["help"] = row["hint"]
    _add_bounds(declared, row.get("constraint", ""), found)
    return declared


def _add_bounds(declared: Declared, constraint: str, found: ImportedForm) -> None:
    """Add what a constraint says of the smallest, the largest and the longest answer."""
    for part in re.split(r"\s+and\s+", constraint) if constraint else ():
        bound, length = _BOUND.fullmatch(part.strip()), _LENGTH.fullmatch(part.strip())
        if length and declared["type"] == "text":
            declared["max_length"] = int(length[2]) - (length[1] == "<")
        elif bound and len(bound[1]) > 1 and declared["type"] in ("number", "date"):
            side = "minimum" if bound[1] == ">=" else "maximum"
            is_day = declared["type"] == "date"
            declared[side] = bound[2] if is_day else _number(bound[2])
        else:
            found.leave_out(declared["label"], f"constraint {part.strip()}")


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def _add_conditions(
    found: ImportedForm, questions: Sequence[Mapping[str, str]], keys: Mapping[str, str]
) -> None:
    """Make required_when of questions that are asked, or required, by another's answer alone."""
    fields = {declared["key"]: declared for declared in found.fields}
    for row in questions:
        declared = fields.get(keys[row.get("name", "")])
        required = row.get("required", "")
        is_required = required.casefold() in _YES
        for column in ("relevant", "required"):
            rule = row.get(column, "")
            if declared is None or not rule or rule.casefold() in {*_YES, "no", "false", "false()"}:
                continue
            condition = _condition(rule, keys, fields)
            if condition and (is_required or column == "required"):
                declared.pop("required", None)
                declared["required_when"] = condition
            else:
                found.leave_out(declared["label"], f"{column} {rule}")


def _condition(
    rule: str, keys: Mapping[str, str], fields: Mapping[str, Declared]
) -> Declared | None:
    parts = [_IS.fullmatch(part.strip()) for part in re.split(r"\s+or\s+", rule)]
    conditions = [(m[1] or m[3], m[2] if m[1] else m[4]) for m in parts if m]
    other = fields.get(keys.get(conditions[0][0], "")) if conditions else None
    if other is None or len(conditions) < len(parts) or len({name for name, _ in conditions}) > 1:
        return None
    words = {
        w: c["value"] for c in other.get("choices", ()) for w in (c["value"], *c.get("aliases", ()))
    }
    values = [words[value] for _, value in conditions if value in words]
    return {"field": other["key"], "in": values} if len(values) == len(conditions) else None


# --- Table Schema, as https://datapackage.org describes it

_SCHEMA_TYPES = {"string": "text", "integer": "number", "number": "number", "date": "date"}
_SCHEMA_TYPES |= {"boolean": "mark", "year": "number", "any": "text"}


def is_table_schema(document: object) -> bool:
    """Whether a JSON document is a Table Schema, and no plan.

    >>> is_table_schema({"fields": [{"name": "a"}]}), is_table_schema({"form": {"fields": []}})
    (True, False)
    """
    return isinstance(document, dict) and isinstance(document.get("fields"), list)


def form_of_table_schema(document: Mapping[str, Any]) -> ImportedForm:
    """Return the form whose answers a Table Schema describes."""
    found = ImportedForm()
    columns = [column for column in document["fields"] if isinstance(column, dict)]
    keys = _keys(str(column.get("name", "")) for column in columns)
    for column, key in zip(columns, keys, strict=True):
        own = column.get(_DECLARED)
        declared = dict(own) if isinstance(own, dict) else _column(column, key, found)
        if declared:
            found.fields.append(declared)
    return found


def _column(column: Mapping[str, Any], key: str, found: ImportedForm) -> Declared | None:
    label = str(column.get("title") or column.get("name", ""))
    kind = str(column.get("type", "string"))
    constraints = dict(column.get("constraints") or {})
    listed = column.get("categories") or constraints.pop("enum", None)
    declared: Declared = {"key": key, "label": label}
    if listed:
        declared |= {"type": "choice", "choices": list(map(_category, listed))}
        declared |= {"ordered": True} if column.get("categoriesOrdered") else {}
    elif kind in _SCHEMA_TYPES:
        declared["type"] = _SCHEMA_TYPES[kind]
    else:
        found.leave_out(label, kind)
        return None
    if kind in ("integer", "year") and not listed:
        declared["decimals"] = 0
    if column.get("description"):
        declared["help"] = str(column["description"])
    _take_constraints(declared, constraints)
    for name, value in constraints.items():
        found.leave_out(label, f"{name} {json.dumps(value, ensure_ascii=False)}")
    return declared


def _take_constraints(declared: Declared, constraints: dict[str, Any]) -> None:
    """Take from the constraints what a field can say."""
    if constraints.pop("required", False) and declared["type"] != "mark":
        declared["required"] = True
    for name, ours, kinds in (
        ("maxLength", "max_length", ("text",)),
        ("minimum", "minimum", ("number", "date")),
        ("maximum", "maximum", ("number", "date")),
    ):
        if name in constraints and declared["type"] in kinds:
            declared[ours] = constraints.pop(name)


def _category(listed: object) -> Declared:
    if not isinstance(listed, dict):
        return {"value": str(listed)}
    value = str(listed.get("label") or listed.get("value", ""))
    name = str(listed.get("value", value))
    return {"value": value} | ({"aliases": [name]} if name != value else {})


def table_schema_of(declared: Sequence[Declared]) -> bytes:
    """Return the Table Schema of a form; what its words cannot say is kept beside them."""
    form = form_from_json(list(declared), ())
    columns = []
    for one, own in zip(form.fields, declared, strict=True):
        typed = type(one).table_schema([one])
        constraints = typed.pop("constraints", {}) | ({"required": True} if one.required else {})
        column = {"name": one.key, "title": one.label, **typed}
        column |= {"description": one.help} if one.help else {}
        column |= {"constraints": constraints} if constraints else {}
        columns.append(column | {_DECLARED: own})
    document = {"$schema": _TABLE_SCHEMA, "fields": columns}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _keys(names: Iterable[str]) -> list[str]:
    """Return a key for each name, its own where it can be one.

    >>> _keys(["progress", "Rating", "評価", "評価"])
    ['progress', 'rating', 'field_3', 'field_4']
    """
    keys: list[str] = []
    for number, name in enumerate(names, start=1):
        key = re.sub(r"[^a-z0-9_]", "_", name.casefold())[:_LONGEST_KEY]
        fits = _KEY.fullmatch(key) and key.strip("_") and key not in keys
        keys.append(key if fits else f"field_{number}")
    return keys
