"""An example's files, made one after the other and put into returned/."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.city import City
from tests.fillers.xml_patch import patch_cells
from tests.scenario.byte_verbs import BYTE_VERBS
from tests.scenario.description import Change, Scenario, SentFile
from tests.scenario.hostile import HARMS
from tests.scenario.part_verbs import PART_VERBS, packed, parts_of, set_modified
from tests.scenario.town import other_town, spread, template_of, usual_answers
from tests.scenario.workbook_verbs import WORKBOOK_VERBS, header_of, item_rows
from workflow.model.cells import a1
from workflow.templates.register_file import load_register

LINK, FOLDER, PIPE = "link to", "folder", "pipe"
_ODD = {LINK, FOLDER, PIPE}


def send(scenario: Scenario, town: City, phase: int, desk: Path) -> None:
    """Put the files of a phase into returned/, made on a desk outside of it.

    Those of earlier phases that somebody takes away are gone by then.
    """
    for file in (f for f in scenario.files if f.taken_away and f.phase < phase):
        town.returned(file.name, scenario.year).unlink(missing_ok=True)
    for file in (f for f in scenario.files if f.phase == phase):
        target = town.returned(file.name, scenario.year)
        if file.changes and file.changes[0][0] in _ODD:
            _put_odd(file, target, desk)
            continue
        target.write_bytes(_content(scenario, town, file, desk))
        os.utime(target, (file.received.timestamp(), file.received.timestamp()))


def _put_odd(file: SentFile, target: Path, desk: Path) -> None:
    ((name, arguments),) = file.changes
    if name == LINK:
        (desk / "elsewhere.xlsx").write_bytes(b"secret")
        target.symlink_to(desk / "elsewhere.xlsx")
    elif name == FOLDER:
        (target / arguments[0]).parent.mkdir(parents=True)
        (target / arguments[0]).write_text("x", "utf-8")
    else:
        os.mkfifo(target)


def _content(scenario: Scenario, town: City, file: SentFile, desk: Path) -> bytes:
    if file.same_as:
        content = town.returned(file.same_as, scenario.year).read_bytes()
    elif file.stored:
        content = (scenario.folder / file.stored).read_bytes()
    elif file.template:
        content = _filled(scenario, town, file, desk)
    else:
        content = b""
    whole = {*BYTE_VERBS, *HARMS}
    content = _changed(content, [c for c in file.changes if c[0] not in whole])
    if file.template and not file.same_as:
        content = _dated(content, file)
    for name, arguments in (c for c in file.changes if c[0] in BYTE_VERBS):
        content = BYTE_VERBS[name](content, *arguments)
    return content


def _filled(scenario: Scenario, town: City, file: SentFile, desk: Path) -> bytes:
    year = file.year or scenario.year
    city = other_town(file.plan, year) if file.plan else town
    if file.handback:
        source = _handback(town, file.template, scenario.year)
    else:
        source = template_of(city, file.template, year, file.issue)
    target, places = desk / "filled.xlsx", _places(source.read_bytes())
    said = _answers(scenario, city, file, year)
    cells = {places[i, label]: v for i, row in said.items() for label, v in row.items()}
    patch_cells(source, target, cells)
    return target.read_bytes()


@cache
def _places(content: bytes) -> dict[tuple[str, str], str]:
    """Return the A1 reference of each item's cell under each label."""
    book = load_workbook(io.BytesIO(content))
    _, _, labels = header_of(book)
    return {
        (item, label): a1(row, column)
        for item, row in item_rows(book).items()
        for label, column in labels.items()
    }


def _handback(town: City, department: str, year: int) -> Path:
    (path,) = town.workspace.handbacks(year).glob(f"{department}_*.xlsx")
    return path


def _answers(scenario: Scenario, city: City, file: SentFile, year: int) -> dict[str, Any]:
    """Return what is written in each row: the plan's usual answers and the file's own."""
    register = load_register(city.workspace.templates(year), year)
    latest = city.issue(file.template, year)
    number = replace(latest.number, issue=file.issue or latest.number.issue)
    issue = register.find(number)
    assert issue is not None
    asked = [item.id for item in issue.items]
    items = [item for item in asked if not file.only or item in file.only]
    quiet = file.blank or file.handback
    usual = {item: {} for item in items} if quiet else usual_answers(scenario.plan, items)
    said = {item: usual[item] | spread(file.answers, item) for item in items}
    return {item: {k: v for k, v in row.items() if v != ""} for item, row in said.items()}


def _changed(content: bytes, changes: list[Change]) -> bytes:
    """Apply the changes in their order; neighbours of a kind share one opening of the file."""
    while changes:
        in_book = changes[0][0] in WORKBOOK_VERBS
        verbs: dict[str, Any] = dict(WORKBOOK_VERBS) if in_book else dict(PART_VERBS)
        count = next((n for n, c in enumerate(changes) if c[0] not in verbs), len(changes))
        assert count, f"nobody knows the change 「{changes[0][0]}」"
        apply = _in_book if in_book else _in_parts
        content = apply(content, changes[:count])
        changes = changes[count:]
    return content


def _in_book(content: bytes, changes: list[Change]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for name, arguments in changes:
        WORKBOOK_VERBS[name](book, *arguments)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _in_parts(content: bytes, changes: list[Change]) -> bytes:
    parts = parts_of(content)
    for name, arguments in changes:
        PART_VERBS[name](parts, *arguments)
    return packed(parts)


def _dated(content: bytes, file: SentFile) -> bytes:
    parts = parts_of(content)
    moment = (file.modified or file.received).astimezone(UTC)
    set_modified(parts, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return packed(parts)
