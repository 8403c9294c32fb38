"""One cell of a workbook as part of a picture (SVG): its fill, its lines and its text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from openpyxl.cell.cell import Cell
from openpyxl.styles.colors import Color

from workflow.excel.measures import text_width
from workflow.model.plain_text import legible
from workflow.python.dataclass import dataclass

USUAL_SIZE = 11.0
"""Points of letters where a workbook names no size."""
_SPARE = 3.0
_LINES = {"hair": 0.25, "thin": 0.5, "medium": 1.5, "thick": 2.25, "double": 1.5}
_THEME = ("FFFFFF", "000000", "EEECE1", "1F497D", "4F81BD", "C0504D", "9BBB59", "8064A2", "4BACC6")
"""Office's own colours, by their number; a city's other theme is drawn in these."""
_NEVER_FIRST = "、。，．）」』】〕〉》・：；？！ー々っゃゅょッャュョ),.:;"


@dataclass(frozen=True, slots=True)
class Box:
    """Where a cell lies, in points of its sheet."""

    x: float
    y: float
    width: float
    height: float


def drawn(cells: Iterable[tuple[Cell, Box]]) -> Iterator[str]:
    """Yield the elements of cells: all fills below all lines below all texts."""
    cells = list(cells)
    for draw in (_fill, _lines, _texts):
        for cell, box in cells:
            yield from draw(cell, box)


def _colour(colour: Color | None, usual: str) -> str:
    """Return a colour as SVG writes it."""
    if colour is None:
        return usual
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        found = colour.rgb[-6:]
    elif colour.type == "theme" and isinstance(colour.theme, int) and colour.theme < len(_THEME):
        found = _tinted(_THEME[colour.theme], float(colour.tint or 0))
    else:
        return usual
    return f"#{found}" if len(found) == 6 and set(found) <= set("0123456789abcdefABCDEF") else usual


def _tinted(colour: str, tint: float) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    toward = 255 if tint > 0 else 0
    return "".join(f"{round(part + (toward - part) * abs(tint)):02X}" for part in parts)


def _fill(cell: Cell, box: Box) -> Iterator[str]:
    fill = cell.fill
    if fill.fill_type:
        colour = _colour(fill.fgColor if fill.fill_type == "solid" else fill.bgColor, "#FFFFFF")
        yield f'<rect {_at(box)} fill="{colour}"/>'


def _at(box: Box) -> str:
    return f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'


def _lines(cell: Cell, box: Box) -> Iterator[str]:
    right, bottom = box.x + box.width, box.y + box.height
    border = cell.border
    sides = (
        (border.top, box.x, box.y, right, box.y),
        (border.bottom, box.x, bottom, right, bottom),
        (border.left, box.x, box.y, box.x, bottom),
        (border.right, right, box.y, right, bottom),
    )
    for side, x1, y1, x2, y2 in sides:
        if side is not None and side.style:
            style = str(side.style)
            width = next((w for name, w in _LINES.items() if name in style.casefold()), 0.5)
            dashes = ' stroke-dasharray="2 2"' if "dash" in style.casefold() else ""
            dashes = ' stroke-dasharray="0.7 1.5"' if style == "dotted" else dashes
            yield (
                f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" '
                f'stroke="{_colour(side.color, "#000000")}" stroke-width="{width}"{dashes}/>'
            )


def _texts(cell: Cell, box: Box) -> Iterator[str]:
    if cell.value is None:
        return
    size = float(cell.font.sz or USUAL_SIZE)
    lines = _broken(cell, size, box)
    pitch = size * 1.25
    anchor, x = _across(cell, box)
    first = _down(cell, box, pitch * len(lines)) + size * 0.95
    weight = ' font-weight="bold"' if cell.font.b else ""
    look = f'font-size="{size:g}" fill="{_colour(cell.font.color, "#000000")}"{weight}{anchor}'
    for number, line in enumerate(lines):
        y = first + number * pitch
        if line and y <= box.y + box.height + 1:
            yield f'<text x="{x:g}" y="{y:.4g}" {look}>{escape(line)}</text>'


def _across(cell: Cell, box: Box) -> tuple[str, float]:
    where = cell.alignment.horizontal
    if where in ("center", "centerContinuous", "distributed"):
        return ' text-anchor="middle"', box.x + box.width / 2
    if where == "right" or (where in (None, "general") and isinstance(cell.value, int | float)):
        return ' text-anchor="end"', box.x + box.width - _SPARE
    return "", box.x + _SPARE + 9 * float(cell.alignment.indent or 0)


def _down(cell: Cell, box: Box, needed: float) -> float:
    where = cell.alignment.vertical
    if where == "top":
        return box.y + 1
    if where in ("center", "justify", "distributed"):
        return box.y + max(1.0, (box.height - needed) / 2)
    return box.y + max(1.0, box.height - needed - 1)


def _broken(cell: Cell, size: float, box: Box) -> list[str]:
    """Return the lines of a text."""
    lines = legible(str(cell.value)).split("\n")
    if not cell.alignment.wrap_text:
        return [" ".join(lines)]
    room = max(1.0, (box.width - 2 * _SPARE) / size)
    return [part for line in lines for part in _wrapped(line, room)]


def _wrapped(line: str, room: float) -> Iterator[str]:
    if text_width(line) <= room:
        yield line
        return
    current, width = "", 0.0
    for character in line:
        wide = text_width(character)
        if current and width + wide > room and character not in _NEVER_FIRST:
            yield current
            current, width = "", 0.0
        current += character
        width += wide
    yield current
