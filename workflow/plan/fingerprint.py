"""The digest of a plan: what it says, however its file spells it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
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
from workflow.storage.json_text import json_pieces


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of what a plan says.

    plan.xlsx and plan.json give the same, and so does a later version of the tool that knows more
    settings: what has its default value is left out. Passwords do not count, nor does the look of
    the report: no answer and no figure rests on it. The table of known values is a file of its own,
    so are the city's own form and what earlier rounds answered.
    """
    own = replace(plan, lock_password="", open_passwords=(), report_layout="", own_form="")
    shown = _plain(replace(own, known_table=None, earlier=(), items=()))
    digest = hashlib.sha256()
    # A very large plan has its items on disk.
    for text in json_pieces({**shown, "items": map(_plain, plan.items)}, "items", sort_keys=True):
        digest.update(text.encode())
    return digest.hexdigest()


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
        return _unusual(value)
    match value:
        case tuple() | Sequence():  # a tuple is told at once, and every item has two
            return [part if type(part) is str else _plain(part) for part in value]
        case Mapping():
            return {str(key): _plain(part) for key, part in value.items()}
        case Decimal():
            return plain_number(value)
        case Enum():
            return value.name
        case date():
            return value.isoformat()
        case _:
            return value


def _unusual(value: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what of a dataclass is not as usual, and what class it is."""
    found: dict[str, Any] = {"is": type(value).__name__}
    kind: Any = type(value)
    for name, usual in _settings(kind):
        part = getattr(value, name)
        if part is not usual and part != usual:
            found[name] = part if type(part) is str else _plain(part)
    return found


@cache
def _settings(kind: Any) -> tuple[tuple[str, object], ...]:  # noqa: ANN401
    """Return what a dataclass holds, each with its usual value: MISSING for none."""
    return tuple((field.name, _usual(field)) for field in fields(kind))


def _usual(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()
