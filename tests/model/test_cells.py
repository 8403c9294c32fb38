from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from tests.fillers.xml_patch import escaped
from workflow.model.cells import (
    a1,
    decoded,
    folded,
    folded_id,
    may_fold_to,
    plain_number,
    quoted_sheet,
)


@pytest.mark.parametrize(
    ("row", "column", "reference"),
    [
        (1, 1, "A1"),
        (9, 26, "Z9"),
        (10, 27, "AA10"),
        (1, 702, "ZZ1"),
        (1048576, 16384, "XFD1048576"),
    ],
)
def test_a_place_is_named_as_excel_names_it(row: int, column: int, reference: str) -> None:
    assert a1(row, column) == reference


@given(st.integers(1, 16384))
def test_column_letters_are_those_of_openpyxl(column: int) -> None:
    assert a1(7, column) == f"{get_column_letter(column)}7"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("_x000D_", "\r"),
        ("行_x000A_行", "行\n行"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005F_", "_"),
        ("_x0041__x0042_", "AB"),
        ("_xD842__xDFB7_", "𠮷"),
        ("_x00g0_", "_x00g0_"),
        ("_x000D", "_x000D"),
        ("_X000D_", "_X000D_"),
        ("x000D_", "x000D_"),
        ("葛\U000e0100𠮷", "葛\U000e0100𠮷"),
    ],
)
def test_excels_escapes_are_read(stored: str, shown: str) -> None:
    assert decoded(stored) == shown


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("_x0DdF")))
def test_any_text_survives_excels_escapes(text: str) -> None:
    stored = escaped(text)
    for plain, entity in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):
        stored = stored.replace(entity, plain)
    assert decoded(stored) == text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ａ", "a", True),
        ("今後の 方針", "今後の\n方針", True),
        ("課題・改善点", "課題･改善点", True),
        ("ｶﾞ", "ガ", True),
        ("　評価", "評価", True),
        ("Ａ", "Ｂ", False),
        ("ア", "あ", False),
    ],
)
def test_texts_are_compared_without_width_case_and_blanks(one: str, other: str, same: bool) -> None:
    assert (folded(one) == folded(other)) is same


@pytest.mark.parametrize("dash", "-‐‑‒–—―−ー－﹣")
def test_every_dash_in_an_id_is_the_same(dash: str) -> None:
    assert folded_id(f"１{dash}2") == folded_id("1-2")
    assert folded_id(f"1{dash}2") != folded_id("12")


LETTERS = st.one_of(st.characters(), st.sampled_from("\u3000 か\u3099ᾂ\u1100\u1161\u11a8㍿"))


@given(st.one_of(st.text(), st.text(LETTERS)))
def test_no_text_is_thought_too_long_for_what_it_folds_to(text: str) -> None:
    assert may_fold_to(text, len(folded(text)))


def test_prose_is_plainly_too_long_for_a_label() -> None:
    assert not may_fold_to("地域で講座を開いた。参加者が多かった。", 4)
    assert may_fold_to(" " * 500 + "評価", 4)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("5.0", "5"),
        ("5", "5"),
        ("-0.50", "-0.50"),
        ("1E+5", "100000"),
        ("1E-7", "0.0000001"),
        ("1234567890123456", "1234567890123456"),
    ],
)
def test_a_number_is_written_without_exponent(number: str, text: str) -> None:
    assert plain_number(Decimal(number)) == text


def test_a_sheet_name_is_quoted_for_formulas() -> None:
    assert quoted_sheet("台帳") == "'台帳'"
    assert quoted_sheet("甲's") == "'甲''s'"
