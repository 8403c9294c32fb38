from __future__ import annotations

import pytest

from tests.compiled.fiscal_years import (
    FORM,
    HEADER,
    LAST_YEAR,
    RATING,
    REORGANISED,
    ledger_bytes,
    past,
)
from tests.small import with_formerly
from workflow.compiled.years.pairing import KnownNames, previous_answers
from workflow.compiled.years.past import PastYear, in_todays_units, past_year, read_ledger
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.form import Form
from workflow.model.fields.number import NumberField


def test_a_year_is_what_its_ledger_says() -> None:
    year = past(LAST_YEAR)
    assert (year.year, len(year.rows), year.form) == (2022, 10, FORM)
    assert year.field_labels == ("取組状況", "方針", "評価")
    assert year.title(year.rows[0]) == "見守り"


@pytest.mark.parametrize("text", ["'0123", "=1+1", " 空白 ", "改行\nあり", '"引用"', ""])
def test_a_cell_is_taken_as_it_stands(text: str) -> None:
    line = ("1-1", "一", "見守り", "", "甲課", text, "", "", "回答済", "")
    assert past_year(2022, ledger_bytes(2022, [line]), None).rows[0]["取組状況"] == text


def test_a_short_row_has_empty_cells() -> None:
    (row,) = past_year(2022, ledger_bytes(2022, [("1-1",)]), None).rows
    assert (row["整理番号"], row["回答状況"]) == ("1-1", "")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", KeyError),
        ("担当課,整理番号\r\n".encode(), KeyError),
        (b"\x93\xfa\x96\x7b", UnicodeDecodeError),
    ],
)
def test_what_is_no_ledger_is_reported(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        past_year(2022, content, None)


@pytest.mark.parametrize(
    ("then", "stored", "now", "converted"),
    [
        ("円", "12345000", "千円", "12345"),
        ("千円", "1234.5", "円", "1234500"),
        ("千円", "-1500", "百万円", "-1.5"),
        ("万人", "0", "人", "0"),
        ("円", "12", "円", "12"),
        ("件", "12", "人", "12件"),
        ("", "12000", "千円", "12000"),
        ("円", "約百", "千円", "約百"),
        ("円", "", "千円", ""),
    ],
)
def test_numbers_are_turned_into_the_units_of_today(
    then: str, stored: str, now: str, converted: str
) -> None:
    asked, asks = (NumberField(key="cost", label="決算額", unit=unit) for unit in (then, now))
    year = PastYear(2022, ({"整理番号": "1-1", "決算額": stored},), Form((asked,)))
    assert in_todays_units(year, Form((asks,))).rows == ({"整理番号": "1-1", "決算額": converted},)


@pytest.mark.parametrize(
    ("form", "label"),
    [
        (None, "評価"),
        (FORM, "評価"),
        (Form((ChoiceField(key="rating", label="方針", choices=()),)), "方針"),
        (Form((ChoiceField(key="rating", label="消えた列", choices=()),)), "評価"),
    ],
)
def test_a_field_is_found_under_its_label_of_that_year(form: Form | None, label: str) -> None:
    assert past(LAST_YEAR, form=form).label_of(RATING) == label


def test_a_field_nobody_asked_has_no_label() -> None:
    lines = [("1-1", "一", "見守り", "", "甲課", "回答済")]
    year = past_year(2022, ledger_bytes(2022, lines, (*HEADER[:6], "回答状況")), FORM)
    assert (year.label_of(RATING), year.field_labels) == (None, ())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("地域共生課", "地域共生課=K"),
        ("福祉政策課", "福祉政策課=K"),
        ("高齢福祉課・障害福祉課", "高齢福祉課=F 障害福祉課=F"),
        ("子育て・若者課", "子育て・若者課=W"),
        ("防災課・子育て・若者課・福祉課", "防災課=D 子育て・若者課=W 福祉課=F"),
        ("若者課・防災課", "若者課= 防災課=D"),
        ("", "="),
    ],
)
def test_a_former_name_is_that_of_todays_department(text: str, named: str) -> None:
    found = KnownNames(REORGANISED).named(text)
    assert " ".join(f"{n.name}={''.join(sorted(n.codes))}" for n in found) == named


def test_a_department_that_was_split_is_several_today() -> None:
    plan = with_formerly(REORGANISED, "D", "福祉政策課")
    assert KnownNames(plan).named("福祉政策課")[0].codes == {"K", "D"}


def test_templates_show_what_a_department_answered_under_its_former_name() -> None:
    lines = [list(row.values())[1:] for row in past(LAST_YEAR).rows]
    shown = previous_answers(REORGANISED, read_ledger(ledger_bytes(2022, lines)))
    assert {key: row["取組状況"] for key, row in shown.items()} == {
        ("1-1", "K"): "見た。",
        ("1-2", "F"): "かけた。",
        ("2-1", "F"): "聞いた。",
        ("2-2", "D"): "した。",
        ("3-1", "W"): "学んだ。",
        ("3-1", "D"): "学んだ。",
        ("4-1", "W"): "開いた。",
        ("4-1", "D"): "開いた。",
        ("4-2", "W"): "配った。",
        ("4-2", "D"): "配った。",
    }
