"""What conditional formats make of cells: struck through, unseen, or another text of a number.

Only what changes what a person reads is looked at, and only conditions that can be told without
computing: a constant, a comparison with one, a text within the text. Of others it is said that the
cell may look otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from workflow.excel.xlsx.references import area_of
from workflow.excel.xlsx.xml import MAIN
from workflow.model.raw import CellKind, Look, RawCell

if TYPE_CHECKING:
    from lxml.etree import _Element

    from workflow.excel.xlsx.number_formats import Face

Cells = dict[tuple[int, int], RawCell]

_TRUE, _FALSE = frozenset({"TRUE", "TRUE()", "1"}), frozenset({"FALSE", "FALSE()", "0"})


def apply_conditions(sheet: _Element, cells: Cells, faces: Mapping[int, Face]) -> None:
    """Give the cells of a sheet the looks that its conditional formats give them."""
    for block in sheet.iterchildren(f"{MAIN}conditionalFormatting"):
        areas = [area_of(reference) for reference in block.get("sqref", "").split()]
        for rule, face in _telling_rules(block, faces):
            for place in [p for p in cells if any(area.holds(*p) for area in areas)]:
                cells[place] = _under(rule, face, cells[place])


def _telling_rules(block: _Element, faces: Mapping[int, Face]) -> Iterator[tuple[_Element, Face]]:
    for rule in block.iterchildren(f"{MAIN}cfRule"):
        number = rule.get("dxfId", "")
        face = faces.get(int(number)) if number.isdecimal() else None
        if face is not None:
            yield rule, face


def _under(rule: _Element, face: Face, cell: RawCell) -> RawCell:
    """Return a cell as it looks under one rule."""
    value = cell.cached or cell
    holds = _holds(rule, value)
    if holds is False:
        return cell
    if holds is None:
        return replace(cell, look=replace(cell.look or Look(), may_differ=True))
    if face.format and value.number is not None and value.kind is CellKind.NUMBER:
        shown = face.format.shown(value.number)
        seen = Look(shown, face.format.code if shown is not None else "")
        value = replace(value, look=seen)
        cell = replace(cell, cached=value) if cell.cached else value
    if not face.is_struck and not face.is_faint:
        return cell
    look = cell.look or Look()
    left = "" if face.is_struck else look.left
    return replace(cell, look=replace(look, left=left, is_faint=look.is_faint or face.is_faint))


_OF_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "notContainsBlanks": lambda text, _: bool(text.strip()),
    "containsBlanks": lambda text, _: not text.strip(),
    "containsText": lambda text, part: part in text,
    "notContainsText": lambda text, part: part not in text,
    "beginsWith": str.startswith,
    "endsWith": str.endswith,
}
"""What a rule of each type asks of a text, given the text that the rule names."""


def _holds(rule: _Element, cell: RawCell) -> bool | None:
    """Whether the condition of a rule holds for a cell; None where that must be computed."""
    kind = rule.get("type", "")
    formulas = [(formula.text or "").strip() for formula in rule.iterchildren(f"{MAIN}formula")]
    if kind in _OF_TEXTS:
        return _OF_TEXTS[kind](cell.text.casefold(), rule.get("text", "").casefold())
    if kind == "expression" and formulas:
        return _constant(formulas[0])
    return _compared(cell, rule.get("operator", ""), formulas) if kind == "cellIs" else None


def _constant(formula: str) -> bool | None:
    plain = formula.removeprefix("=").upper()
    return True if plain in _TRUE else False if plain in _FALSE else None


def _compared(cell: RawCell, operator: str, formulas: Sequence[str]) -> bool | None:
    """Whether a cell compares with constants as a rule asks."""
    if cell.number is None:
        bounds = [f[1:-1] for f in formulas if len(f) > 1 and f[0] == f[-1] == '"']
        if len(formulas) != 1 or not bounds or operator not in ("equal", "notEqual"):
            return None
        return (cell.text.casefold() == bounds[0].casefold()) is (operator == "equal")
    try:
        numbers = [Decimal(formula) for formula in formulas]
    except InvalidOperation:
        return None
    return _ranked(cell.number, operator, numbers) if numbers else None


def _ranked(number: Decimal, operator: str, bounds: Sequence[Decimal]) -> bool | None:
    low, high = min(bounds), max(bounds)
    known = {
        "equal": number == low,
        "notEqual": number != low,
        "greaterThan": number > low,
        "greaterThanOrEqual": number >= low,
        "lessThan": number < low,
        "lessThanOrEqual": number <= low,
        "between": low <= number <= high,
        "notBetween": not low <= number <= high,
    }
    return known.get(operator)
