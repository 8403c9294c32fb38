"""Plan documents for the tests of the plan: a small one, any valid one, and broken ones."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import Field
from io import BytesIO
from typing import Any

import pytest
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from workflow.model.cells import folded, folded_id
from workflow.model.errors import PlanError
from workflow.model.findings import Finding
from workflow.model.limits import limits
from workflow.model.wording import cell_text
from workflow.plan.book.reader import read_book
from workflow.plan.book.writer import written_book
from workflow.plan.checks.plan import RESERVED_LABELS
from workflow.plan.document import Document, keys
from workflow.plan.load import validated

MISSING = object()


def small() -> dict[str, Any]:
    """Two levels, two departments, three items, one field of each type."""
    return {
        "version": 1,
        "plan": {
            "title": "小さな計画",
            "municipality": {"name": "門真市", "code": "272230"},
            "coordinator": "A",
            "deadline": "2024-05-31",
            "limits": {"archive_members": 10},
            "open_passwords": ["one", "two"],
        },
        "levels": ["施策", "取組"],
        "departments": [
            {"code": "A", "name": "甲課", "formerly": ["旧甲課", "OLD-A"]},
            {"code": "B", "name": "乙課", "external": True, "email": "otsu@example.jp"},
        ],
        "items": [
            {"id": "1-1", "path": ["一"], "title": "あ", "departments": ["A"], "pages": "4-5"},
            {"id": "1-2", "path": ["一"], "title": "い", "departments": ["B"]},
            {
                "id": "2-1",
                "path": ["二"],
                "title": "う",
                "departments": ["A", "B"],
                "answer": "each",
            },
        ],
        "form": {
            "fields": [
                {"key": "state", "label": "状況", "type": "text", "max_length": 100},
                {
                    "key": "rating",
                    "label": "評価",
                    "type": "choice",
                    "required": True,
                    "ordered": True,
                    "choices": [
                        {"value": "Ａ", "meaning": "順調", "aliases": ["A", "良"]},
                        {"value": "Ｂ"},
                        {"value": "Ｃ"},
                    ],
                },
                {
                    "key": "cost",
                    "label": "決算額",
                    "type": "number",
                    "unit": "千円",
                    "minimum": 0,
                    "maximum": 99.5,
                    "decimals": 1,
                    "required_when": {"field": "rating", "in": ["Ｂ", "Ｃ"]},
                },
                {
                    "key": "done",
                    "label": "完了日",
                    "type": "date",
                    "minimum": "2024-04-01",
                    "maximum": "2025-03-31",
                },
            ]
        },
        "matrices": [
            {"rows": "施策", "columns": "rating"},
            {"rows": "担当課", "columns": "rating"},
        ],
    }


def changed(pointer: str, value: object) -> dict[str, Any]:
    """The small document with another value at a pointer; MISSING removes the key."""
    document = copy.deepcopy(small())
    container: Any = document
    *way, last = keys(pointer)
    for key in way:
        container = container[int(key) if isinstance(container, list) else key]
    position = int(last) if isinstance(container, list) else last
    if value is MISSING:
        del container[position]
    elif isinstance(container, list) and position == len(container):
        container.append(value)
    else:
        container[position] = value
    return document


def refused(document: Document) -> list[Finding]:
    """The findings that keep a document from being a plan."""
    with pytest.raises(PlanError) as caught:
        validated(document)
    return list(caught.value.findings)


def in_json(content: object) -> set[tuple[str, str]]:
    """Code and pointer of every finding in a document as plan.json."""
    return {(f.code.name, f.location.part) for f in refused(Document(content, "plan.json"))}


def in_book(content: bytes) -> set[tuple[str, str, str]]:
    """Code, sheet and cell of every finding in a plan.xlsx."""
    findings = refused(read_book(content, "plan.xlsx"))
    assert {f.location.file for f in findings} == {"plan.xlsx"}
    return {(f.code.name, f.location.sheet, cell_text(f.location)) for f in findings}


def edited(edit: Callable[[dict[str, Worksheet]], object]) -> bytes:
    """The small document's plan.xlsx after somebody edited its sheets."""
    book = load_workbook(BytesIO(written_book(small())))
    edit({sheet.title: sheet for sheet in book.worksheets})
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A workbook of these parts."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def through_book(content: dict[str, Any]) -> Document:
    """A document after json → xlsx → json."""
    return read_book(written_book(content), "plan.xlsx")


# --- any valid document

_ANY = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="￾￿")
_SPECIAL = st.sampled_from(
    [
        "=1+1",
        "_x0041_",
        "_x005F_",
        "x005F_",
        "<r>a</r>",
        "はい",
        "-5",
        "1-1",
        "①Ⅱ",
        "𠮷",
        "葛󠄀",
        "#N/A",
    ]
)
_LINE = st.one_of(_SPECIAL, st.text(_ANY, max_size=8))
_PROSE = st.one_of(_LINE, st.lists(_LINE, max_size=3).map("\n".join), st.just(" x\t\n ")).filter(
    bool
)


def _is_name(text: str) -> bool:
    return bool(folded(text)) and text == text.strip() and "\n" not in text


def _is_free(text: str) -> bool:
    return folded(text) not in {folded(label) for label in RESERVED_LABELS}


def _within_bounds(wanted: dict[Field[Any], int]) -> dict[str, int]:
    """Return limits a plan may set, by name."""
    return {
        limit.name: sorted((limit.metadata["least"], value, limit.metadata["most"]))[1]
        for limit, value in wanted.items()
    }


