"""plan.xlsx → Document: every cell's value goes to its pointer, and its cell is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.model.catalogue import Code
from workflow.model.findings import Location
from workflow.plan.book.cells import Sheet, read_sheets
from workflow.plan.book.columns import Table
from workflow.plan.book.entry_rows import read_table
from workflow.plan.book.indicator_sheet import (
    INDICATOR_SHEET,
    complete_indicators,
    table_of_sheet,
)
from workflow.plan.book.layout import (
    DEPARTMENTS,
    FIELDS,
    ITEM_SHEET,
    PLAN_SHEET,
    SETTINGS,
    SHEETS,
    item_table,
    label_of,
)
from workflow.plan.book.reading import Reading, notes_of
from workflow.plan.book.round_sheets import (
    REVIEWERS,
    ROUNDS,
    complete_reviewers,
    complete_rounds,
)
from workflow.plan.book.setting_rows import read_settings
from workflow.plan.book.values import axis_labels, field_labels
from workflow.plan.document import Document, Node, ReadAs, keys
from workflow.plan.written.days import day_near, written_day
from workflow.plan.written.department_codes import department_codes
from workflow.plan.written.municipality import municipalities_named
from workflow.plan.written.named_departments import KnownDepartments


def read_book(content: bytes, file: str) -> Document:
    """Return the document a plan.xlsx spells. Raises PlanError when it is no readable workbook."""
    reading = Reading(file)
    rare = (INDICATOR_SHEET, ROUNDS.sheet, REVIEWERS.sheet)
    sheets = read_sheets(content, file, (*SHEETS, *rare))
    for name in SHEETS:
        if name not in sheets:
            reading.note(Code.PLAN_MISSING_SHEET, Location(file=file, sheet=name), name=name)
    _read_sheet(reading, sheets, DEPARTMENTS)  # first: the others name departments
    _make_codes(reading)
    reading.departments = _known_departments(reading.content)
    complete_reviewers(reading)
    if PLAN_SHEET in sheets:
        read_settings(reading, sheets[PLAN_SHEET])
    for pointer in ("/plan", *(setting.pointer for setting in SETTINGS)):
        reading.locations.setdefault(pointer, Location(file=file, sheet=PLAN_SHEET))
    for table in _tables(reading):
        _read_sheet(reading, sheets, table)
    _read_rare_sheets(reading, sheets)
    _complete_days(reading)
    _find_city(reading)
    _name_fields_by_key(reading.content)
    return Document(
        reading.content,
        file,
        reading.locations,
        (*reading.findings, *notes_of(reading)),
        tuple(reading.corrections.values()),
    )


def _read_rare_sheets(reading: Reading, sheets: Mapping[str, Sheet]) -> None:
    """Read the sheets that not every plan has."""
    if INDICATOR_SHEET in sheets:
        _read_sheet(reading, sheets, table_of_sheet(sheets[INDICATOR_SHEET]))
        complete_indicators(reading)
    for table in (ROUNDS, REVIEWERS):
        if table.sheet in sheets:
            _read_sheet(reading, sheets, table)
    complete_rounds(reading)


def _read_sheet(reading: Reading, sheets: Mapping[str, Sheet], table: Table) -> None:
    if table.sheet in sheets:
        read_table(reading, sheets[table.sheet], table)
    reading.locations.setdefault(table.pointer, Location(file=reading.file, sheet=table.sheet))


def _tables(reading: Reading) -> tuple[Table, ...]:
    levels = tuple(node.text for node in Node(reading.content)["levels"].elements)
    if levels:
        return (item_table(levels), FIELDS)
    location = reading.locations["/items"] = Location(file=reading.file, sheet=ITEM_SHEET)
    reading.note(Code.PLAN_LEVELS_UNKNOWN, location)
    return (FIELDS,)


# --- what one cell says of another


def _known_departments(content: Mapping[str, Any]) -> KnownDepartments:
    departments = Node(content)["departments"].elements
    return KnownDepartments(
        (d["code"].text, [name.text for name in (d["name"], *d["formerly"].elements)])
        for d in departments
        if d["code"].text
    )


def _make_codes(reading: Reading) -> None:
    """Give every department without a code the one that its name makes."""
    departments = reading.content["departments"]
    taken = [d["code"] for d in departments if "code" in d]
    unnamed = [n for n, d in enumerate(departments) if "code" not in d and "name" in d]
    codes = department_codes((departments[n]["name"] for n in unnamed), taken)
    for number in unnamed:
        name = departments[number]["name"]
        departments[number]["code"] = codes[name]
        _take_named(reading, f"{DEPARTMENTS.pointer}/{number}/code", name, codes[name])


def _find_city(reading: Reading) -> None:
    """Find the code of the municipality by its name, where the list has one alone of that name."""
    city, pointer = reading.content["plan"]["municipality"], "/plan/municipality/code"
    if "code" in city or "name" not in city or pointer not in reading.locations:
        return
    found = municipalities_named(city["name"])
    if len(found) == 1:
        city["code"] = found[0].code
        _take_named(reading, pointer, city["name"], found[0].code)
    elif found:
        reading.note(
            Code.PLAN_CITY_UNCLEAR,
            reading.locations[pointer],
            value=city["name"],
            others=tuple(municipality.prefecture for municipality in found),
            example=found[0].full_name,
        )


def _take_named(reading: Reading, pointer: str, name: str, code: str) -> None:
    location = reading.locations[pointer]
    if location.column and location.row:
        reading.correct(location, label_of(pointer), ReadAs.NAMED, code, ((name, code),))


def _complete_days(reading: Reading) -> None:
    """Read a deadline without a year where the other one, with its year, leaves no doubt."""
    plan = reading.content["plan"]
    pointers = ("/plan/deadline", "/plan/correction_deadline")
    written = [plan.get(keys(pointer)[-1]) for pointer in pointers]
    for at, (text, other) in enumerate(zip(written, reversed(written), strict=True)):
        known = written_day(other) if isinstance(other, str) else None
        day = day_near(text, known, is_later=at == 1) if isinstance(text, str) and known else None
        if day:
            plan[keys(pointers[at])[-1]] = day.isoformat()
            pairs = ((text, day.isoformat()),)
            location = reading.locations[pointers[at]]
            label = label_of(pointers[at])
            reading.correct(location, label, ReadAs.DAY, day.isoformat(), pairs)


def _name_fields_by_key(content: dict[str, Any]) -> None:
    """Store the keys of the fields that people name by their labels in 集計表 and conditions."""
    root = Node(content)
    axes = {label: key for key, label in axis_labels(root).items()}
    for matrix in content.get("matrices", ()):
        for axis in ("rows", "columns"):
            if axis in matrix:
                matrix[axis] = axes.get(matrix[axis], matrix[axis])
    named = {label: key for key, label in field_labels(root).items()}
    fields = content.get("form", {}).get("fields", ())
    conditions = [field.get("required_when") for field in fields]
    conditions += [check.get("when") for check in content.get("checks", ())]
    for condition in conditions:
        if condition and isinstance(name := condition.get("field"), str):
            condition["field"] = named.get(name, name)
