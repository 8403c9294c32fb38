"""The style sheet of the city's workbook: everything locked but what is to be filled in."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml.etree import _Element, fromstring

from workflow.excel.style import (
    ALERT_FILL,
    ALERT_INK,
    ENTRY_LINE,
    LINE,
    TO_FILL_FILL,
    TO_LOOK_AT_FILL,
)
from workflow.excel.xlsx.xml import MAIN
from workflow.model.fields.declarations import CellRules
from workflow.templates.sheets.entry_rules import HighlightKind

_FORMATS, _DXFS, _XFS = f"{MAIN}numFmts", f"{MAIN}dxfs", f"{MAIN}cellXfs"
_BEFORE_DXFS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles")
_FIRST_OWN_FORMAT = 164
_GENERAL = ("", "0")
_LOOKS: Mapping[HighlightKind, str] = {
    HighlightKind.TO_FILL: (
        f'<dxf xmlns="{MAIN[1:-1]}"><fill><patternFill patternType="gray0625">'
        f'<fgColor rgb="FF{ENTRY_LINE[1:]}"/><bgColor rgb="FF{TO_FILL_FILL[1:]}"/>'
        "</patternFill></fill></dxf>"
    ),
    HighlightKind.TO_PUT_RIGHT: (
        f'<dxf xmlns="{MAIN[1:-1]}"><font><b/><color rgb="FF{ALERT_INK[1:]}"/></font>'
        f'<fill><patternFill><bgColor rgb="FF{ALERT_FILL[1:]}"/></patternFill></fill></dxf>'
    ),
    HighlightKind.TO_LOOK_AT: (
        f'<dxf xmlns="{MAIN[1:-1]}"><fill><patternFill patternType="lightUp">'
        f'<fgColor rgb="FF{LINE[1:]}"/><bgColor rgb="FF{TO_LOOK_AT_FILL[1:]}"/>'
        "</patternFill></fill></dxf>"
    ),
}


_FONT_ORDER = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color",
    "name", "family", "charset", "scheme",
)  # fmt: skip
"""The children of a font as the schema orders them."""


def _font_rank(element: _Element) -> int:
    tag = str(element.tag).rpartition("}")[2]
    return _FONT_ORDER.index(tag) if tag in _FONT_ORDER else len(_FONT_ORDER)


class Looks:
    """The style sheet while cells get their looks."""

    def __init__(self, root: _Element) -> None:
        self.root = root
        found = root.find(_XFS)
        if found is None:
            raise ValueError("no cell formats")
        self._xfs = found
        for font in root.iter(f"{MAIN}font"):
            font[:] = sorted(font, key=_font_rank)  # some programs write them in any order
        self._open: dict[tuple[str, CellRules], str] = {}
        self._opened: dict[str, str] = {}
        self._highlights: dict[HighlightKind, str] = {}
        self._framed: dict[tuple[str, str, str], str] = {}

    def lock_all(self) -> None:
        """Lock every cell, as Excel does where nothing else is said."""
        for xf in self.root.iter(f"{MAIN}xf"):
            for protection in xf.findall(f"{MAIN}protection"):
                protection.attrib.pop("locked", None)

    def entry(self, style: str, rules: CellRules) -> str:
        """Return the style of a cell to fill: as the city made it, and open.

        A number format of the city's stays; where there is none, that of the field is taken.
        """
        key = (style, rules)
        if key not in self._open:
            xf = deepcopy(self._xfs[int(style or 0)])
            self._open_up(xf)
            if xf.get("numFmtId", "0") in _GENERAL and rules.number_format != "General":
                xf.set("numFmtId", self._format(rules.number_format))
                xf.set("applyNumberFormat", "1")
            self._open[key] = str(len(self._xfs))
            self._xfs.append(xf)
            self._xfs.set("count", str(len(self._xfs)))
        return self._open[key]

    def opened(self, style: str) -> str:
        """Return the style of a cell that is open and else as the city made it."""
        if style not in self._opened:
            xf = deepcopy(self._xfs[int(style or 0)])
            self._open_up(xf)
            self._opened[style] = self.add("cellXfs", xf)
        return self._opened[style]

    def _open_up(self, xf: _Element) -> None:
        alignment = xf.find(f"{MAIN}alignment")
        if alignment is None:
            alignment = xf.makeelement(f"{MAIN}alignment", {})
            xf.insert(0, alignment)
        if alignment.get("shrinkToFit") not in ("1", "true"):
            alignment.set("wrapText", "1")
        xf.set("applyAlignment", "1")
        protection = xf.find(f"{MAIN}protection")
        if protection is None:
            protection = xf.makeelement(f"{MAIN}protection", {})
            alignment.addnext(protection)
        protection.set("locked", "0")
        xf.set("applyProtection", "1")

    def framed(self, style: str, line: str, colour: str) -> str:
        """Return the style of a cell with another frame around it."""
        key = (style, line, colour)
        if key not in self._framed:
            xf = deepcopy(self._xfs[int(style or 0)])
            sides = "".join(
                f'<{side} style="{line}"><color rgb="FF{colour.lstrip("#")}"/></{side}>'
                for side in ("left", "right", "top", "bottom")
            )
            border = fromstring(f'<border xmlns="{MAIN[1:-1]}">{sides}<diagonal/></border>')
            xf.set("borderId", self.add("borders", border))
            xf.set("applyBorder", "1")
            self._framed[key] = self.add("cellXfs", xf)
        return self._framed[key]

    def dxf(self, look: str) -> str:
        """Return the number of a look that a rule gives, added as XML without its namespace."""
        self._dxfs()
        return self.add("dxfs", fromstring(f'<dxf xmlns="{MAIN[1:-1]}">{look}</dxf>'))

    def add(self, tag: str, element: _Element) -> str:
        """Add a font, fill, border or format to its list; return its number."""
        around = self.root.find(f"{MAIN}{tag}")
        assert around is not None, f"a style sheet without {tag}"
        around.append(element)
        around.set("count", str(len(around)))
        return str(len(around) - 1)

    def taken_over(self, other: _Element) -> dict[str, str]:
        """Take over every cell format of another style sheet; return the new number of each."""
        numbers = {
            tag: {
                str(at): self.add(tag, deepcopy(element))
                for at, element in enumerate(other.iterfind(f"{MAIN}{tag}/*"))
            }
            for tag in ("fonts", "fills", "borders")
        }
        codes = {e.get("numFmtId"): e.get("formatCode", "") for e in other.iter(f"{MAIN}numFmt")}
        found = {}
        for at, xf in enumerate(other.iterfind(f"{_XFS}/*")):
            taken = deepcopy(xf)
            for name, tag in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                taken.set(name, numbers[tag][taken.get(name, "0")])
            code = codes.get(taken.get("numFmtId"))
            if code is not None:
                taken.set("numFmtId", self._format(code))
            taken.set("xfId", "0")
            found[str(at)] = self.add("cellXfs", taken)
        return found

    def dxfs_taken_over(self, other: _Element) -> dict[str, str]:
        """Take over every look of rules of another style sheet; return the new number of each."""
        theirs = other.find(_DXFS)
        if theirs is None or not len(theirs):
            return {}
        self._dxfs()
        return {str(at): self.add("dxfs", deepcopy(e)) for at, e in enumerate(theirs)}

    def _format(self, code: str) -> str:
        if code == "@":
            return "49"
        formats = self.root.find(_FORMATS)
        if formats is None:
            formats = self.root.makeelement(_FORMATS, {})
            self.root.insert(0, formats)
        for known in formats:
            if known.get("formatCode") == code:
                return str(known.get("numFmtId", "0"))
        taken = [int(known.get("numFmtId", "0")) for known in formats]
        own = str(max([_FIRST_OWN_FORMAT - 1, *taken]) + 1)
        formats.append(formats.makeelement(f"{MAIN}numFmt", {"numFmtId": own, "formatCode": code}))
        formats.set("count", str(len(formats)))
        return own

    def highlight(self, kind: HighlightKind) -> str:
        """Return the number of the look that a kind of highlight gives."""
        if kind not in self._highlights:
            dxfs = self._dxfs()
            self._highlights[kind] = str(len(dxfs))
            dxfs.append(fromstring(_LOOKS[kind]))
            dxfs.set("count", str(len(dxfs)))
        return self._highlights[kind]

    def _dxfs(self) -> _Element:
        found = self.root.find(_DXFS)
        if found is None:
            found = self.root.makeelement(_DXFS, {"count": "0"})
            before = [self.root.find(f"{MAIN}{tag}") for tag in _BEFORE_DXFS]
            [*_, last] = [element for element in before if element is not None]
            last.addnext(found)
        return found
