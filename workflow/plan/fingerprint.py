"""The digest of a plan: what it says, however its file spells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from workflow.model.cells import plain_number
from workflow.model.fields.form import Form
from workflow.model.plan import Plan
from workflow.storage.files import sha256


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of what a plan says.

    plan.xlsx and plan.json give the same, and so does a later version of the tool that knows more
    settings: what has its default value is left out. Passwords do not count, nor does the look of
    the report: no answer and no figure rests on it.
    """
    return _digest(replace(plan, lock_password="", open_passwords=(), report_layout=""))


def form_digest(form: Form | None) -> str:
    """Return the SHA-256 of what a form asks; "" for a form nobody knows."""
    return _digest(form) if form else ""


def _digest(value: object) -> str:
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode())


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a plan holds
    if is_dataclass(value) and not isinstance(value, type):
        unusual = {f.name: getattr(value, f.name) for f in fields(value) if not _is_usual(f, value)}
        return {name: _plain(part) for name, part in unusual.items()} | {"is": type(value).__name__}
    match value:
        case Mapping():
            return {str(key): _plain(part) for key, part in value.items()}
        case tuple():
            return [_plain(part) for part in value]
        case Decimal():
            return plain_number(value)
        case Enum() if not isinstance(value, str):
            return value.name
        case date():
            return value.isoformat()
        case _:
            return value


def _is_usual(field: Field[Any], value: object) -> bool:
    if field.default_factory is not MISSING:
        return bool(getattr(value, field.name) == field.default_factory())
    return field.default is not MISSING and bool(getattr(value, field.name) == field.default)
