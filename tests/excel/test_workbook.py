from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.excel.measures import row_height
from workflow.model.cells import MAX_ROW_HEIGHT


def lines(*cells: tuple[str, float]) -> int:
    """Return how many lines of 10 points a row was made high enough for."""
    height = row_height(cells, 10)
    (found,) = [n for n in range(1, 40) if height == row_height([("\n" * (n - 1), 1)], 10)]
    return found


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, 1),
        ("abcd", 3, 1),
        ("abcde", 3, 2),
        ("あいうえお", 5, 1),
        ("あいうえおか", 5, 2),
        ("ＡＢＣＤＥＦ", 5, 2),
        ("ｱｲｳｴｵｶ", 5, 1),
        ("一\n二\n三", 10, 3),
        ("一\n\n三", 10, 3),
        ("あいうえおか\nあ", 5, 3),
    ],
)
def test_a_row_has_room_for_its_wrapped_text(text: str, width: float, expected: int) -> None:
    assert lines((text, width)) == expected


def test_the_fullest_cell_decides() -> None:
    assert lines(("あ", 10), ("あ\nい", 10), ("", 1)) == 2
    assert lines() == 1


def test_no_row_is_higher_than_excel_can_show() -> None:
    assert row_height([("あ" * 32767, 10)], 10) == MAX_ROW_HEIGHT == 409


@given(st.text(), st.integers(1, 80))
def test_more_text_never_needs_less_room(text: str, width: int) -> None:
    assert row_height([(text + "あ", width)], 10.5) >= row_height([(text, width)], 10.5)
