"""The digest of a plan: what it says, however its file spells it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from workflow.model.cells import plain_number
from workflow.model.fields.form import Form
from workflow.model.plan import Plan
from workflow.storage.files import sha256


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of what a plan says.

    plan.xlsx and plan.json give the same, and so does a later version of the tool that knows more
    settings: what has its default value is left out. Passwords do not count, nor does the look of
    the report: no answer and no figure rests on it. The table of known values is a file of its own,
    so are the city's own form and what earlier rounds answered.
    """
    own = replace(plan, lock_password="", open_passwords=(), report_layout="", own_form="")
    return _digest(replace(own, known_table=None, earlier=()))


def form_digest(form: Form | None) -> str:
    """Return the SHA-256 of what a form asks; "" for a form nobody knows."""
    return _digest(form) if form else ""


def _digest(value: object) -> str:
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode())


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a plan holds
    if isinstance(value, str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        parts = ((name, getattr(value, name), usual) for name, usual in _settings(kind))
        unusual = {name: _plain(part) for name, part, usual in parts if part != usual()}
        return unusual | {"is": kind.__name__}
    match value:
        case Mapping():
            return {str(key): _plain(part) for key, part in value.items()}
        case tuple():
            return [_plain(part) for part in value]
        case Decimal():
            return plain_number(value)
        case Enum():
            return value.name
        case date():
            return value.isoformat()
        case _:
            return value


@cache
def _settings(kind: Any) -> tuple[tuple[str, Callable[[], object]], ...]:  # noqa: ANN401
    """Return what a dataclass holds, each with what gives its usual value: MISSING for none."""
    return tuple((f.name, _usual(f)) for f in fields(kind))


def _usual(field: Field[Any]) -> Callable[[], object]:
    if field.default_factory is not MISSING:
        return field.default_factory
    return lambda: field.default
