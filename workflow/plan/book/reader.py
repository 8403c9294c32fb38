"""plan.xlsx → Document: every cell's value goes to its pointer, and its cell is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow.model.catalogue import Code
from workflow.model.cells import a1, folded
from workflow.model.findings import Location
from workflow.plan.book.cells import Cell, Holds, Sheet, read_sheets
from workflow.plan.book.columns import Setting, Spread, Table
from workflow.plan.book.entry_rows import read_table
from workflow.plan.book.indicator_sheet import (
    INDICATOR_SHEET,
    complete_indicators,
    table_of_sheet,
)
from workflow.plan.book.layout import DEPARTMENTS, FIELDS, ITEM_SHEET, SHEETS, item_table, label_of
from workflow.plan.book.reading import HeaderRow, Reading, is_complete, notes_of
from workflow.plan.book.round_sheets import (
    REVIEWERS,
    ROUNDS,
    complete_reviewers,
    complete_rounds,
)
from workflow.plan.book.settings import HINT_LABEL, PLAN_SHEET, SETTING_LABEL, SETTINGS, VALUE_LABEL
from workflow.plan.book.values import axis_labels, field_labels, parse_cell
from workflow.plan.document import Document, Node, ReadAs, child, keys
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


def read_settings(reading: Reading, sheet: Sheet) -> None:
    """Read every setting of the sheet 計画."""
    header = HeaderRow.of(sheet, (SETTING_LABEL, VALUE_LABEL, HINT_LABEL))
    if not is_complete(reading, sheet, header, (SETTING_LABEL, VALUE_LABEL)):
        return
    settings = {folded(setting.label): setting for setting in SETTINGS}
    seen: dict[str, Cell] = {}
    for row in header.rows_below(sheet):
        name = row[header.columns[folded(SETTING_LABEL)]]
        values = _values(row, header)
        setting = settings.get(folded(name.text))
        if setting is None:
            if name.text.strip() or any(cell.text.strip() for cell in values):
                location = reading.location(sheet.name, name)
                reading.note(Code.PLAN_UNKNOWN_SETTING, location, value=name.text)
        elif setting.label in seen and setting.spread in (Spread.ONE, Spread.ACROSS):
            reading.repeated(sheet.name, name, "設定", seen[setting.label].ref)
        else:
            seen[setting.label] = name
            _read_setting(reading, sheet.name, setting, values)


def _values(row: Sequence[Cell], header: HeaderRow) -> tuple[Cell, ...]:
    """Return the value cells of a row, two at least."""
    first = header.columns[folded(VALUE_LABEL)]
    hint = header.columns.get(folded(HINT_LABEL), len(row))
    values = tuple(row[first : hint if hint > first else len(row)])
    first_cell = values[0]
    blank = Cell(first_cell.row, first_cell.column, Holds.NOTHING)
    return values if len(values) > 1 else (*values, blank)


def _read_setting(reading: Reading, sheet: str, setting: Setting, values: tuple[Cell, ...]) -> None:
    pointer = setting.pointer
    reading.locations.setdefault(pointer, reading.location(sheet, values[0]))
    filled = [c for c in values if parse_cell(c, setting.kind, setting.words) is not None]
    extra: Sequence[Cell] = ()
    if setting.spread is Spread.ACROSS:
        for number, cell in enumerate(filled):
            reading.take(child(pointer, number), sheet, cell, setting)
    elif setting.spread is Spread.ONE:
        reading.take(pointer, sheet, (filled or values)[0], setting)
        extra = filled[1:]
    elif filled:
        take_row = _take_parts if setting.spread is Spread.ROWS else _take_member
        take_row(reading, sheet, setting, values)
        extra = [cell for cell in filled if cell not in values[: len(setting.parts) or 2]]
    for cell in extra:
        reading.note(Code.PLAN_EXTRA_VALUE, reading.location(sheet, cell), value=cell.text)


def _take_parts(reading: Reading, sheet: str, setting: Setting, values: tuple[Cell, ...]) -> None:
    entry = child(setting.pointer, len(Node(reading.content).at(setting.pointer).elements))
    reading.put(entry, {})
    reading.locations[entry] = reading.location(sheet, values[0])
    for part, cell in zip(setting.parts, values, strict=False):
        reading.take(entry + part.key, sheet, cell, part)


def _take_member(reading: Reading, sheet: str, setting: Setting, values: tuple[Cell, ...]) -> None:
    if Node(reading.content).at(setting.pointer).value is None:
        reading.put(setting.pointer, {})
    name, value = values[:2]
    pointer = child(setting.pointer, name.text.strip())
    if pointer in reading.locations:
        first = reading.locations[pointer]
        reading.repeated(sheet, name, setting.label, a1(first.row, first.column))
    else:
        reading.take(pointer, sheet, value, setting)
