"""What the styles of an .xlsx say of its cells: days, formats, letters struck through or faint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from workflow.excel.xlsx.colors import BLACK, WHITE, Palette, is_faint
from workflow.excel.xlsx.shown_numbers import BUILT_IN, NumberFormat, number_format
from workflow.excel.xlsx.xml import MAIN, parsed
from workflow.model.raw import CellKind, RawCell
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

BUILT_IN_DAYS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Formats stored as a number alone; 27 to 36 and 50 to 58 are days in Japanese Excel."""

_BUILT_IN_SPANS = frozenset({46})
_NO_PART_OF_A_DAY = lazy_pattern(r'"[^"]*"|\[(?!(?:hh?|mm?|ss?)\])[^\]]*\]')
_PART_OF_A_DAY = lazy_pattern(r"(?<![_\\])[dmhys]", re.IGNORECASE)
_SPAN = lazy_pattern(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_MILLISECONDS_OF_A_DAY = 86_400_000
_NO_SIZE = 1.0  # points
_NO_29TH_OF_FEBRUARY = 60  # serial number of a day in 1900 that Excel counts though it never was


@dataclass(frozen=True, slots=True)
class Face:
    """What a style does to a text: strikes it through, makes it faint, shows something else.

    What is known of its format may be no more than that it shows numbers otherwise.
    """

    is_struck: bool = False
    is_faint: bool = False
    format: NumberFormat | None = None
    formats_otherwise: bool = False


@dataclass(frozen=True, slots=True)
class CellStyles:
    """What the styles of a workbook say of their cells, by the number of the style.

    Days show a number as a day, and spans as a span of time; the others have a format unless it is
    General. Most workbooks have no faces, which are told by the number as cells spell it, and no
    conditional faces, told by the number as conditions spell it.
    """

    days: frozenset[int] = frozenset()
    spans: frozenset[int] = frozenset()
    formats: Mapping[int, NumberFormat] = field(default_factory=dict)
    faces: Mapping[str, Face] = field(default_factory=dict)
    conditional: Mapping[int, Face] = field(default_factory=dict)

    @property
    def strike(self) -> bool:
        """Whether any strikes a whole cell through."""
        return any(face.is_struck for face in self.faces.values())


def cell_styles_of(part: bytes, theme: bytes = b"") -> CellStyles:
    """Return what the cell styles of a style sheet say; the theme tells what some colours are."""
    styles = parsed(part)
    codes = {
        int(element.get("numFmtId", "0")): element.get("formatCode", "")
        for element in styles.iterfind(f"{MAIN}numFmts/{MAIN}numFmt[@numFmtId]")
    }
    used = styles.findall(f"{MAIN}cellXfs/{MAIN}xf")
    formats = [int(element.get("numFmtId", "0")) for element in used]
    days = frozenset(n for n, used in enumerate(formats) if _is_day(used, codes))
    shown = {
        n: number_format(code)
        for n, used in enumerate(formats)
        if n not in days and (code := codes.get(used) or BUILT_IN.get(used))
    }
    palette = Palette.of(styles, theme)
    faces = {str(n): face for n, face in _faces(styles, used, shown, palette)}
    conditional = (_conditional(dxf, palette) for dxf in styles.iterfind(f"{MAIN}dxfs/{MAIN}dxf"))
    return CellStyles(
        days=days,
        spans=frozenset(n for n, used in enumerate(formats) if _is_span(used, codes)),
        formats=shown,
        faces=faces,
        conditional={n: face for n, face in enumerate(conditional) if face != Face()},
    )


def _faces(
    styles: _Element,
    used: Sequence[_Element],
    formats: Mapping[int, NumberFormat],
    palette: Palette,
) -> Iterator[tuple[int, Face]]:
    """Yield the styles that do something to a text."""
    fonts = styles.findall(f"{MAIN}fonts/{MAIN}font")
    fills = styles.findall(f"{MAIN}fills/{MAIN}fill")
    struck = {n for n, font in enumerate(fonts) if is_struck(font)}
    inks = {n: _ink(font, palette) for n, font in enumerate(fonts)}
    backgrounds = {n: _ground(fill, palette) for n, fill in enumerate(fills)}
    for n, style in enumerate(used):
        font, fill = int(style.get("fontId", "0")), int(style.get("fillId", "0"))
        shown = formats.get(n)
        face = Face(
            is_struck=font in struck,
            is_faint=is_faint(inks.get(font), backgrounds.get(fill, WHITE)),
            format=shown if shown and shown.changes_texts else None,
        )
        if face != Face():
            yield n, face


def _conditional(dxf: _Element, palette: Palette) -> Face:
    """Return what a conditional format does to a text; it tells only what it changes."""
    font, fill, shown = (dxf.find(f"{MAIN}{part}") for part in ("font", "fill", "numFmt"))
    color = None if font is None else font.find(f"{MAIN}color")
    behind = None if fill is None else fill.find(f"{MAIN}patternFill/{MAIN}bgColor")
    ground = palette.lightness(behind, None if fill is not None else WHITE)
    code = "" if shown is None else shown.get("formatCode", "")
    return Face(
        is_struck=is_struck(font),
        is_faint=color is not None and is_faint(palette.lightness(color, BLACK), ground),
        format=number_format(code) if code and code != "General" else None,
    )


def is_struck(font: _Element | None) -> bool:
    """Whether a font, of a style or of a run of a text, strikes through."""
    strike = None if font is None else font.find(f"{MAIN}strike")
    return strike is not None and strike.get("val", "1") not in ("0", "false", "off")


def _ink(font: _Element, palette: Palette) -> float | None:
    """Return how light the letters of a font are, None where that is not known."""
    size = font.find(f"{MAIN}sz")
    if size is not None and float(size.get("val", "11")) <= _NO_SIZE:
        return WHITE  # nobody reads letters of one point
    return palette.lightness(font.find(f"{MAIN}color"), BLACK)


def _ground(fill: _Element, palette: Palette) -> float | None:
    """Return how light a fill is, None where that is not known."""
    pattern = fill.find(f"{MAIN}patternFill")
    if pattern is None:
        return None
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return WHITE
    return palette.lightness(pattern.find(f"{MAIN}fgColor"), None) if kind == "solid" else None


def _is_day(used: int, codes: Mapping[int, str]) -> bool:
    if used not in codes:
        return used in BUILT_IN_DAYS
    return bool(_PART_OF_A_DAY.search(_NO_PART_OF_A_DAY.sub("", _first_section(codes[used]))))


def _is_span(used: int, codes: Mapping[int, str]) -> bool:
    if used not in codes:
        return used in _BUILT_IN_SPANS
    return bool(_SPAN.search(_first_section(codes[used])))


def _first_section(code: str) -> str:
    """Return the part of a format that is meant for positive numbers."""
    return code.partition(";")[0]


def day_cell(serial: float, since_1904: bool, is_span: bool = False) -> RawCell:
    """Return the cell of a serial number shown as a day; a time alone has no moment.

    Where Excel can show no day but only #####, it stays the number that somebody wrote.
    """
    if serial < 0 and not (since_1904 or is_span):
        return RawCell.of_number(serial, since_1904)
    try:
        if is_span:
            span = timedelta(milliseconds=round(serial * _MILLISECONDS_OF_A_DAY))
            return RawCell(CellKind.DATE, str(span))
        return _moment_cell(serial, since_1904)
    except (OverflowError, ValueError):
        return RawCell.of_number(serial, since_1904)


def _moment_cell(serial: float, since_1904: bool) -> RawCell:
    day, fraction = divmod(serial, 1)
    clock = timedelta(milliseconds=round(fraction * _MILLISECONDS_OF_A_DAY))
    if day == 0 and clock < timedelta(days=1):
        return RawCell(CellKind.DATE, str((datetime.min + clock).time()))
    if 0 < serial < _NO_29TH_OF_FEBRUARY and not since_1904:
        day += 1
    epoch = _EPOCH_1904 if since_1904 else _EPOCH
    return RawCell.of_day(epoch + timedelta(days=day) + clock)


def iso_day_cell(stored: str) -> RawCell:
    """Return the cell of a day stored as ISO 8601 text, as strict Open XML may."""
    try:
        moment = datetime.fromisoformat(stored)
    except ValueError:
        return RawCell(CellKind.DATE, _clock(stored))
    return RawCell.of_day(moment.replace(tzinfo=None))


def _clock(stored: str) -> str:
    try:
        return str(time.fromisoformat(stored).replace(tzinfo=None))
    except ValueError:
        return stored
