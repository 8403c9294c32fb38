"""Which numbers of an .xlsx are days: its number formats, and what a serial number stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from workflow.excel.xlsx.xml import MAIN, parsed
from workflow.model.raw import CellKind, RawCell

BUILT_IN_DAYS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Formats stored as a number alone; 27 to 36 and 50 to 58 are days in Japanese Excel."""

_BUILT_IN_SPANS = frozenset({46})
_NO_PART_OF_A_DAY = re.compile(r'"[^"]*"|\[(?!(?:hh?|mm?|ss?)\])[^\]]*\]')
_PART_OF_A_DAY = re.compile(r"(?<![_\\])[dmhys]", re.IGNORECASE)
_SPAN = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_MILLISECONDS_OF_A_DAY = 86_400_000
_NO_29TH_OF_FEBRUARY = 60  # serial number of a day in 1900 that Excel counts though it never was


@dataclass(frozen=True, slots=True)
class DayStyles:
    """The styles, by their number, that show a number as a day, and as a span of time."""

    days: frozenset[int] = frozenset()
    spans: frozenset[int] = frozenset()


def day_styles_of(part: bytes) -> DayStyles:
    """Return which cell styles of a style sheet stand for days."""
    styles = parsed(part)
    codes = {
        int(element.get("numFmtId", "0")): element.get("formatCode", "")
        for element in styles.iterfind(f"{MAIN}numFmts/{MAIN}numFmt[@numFmtId]")
    }
    formats = [
        int(element.get("numFmtId", "0")) for element in styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")
    ]
    return DayStyles(
        days=frozenset(n for n, used in enumerate(formats) if _is_day(used, codes)),
        spans=frozenset(n for n, used in enumerate(formats) if _is_span(used, codes)),
    )


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

    Where Excel can show no day but only #####, it is an error.
    """
    try:
        if is_span:
            span = timedelta(milliseconds=round(serial * _MILLISECONDS_OF_A_DAY))
            return RawCell(CellKind.DATE, str(span))
        return _moment_cell(serial, since_1904)
    except (OverflowError, ValueError):
        return RawCell(CellKind.ERROR, "#VALUE!")


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
