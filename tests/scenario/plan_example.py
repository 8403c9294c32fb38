"""An example of a plan that cannot be used: plan.toml says how the small plan was spoilt."""

from __future__ import annotations

import io
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from tests.scenario.description import EXAMPLES, PLANS
from tests.scenario.workbook_verbs import put
from workflow.model.errors import PlanError
from workflow.plan.convert import as_book_bytes, as_json_bytes
from workflow.plan.document import keys
from workflow.plan.load import load_plan

REMOVED = "（なし）"

SheetVerb = Callable[..., None]


@dataclass(frozen=True, slots=True)
class PlanExample:
    """What the coordinator's plan.json or plan.xlsx holds, and in short why it is wrong."""

    folder: Path
    about: str
    name: str
    content: bytes


def plan_folders() -> list[Path]:
    """Return the folder of every example of a plan."""
    return sorted(path.parent for path in (EXAMPLES / "bad").glob("plan_*/plan.toml"))


def read_plan_example(folder: Path) -> PlanExample:
    """Return the example in a folder; it spoils either plan.json or plan.xlsx."""
    told = tomllib.loads((folder / "plan.toml").read_text("utf-8"))
    about, text = told.pop("about"), told.pop("text", None)
    json_changes, book_changes = told.pop("json", []), told.pop("book", [])
    assert not told, f"nobody knows {list(told)}"
    document = json.loads((PLANS / "small" / "plan.json").read_bytes())
    if book_changes:
        return PlanExample(folder, about, "plan.xlsx", _spoilt_book(document, book_changes))
    for pointer, value in json_changes:
        _set(document, pointer, value)
    content = text.encode() if text else as_json_bytes(document)
    return PlanExample(folder, about, "plan.json", content)


def refusal(home: Path) -> list[str]:
    """Return what keeps the plan in a folder from being used: code, sheet and place."""
    try:
        load_plan(home)
    except PlanError as error:
        return [" ".join(filter(None, (f.code, f.sheet, f.cell))) for f in error.findings]
    return []


def _set(document: Any, pointer: str, value: Any) -> None:  # noqa: ANN401 - JSON
    *way, last = keys(pointer)
    for key in way:
        document = document[int(key) if isinstance(document, list) else key]
    place: Any = int(last) if isinstance(document, list) else last
    if value == REMOVED:
        del document[place]
    elif isinstance(document, list) and place == len(document):
        document.append(value)
    else:
        document[place] = value


def _spoilt_book(document: dict[str, Any], changes: list[list[Any]]) -> bytes:
    book = load_workbook(io.BytesIO(as_book_bytes(document)))
    for name, *arguments in changes:
        _SHEET_VERBS[name](book, *arguments)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write(book: Workbook, sheet: str, place: str, spelled: str) -> None:
    cell = book[sheet][place]
    assert isinstance(cell, Cell)
    put(cell, spelled)


def _rename_sheet(book: Workbook, old: str, new: str) -> None:
    book[old].title = new


def _delete_row(book: Workbook, sheet: str, row: int) -> None:
    book[sheet].delete_rows(row)


_SHEET_VERBS: dict[str, SheetVerb] = {
    "write": _write,
    "rename sheet": _rename_sheet,
    "delete row": _delete_row,
}
