"""How the cells of an .ods look: what is shown of a number, struck through, faint or hidden.

OpenDocument stores what a cell shows beside its value, so no number format is applied here. Whether
a number is rounded there on purpose, its format tells by naming the decimals; without one,
OpenDocument shows fewer digits by itself.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import field, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, TypeVar

from workflow.excel.xlsx.colors import BLACK, WHITE, is_faint, luminance
from workflow.excel.xlsx.conditional_formats import Condition, Rule
from workflow.excel.xlsx.number_formats import Face
from workflow.excel.xlsx.references import area_of
from workflow.model.raw import Area, CellKind, Look, RawCell
from workflow.python.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_STYLE, _TEXT, _TABLE, _NUMBER = (_NAMES % n for n in ("style", "text", "table", "datastyle"))
_STORED = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}string-value"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
CONDITIONS = _CALC + "conditional-format"
_COLOR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_SIZE = re.compile(r"([\d.]+)(?:in|cm|mm|pt|pc|px)")
NUMBER_STYLE = _NUMBER + "number-style"
_MOST_PLACES = 30
"""Decimals; Excel shows no more."""
_CELLS = re.compile(
    r"\.\$?([A-Z]{1,3}\$?[0-9]{1,7})(?::(?:'(?:[^']|'')+'|[^ .']*)\.\$?([A-Z]{1,3}\$?[0-9]{1,7}))?"
)
"""An area as OpenDocument spells it, behind the name of its sheet."""
_CALLED = re.compile(r"([a-z-]+)\((.*)\)", re.DOTALL)
_COMPARED = re.compile(r"(?:cell-content\(\))?(<=|>=|!=|<>|=|<|>)(.*)", re.DOTALL)
_OPERATORS = {
    "=": "equal",
    "!=": "notEqual",
    "<>": "notEqual",
    ">": "greaterThan",
    ">=": "greaterThanOrEqual",
    "<": "lessThan",
    "<=": "lessThanOrEqual",
}
_BETWEEN = {
    "between": "between",
    "not-between": "notBetween",
    "cell-content-is-between": "between",
    "cell-content-is-not-between": "notBetween",
}
_OF_TEXTS = {
    "contains-text": "containsText",
    "not-contains-text": "notContainsText",
    "begins-with": "beginsWith",
    "ends-with": "endsWith",
}
_FORMULAS = ("formula-is", "is-true-formula")
_StatedT = TypeVar("_StatedT")
_LEAST_SIZE = 0.02  # of any unit but points: nothing can be seen in it


@dataclass
class Styles:
    """What the styles of an .ods say, by their names, as they come by.

    Pages are the names of the pages that tables are printed on, with their headers and footers;
    usual the styles that others go on from, shown the styles by the names that people see, changing
    those with a number format, and maps the conditions of a style.
    """

    struck: dict[str, bool] = field(default_factory=dict)
    inks: dict[str, float] = field(default_factory=dict)
    backgrounds: dict[str, float] = field(default_factory=dict)
    rounding: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    flat: set[str] = field(default_factory=set)
    hidden_tables: set[str] = field(default_factory=set)
    pages: dict[str, str] = field(default_factory=dict)
    usual: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    changing: set[str] = field(default_factory=set)
    maps: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def take(self, style: Element) -> None:
        """Take what one style says."""
        name = style.get(_STYLE + "name", "")
        if rounding := self.rounding.get(style.get(_STYLE + "data-style-name", "")):
            self.formats[name] = rounding
        self.usual[name] = style.get(_STYLE + "parent-style-name", "")
        self.shown[style.get(_STYLE + "display-name", name)] = name
        self.changing |= {name} if style.get(_STYLE + "data-style-name") else set()
        page = style.get(_STYLE + "master-page-name")
        self.pages |= {name: page} if page else {}
        for properties in style:
            match properties.tag.removeprefix(_STYLE):
                case "text-properties":
                    self._take_letters(name, properties)
                case "table-cell-properties":
                    ground = _lightness(properties.get(_FO + "background-color"))
                    self.backgrounds |= {} if ground is None else {name: ground}
                case "table-row-properties" | "table-column-properties":
                    sizes = (properties.get(_STYLE + s) for s in ("row-height", "column-width"))
                    self.flat |= {name} if any(map(_is_flat, sizes)) else set()
                case "map":
                    condition = properties.get(_STYLE + "condition", "")
                    named = properties.get(_STYLE + "apply-style-name", "")
                    self.maps.setdefault(name, []).append((condition, named))
                case "table-properties":
                    is_hidden = properties.get(_TABLE + "display") == "false"
                    self.hidden_tables |= {name} if is_hidden else set()

    def take_format(self, number_style: Element) -> None:
        """Take a number format that names its decimals and shows the number alone."""
        number = number_style.find(_NUMBER + "number")
        stated = None if number is None else number.get(_NUMBER + "decimal-places")
        if number is None or len(number_style) > 1 or not (stated and stated.isdecimal()):
            return
        if number.get(_NUMBER + "display-factor", "1") != "1" or len(number):
            return
        digits = "#,##0" if number.get(_NUMBER + "grouping") == "true" else "0"
        decimals = "." + "0" * min(int(stated), _MOST_PLACES) if int(stated) else ""
        self.rounding[number_style.get(_STYLE + "name", "")] = digits + decimals

    def _take_letters(self, name: str, properties: Element) -> None:
        lines = [properties.get(f"{_STYLE}text-line-through-{what}") for what in ("style", "type")]
        if any(lines):
            self.struck[name] = not {"none", None} >= {*lines}
        ink = _lightness(properties.get(_FO + "color"))
        self.inks |= {} if ink is None else {name: ink}

    def seen(
        self, cell: RawCell, element: Element, usual: str, written: Callable[[Element], str]
    ) -> RawCell:
        """Return a cell with what a person sees of it; usual is the style of its column."""
        style = element.get(_TABLE + "style-name", usual)
        result = cell.cached or cell
        number_format = self._inherited(self.formats, style, "")
        shown = _shown(result, element, written, is_rounded=bool(number_format))
        if shown is not None:
            result = replace(result, look=Look(shown, number_format))
            cell = replace(cell, cached=result) if cell.cached else result
        left = self._left(element, style, written) if True in self.struck.values() else None
        faint = self._is_faint(style)
        if left is None and not faint:
            return cell
        return replace(cell, look=replace(cell.look or Look(), left=left, is_faint=faint))

    def _inherited(self, stated: Mapping[str, _StatedT], style: str, usual: _StatedT) -> _StatedT:
        """Return what a style says, or else the one that it goes on from."""
        passed: set[str] = set()
        while style and style not in passed:
            if style in stated:
                return stated[style]
            passed.add(style)
            style = self.usual.get(style, "")
        return usual

    def _is_faint(self, style: str) -> bool:
        ink, ground = (
            self._inherited(self.inks, style, BLACK),
            self._inherited(self.backgrounds, style, WHITE),
        )
        return is_faint(ink, ground)

    def rules_of(self, conditions: Element) -> Iterator[Rule]:
        """Yield the rules of a conditional format; the first that holds is the only one applied."""
        areas = _areas(conditions.get(_CALC + "target-range-address", ""))
        for entry in conditions if areas else ():
            named = entry.get(_CALC + "apply-style-name", "")
            face, condition = self._face(self.shown.get(named, named)), entry.get(_CALC + "value")
            if any(part.get(_CALC + "show-value") == "false" for part in (entry, *entry)):
                yield Rule(areas, Condition("notContainsBlanks"), Face(is_faint=True))
            else:
                yield Rule(areas, _condition(condition or ""), face, stops=bool(named))

    def rules_of_style(self, style: str, areas: Sequence[Area]) -> Iterator[Rule]:
        """Yield the rules of a style of cells, as programs but LibreOffice keep them."""
        for condition, named in self.maps[style]:
            yield Rule(areas, _condition(condition), self._face(named), stops=True)

    def _face(self, style: str) -> Face:
        """Return what a style does to a text; that it formats numbers is not looked into."""
        is_struck = self._inherited(self.struck, style, usual=False)
        return Face(is_struck, self._is_faint(style), formats_otherwise=style in self.changing)

    def _left(self, element: Element, style: str, written: Callable[[Element], str]) -> str | None:
        """Return what is not struck through, None where nothing is."""
        copy = deepcopy(element)
        self._blank(copy, self._inherited(self.struck, style, usual=False))
        left = written(copy)
        return None if left == written(element) else left

    def _blank(self, element: Element, is_struck: bool) -> None:
        """Take out of a text what is struck through."""
        own = self._inherited(self.struck, element.get(_TEXT + "style-name", ""), is_struck)
        element.text = None if own else element.text
        for child in element:
            self._blank(child, own)
            child.tail = None if own else child.tail


def _shown(
    cell: RawCell, element: Element, written: Callable[[Element], str], *, is_rounded: bool
) -> str | None:
    """Return what is shown of a number or of a text that is stored beside it, None for the same."""
    has_text = any(child.tag == _TEXT + "p" for child in element)
    if not has_text or (element.get(_STORED) is None and cell.number is None):
        return None
    shown = written(element).strip()
    if cell.kind is CellKind.TEXT:
        return None if shown.split() == cell.text.split() else shown
    if cell.kind is not CellKind.NUMBER or cell.number is None:
        return None
    plain = shown.replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return shown
    if is_rounded:
        return None if abs(number) == abs(cell.number) else shown
    step = Decimal(1).scaleb(int(number.as_tuple().exponent)) if number.is_finite() else number
    return None if abs(abs(number) - abs(cell.number)) <= step / 2 else shown


def _areas(addresses: str) -> list[Area]:
    """Return the areas of a list of addresses.

    >>> _areas("表.B2:表.C3 表.$D$4")
    [Area(top=2, left=2, bottom=3, right=3), Area(top=4, left=4, bottom=4, right=4)]
    """
    found = (match.groups() for match in _CELLS.finditer(addresses))
    return [area_of(":".join(filter(None, corners)).replace("$", "")) for corners in found]


def _condition(text: str) -> Condition:
    """Return a condition as OpenDocument spells it, in the words of .xlsx.

    >>> _condition('contains-text("中止")')
    Condition(kind='containsText', operator='', formulas=(), text='中止')
    >>> _condition("cell-content()>=5").operator
    'greaterThanOrEqual'
    """
    called, compared = _CALLED.fullmatch(text), _COMPARED.fullmatch(text)
    if compared:
        return Condition("cellIs", _OPERATORS[compared[1]], (compared[2],))
    if called is None:
        return Condition()
    name, inner = called.groups()
    if name in _FORMULAS:
        plain = re.sub(r"\[\.(\$?[A-Z]{1,3}\$?[0-9]+)\]", r"\1", inner).replace(";", ",")
        return Condition("expression", formulas=(plain,))
    if name in _BETWEEN:
        return Condition("cellIs", _BETWEEN[name], inner.split(","))
    if name in _OF_TEXTS and inner[:1] == inner[-1:] == '"':
        return Condition(_OF_TEXTS[name], text=inner[1:-1])
    return Condition()


def _lightness(color: str | None) -> float | None:
    match = _COLOR.fullmatch(color or "")
    return luminance([int(part, 16) / 255 for part in match.groups()]) if match else None


def _is_flat(size: str | None) -> bool:
    match = _SIZE.fullmatch(size or "")
    return match is not None and float(match[1]) < _LEAST_SIZE
