from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model.years import (
    era_year,
    from_timestamp,
    full_year,
    iso_time,
    japanese_date,
    parse_year,
)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023", 2023),
        ("２０２３年度", 2023),
        ("2023年", 2023),
        ("R5", 2023),
        ("r5", 2023),
        ("R.5", 2023),
        ("R05", 2023),
        ("令和5年度", 2023),
        ("令和５年度", 2023),
        ("令和 5 年度", 2023),
        ("㋿5年度", 2023),
        ("令和元年度", 2019),
        ("令和1年度", 2019),
        ("R元", 2019),
        ("H31", 2019),
        ("平成31年度", 2019),
        ("平成30年度", 2018),
        ("H1", 1989),
        ("平成元年度", 1989),
        ("令和99年度", 2117),
    ],
)
def test_a_year_is_read_however_offices_write_it(text: str, year: int) -> None:
    assert parse_year(text) == year


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "5",
        "23",
        "02023",
        "1988",
        "2118",
        "R0",
        "令和0年度",
        "H0",
        "令和100年度",
        "S64",
        "昭和64年度",
        "令和五年度",
        "令和年度",
        "2023-2024",
        "令和5年5月",
        "R5-1",
        "-2023",
        "2023.0",
        "来年度",
        "2023年度分",
    ],
)
def test_what_names_no_fiscal_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        parse_year(text)


@pytest.mark.parametrize(
    ("year", "text"),
    [
        (1989, "平成元年度"),
        (2018, "平成30年度"),
        (2019, "令和元年度"),
        (2020, "令和2年度"),
        (2023, "令和5年度"),
    ],
)
def test_a_year_is_shown_in_its_era(year: int, text: str) -> None:
    assert era_year(year) == text
    assert full_year(year) == f"{text}（{year}年度）"


@given(st.integers(1989, 2117))
def test_a_shown_year_is_read_back(year: int) -> None:
    assert parse_year(era_year(year)) == year
    assert parse_year(str(year)) == year


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2020, 1, 1), "令和2年1月1日"),
        (date(2024, 5, 31), "令和6年5月31日"),
        (date(1989, 1, 8), "平成元年1月8日"),
    ],
)
def test_a_day_is_shown_in_the_era_of_that_day(day: date, text: str) -> None:
    assert japanese_date(day) == text


def test_moments_are_japans_to_the_second() -> None:
    moment = datetime(2024, 5, 31, 15, 30, 1, 999999, tzinfo=UTC)
    assert iso_time(moment) == "2024-06-01T00:30:01+09:00"
    assert iso_time(from_timestamp(moment.timestamp())) == "2024-06-01T00:30:01+09:00"
