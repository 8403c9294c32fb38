"""What conditional formats make of cells: struck through, unseen, or another text of a number.

Only what changes what a person reads is looked at, and only conditions that can be told without
computing: a constant, a comparison with one, a text within the text. Of others it is said that the
cell may look otherwise. Readers of other formats bring their rules in the words of .xlsx.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from workflow.excel.xlsx.number_formats import Face
from workflow.excel.xlsx.package import is_true
from workflow.excel.xlsx.references import area_of, cell_index
from workflow.excel.xlsx.xml import MAIN
from workflow.model.raw import Area, CellKind, Look, RawCell
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

Cells = dict[tuple[int, int], RawCell]

HIDDEN_VALUE = b'showValue="0"'
"""Stands in a sheet in which a bar or an icon stands for a number."""
_TRUE, _FALSE = frozenset({"TRUE", "TRUE()", "1"}), frozenset({"FALSE", "FALSE()", "0"})
_LONGER = lazy_pattern(r"LEN\((\$?[A-Z]{1,3}\$?[0-9]+)\)>([0-9]+)")
_BLANK = lazy_pattern(r'LEN\(TRIM\(SUBSTITUTE\((\$?[A-Z]{1,3}\$?[0-9]+),"\u3000",""\)\)\)=0')
"""The conditions of our own forms that ask something of the cell itself."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule holds: its type, operator, formulas and text as .xlsx has them."""

    kind: str = ""
    operator: str = ""
    formulas: Sequence[str] = ()
    text: str = ""

    def holds(self, cell: RawCell, first: tuple[int, int]) -> bool | None:
        """Whether it holds for a cell, None where that must be computed; first is where it begins.

        >>> Condition("expression", formulas=("LEN($G6)>3",)).holds(
        ...     RawCell(CellKind.TEXT, "四文字だ"), (6, 7))
        True
        """
        if self.kind in _OF_TEXTS:
            return _OF_TEXTS[self.kind](cell.text.casefold(), self.text.casefold())
        if self.kind == "expression" and self.formulas:
            return _holds(self.formulas[0].removeprefix("="), cell, first)
        return _compared(cell, self.operator, self.formulas) if self.kind == "cellIs" else None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a conditional format does where its condition holds; stops: no later rule is asked."""

    areas: Sequence[Area]
    condition: Condition
    face: Face
    stops: bool = False


def apply_conditions(sheet: _Element, cells: Cells, faces: Mapping[int, Face]) -> None:
    """Give the cells of a sheet the looks that its conditional formats give them."""
    ranked = sorted(_ranked_rules(sheet, faces), key=lambda ranked: ranked[0])
    apply_rules([rule for _, rule in ranked], cells)


def apply_rules(rules: Sequence[Rule], cells: Cells) -> None:
    """Give cells the looks that rules give them; the first ones prevail."""
    if any(rule.face != Face() for rule in rules):
        areas = [area for rule in rules for area in rule.areas]
        for at in [p for p in cells if any(area.holds(*p) for area in areas)]:
            here = [r for r in rules if any(area.holds(*at) for area in r.areas)]
            cells[at] = _under(here, cells[at])


def _ranked_rules(sheet: _Element, faces: Mapping[int, Face]) -> Iterator[tuple[int, Rule]]:
    for block in sheet.iterchildren(f"{MAIN}conditionalFormatting"):
        areas = [area_of(reference) for reference in block.get("sqref", "").split()]
        for rule in block.iterchildren(f"{MAIN}cfRule") if areas else ():
            number, priority = rule.get("dxfId", ""), rule.get("priority", "")
            face = faces.get(int(number), Face()) if number.isdecimal() else Face()
            condition = _condition(rule)
            if any(is_false(part.get("showValue")) for part in rule):
                face, condition = Face(is_faint=True), Condition("notContainsBlanks")
            stops = is_true(rule.get("stopIfTrue"))
            rank = int(priority) if priority.isdecimal() else 0
            yield rank, Rule(areas, condition, face, stops)


def is_false(stored: str | None) -> bool:
    """Whether an attribute says no."""
    return stored in ("0", "false", "off")


def _condition(rule: _Element) -> Condition:
    formulas = [(formula.text or "").strip() for formula in rule.iterchildren(f"{MAIN}formula")]
    kind, operator = rule.get("type", ""), rule.get("operator", "")
    return Condition(kind, operator, formulas, rule.get("text", ""))


def _under(rules: Sequence[Rule], cell: RawCell) -> RawCell:
    """Return a cell as it looks under the rules that are asked of it, in their order."""
    value = cell.cached or cell
    is_certain, seen = True, cell
    for rule in rules:
        first = (rule.areas[0].top, rule.areas[0].left)
        holds = rule.condition.holds(value, first)
        if holds is False:
            continue
        if rule.face != Face():
            is_unlike = rule.face.formats_otherwise and value.number is not None
            is_known = holds and is_certain and not is_unlike
            seen = _seen(seen, rule.face) if is_known else _maybe_otherwise(seen)
        if holds and rule.stops:
            break
        is_certain = is_certain and not rule.stops
    return seen


def _maybe_otherwise(cell: RawCell) -> RawCell:
    return replace(cell, look=replace(cell.look or Look(), may_differ=True))


def _seen(cell: RawCell, face: Face) -> RawCell:
    """Return a cell as it looks with a face."""
    value = cell.cached or cell
    if face.format and value.number is not None and value.kind is CellKind.NUMBER:
        shown = face.format.shown(value.number)
        look = Look(shown, face.format.code if shown is not None else "")
        value = replace(value, look=look)
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


def _holds(formula: str, cell: RawCell, first: tuple[int, int]) -> bool | None:
    """Whether a formula is true: a constant, or what our own forms ask of the cell itself."""
    plain = formula.upper()
    if plain in _TRUE | _FALSE:
        return plain in _TRUE
    longer, blank = _LONGER.fullmatch(formula), _BLANK.fullmatch(formula)
    asked = longer or blank
    if asked is None or cell_index(asked[1].replace("$", "")) != first:
        return None
    length = len(cell.text.encode("utf-16-le")) // 2
    return length > int(longer[2]) if longer else not cell.text.strip()


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
