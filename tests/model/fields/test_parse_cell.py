from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.returned.raw_books import cell
from tests.small import COST, DONE, FORM, PROGRESS, RATING
from workflow.model.catalogue import Severity
from workflow.model.cells import plain_number
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import Value
from workflow.model.fields.mark import MarkField
from workflow.model.fields.number import NumberField
from workflow.model.findings import Finding, Location
from workflow.model.raw import CellKind, RawCell
from workflow.model.wording import Wording

PRIORITY = MarkField(key="priority", label="重点")
FINISHED = MarkField(key="finished", label="完了", marked="済", blank="未")
MARKED = ("〇", "◯", "●", "✓", "✔", "☑", "レ", "ﾚ", "n:1", "１", "はい", " 有 ", "b:TRUE")
BLANK = ("×", "✕", "ー", "☐", "いいえ", "無", "なし", "b:FALSE")

ADJUSTED, CONVERTED = "VALUE_ADJUSTED", "VALUE_CONVERTED"


def code_of(field: Field, notation: str) -> str:
    """Return the code of the one thing noticed about a cell, if any."""
    return "".join(found.code.name for found in field.parse_cell(cell(notation)).violations)


@pytest.mark.parametrize(
    ("field", "notation", "value", "code"),
    [
        (PROGRESS, "実施した。", "実施した。", ""),
        (PROGRESS, "t: 前後 ", " 前後 ", ""),
        (PROGRESS, "t:=1+1", "=1+1", ""),
        (PROGRESS, "t:007", "007", ""),
        (PROGRESS, "n:5", "5", CONVERTED),
        (PROGRESS, "d:2024-05-01", "2024-05-01", CONVERTED),
        (PROGRESS, "b:TRUE", "TRUE", CONVERTED),
        (RATING, "Ａ", "Ａ", ""),
        (RATING, "A", "Ａ", ADJUSTED),
        (RATING, "t: ａ\n", "Ａ", ADJUSTED),
        (RATING, "良", "Ａ", ADJUSTED),
        (RATING, "Ｄ", "Ｄ", ""),
        (RATING, "ＡＢ", "ＡＢ", ""),
        (PRIORITY, "○", "○", ""),
        *((PRIORITY, notation, "○", ADJUSTED) for notation in MARKED),
        (PRIORITY, "－", None, ""),
        (PRIORITY, "-", None, ""),
        *((PRIORITY, notation, None, ADJUSTED) for notation in BLANK),
        *((PRIORITY, notation, notation, "") for notation in ("0", "o", "◎", "△", "検討中")),
        (FINISHED, "済", "済", ""),
        (FINISHED, "○", "済", ADJUSTED),
        (FINISHED, "未", None, ""),
        (FINISHED, "－", None, ADJUSTED),
        (COST, "n:12.5", Decimal("12.5"), ""),
        (COST, "12.5", Decimal("12.5"), ""),
        (COST, "１，２３４", Decimal(1234), ADJUSTED),
        (COST, "1,234千円", Decimal(1234), ADJUSTED),
        (COST, "5 千円", Decimal(5), ADJUSTED),
        (COST, "△5", Decimal(-5), ADJUSTED),
        (COST, "▲1,000", Decimal(-1000), ADJUSTED),
        (COST, "−3", Decimal(-3), ADJUSTED),
        (COST, "約百", "約百", ""),
        (COST, "5円", "5円", ""),
        (COST, "1_000", "1_000", ""),
        (COST, "1,5", "1,5", ""),
        (COST, "1,23,4", "1,23,4", ""),
        (COST, "NaN", "NaN", ""),
        (COST, "Infinity", "Infinity", ""),
        (COST, "1E99", "1E99", ""),
        (COST, "b:TRUE", "TRUE", ""),
        (COST, "d:2024-05-01", "2024-05-01", ""),
        (DONE, "d:2024-03-01", date(2024, 3, 1), ""),
        (DONE, "d:2024-03-01 13:45", date(2024, 3, 1), ""),
        (DONE, "n:45352", date(2024, 3, 1), ADJUSTED),
        (DONE, "n:10000", date(1927, 5, 18), ADJUSTED),
        (DONE, "n:2023", "2023", ""),
        (DONE, "n:2958466", "2958466", ""),
        (DONE, "n:45352.5", "45352.5", ""),
        (DONE, "2024-03-01", date(2024, 3, 1), ""),
        (DONE, "2024/3/1", date(2024, 3, 1), ADJUSTED),
        (DONE, "2024.3.1", date(2024, 3, 1), ADJUSTED),
        (DONE, "２０２４年３月１日", date(2024, 3, 1), ADJUSTED),
        (DONE, "令和6年3月1日", date(2024, 3, 1), ADJUSTED),
        (DONE, "令和 元 年 5 月 1 日", date(2019, 5, 1), ADJUSTED),
        (DONE, "平成31年4月30日", date(2019, 4, 30), ADJUSTED),
        (DONE, "r6.3.1", date(2024, 3, 1), ADJUSTED),
        (DONE, "H31/4/30", date(2019, 4, 30), ADJUSTED),
        (DONE, "令和0年5月1日", "令和0年5月1日", ""),
        (DONE, "R00.5.1", "R00.5.1", ""),
        (DONE, "2024-02-30", "2024-02-30", ""),
        (DONE, "2024-13-01", "2024-13-01", ""),
        (DONE, "3月1日", "3月1日", ""),
        (DONE, "来年", "来年", ""),
        (DONE, "b:TRUE", "TRUE", ""),
    ],
)
def test_a_cell_is_read_as_its_field_declares(
    field: Field, notation: str, value: Value | None, code: str
) -> None:
    parsed = field.parse_cell(cell(notation))
    assert (parsed.value, type(parsed.value)) == (value, type(value))
    assert code_of(field, notation) == code


