"""How wide a digit of a city's Normal font is: in it, Excel counts the width of every column.

Sheets of ours that are put into the city's workbook keep their widths only when they are counted
anew. Where that font is missing, as on most machines without Excel, another one takes its place
and its digits are wider: such a sheet would be shrunk to the page until nobody can read it. So it
is laid out in a share of its usual width, and its text is as large as ever in both programs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow.excel.measures import NORMAL_DIGIT, NORMAL_FONT, POINTS_PER_PIXEL
from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import folded
from workflow.python.dataclass import dataclass

if TYPE_CHECKING:
    from lxml.etree import _Element

_USUAL = 0.55
_FONTS = {
    **dict.fromkeys(("calibri", "carlito", "aptos narrow"), 0.48),
    **dict.fromkeys(("times new roman", "liberation serif"), 0.5),
    **dict.fromkeys(("meiryo", "メイリオ", "dejavu sans", "verdana"), 0.636),
    **{
        f"{folded(maker)}{width}{kind}": 0.53
        for maker in ("ms", "ＭＳ ", "BIZ UD", "BIZ UD ")
        for width in ("", "p", "p ")
        for kind in ("gothic", "mincho", "ゴシック", "明朝", " gothic", " mincho")
    },
}
"""Ems that Excel takes for a digit of a font, by the folded name of the font."""
_WIDEST = 0.636
"""Ems of a digit of the fonts that take the place of a missing one."""
_ROUNDED = 0.25
"""Pixels by which programs round it up at most, on average over the columns of a sheet."""
_FIRST_SIZE, _FIRST_NAME = 11.0, "Calibri"


@dataclass(frozen=True, slots=True)
class NormalFont:
    """The font of the style Normal."""

    name: str
    size: float

    @property
    def digit(self) -> int:
        """The pixels of a digit in Excel.

        >>> NormalFont("Calibri", 11).digit, NormalFont("ＭＳ Ｐゴシック", 11).digit
        (7, 8)
        """
        return max(1, round(_FONTS.get(folded(self.name), _USUAL) * self._em))

    @property
    def _em(self) -> float:
        return self.size / POINTS_PER_PIXEL

    @property
    def unit(self) -> float:
        """How many of its digits a digit of ours is wide."""
        return NORMAL_DIGIT / self.digit

    @property
    def share(self) -> float:
        """The share of its usual width in which a sheet of ours is laid out.

        >>> round(NormalFont("Calibri", 11).share, 2), NormalFont("BIZ UDゴシック", 10.5).share
        (0.73, 1.0)
        """
        if folded(self.name) == folded(NORMAL_FONT["font_name"]):
            return 1.0
        widest = _WIDEST * self._em
        return min(1.0, self.digit / (max(widest, round(widest)) + _ROUNDED))


def normal_font(styles: _Element) -> NormalFont:
    """Return the font of the style Normal of a style sheet."""
    named = styles.iterfind(f"{MAIN}cellStyles/{MAIN}cellStyle")
    number = next((e.get("xfId", "0") for e in named if e.get("builtinId") == "0"), "0")
    formats = styles.findall(f"{MAIN}cellStyleXfs/{MAIN}xf")
    look = formats[int(number)] if int(number) < len(formats) else None
    at = int(look.get("fontId", "0")) if look is not None else 0
    fonts = styles.findall(f"{MAIN}fonts/{MAIN}font")
    font = fonts[at] if at < len(fonts) else None
    return NormalFont(_value(font, "name") or _FIRST_NAME, float(_value(font, "sz") or _FIRST_SIZE))


def _value(font: _Element | None, tag: str) -> str:
    found = font.find(f"{MAIN}{tag}") if font is not None else None
    return found.get("val", "") if found is not None else ""
