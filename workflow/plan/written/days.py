"""A day as people write it, in either calendar → a date. Pure; nothing here knows a cell."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, timedelta

from workflow.model.cells import without_unseen

_ERAS = {"令": 2018, "平": 1988, "昭": 1925, "R": 2018, "H": 1988, "S": 1925}
_MONTH_AND_DAY = r"(\d{1,2})(?:月|[-/.])(\d{1,2}|末)日?"
_YEAR_ENDS = r"(?:年|[-/.])"
_WESTERN = re.compile(rf"(\d{{4}})(?:\((.+?)年?\))?{_YEAR_ENDS}{_MONTH_AND_DAY}")
_ERA = re.compile(
    rf"([令平昭RHS])[和成]?\.?(元|\d{{1,2}})(?:\((\d{{4}})年?\))?{_YEAR_ENDS}{_MONTH_AND_DAY}"
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)")
_ERA_DIGITS = re.compile(r"([RHS])(\d\d)(\d\d)(\d\d)")
_ERA_YEAR = re.compile(r"([令平昭RHS])[和成]?\.?(元|\d{1,2})")
_NO_YEAR = re.compile(r"(\d{1,2})(?:月|[-/])(\d{1,2}|末)日?")

_AROUND = re.compile(
    r"(?P<day>.+?)(?:\(?(?P<weekday>[月火水木金土日])(?:曜日?)?\)|(?P<named>[月火水木金土日])曜日?)?"
    r"(?:午前|午後|AM|PM)?(?:\d{1,2}:\d\d(?::\d\d)?|\d{1,2}時(?:\d{1,2}分|半)?|T00:00:00|正午)?"
    r"(?:までに?|迄|必着|締め?切り?|〆切り?|厳守)*"
)
_WEEKDAYS = "月火水木金土日"

_NUMERALS = "〇一二三四五六七八九"
_WRITTEN_NUMBER = re.compile(f"[{_NUMERALS}十]+")

_SERIAL_ORIGIN = date(1899, 12, 30)
# A smaller number is more likely a year than a day before 1927.
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 99_999


def written_day(text: str) -> date | None:
    """Return the day a text names with its year; None where it names none, or two.

    >>> days = ["R6.5.31", "令和６年５月３１日（金）", "2024/5/31", "20240531", "令和元年5月末日"]
    >>> [str(written_day(text)) for text in days]
    ['2024-05-31', '2024-05-31', '2024-05-31', '2024-05-31', '2019-05-31']
    >>> written_day("令和六年五月三十一日　17時まで")
    datetime.date(2024, 5, 31)

    A weekday that does not fit and a day without a century leave open what was meant.

    >>> written_day("令和6年5月31日（木）"), written_day("6.5.31"), written_day("2024/2/30")
    (None, None, None)
    """
    around = _AROUND.fullmatch(_plain(text))
    if around is None:
        return None
    day = _full_day(around["day"])
    weekday = around["weekday"] or around["named"]
    if day and weekday and _WEEKDAYS[day.weekday()] != weekday:
        return None
    return day


def day_of_number(number: float) -> date | None:
    """Return the day a number stands for: written in eight digits, or as Excel counts days.

    >>> day_of_number(20240531), day_of_number(45443), day_of_number(2024)
    (datetime.date(2024, 5, 31), datetime.date(2024, 5, 31), None)
    """
    if number != int(number):
        return None
    if _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return _SERIAL_ORIGIN + timedelta(days=int(number))
    return written_day(str(int(number)))


def day_near(text: str, known: date, *, is_later: bool) -> date | None:
    """Return the day a text names without its year, where another day makes the year certain.

    That is the first such day from the known one on where it is the later of the two, or else the
    last such day up to it. A weekday must fit.

    >>> day_near("6月14日", date(2024, 5, 31), is_later=True)
    datetime.date(2024, 6, 14)
    >>> day_near("12/20", date(2025, 1, 10), is_later=False)
    datetime.date(2024, 12, 20)
    >>> day_near("6月14日（木）", date(2024, 5, 31), is_later=True)
    """
    around = _AROUND.fullmatch(_plain(text))
    match = _NO_YEAR.fullmatch(around["day"]) if around else None
    if around is None or match is None:
        return None
    years = (known.year, known.year + 1) if is_later else (known.year, known.year - 1)
    found = (_date(year, match[1], match[2]) for year in years)
    fitting = (d for d in found if d and (d >= known if is_later else d <= known))
    day = next(fitting, None)
    weekday = around["weekday"] or around["named"]
    return None if day and weekday and _WEEKDAYS[day.weekday()] != weekday else day


def _plain(text: str) -> str:
    """Return a text with every digit an ASCII one, without blanks, in capitals."""
    plain = "".join(without_unseen(unicodedata.normalize("NFKC", text)).split()).upper()
    return _WRITTEN_NUMBER.sub(lambda match: _as_digits(match[0]), plain)


def _as_digits(written: str) -> str:
    """Return a number in kanji in digits.

    >>> [_as_digits(text) for text in ("六", "十", "三十一", "二〇二四")]
    ['6', '10', '31', '2024']
    """
    tens, ten, ones = written.partition("十")
    if not ten:
        return "".join(str(_NUMERALS.index(numeral)) for numeral in written)
    if len(tens) > 1 or len(ones) > 1:
        return written
    return str((_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0))


def _full_day(plain: str) -> date | None:
    if match := _WESTERN.fullmatch(plain):
        year, era, month, day = match.groups()
        era_year = _ERA_YEAR.fullmatch(era) if era else None
        if era and (era_year is None or _western(era_year[1], era_year[2]) != int(year)):
            return None
        return _date(int(year), month, day)
    if match := _ERA.fullmatch(plain):
        era, number, also, month, day = match.groups()
        western = _western(era, number)
        return None if also and int(also) != western else _date(western, month, day)
    if match := _ERA_DIGITS.fullmatch(plain):
        return _date(_western(match[1], match[2]), match[3], match[4])
    match = _DIGITS.fullmatch(plain)
    return _date(int(match[1]), match[2], match[3]) if match else None


def _western(era: str, number: str) -> int:
    return _ERAS[era] + (1 if number == "元" else int(number))


def _date(year: int, month: str, day: str) -> date | None:
    try:
        last = calendar.monthrange(year, int(month))[1] if day == "末" else int(day)
        return date(year, int(month), last)
    except ValueError:  # calendar.IllegalMonthError is one
        return None
