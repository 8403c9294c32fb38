"""What Excel checks and shows in the cells to fill of the city's own form, as XML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow.excel.xlsx.references import area_of
from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import CellIndex, a1
from workflow.model.fields.base import Field
from workflow.model.fields.checks import Check, RowCells
from workflow.model.raw import Area
from workflow.templates.own.layout import IssuedSheet, ItemKey, OwnLayout
from workflow.templates.own.package.looks import Looks
from workflow.templates.own.package.sheet import SheetTree, range_of
from workflow.templates.sheets.entry_rules import field_highlights, validation_from

if TYPE_CHECKING:
    from lxml.etree import _Element

_EXTENDED = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_RANGES = "{http://schemas.microsoft.com/office/excel/2006/main}sqref"
_TYPES = {"length": "textLength", "integer": "whole"}
_OPERATORS = {"<=": "lessThanOrEqual", "between": ""}
_DAY_ZERO = date(1899, 12, 30)


def add_rules(
    tree: SheetTree, own: OwnLayout, sheet: IssuedSheet, lists: Mapping[str, str], looks: Looks
) -> None:
    """Give the cells to fill their dropdowns, messages, checks and highlights."""
    _make_room(tree, set(sheet.answers.values()))
    now = _first_cells(sheet)
    before = {key: f"${a1(*cell)}" for key, cell in sheet.before(0).items()}
    cells = RowCells(now, before, any_of(before), lists)
    priority = _next_priority(tree)
    see = f"意味は、シート「{own.cover_sheet or own.choices_sheet}」をご覧ください。"
    checks = fitting(own.layout.answer_form.checks, cells)
    for field in own.layout.answer_form.fields:
        if field.key not in now:
            continue
        at = sorted(cell for (_, key), cell in sheet.answers.items() if key == field.key)
        ranges = " ".join(a1(*cell) for cell in at)
        _add_validation(tree, field, lists.get(field.key, ""), see, ranges, now[field.key])
        if not is_whole(own, field, now):
            continue
        for rule in field_highlights(own.layout, 0, field, cells, checks):
            _add_highlight(tree, rule.formula, ranges, looks.highlight(rule.kind), priority)
            priority += 1
    for item, key in sheet.marked:
        priority = _add_indicator(tree, own, sheet, (item, key), looks, priority)


def _add_indicator(
    tree: SheetTree, own: OwnLayout, sheet: IssuedSheet, asked: ItemKey, looks: Looks, priority: int
) -> int:
    """Give the cell of an indicator its checks, which are its own; return the next priority."""
    item, key = asked
    field, at = own.fields[key], a1(*sheet.answers[asked])
    now = {k: f"${a1(*cell)}" for (of, k), cell in sheet.answers.items() if of == item}
    _add_validation(tree, field, "", "", at, now[key])
    if is_whole(own, field, now):
        cells = RowCells(now, {}, "", {})
        for rule in field_highlights(own.layout, 0, field, cells, ()):
            _add_highlight(tree, rule.formula, at, looks.highlight(rule.kind), priority)
            priority += 1
    return priority


def is_whole(own: OwnLayout, field: Field, now: Mapping[str, str]) -> bool:
    """Whether all cells have a place that a rule of a field looks at."""
    needed = {field.key}
    if field.required_when:
        needed.add(field.required_when.field)
    waiver = own.layout.answer_form.waiver
    if waiver:
        needed.add(waiver.field.key)
    return needed <= now.keys()


def any_of(before: Mapping[str, str]) -> str:
    """Return when any of last year's answers stands in its cell; blank where none has one."""
    tests = "+".join(f'({cell}<>"")' for cell in before.values())
    return f"({tests}>0)" if tests else ""


def fitting(checks: Iterable[Check], cells: RowCells) -> tuple[Check, ...]:
    """Return the checks that have all the cells they look at."""
    return tuple(check for check in checks if check.key in cells.now and _fits(check, cells))


def _fits(check: Check, cells: RowCells) -> bool:
    if check.needs_last_year and not cells.has_before:
        return False
    try:
        check.formula(cells)
    except KeyError:
        return False
    return True


