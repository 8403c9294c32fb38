"""達成率 and 判定 as cities publish them, and what holds whatever a plan declares."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import rows
from workflow.model.indicators.grading import grade, grades_of, shown_rate
from workflow.model.indicators.indicator import Band, Base, Direction, Indicator, Kind, Rate
from workflow.plan.written.bands import parse_bands

# A rule, then an actual a line: the year, the actual, the rate, and the grade or why there is none.
# "base" and "targets" are years and values.

PUBLISHED: dict[str, tuple[dict[str, Any], str, str]] = {
    "ten percent around the base, or past it, or past the target": (
        {"base": (2018, 200), "targets": {2023: 260}, "rate": "target"},
        "目標比100以上：Ｓ、増減率0.01以上：Ａ、増減率-10以上：Ｂ、それ以外：Ｃ",
        """
        2023 | 270   | 103.8 | Ｓ
        2023 | 260   | 100.0 | Ｓ
        2023 | 259   | 99.6  | Ａ
        2023 | 200.1 | 77.0  | Ａ
        2023 | 200   | 76.9  | Ｂ
        2023 | 180   | 69.2  | Ｂ
        2023 | 179   | 68.8  | Ｃ
        2023 | 未測定 |       | 判定不可（未測定）
        """,
    ),
    "ten percent around the target": (
        {"direction": "keep", "targets": {2023: 50}},
        "90以上：達成、それ以外：未達成",
        """
        2023 | 50   | 100.0 | 達成
        2023 | 45   | 90.0  | 達成
        2023 | 55   | 90.0  | 達成
        2023 | 44.9 | 89.8  | 未達成
        2023 | 55.1 | 89.8  | 未達成
        2022 | 50   |       | 判定不可（今年度の目標なし）
        """,
    ),
    "twenty percent a year of a target in five years": (
        {"kind": "cumulative", "base": (2020, 0), "targets": {2025: 500}},
        "100以上：着実、60以上：概ね、それ以外：要改善",
        """
        2021 | 100 | 100.0 | 着実
        2021 | 99  | 99.0  | 概ね
        2021 | 60  | 60.0  | 概ね
        2021 | 59  | 59.0  | 要改善
        2022 | 199 | 99.5  | 概ね
        2023 | 300 | 100.0 | 着実
        2025 | 500 | 100.0 | 着実
        2026 | 600 |       | 判定不可（今年度の目標なし）
        """,
    ),
    "three percent around the base for figures of a survey": (
        {"base": (2019, "62.0"), "targets": {2024: 70}, "rate": "change"},
        "3以上：改善、-3以上：横ばい、それ以外：悪化",
        """
        2022 | 63.9  | 3.1  | 改善
        2022 | 63.86 | 3.0  | 改善
        2022 | 63.8  | 2.9  | 横ばい
        2022 | 62    | 0.0  | 横ばい
        2022 | 60.14 | -3.0 | 横ばい
        2022 | 60.1  | -3.1 | 悪化
        """,
    ),
    "letters, of a number that shall fall from its base": (
        {"direction": "down", "base": (2020, 40), "targets": {2024: 20}, "rate": "progress"},
        "120以上：Ｆ、100以上：Ｇ、75以上：Ｈ、0以上：Ｙ、それ以外：Ｚ",
        """
        2024 | 16 | 120.0 | Ｆ
        2024 | 20 | 100.0 | Ｇ
        2024 | 25 | 75.0  | Ｈ
        2024 | 26 | 70.0  | Ｙ
        2024 | 40 | 0.0   | Ｙ
        2024 | 41 | -5.0  | Ｚ
        """,
    ),
    "less is better, beside the target alone": (
        {"direction": "down", "targets": {2024: 50}},
        "100以上：Ａ、80以上：Ｂ、それ以外：Ｃ",
        """
        2024 | 40 | 120.0 | Ａ
        2024 | 0  | 200.0 | Ａ
        2024 | 50 | 100.0 | Ａ
        2024 | 60 | 80.0  | Ｂ
        2024 | 61 | 78.0  | Ｃ
        """,
    ),
    "what has no rate has a word": (
        {"base": (2020, 0), "targets": {2023: 0, 2024: 10}},
        "100以上：Ａ",
        """
        2023 | 3  |      | 判定不可（目標値が0）
        2024 | 9  | 90.0 | 判定不可（区分なし）
        2024 |    |      | 判定不可（実績値なし）
        2024 | 10 | 100.0 | Ａ
        """,
    ),
    "a change from nothing": (
        {"base": (2020, 0), "targets": {2024: 10}, "rate": "change"},
        "0以上：Ａ、それ以外：Ｂ",
        "2024 | 3 | | 判定不可（基準値が0）",
    ),
    "base and target alike": (
        {"base": (2020, 5), "targets": {2024: 5}, "rate": "progress"},
        "100以上：Ａ、それ以外：Ｂ",
        "2024 | 6 | | 判定不可（基準値と目標値が同じ）",
    ),
    "progress without a base": (
        {"targets": {2024: 5}, "kind": "cumulative"},
        "100以上：Ａ、それ以外：Ｂ",
        "2024 | 6 | | 判定不可（基準値なし）",
    ),
}


def _indicator(rule: dict[str, Any], bands: str) -> Indicator:
    plain: dict[str, Any] = {"id": "1", "item": "1-1", "name": "件数", "direction": "up"}
    named = dict(rule)
    if "base" in named:
        year, value = named["base"]
        named["base"] = {"year": year, "value": float(value)}
    return Indicator.from_json({**plain, **named, "grading": parse_bands(bands)})


@pytest.mark.parametrize("kind", PUBLISHED)
def test_an_actual_is_graded_as_published(kind: str) -> None:
    rule, bands, table = PUBLISHED[kind]
    indicator = _indicator(rule, bands)
    for year, actual, rate, verdict in rows(table):
        given = actual if actual == "未測定" else Decimal(actual) if actual else None
        graded = grade(indicator, given, int(year))
        shown = "" if graded.rate is None else str(graded.rate)
        assert (shown, graded.verdict) == (rate, verdict), (year, actual)


def test_grades_are_listed_in_their_order_once() -> None:
    both = (_indicator({}, "100以上：Ａ、それ以外：Ｂ"), _indicator({}, "90以上：Ａ、それ以外：Ｃ"))
    assert list(grades_of(both)) == ["Ａ", "Ｂ", "Ｃ"]


def test_a_rate_is_never_shown_as_the_limit_it_misses() -> None:
    assert str(shown_rate(Fraction(99_999, 1000), [Decimal(100)])) == "99.9"
    assert str(shown_rate(Fraction(99_999, 1000), [Decimal(90)])) == "100.0"


NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=2)
BANDS = st.lists(st.integers(-200, 300), min_size=1, max_size=5, unique=True).map(
    lambda limits: tuple(
        Band(str(n), Decimal(limit)) for n, limit in enumerate(sorted(limits, reverse=True))
    )
)


@st.composite
def indicators(draw: st.DrawFn) -> Indicator:
    """Give an indicator of any rule."""
    bands = draw(BANDS)
    return Indicator(
        id="1",
        item="1-1",
        name="件数",
        direction=draw(st.sampled_from(Direction)),
        kind=draw(st.sampled_from(Kind)),
        base=draw(st.none() | st.builds(Base, st.just(2020), NUMBERS)),
        targets=draw(st.dictionaries(st.integers(2021, 2025), NUMBERS, max_size=3)),
        grading=(*bands, Band("rest")),
        rate=draw(st.none() | st.sampled_from(Rate)),
    )


def _is_better(indicator: Indicator, one: Decimal, other: Decimal) -> bool:
    """Whether an actual is better than another, or as good, in the direction that is declared."""
    if indicator.direction is Direction.UP:
        return one >= other
    if indicator.direction is Direction.DOWN:
        return one <= other
    return False


@given(indicators(), NUMBERS, NUMBERS, st.integers(2021, 2025))
def test_a_better_actual_never_gets_a_worse_grade(
    indicator: Indicator, one: Decimal, other: Decimal, year: int
) -> None:
    better, worse = (one, other) if _is_better(indicator, one, other) else (other, one)
    grades = [band.grade for band in indicator.grading]
    first, second = (grade(indicator, actual, year) for actual in (better, worse))
    if indicator.direction is Direction.KEEP or not first.grade:
        assert first.reason is second.reason or indicator.direction is Direction.KEEP
        return
    assert grades.index(first.grade) <= grades.index(second.grade)
    if first.rate is not None and second.rate is not None:
        assert first.rate >= second.rate


@given(indicators(), NUMBERS, st.integers(2021, 2025))
def test_what_shall_keep_is_never_better_further_away(
    indicator: Indicator, away: Decimal, year: int
) -> None:
    target = indicator.targets.get(year)
    if indicator.direction is not Direction.KEEP or not target or indicator.rate is Rate.CHANGE:
        return
    near, far = (grade(indicator, target + abs(away) * times, year) for times in (1, 2))
    grades = [band.grade for band in indicator.grading]
    assert grades.index(near.grade) <= grades.index(far.grade)


@given(indicators(), NUMBERS, st.integers(2021, 2025), st.sampled_from([10, 1000, 10**6]))
def test_another_unit_of_plan_and_answer_together_changes_nothing(
    indicator: Indicator, actual: Decimal, year: int, times: int
) -> None:
    base = indicator.base and Base(indicator.base.year, indicator.base.value * times)
    scaled = Indicator(
        id="1",
        item="1-1",
        name="件数",
        direction=indicator.direction,
        kind=indicator.kind,
        base=base,
        targets={at: value * times for at, value in indicator.targets.items()},
        grading=indicator.grading,
        rate=indicator.rate,
    )
    one, other = grade(indicator, actual, year), grade(scaled, actual * times, year)
    assert (one.rate, one.grade, one.reason) == (other.rate, other.grade, other.reason)