_NAME = _LINE.filter(_is_name)
_HEADING = st.one_of(_NAME, st.tuples(_NAME, _NAME).map("\n".join))
_CODE = st.from_regex("[A-Za-z0-9][A-Za-z0-9_-]{0,6}", fullmatch=True)
_KEY = st.from_regex("[a-z][a-z0-9_]{0,6}", fullmatch=True)
_NUMBER = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1), st.floats(-1e9, 1e9, allow_nan=False, width=64)
)
_LIMITS = st.dictionaries(
    st.sampled_from(limits()), st.integers(1_000, 3_000), min_size=1, max_size=3
).map(_within_bounds)
_DAY = st.dates().map(lambda day: day.isoformat())


def _optional(draw: st.DrawFn, **values: st.SearchStrategy[Any]) -> dict[str, Any]:
    return {key: draw(value) for key, value in values.items() if draw(st.booleans())}


def _bounds(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> dict[str, Any]:
    pair = sorted((draw(values), draw(values)))
    return _optional(draw, minimum=st.just(pair[0]), maximum=st.just(pair[1]))


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Any valid plan document in which no optional list or text is empty."""
    names = draw(st.lists(_NAME.filter(_is_free), min_size=12, max_size=12, unique_by=folded))
    levels, labels = names[: draw(st.integers(1, 4))], names[4:8]
    codes = draw(st.lists(_CODE, min_size=1, max_size=4, unique_by=str.casefold))
    departments = _departments(draw, codes)
    field_keys = draw(st.lists(_KEY, min_size=1, max_size=4, unique=True))
    fields: list[dict[str, Any]] = []
    for key, label in zip(field_keys, labels, strict=False):
        fields.append(_field(draw, key, label, fields))
    axes = [*levels, "担当課", *(f["key"] for f in fields if f["type"] == "choice")]
    axis = st.sampled_from(axes)
    ids = draw(st.lists(_NAME, min_size=1, max_size=4, unique_by=folded_id))
    return {
        "version": 1,
        "plan": _plan(draw, codes),
        "levels": levels,
        "departments": departments,
        "items": [_item(draw, item_id, len(levels) - 1, codes) for item_id in ids],
        "form": {"fields": fields},
        **_optional(
            draw,
            matrices=st.lists(
                st.fixed_dictionaries({"rows": axis, "columns": axis}), min_size=1, max_size=3
            ),
        ),
    }


def _plan(draw: st.DrawFn, codes: list[str]) -> dict[str, Any]:
    return {
        "title": draw(_NAME),
        "municipality": {"name": draw(_NAME), "code": "011002"},
        "coordinator": draw(st.sampled_from(codes)),
        **_optional(
            draw,
            deadline=_DAY,
            contact=_PROSE,
            paper=st.sampled_from(["A4", "A3"]),
            lock_password=st.from_regex("[!-~]{1,15}", fullmatch=True),
            open_passwords=st.lists(_PROSE, min_size=1, max_size=6),
            limits=_LIMITS,
        ),
    }


def _departments(draw: st.DrawFn, codes: list[str]) -> list[dict[str, Any]]:
    count = len(codes) * 3
    free = _NAME.filter(lambda name: folded(name) not in {code.casefold() for code in codes})
    names = draw(st.lists(free, min_size=count, max_size=count, unique_by=folded))
    return [
        {
            "code": code,
            "name": names[3 * n],
            **_optional(
                draw,
                formerly=st.just(names[3 * n + 1 : 3 * n + 3]),
                external=st.booleans(),
                email=st.just("a@example.jp"),
            ),
        }
        for n, code in enumerate(codes)
    ]


def _item(draw: st.DrawFn, item_id: str, depth: int, codes: list[str]) -> dict[str, Any]:
    return {
        "id": item_id,
        "path": draw(st.lists(_HEADING, min_size=depth, max_size=depth)),
        "title": draw(_HEADING),
        "departments": draw(st.lists(st.sampled_from(codes), min_size=1, unique=True)),
        **_optional(draw, pages=_NAME, answer=st.sampled_from(["any", "each"])),
    }


def _field(draw: st.DrawFn, key: str, label: str, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    field: dict[str, Any] = {
        "key": key,
        "label": label,
        "type": draw(st.sampled_from(list(_SETTINGS_OF))),
    }
    is_mark = field["type"] == "mark"  # which is never required
    required = st.just(False) if is_mark else st.booleans()
    field |= _optional(draw, required=required, help=_PROSE)
    field |= _SETTINGS_OF[field["type"]](draw)
    choices = [other for other in earlier if other["type"] == "choice"]
    is_conditional: bool = draw(st.booleans())
    if choices and is_conditional and not is_mark:
        other = draw(st.sampled_from(choices))
        values = st.sampled_from([choice["value"] for choice in other["choices"]])
        field["required_when"] = {"field": other["key"], "in": draw(st.lists(values, min_size=1))}
    return field


def _choice_settings(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(_NAME, min_size=2, max_size=6, unique_by=folded))
    choices: list[dict[str, Any]] = []
    for value, alias in zip(names[::2], names[1::2], strict=False):
        options = _optional(draw, meaning=_PROSE, aliases=st.just([alias]))
        choices.append({"value": value, **options})
    return {"choices": choices, **_optional(draw, ordered=st.booleans())}


_SETTINGS_OF: dict[str, Callable[[st.DrawFn], dict[str, Any]]] = {
    "text": lambda draw: _optional(draw, max_length=st.integers(1, 32767)),
    "choice": _choice_settings,
    "number": lambda draw: {
        **_optional(draw, unit=_NAME, decimals=st.integers(0, 10)),
        **_bounds(draw, _NUMBER),
    },
    "date": lambda draw: _bounds(draw, _DAY),
    "mark": lambda draw: _optional(draw, marked=st.just("済"), blank=st.just("未")),
}
