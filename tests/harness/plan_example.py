"""An example of a plan: plan.toml says what is different from the small plan."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from tests.engine import opened_here
from tests.harness.cities import plan_document
from tests.harness.description import PLANS, changes_of
from tests.harness.verbs import saved_after
from tests.tables import rows, written
from workflow.model.errors import PlanError
from workflow.model.findings import Finding
from workflow.model.plain_text import json_bytes
from workflow.model.plan import Plan
from workflow.model.rounds.declared import DeclaredRound
from workflow.model.wording import Wording, cell_text, locations_text
from workflow.plan.book.settings import PLAN_SHEET
from workflow.plan.book.writer import written_book
from workflow.plan.document import keys
from workflow.plan.load import load_written_plan
from workflow.rounds.inputs.known_table import with_known_table
from workflow.rounds.inputs.own_form import load_own_workbook
from workflow.storage.workspace import Workspace

_HEADER_ROW = 3

REMOVED = "（なし）"


@dataclass(frozen=True, slots=True)
class PlanExample:
    """What the coordinator's plan.json or plan.xlsx holds, and in short what the example shows.

    Tables are the city's own that lie beside it, by their names.
    """

    folder: Path
    about: str
    name: str
    content: bytes
    tables: Mapping[str, bytes] = field(default_factory=dict)

    def lay_out(self, home: Path) -> None:
        """Write the plan, and what lies beside it, into a folder."""
        for name, content in {self.name: self.content, **self.tables}.items():
            (home / name).write_bytes(content)


def plan_folders() -> list[Path]:
    """Return the folder of every example of a plan."""
    return sorted(path.parent for path in PLANS.glob("*/plan.toml"))


@cache
def _small_book() -> bytes:
    return written_book(plan_document("small"))


@cache
def read_plan_example(folder: Path) -> PlanExample:
    """Return the example in a folder; it changes either plan.json or plan.xlsx."""
    words = tomllib.loads((folder / "plan.toml").read_text("utf-8"))
    about, text = words.pop("about"), words.pop("text", None)
    json_changes, book_changes = words.pop("json", []), words.pop("changes", [])
    pasted, given = words.pop("pasted", {}), words.pop("tables", {})
    added = words.pop("added", {})
    tables = {name: table_file(name, sheets, added.get(name, ())) for name, sheets in given.items()}
    assert not words, f"nobody knows {list(words)}"
    document = plan_document("small")
    if book_changes or pasted:
        book = load_workbook(BytesIO(_small_book()))
        paste(book, pasted)
        content = saved_after(book, changes_of(book_changes))
        return PlanExample(folder, about, "plan.xlsx", content, tables)
    for pointer, value in json_changes:
        _set(document, pointer, value)
    content = text.encode() if text else json_bytes(document)
    return PlanExample(folder, about, "plan.json", content, tables)


def table_file(name: str, sheets: Mapping[str, str], added: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a table of the city's own: a workbook with these sheets, or a text of the only one.

    A text file is known by its ending and saved as Excel in Japan does. Added are what else is in
    the workbook: ["merge", sheet, range], which leaves what is under it, or ["table", sheet,
    range]; ["spoilt"] leaves no workbook.
    """
    if name.endswith(".csv"):
        (text,) = sheets.values()
        return "".join(f"{','.join(row)}\r\n" for row in rows(text)).encode("cp932")
    book = Workbook()
    for first in book.worksheets:
        book.remove(first)
    for title, text in sheets.items():
        _write_table(book.create_sheet(title), text)
    for verb, *where in added:
        _ADDED[verb](book, *where)
    stream = BytesIO()
    book.save(stream)
    return b"PK" if ["spoilt"] in added else stream.getvalue()


def _write_table(sheet: Worksheet, text: str) -> None:
    for row, line in enumerate(rows(text), start=1):
        for column, value in enumerate(line, start=1):
            if value:
                _paste(sheet, (row, column), value)


_ADDED: Mapping[str, Callable[..., object]] = {
    "merge": lambda book, sheet, area: book[sheet].merged_cells.add(area),
    "table": lambda book, sheet, area: book[sheet].add_table(Table(displayName="T1", ref=area)),
    "spoilt": lambda book: book,
}


