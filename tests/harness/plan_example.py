"""An example of a plan: plan.toml says what is different from the small plan."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.cities import plan_document
from tests.harness.description import PLANS, changes_of
from tests.harness.verbs import in_workbook
from workflow.model.errors import PlanError
from workflow.model.wording import cell_text
from workflow.plan.book.writer import written_book
from workflow.plan.document import as_json_bytes, keys
from workflow.plan.load import load_written_plan

REMOVED = "（なし）"


@dataclass(frozen=True, slots=True)
class PlanExample:
    """What the coordinator's plan.json or plan.xlsx holds, and in short what the example shows."""

    folder: Path
    about: str
    name: str
    content: bytes


def plan_folders() -> list[Path]:
    """Return the folder of every example of a plan."""
    return sorted(path.parent for path in PLANS.glob("*/plan.toml"))


def read_plan_example(folder: Path) -> PlanExample:
    """Return the example in a folder; it changes either plan.json or plan.xlsx."""
    words = tomllib.loads((folder / "plan.toml").read_text("utf-8"))
    about, text = words.pop("about"), words.pop("text", None)
    json_changes, book_changes = words.pop("json", []), words.pop("changes", [])
    assert not words, f"nobody knows {list(words)}"
    document = plan_document("small")
    if book_changes:
        content = in_workbook(written_book(document), changes_of(book_changes))
        return PlanExample(folder, about, "plan.xlsx", content)
    for pointer, value in json_changes:
        _set(document, pointer, value)
    content = text.encode() if text else as_json_bytes(document)
    return PlanExample(folder, about, "plan.json", content)


def noted_in(home: Path) -> list[str]:
    """Return what is said of the plan in a folder: code, sheet and place.

    That is what keeps it from being used, or how it was understood.
    """
    try:
        findings = load_written_plan(home).notes
    except PlanError as error:
        findings = error.findings
    found = [(f.code.name, f.location.sheet, cell_text(f.location)) for f in findings]
    return [" ".join(filter(None, parts)) for parts in found]


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
