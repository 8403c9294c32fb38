"""Who filled the form in, and how to reach them: kept, and found filled in again on a hand-back."""

from __future__ import annotations

from openpyxl import load_workbook

from tests.city import City, full_texts
from workflow.templates.layout import COVER_SHEET

BOX = "C8"
WRITTEN = "福祉 花子・内線 2345"


def test_a_hand_back_says_who_filled_in_the_return(city: City) -> None:
    city.generate()
    path = city.send_back("FUKUSHI", full_texts(city.plan, 評価="良い"))
    book = load_workbook(path)
    book[COVER_SHEET][BOX] = WRITTEN
    book.save(path)
    collected = city.collect()
    (handback,) = collected.handbacks
    assert load_workbook(handback)[COVER_SHEET][BOX].value == WRITTEN


def test_where_nobody_says_so_the_box_is_open(city: City) -> None:
    city.generate()
    city.send_back("FUKUSHI", full_texts(city.plan, 評価="良い"))
    (handback,) = city.collect().handbacks
    assert not load_workbook(handback)[COVER_SHEET][BOX].value
