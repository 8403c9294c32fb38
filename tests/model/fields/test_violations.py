from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from tests.small import COST, DONE, FORM, PROGRESS, RATING, REASON
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.findings import Finding, Location
from workflow.model.wording import Wording

GOOD: dict[str, Value] = {
    "progress": "した。",
    "rating": "Ａ",
    "cost": Decimal("12.5"),
    "done": date(2024, 3, 1),
}


def violated(form: Form, values: dict[str, Value]) -> list[tuple[str, str]]:
    """Return field and code of each violation, having seen that it can be put into words."""
    found = form.violations(values)
    for violation in found:
        assert violation.details.keys() >= violation.code.details
        assert Wording().message(Finding(violation.code, Location(), violation.details))
    return [(violation.key, violation.code.name) for violation in found]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(FORM.json_schema())


def test_a_good_answer_is_not_objected_to() -> None:
    assert violated(FORM, GOOD) == []
    assert violated(FORM, {"progress": "した。", "rating": "Ａ"}) == []


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("progress", None, "VALUE_REQUIRED"),
        ("progress", "あ" * 10, ""),
        ("progress", "あ" * 11, "VALUE_TOO_LONG"),
        ("progress", "𠮷" * 10, ""),
        ("progress", "𠮷" * 11, "VALUE_TOO_LONG"),
        ("rating", None, "VALUE_REQUIRED"),
        ("rating", "Ｄ", "VALUE_NOT_A_CHOICE"),
        ("rating", "A", "VALUE_NOT_A_CHOICE"),
        ("cost", Decimal(0), ""),
        ("cost", Decimal("1000.0"), ""),
        ("cost", Decimal("0.1"), ""),
        ("cost", Decimal("-0.1"), "VALUE_TOO_SMALL"),
        ("cost", Decimal("1000.1"), "VALUE_TOO_LARGE"),
        ("cost", Decimal("0.05"), "VALUE_DECIMALS"),
        ("cost", "約百", "VALUE_NOT_A_NUMBER"),
        ("done", date(2023, 4, 1), ""),
        ("done", date(2024, 3, 31), ""),
        ("done", date(2023, 3, 31), "VALUE_TOO_SMALL"),
        ("done", date(2024, 4, 1), "VALUE_TOO_LARGE"),
        ("done", "来年", "VALUE_NOT_A_DATE"),
        ("done", "2024-02-30", "VALUE_NOT_A_DATE"),
        ("done", "2023-13-01", "VALUE_NOT_A_DATE"),
        ("done", "２０２４-０２-３０", "VALUE_NOT_A_DATE"),
        ("done", "2024-02-01\n", "VALUE_NOT_A_DATE"),
        ("done", "", "VALUE_NOT_A_DATE"),
    ],
)
def test_a_value_is_objected_to_once(key: str, value: Value | None, code: str) -> None:
    values = {k: v for k, v in {**GOOD, key: value}.items() if v is not None}
    assert violated(FORM, values) == ([(key, code)] if code else [])


@pytest.mark.parametrize(
    ("rating", "reason", "code"),
    [
        ("Ａ", None, ""),
        ("Ｂ", None, "VALUE_REQUIRED_WHEN"),
        ("Ｃ", None, "VALUE_REQUIRED_WHEN"),
        ("Ｃ", "人手不足", ""),
        ("Ａ", "人手不足", ""),
        ("Ｄ", None, ""),
    ],
)
def test_a_condition_asks_only_when_it_is_met(rating: str, reason: str | None, code: str) -> None:
    values = GOOD | {"rating": rating} | ({"reason": reason} if reason else {})
    about_reason = [c for key, c in violated(FORM, values) if key == "reason"]
    assert about_reason == ([code] if code else [])


def test_details_name_what_is_wrong_and_what_is_allowed() -> None:
    values = GOOD | {"progress": "あ" * 12, "rating": "Ｂ", "cost": Decimal("0.25")}
    details = {found.key: found.details for found in FORM.violations(values)}
    assert (details["progress"]["found"], details["progress"]["limit"]) == (12, 10)
    assert details["cost"] == {"value": "0.25", "limit": 1}
    assert details["reason"] == {"other": "rating", "value": "Ｂ"}


def test_objections_come_in_the_order_of_the_form() -> None:
    reversed_form = Form(tuple(reversed(FORM.fields)))
    wrong: dict[str, Value] = {"done": "x", "cost": "x", "rating": "Ｂ"}
    keys = [key for key, _ in violated(FORM, wrong)]
    assert keys == ["progress", "cost", "done", "reason"]
    assert [key for key, _ in violated(reversed_form, wrong)] == keys[::-1]


def test_a_field_required_anyway_is_asked_for_once() -> None:
    form = Form((RATING, replace(REASON, required=True)))
    assert violated(form, {"rating": "Ｂ"}) == [("reason", "VALUE_REQUIRED")]


@pytest.mark.parametrize(
    ("decimals", "number", "fits"),
    [
        (0, "1E+3", True),
        (0, "999999999999999", True),
        (0, "0.5", False),
        (2, "0.29", True),
        (2, "123456789012.34", True),
        (2, "123456789012.345", False),
        (9, "0.000000001", True),
        (None, "0.123456789", True),
    ],
)
def test_decimals_are_counted_exactly(decimals: int | None, number: str, fits: bool) -> None:
    form = Form((replace(COST, minimum=None, maximum=None, decimals=decimals),))
    assert violated(form, {"cost": Decimal(number)}) == (
        [] if fits else [("cost", "VALUE_DECIMALS")]
    )


def test_fields_without_bounds_take_anything_of_their_kind() -> None:
    form = Form(
        (
            replace(COST, minimum=None, maximum=None, decimals=None),
            replace(DONE, minimum=None, maximum=None),
            replace(PROGRESS, required=False, max_length=32767),
        )
    )
    values: dict[str, Value] = {
        "cost": Decimal("-1E-9"),
        "done": date(9999, 12, 31),
        "progress": "あ" * 32767,
    }
    assert violated(form, values) == []


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2023, 3, 31), date(2024, 4, 1)])
def test_days_are_named_as_offices_write_them(day: date) -> None:
    (violation,) = FORM.violations(GOOD | {"done": day})
    finding = Finding(violation.code, Location(), violation.details)
    texts = (Wording().message(finding), Wording().remedy(finding), DONE.cell_rules.instruction)
    for text in texts:
        assert "令和5年4月1日から令和6年3月31日までの日付" in text
        assert f"{day}" not in text
