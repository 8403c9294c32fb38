"""How the cells of an .ods look: what is shown of a number, struck through, faint or hidden.

OpenDocument stores what a cell shows beside its value, so no number format is applied here. Whether
a number is rounded there on purpose, its format tells by naming the decimals; without one,
OpenDocument shows fewer digits by itself.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from workflow.excel.xlsx.colors import BLACK, WHITE, is_faint, luminance
from workflow.model.raw import CellKind, Look, RawCell

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_STYLE, _TEXT, _TABLE, _NUMBER = (_NAMES % n for n in ("style", "text", "table", "datastyle"))
_STORED = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}string-value"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_COLOR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_SIZE = re.compile(r"([\d.]+)(?:in|cm|mm|pt|pc|px)")
NUMBER_STYLE = _NUMBER + "number-style"
_MOST_PLACES = 30
"""Decimals; Excel shows no more."""
_LEAST_SIZE = 0.02  # of any unit but points: nothing can be seen in it


@dataclass
class Styles:
    """What the styles of an .ods say, by their names, as they come by.

    Pages are the names of the pages that tables are printed on, with their headers and footers.
    """

    struck: dict[str, bool] = field(default_factory=dict)
    inks: dict[str, float] = field(default_factory=dict)
    grounds: dict[str, float] = field(default_factory=dict)
    rounding: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    flat: set[str] = field(default_factory=set)
    hidden_tables: set[str] = field(default_factory=set)
    pages: dict[str, str] = field(default_factory=dict)

    def take(self, style: Element) -> None:
        """Take what one style says."""
        name = style.get(_STYLE + "name", "")
        if rounding := self.rounding.get(style.get(_STYLE + "data-style-name", "")):
            self.formats[name] = rounding
        page = style.get(_STYLE + "master-page-name")
        self.pages |= {name: page} if page else {}
        for properties in style:
            match properties.tag.removeprefix(_STYLE):
                case "text-properties":
                    self._take_letters(name, properties)
                case "table-cell-properties":
                    ground = _lightness(properties.get(_FO + "background-color"))
                    self.grounds |= {} if ground is None else {name: ground}
                case "table-row-properties" | "table-column-properties":
                    sizes = (properties.get(_STYLE + s) for s in ("row-height", "column-width"))
                    self.flat |= {name} if any(map(_is_flat, sizes)) else set()
                case "table-properties":
                    is_hidden = properties.get(_TABLE + "display") == "false"
                    self.hidden_tables |= {name} if is_hidden else set()

    def take_format(self, number_style: Element) -> None:
        """Take a number format that names its decimals and shows the number alone."""
        number = number_style.find(_NUMBER + "number")
        places = None if number is None else number.get(_NUMBER + "decimal-places")
        if number is None or len(number_style) > 1 or not (places and places.isdecimal()):
            return
        if number.get(_NUMBER + "display-factor", "1") != "1" or len(number):
            return
        digits = "#,##0" if number.get(_NUMBER + "grouping") == "true" else "0"
        decimals = "." + "0" * min(int(places), _MOST_PLACES) if int(places) else ""
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
        number_format = self.formats.get(style, "")
        shown = _shown(result, element, written, is_rounded=bool(number_format))
        if shown is not None:
            result = replace(result, look=Look(shown, number_format))
            cell = replace(cell, cached=result) if cell.cached else result
        left = self._left(element, style, written) if True in self.struck.values() else None
        faint = is_faint(self.inks.get(style, BLACK), self.grounds.get(style, WHITE))
        if left is None and not faint:
            return cell
        return replace(cell, look=replace(cell.look or Look(), left=left, is_faint=faint))

    def _left(self, element: Element, style: str, written: Callable[[Element], str]) -> str | None:
        """Return what is not struck through, None where nothing is."""
        copy = deepcopy(element)
        self._blank(copy, self.struck.get(style, False))
        left = written(copy)
        return None if left == written(element) else left

    def _blank(self, element: Element, is_struck: bool) -> None:
        """Take out of a text what is struck through."""
        own = self.struck.get(element.get(_TEXT + "style-name", ""), is_struck)
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


def _lightness(color: str | None) -> float | None:
    match = _COLOR.fullmatch(color or "")
    return luminance([int(part, 16) / 255 for part in match.groups()]) if match else None


def _is_flat(size: str | None) -> bool:
    match = _SIZE.fullmatch(size or "")
    return match is not None and float(match[1]) < _LEAST_SIZE
