"""達成率 and 判定: an actual → its rate in percent and its grade, by the declared rule. Pure.

Rates are exact; a rate is shown with one decimal. What cannot be graded has a word of its own and
no number. A better actual never has a lower rate, nor a worse grade.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from workflow.model.fields.declarations import Value
from workflow.model.indicators.actual import NOT_MEASURED
from workflow.model.indicators.indicator import Band, Direction, Indicator, Kind, Rate
from workflow.python.dataclass import dataclass

_TENTH = Decimal("0.1")
_HUNDRED = 100


class Ungraded(StrEnum):
    """Why an actual has no rate, or no grade."""

    MISSING = "実績値なし"
    NOT_MEASURED = "未測定"
    NOT_A_NUMBER = "実績値が数値でない"
    NO_TARGET = "今年度の目標なし"
    NO_BASE = "基準値なし"
    ZERO_TARGET = "目標値が0"
    ZERO_BASE = "基準値が0"
    SAME = "基準値と目標値が同じ"
    NO_BAND = "区分なし"


@dataclass(frozen=True, slots=True)
class Graded:
    """What an actual comes to: its rate in percent as it is shown, its grade, or why there is none.

    Target is the year's, declared or on the line between the values declared around it. Without a
    grading there is a rate alone. Of an actual that has no rate, and yet falls in a band of another
    rate, there is a grade alone.
    """

    target: Decimal | None = None
    rate: Decimal | None = None
    grade: str = ""
    reason: Ungraded | None = None

    @property
    def verdict(self) -> str:
        """The grade, or in its place the word why there is none."""
        return self.grade or (f"判定不可（{self.reason}）" if self.reason else "")


def grade(indicator: Indicator, actual: Value | None, year: int) -> Graded:
    """Return what an actual of a fiscal year comes to; None is one that nobody entered.

    >>> from workflow.model.indicators.indicator import Base
    >>> bands = (Band("Ａ", Decimal(100)), Band("Ｂ"))
    >>> visits = Indicator(id="1", item="1-1", name="来館者", targets={2024: Decimal(200)},
    ...     grading=bands)
    >>> found = grade(visits, Decimal(150), 2024)
    >>> str(found.rate), found.grade
    ('75.0', 'Ｂ')
    >>> grade(visits, "未測定", 2024).verdict
    '判定不可（未測定）'
    """
    target = target_of(indicator, year)
    shown_target = None if target is None else value_shown(target, indicator)
    if actual is None:
        return Graded(shown_target, reason=Ungraded.MISSING)
    if not isinstance(actual, Decimal):
        is_word = actual == NOT_MEASURED
        unusable = Ungraded.NOT_MEASURED if is_word else Ungraded.NOT_A_NUMBER
        return Graded(shown_target, reason=unusable)
    rates = {rate: _rate(rate, indicator, Fraction(actual), target) for rate in Rate}
    own = rates[indicator.compares_with]
    band, refused = _band(indicator, rates)
    limits = [b.at_least for b in indicator.grading if b.at_least is not None and b.rate is None]
    rate = None if isinstance(own, Ungraded) else shown_rate(own, limits)
    if band:
        return Graded(shown_target, rate, band.grade)
    reason = own if isinstance(own, Ungraded) else refused
    return Graded(shown_target, rate, reason=reason)


def target_of(indicator: Indicator, year: int) -> Fraction | None:
    """Return the target of a fiscal year; None where there is none.

    What adds up has one in each year up to its last target: 20 % a year of a target in five years.
    """
    targets = indicator.targets
    if year in targets:
        return Fraction(targets[year])
    if indicator.kind is not Kind.CUMULATIVE or indicator.base is None:
        return None
    known = {indicator.base.year: indicator.base.value} | dict(targets)
    before = max((at for at in known if at < year), default=None)
    after = min((at for at in targets if at > year), default=None)
    if before is None or after is None:
        return None
    start, end = Fraction(known[before]), Fraction(targets[after])
    return start + (end - start) * Fraction(year - before, after - before)


def shown_rate(rate: Fraction, limits: list[Decimal]) -> Decimal:
    """Return a rate with one decimal, rounded, but never up to a limit that it does not reach.

    >>> str(shown_rate(Fraction(200, 3), [])), str(shown_rate(Fraction(9996, 100), [Decimal(100)]))
    ('66.7', '99.9')
    """
    exact = Decimal(rate.numerator) / Decimal(rate.denominator)
    rounded = exact.quantize(_TENTH, ROUND_HALF_UP)
    is_past = any(rate < Fraction(limit) <= Fraction(rounded) for limit in limits)
    return exact.quantize(_TENTH, ROUND_FLOOR) if is_past else rounded


def _rate(
    rate: Rate, indicator: Indicator, actual: Fraction, target: Fraction | None
) -> Fraction | Ungraded:
    base = Fraction(indicator.base.value) if indicator.base else None
    if rate is Rate.CHANGE:
        return _change(indicator.direction, actual, base)
    if target is None:
        return Ungraded.NO_TARGET
    if rate is Rate.TARGET:
        return _beside_target(indicator.direction, actual, target)
    return _progress(indicator.direction, actual, base, target)


def _beside_target(direction: Direction, actual: Fraction, target: Fraction) -> Fraction | Ungraded:
    if not target:
        return Ungraded.ZERO_TARGET
    return _HUNDRED * (1 + _better(direction, actual, target) / abs(target))


def _progress(
    direction: Direction, actual: Fraction, base: Fraction | None, target: Fraction
) -> Fraction | Ungraded:
    if direction is Direction.KEEP:
        return _beside_target(direction, actual, target)
    if base is None:
        return Ungraded.NO_BASE
    way = _better(direction, target, base)
    if not way:
        return Ungraded.SAME
    if way < 0:  # the target lets it get worse, but not by more: base and target make no way
        return _beside_target(direction, actual, target)
    return _HUNDRED * _better(direction, actual, base) / abs(way)


def _change(direction: Direction, actual: Fraction, base: Fraction | None) -> Fraction | Ungraded:
    if base is None:
        return Ungraded.NO_BASE
    if not base:
        return Ungraded.ZERO_BASE
    return _HUNDRED * _better(direction, actual, base) / abs(base)


def _better(direction: Direction, actual: Fraction, other: Fraction) -> Fraction:
    """Return by how much an actual is better than another value, below 0 where it is worse."""
    difference = actual - other
    match direction:
        case Direction.UP:
            return difference
        case Direction.DOWN:
            return -difference
    return -abs(difference)


def _band(
    indicator: Indicator, rates: dict[Rate, Fraction | Ungraded]
) -> tuple[Band | None, Ungraded | None]:
    """Return the first band that a rate reaches, or else why there is none."""
    bands = indicator.grading
    usual = indicator.compares_with
    for band in bands:
        rate = rates[band.rate or usual]
        if isinstance(rate, Ungraded):
            return None, rate
        if band.at_least is None or rate >= Fraction(band.at_least):
            return band, None
    return None, Ungraded.NO_BAND if bands else None


def grades_of(indicators: tuple[Indicator, ...]) -> Iterator[str]:
    """Yield each grade that is declared, the best first, once."""
    yield from dict.fromkeys(band.grade for one in indicators for band in one.grading)


def value_shown(target: Fraction, indicator: Indicator) -> Decimal:
    """Return a target as it is shown: with the indicator's decimals, or else one more than none."""
    exact = Decimal(target.numerator) / Decimal(target.denominator)
    if target.denominator == 1:
        return Decimal(target.numerator)
    decimals = 1 if indicator.decimals is None else indicator.decimals
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return exact if Fraction(exact) == target else rounded