def noted_in(home: Path) -> list[str]:
    """Return what is reported of the plan in a folder: code, sheet and place.

    That is what keeps it from being used, or how it was understood.
    """
    try:
        plan = load_written_plan(home)
        known = with_known_table(Workspace(home), plan.plan, opened_here)
        own = load_own_workbook(home, known, opened_here, plan.documents)
        findings = (*plan.notes, *(own.notes if own else ()))
    except PlanError as error:
        findings = error.findings
    return [_in_short(found) for found in Wording().together(findings)]


def paste(book: Workbook, tables: Mapping[str, str]) -> None:
    """Paste these tables into the sheets of a plan.xlsx, by the names of the sheets.

    In 計画 a line is a setting and its values. The other sheets keep nothing of what stood there;
    the first line of the table names its columns, in any order, new ones at the end; - is a blank
    row. A sheet that is not there yet is added with the table alone.
    """
    for name, text in tables.items():
        if name not in book.sheetnames:
            _add_sheet(book, name, text)
            continue
        sheet = book[name]
        if name == PLAN_SHEET:
            _paste_settings(sheet, text)
            continue
        header, *lines_below = rows(text)
        at = {str(cell.value): cell.column or 0 for cell in sheet[_HEADER_ROW]}
        for label in (label for label in header if label not in at):
            at[label] = len(at) + 1
            sheet.cell(_HEADER_ROW, at[label], label)
        sheet.delete_rows(_HEADER_ROW + 1, sheet.max_row)
        for row, line in enumerate(lines_below, start=_HEADER_ROW + 1):
            for label, value in zip(header, line, strict=False):
                if value and line != ["-"]:
                    _paste(sheet, (row, at[label]), value)


def _paste_settings(sheet: Worksheet, text: str) -> None:
    """Paste values beside their settings; one that is not there yet stands below all others."""
    lines = {str(cell.value): cell.row or 0 for cell in sheet["A"]}
    for setting, *values in rows(text):
        if setting not in lines:
            lines[setting] = sheet.max_row + 1
            _paste(sheet, (lines[setting], 1), setting)
        for column, value in enumerate(values, start=2):
            _paste(sheet, (lines[setting], column), value)


def _add_sheet(book: Workbook, name: str, text: str) -> None:
    sheet = book.create_sheet(name)
    for row, line in enumerate(rows(text), start=1):
        for column, value in enumerate(line, start=1):
            if value:
                _paste(sheet, (row, column), value)


def _paste(sheet: Worksheet, place: tuple[int, int], notation: str) -> None:
    """Paste a value; a number may be followed by @ and the format it is shown in."""
    value, _, number_format = notation.partition("@")
    cell = sheet.cell(*place, written(value))
    cell.number_format = number_format or "General"


def as_read(home: Path) -> list[str]:
    """Return the items and rounds of the plan in a folder, one line each, as a person tells them.

    Who is asked in a round is told with the items, from the first.
    """
    plan = load_written_plan(home).plan
    items = (
        " | ".join((i.id, *i.path, i.title, i.pages, "、".join(i.departments))) for i in plan.items
    )
    return [*items, *(_round_as_read(plan, one) for one in plan.rounds)]


def _round_as_read(plan: Plan, one: DeclaredRound) -> str:
    asked = (f"{item.id}：{'・'.join(item.asked)}" for item in plan.in_round(one.name).items)
    return " | ".join(
        (
            f"回 {one.name}",
            "、".join(one.fields),
            one.deadline.isoformat() if one.deadline else "",
            one.of,
            one.combine.word if one.combine else "",
            "指標" if one.indicators else "",
            "、".join(asked),
        )
    )


def _in_short(findings: Sequence[Finding]) -> str:
    """Return the code of findings that are reported together, with their place or places."""
    first = findings[0]
    if len(findings) > 1:
        return f"{first.code.name} {locations_text([f.location for f in findings])}"
    parts = (first.code.name, first.location.sheet, cell_text(first.location))
    return " ".join(filter(None, parts))


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
