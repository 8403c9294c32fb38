"""Plan documents as they are handed out: the sample, an empty one, and both spellings of any."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.plan.book.writer import written_book

_SAMPLE = Path(__file__).with_name("sample.json")


def sample_document() -> dict[str, Any]:
    """Return the plan of a real city, 25 items of 12 departments."""
    document: dict[str, Any] = json.loads(_SAMPLE.read_text(encoding="utf-8"))
    return document


def empty_document() -> dict[str, Any]:
    """Return a plan to be filled in: no city, departments or items yet, but a usual form.

    It is not valid; loading it says what is still to be written.
    """
    blank = {"title": "", "municipality": {"name": "", "code": ""}, "coordinator": ""}
    return {**sample_document(), "plan": blank, "departments": [], "items": []}


def as_json_bytes(document: Mapping[str, Any]) -> bytes:
    """Return a document as the content of plan.json."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def as_book_bytes(document: Mapping[str, Any]) -> bytes:
    """Return a document as the content of plan.xlsx; the same document gives the same bytes.

    An empty list or text of an optional key is written as a blank cell, which means the same.
    """
    return written_book(document)
