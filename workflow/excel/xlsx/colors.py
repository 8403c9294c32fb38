"""How light the colours of a workbook are, and whether letters can be told from their ground."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workflow.excel.xlsx.package import is_true
from workflow.excel.xlsx.xml import MAIN, parsed
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

BLACK, WHITE = 0.0, 1.0
"""How light they are."""
_LEAST_CONTRAST = 1.25  # of pale yellow on white; WCAG asks for 3 at least
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def _colors(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OFFICE_THEME = _colors(
    "FFFFFF 000000 E7E6E6 44546A 4472C4 ED7D31 A5A5A5 FFC000 5B9BD5 70AD47 0563C1 954F72"
)
"""Light and dark ground, light and dark again, six accents, links: as cells count them from 0."""
_THEME_ORDER = (1, 0, 3, 2)
"""Where the first four stand in a theme, which begins with the dark ones."""
_PALETTE = _colors(
    "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF "
    "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF "
    "800000 008000 000080 808000 800080 008080 C0C0C0 808080 "
    "9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF "
    "000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF "
    "00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 "
    "3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 "
    "003366 339966 003300 333300 993300 993366 333399 333333 "
    "000000 FFFFFF"
)
"""The colours that are stored as a number alone (ECMA-376 Part 1, 18.8.27)."""
_BEYOND_BACKGROUNDS = lazy_pattern(rb'theme="(?:[2-9]|1[01])"')
_HEX = lazy_pattern(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")


def needs_theme(styles: bytes) -> bool:
    """Whether a style sheet names a colour that its workbook's theme has to tell."""
    return _BEYOND_BACKGROUNDS.search(styles) is not None


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours a workbook names by number: those of its theme, and the indexed ones."""

    theme: Sequence[str] = _OFFICE_THEME
    indexed: Sequence[str] = _PALETTE

    @classmethod
    def of(cls, styles: _Element, theme: bytes) -> Palette:
        """Return the palette of a workbook; without a theme it is that of Office."""
        own = [
            color.get("rgb", "") for color in styles.iterfind(f"{MAIN}colors/{MAIN}indexedColors/*")
        ]
        return cls(_of_theme(theme) if theme else _OFFICE_THEME, (*own, *_PALETTE[len(own) :]))

    def lightness(self, color: _Element | None, usual: float | None) -> float | None:
        """Return how light a colour is (WCAG 2, relative luminance), None where nothing tells."""
        if color is None or is_true(color.get("auto")):
            return usual
        stored = color.get("rgb") or self._named(color)
        match = _HEX.fullmatch(stored)
        if match is None:
            return None
        levels = [int(match[1][at : at + 2], 16) / 255 for at in (0, 2, 4)]
        return luminance(_tinted(levels, float(color.get("tint", "0"))))

    def _named(self, color: _Element) -> str:
        """Return the colour of a number, "" for one that is not there."""
        for kind, known in (("theme", self.theme), ("indexed", self.indexed)):
            number = color.get(kind, "")
            if number.isdecimal() and len(number) < _LONG and int(number) < len(known):
                return known[int(number)]
        return ""


_LONG = 4
"""Digits of no number of a colour."""


def _of_theme(part: bytes) -> tuple[str, ...]:
    scheme = parsed(part).find(f".//{_DRAWING}clrScheme")
    colors = [
        next((c.get("lastClr") or c.get("val", "") for c in named), "")
        for named in (() if scheme is None else scheme)
    ]
    if len(colors) < len(_OFFICE_THEME):
        return _OFFICE_THEME
    return (*(colors[at] for at in _THEME_ORDER), *colors[len(_THEME_ORDER) :])


def _tinted(levels: Sequence[float], tint: float) -> Sequence[float]:
    """Return a colour lighter or darker by a share (ECMA-376 Part 1, 18.8.19)."""
    if not tint:
        return levels
    hue, light, saturation = colorsys.rgb_to_hls(*levels)
    light = light * (1 + tint) if tint < 0 else light + (1 - light) * tint
    return colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), saturation)


def luminance(levels: Sequence[float]) -> float:
    """Return how light a colour is, of its red, green and blue (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in levels]
    return sum(part * c for part, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def is_faint(ink: float | None, ground: float | None) -> bool:
    """Whether letters can hardly be told from what is behind them."""
    if ink is None or ground is None:
        return False
    light, dark = max(ink, ground), min(ink, ground)
    return (light + 0.05) / (dark + 0.05) < _LEAST_CONTRAST