def _first_cells(sheet: IssuedSheet) -> dict[str, str]:
    """Return the cells of the first item, as rules refer to them."""
    found: dict[str, str] = {}
    for (_, key), (row, column) in sheet.answers.items():
        found.setdefault(key, f"${a1(row, column)}")
    return found


def _next_priority(tree: SheetTree) -> int:
    rules = tree.root.iter(f"{MAIN}cfRule")
    return 1 + max((int(rule.get("priority", "0")) for rule in rules), default=0)


def _add_validation(
    tree: SheetTree, field: Field, listed: str, see: str, ranges: str, first: str
) -> None:
    options = validation_from(field, listed, see, first)
    kind = str(options["validate"])
    attributes = {"type": _TYPES.get(kind, kind), "allowBlank": "1"}
    operator = _OPERATORS.get(options.get("criteria", ""), "")
    attributes |= {"operator": operator} if operator else {}
    attributes |= {
        "showInputMessage": "1",
        "showErrorMessage": "1",
        "errorTitle": options["error_title"],
        "error": options["error_message"],
        "promptTitle": options["input_title"],
        "prompt": options["input_message"],
        "sqref": ranges,
    }
    around = tree.child("dataValidations")
    element = around.makeelement(f"{MAIN}dataValidation", attributes)
    for tag, formula in zip(("formula1", "formula2"), _bounds(options), strict=False):
        part = element.makeelement(f"{MAIN}{tag}", {})
        part.text = formula
        element.append(part)
    around.append(element)
    around.set("count", str(len(around)))


def _bounds(options: Mapping[str, Any]) -> list[str]:
    if "source" in options:
        return [str(options["source"]).removeprefix("=")]
    if "value" in options:
        return [str(options["value"]).removeprefix("=")]
    return [_bound(options["minimum"]), _bound(options["maximum"])]


def _bound(value: object) -> str:
    return str((value - _DAY_ZERO).days) if isinstance(value, date) else str(value)


def _add_highlight(tree: SheetTree, formula: str, ranges: str, look: str, priority: int) -> None:
    around = tree.root.makeelement(f"{MAIN}conditionalFormatting", {"sqref": ranges})
    rule = around.makeelement(
        f"{MAIN}cfRule",
        {"type": "expression", "dxfId": look, "priority": str(priority), "stopIfTrue": "1"},
    )
    part = rule.makeelement(f"{MAIN}formula", {})
    part.text = formula
    rule.append(part)
    around.append(rule)
    tree.put(around)


def _make_room(tree: SheetTree, cells: set[CellIndex]) -> None:
    """Take the city's own checks off the cells that get ours: Excel bears one each."""
    for element in list(tree.root.iter(f"{MAIN}dataValidation", f"{_EXTENDED}dataValidation")):
        inner = element.find(_RANGES)
        ranges = element.get("sqref", "") if inner is None else inner.text or ""
        left = " ".join(
            range_of(piece) for one in ranges.split() for piece in _without(area_of(one), cells)
        )
        if not left:
            _take_out(element)
        elif inner is None:
            element.set("sqref", left)
        else:
            inner.text = left


def _take_out(element: _Element) -> None:
    """Remove an element, and what is empty without it."""
    around = element.getparent()
    if around is None:
        return
    around.remove(element)
    if not len(around):
        _take_out(around)
    elif around.get("count"):
        around.set("count", str(len(around)))


def _without(area: Area, cells: set[CellIndex]) -> list[Area]:
    """Return an area without some cells, in as few pieces as its columns allow."""
    inside = sorted(cell for cell in cells if area.holds(*cell))
    if not inside:
        return [area]
    row, column = inside[0]
    around = [
        Area(area.top, area.left, row - 1, area.right),
        Area(row, area.left, row, column - 1),
        Area(row, column + 1, row, area.right),
        Area(row + 1, area.left, area.bottom, area.right),
    ]
    whole = [a for a in around if a.top <= a.bottom and a.left <= a.right]
    return [piece for one in whole for piece in _without(one, cells)]
