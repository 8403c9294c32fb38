"""What headings and cells of indicators say: the words cities use, amounts, units and years."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from workflow.first_day.reading.words import Label, Role
from workflow.model.cells import folded
from workflow.model.years import parse_year

VALUES = (Role.BASE, Role.TARGET, Role.ACTUAL)
"""What columns of numbers of indicators are."""
OF_INDICATORS = (
    Role.INDICATOR,
    Role.INDICATOR_ID,
    Role.UNIT,
    Role.AIM,
    Role.COUNTING,
    Role.BASE_YEAR,
    *VALUES,
)
"""What columns of indicators are."""

_WORDS = (
    (Role.INDICATOR_ID, r"(?:指標|kpi)の?(?:番号|no\.?|コード|id)"),
    (
        Role.INDICATOR,
        r"(?:成果|活動|評価|数値|管理|達成|主な|代表|参考|事業|進捗)*の?(?:指標|kpi)"
        r"(?:の?(?:名称?|項目名?|内容))?(?:[(・/].*)?",
    ),
    (Role.UNIT, r"(?:指標の?)?単位"),
    (Role.AIM, r"(?:目指す|めざす|望ましい|指標の|目標の)(?:べき)?(?:方向性?|向き)|増減の?方向"),
    (Role.COUNTING, r"(?:実績の)?数え方|単年度?[・/か]?累計(?:の別)?|累計[・/か]?単年度?(?:の別)?"),
    (Role.BASE_YEAR, r"基準(?:値の?)?(?:年度?|時点)"),
    (Role.BASE, r"(?:基準|現状|当初|策定時|計画策定時)の?値?"),
    (Role.TARGET, r"(?:最終|計画|中間|達成)?目標値?"),
    (Role.ACTUAL, r"実績値?"),
)
_PATTERNS = tuple((role, re.compile(words)) for role, words in _WORDS)
_NAME = re.compile(r"名称?|項目名?|内容")
_YEAR_IN_BRACKETS = re.compile(r"\((20\d{2})\)")


def heads_indicators(label: Label, group: str = "") -> Role | None:
    """Return what a heading is of indicators by its words; None for nothing.

    >>> from workflow.first_day.reading.words import label_of
    >>> heads_indicators(label_of("成果指標名")), heads_indicators(label_of("評価"))
    (<Role.INDICATOR: '指標'>, None)
    """
    words = folded(_YEAR_IN_BRACKETS.sub("", unicodedata.normalize("NFKC", label.text)))
    if _NAME.fullmatch(words) and "指標" in group:
        return Role.INDICATOR
    return next((role for role, pattern in _PATTERNS if pattern.fullmatch(words)), None)


def names_a_part(label: Label) -> bool:
    """Whether a label stands for a part of an indicator wherever it stands, not for 目標 or 現状.

    >>> from workflow.first_day.reading.words import label_of
    >>> names_a_part(label_of("目標値（R7）")), names_a_part(label_of("目標"))
    (True, False)
    """
    role = heads_indicators(label)
    return role is not None and (role not in VALUES or "値" in label.text)


def year_in_brackets(text: str) -> int | None:
    """Return the year a heading says in brackets: 基準値(2022)."""
    found = _YEAR_IN_BRACKETS.search(unicodedata.normalize("NFKC", text))
    return int(found[1]) if found else None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


# What stands in the cells.

_VALUE = re.compile(r"([-+▲△]?)([\d,]+(?:\.\d+)?)([^\d()]*)(?:\((.+)\))?")


def amount_in(text: str, unit: str) -> tuple[Decimal, str, int | None] | None:
    """Return the number a cell holds, the unit and the year it says; None for anything else.

    A number in another unit than the indicator's is none.

    >>> amount_in("１，２００人（R4）", ""), amount_in("▲1.5", "％")
    ((Decimal('1200'), '人', 2022), (Decimal('-1.5'), '', None))
    >>> amount_in("12千円", "円"), amount_in("増加", "")
    (None, None)
    """
    match = _VALUE.fullmatch(_plain(text))
    if match is None:
        return None
    sign, digits, written, beside = match.groups()
    if written and unit and folded(written) != folded(unit):
        return None
    year = _year(beside) if beside else None
    if beside and year is None:
        return None
    value = Decimal(digits.replace(",", ""))
    return -value if sign in ("-", "▲", "△") and sign else value, written, year


def _year(text: str) -> int | None:
    try:
        return parse_year(text)
    except ValueError:
        return None


def year_of(text: str) -> int | None:
    """Return the fiscal year a cell says; None for anything else.

    >>> year_of("令和４年度"), year_of("R4年度末"), year_of("毎年")
    (2022, 2022, None)
    """
    return _year(_plain(text).removesuffix("末"))
