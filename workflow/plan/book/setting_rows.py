"""The sheet 計画: one setting per row, its values beside its name."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.catalogue import Code
from workflow.model.cells import a1, folded
from workflow.plan.book.cells import Cell, Holds, Sheet
from workflow.plan.book.columns import Setting, Spread
from workflow.plan.book.layout import HINT_LABEL, SETTING_LABEL, SETTINGS, VALUE_LABEL
from workflow.plan.book.reading import HeaderRow, Reading, is_complete
from workflow.plan.book.values import parse_cell
from workflow.plan.document import Node, child


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