@pytest.mark.parametrize(
    ("code", "characters"),
    [
        ("VALUE_LINE_BREAK", ("\x0b", "\x0c", "\x85", "\u2028", "\u2029")),
        ("VALUE_BROKEN_CHARACTER", ("\x00", "\x08", "\x0e", "\x7f", "\x86", "\x9f", "\ufffd")),
        ("VALUE_PRIVATE_CHARACTER", ("\ue000", "\uf8ff", "\U000f0000", "\U0010fffd")),
        ("VALUE_COMPOSED", ("か\u3099", "は\u309a")),
        ("", ("\n", "\t", "\u3000", "𠮷", "髙", "①")),
    ],
)
def test_an_odd_character_of_prose_is_reported_wherever_it_stands(
    code: str, characters: tuple[str, ...]
) -> None:
    for odd in characters:
        assert code_of(PROGRESS, f"t:実施した。{odd}また行う。") == code
        assert code_of(PROGRESS, f"t:{odd}実施した。") == code


@pytest.mark.parametrize("field", FORM.fields, ids=lambda field: field.key)
@pytest.mark.parametrize(
    ("notation", "code"), [("f:=A1", "VALUE_IS_FORMULA"), ("e:#N/A", "VALUE_IS_ERROR")]
)
def test_a_formula_or_an_error_is_no_value(field: Field, notation: str, code: str) -> None:
    parsed = field.parse_cell(cell(notation))
    assert parsed.value is None
    assert code_of(field, notation) == code


@pytest.mark.parametrize("notation", ["n:Infinity", "n:-Infinity", "n:NaN", "n:1E+300", "n:1E+16"])
@pytest.mark.parametrize("field", [COST, DONE, NumberField(key="n", label="数")])
def test_a_number_beyond_excels_digits_stays_text(field: Field, notation: str) -> None:
    value = field.parse_cell(cell(notation)).value
    assert value == notation.removeprefix("n:")


@pytest.mark.parametrize(
    ("label", "unit"), [("5％", "%"), ("5%", "％"), ("5㎞", "km"), ("5人", "人")]
)
def test_a_unit_written_behind_the_number_is_left_out(label: str, unit: str) -> None:
    assert NumberField(key="n", label="数", unit=unit).parse_cell(cell(label)).value == 5


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=3))
def test_a_number_written_as_text_is_the_number(number: Decimal) -> None:
    assert COST.parse_cell(cell(f"t:{plain_number(number)}")).value == number
    assert COST.parse_cell(cell(f"t:{number:,}")).value == number


@given(st.dates(date(1927, 5, 18)))
def test_a_day_is_the_same_as_serial_and_as_text(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for notation in (f"n:{serial}", day.isoformat(), f"{day.year}年{day.month}月{day.day}日"):
        assert DONE.parse_cell(cell(notation)).value == day


@given(
    st.sampled_from(FORM.fields),
    st.text(min_size=1) | st.from_regex(r"[令平RH和成元0-9./年月日-]{1,12}", fullmatch=True),
)
def test_any_text_gives_a_value_and_a_finding_that_can_be_worded(field: Field, text: str) -> None:
    parsed = field.parse_cell(RawCell(CellKind.TEXT, text))
    assert parsed.value is not None
    for found in parsed.violations:
        assert Wording().message(Finding(found.code, Location(), found.details))
        assert found.code.severity is not Severity.ERROR
