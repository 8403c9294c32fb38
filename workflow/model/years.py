"""Fiscal years, and the dates and times beside them, as Japanese offices write them.

A fiscal year is stored as the western year of its April: 2023 is 令和5年度.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

from workflow.python.lazy_pattern import lazy_pattern

JST = timezone(timedelta(hours=9), "JST")
"""Every time people see is Japan's; the tool is used in Japanese city halls only."""

MOST_YEARS = 10
"""How far back a round looks, its own year counted."""

_HEISEI = date(1989, 1, 8)
_ERAS = {"令和": 2018, "平成": 1988, "R": 2018, "H": 1988}
_FIRST, _LAST = 1989, 2117
_ERA_YEAR = lazy_pattern(r"(令和|平成|R|H)\.?(元|0*[1-9]\d{0,2})(?:年度?)?", re.IGNORECASE)
_WESTERN_YEAR = lazy_pattern(r"(\d{4})(?:年度?)?")


def parse_year(text: str) -> int:
    """Return the western year of "2023", "R5", "令和5年度" or "令和元年度".

    Raises ValueError when the text names no fiscal year from 1989 to 2117.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if match := _WESTERN_YEAR.fullmatch(plain):
        year = int(match[1])
    elif match := _ERA_YEAR.fullmatch(plain):
        number = 1 if match[2] == "元" else int(match[2])
        year = _ERAS[match[1].upper()] + number
    else:
        raise ValueError(text)
    if not _FIRST <= year <= _LAST:
        raise ValueError(text)
    return year


def era_year(year: int) -> str:
    """Return 令和5年度 for 2023; the year an era begins is 元年度."""
    era, start = ("令和", 2018) if year > 2018 else ("平成", 1988)
    number = year - start
    return f"{era}{'元' if number == 1 else number}年度"


def full_year(year: int) -> str:
    """Return 令和5年度（2023年度） for 2023."""
    return f"{era_year(year)}（{year}年度）"


def japanese_date(day: date) -> str:
    """Return 令和6年5月31日 for 2024-05-31; the era of a day changes on 2019-05-01.

    A day before 平成 is most likely a slip, and reads as it was typed: 1900年1月1日.
    """
    if day < _HEISEI:
        return western_date(day)
    era, start = ("令和", 2018) if day >= date(2019, 5, 1) else ("平成", 1988)
    number = day.year - start
    return f"{era}{'元' if number == 1 else number}年{day.month}月{day.day}日"


def western_date(day: date) -> str:
    """Return 2024年5月31日 for 2024-05-31."""
    return f"{day.year}年{day.month}月{day.day}日"


def japanese_date_and_weekday(day: date) -> str:
    """Return 令和6年5月31日（金） for 2024-05-31."""
    return f"{japanese_date(day)}（{'月火水木金土日'[day.weekday()]}）"


def day_from_json(text: str | None) -> date | None:
    """Return a day as plan.json spells it; None for none."""
    return None if text is None else date.fromisoformat(text)


def iso_time(moment: datetime) -> str:
    """Return a moment in Japan's time to the second, as 2024-05-31T17:00:00+09:00."""
    return to_the_second(moment).isoformat()


def to_the_second(moment: datetime) -> datetime:
    """Return a moment in Japan's time as the records keep it."""
    return moment.astimezone(JST).replace(microsecond=0)


def from_timestamp(seconds: float) -> datetime:
    """Return the moment of a file's time stamp, in Japan's time, to the second."""
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(JST)
