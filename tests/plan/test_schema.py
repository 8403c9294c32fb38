"""Every rule of plan.schema.json, with its code and its place in both spellings."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.plan_documents import MISSING, changed, in_book, in_json, small
from workflow.model.findings import Violation
from workflow.plan.book.writer import written_book
from workflow.plan.document import Document, Node, sample_document
from workflow.plan.load import validated
from workflow.plan.schema import is_plainly_valid, schema_violations

LONG = "あ" * 256

# pointer changed | new value | code | pointer of the finding (blank: the same) | sheet | cell
BOTH_SPELLINGS = [
    ("/version", MISSING, "PLAN_MISSING_VALUE", "計画", "B16"),
    ("/version", 2, "PLAN_BAD_VALUE", "計画", "B16"),
    ("/plan/title", MISSING, "PLAN_MISSING_VALUE", "計画", "B3"),
    ("/plan/title", "", "PLAN_MISSING_VALUE", "計画", "B3"),
    ("/plan/municipality/name", MISSING, "PLAN_MISSING_VALUE", "計画", "B4"),
    ("/plan/municipality/code", "27223", "PLAN_BAD_VALUE", "計画", "B5"),
    ("/plan/deadline", "2024-02-30", "PLAN_BAD_VALUE", "計画", "B7"),
    ("/plan/deadline", "五月末", "PLAN_BAD_VALUE", "計画", "B7"),
    ("/plan/paper", "B5", "PLAN_BAD_VALUE", "計画", "B9"),
    ("/plan/lock_password", "あいことば", "PLAN_BAD_VALUE", "計画", "B10"),
    ("/plan/lock_password", "1234567890123456", "PLAN_BAD_VALUE", "計画", "B10"),
    ("/plan/open_passwords/1", LONG, "PLAN_TOO_LONG", "計画", "C11"),
    ("/plan/limits/archive_members", 0, "PLAN_BAD_VALUE", "計画", "C15"),
    ("/plan/limits/archive_members", 10_001, "PLAN_BAD_VALUE", "計画", "C15"),
    ("/plan/limits/archive_members", 1.5, "PLAN_WRONG_TYPE", "計画", "C15"),
    ("/plan/limits/archive_members", "多め", "PLAN_WRONG_TYPE", "計画", "C15"),
    ("/matrices/1/columns", MISSING, "PLAN_MISSING_VALUE", "計画", "C14"),
    ("/departments", [], "PLAN_MISSING_VALUE", "担当課", "A3"),
    ("/departments/1/code", "乙", "PLAN_BAD_VALUE", "担当課", "A5"),
    ("/departments/1/code", "B" * 21, "PLAN_BAD_VALUE", "担当課", "A5"),
    ("/departments/1/name", MISSING, "PLAN_MISSING_VALUE", "担当課", "B5"),
    ("/departments/1/external", "たぶん", "PLAN_WRONG_TYPE", "担当課", "D5"),
    ("/departments/1/email", "a b", "PLAN_BAD_VALUE", "担当課", "E5"),
    ("/items", [], "PLAN_MISSING_VALUE", "取組内容", "A3"),
    ("/items/1/id", MISSING, "PLAN_MISSING_VALUE", "取組内容", "A5"),
    ("/items/0/path/0", "", "PLAN_MISSING_VALUE", "取組内容", "B4"),
    ("/items/0/path/0", LONG, "PLAN_TOO_LONG", "取組内容", "B4"),
    ("/items/1/title", MISSING, "PLAN_MISSING_VALUE", "取組内容", "C5"),
    ("/items/1/title", "𠮷" * 128, "PLAN_TOO_LONG", "取組内容", "C5"),
    ("/items/1/answer", "some", "PLAN_BAD_VALUE", "取組内容", "F5"),
    ("/form/fields", [], "PLAN_MISSING_VALUE", "様式", "A3"),
    ("/form/fields/0/key", MISSING, "PLAN_MISSING_VALUE", "様式", "A4"),
    ("/form/fields/0/key", "State", "PLAN_BAD_VALUE", "様式", "A4"),
    ("/form/fields/0/label", MISSING, "PLAN_MISSING_VALUE", "様式", "B4"),
    ("/form/fields/0/type", MISSING, "PLAN_MISSING_VALUE", "様式", "C4"),
    ("/form/fields/0/type", "picture", "PLAN_BAD_VALUE", "様式", "C4"),
    ("/form/fields/0/required", "必ず", "PLAN_WRONG_TYPE", "様式", "D4"),
    ("/form/fields/0/max_length", 0, "PLAN_BAD_VALUE", "様式", "H4"),
    ("/form/fields/0/max_length", 32768, "PLAN_BAD_VALUE", "様式", "H4"),
    ("/form/fields/0/unit", "円", "PLAN_UNKNOWN_KEY", "様式", "J4"),
    ("/form/fields/0/choices", [{"value": "あ"}], "PLAN_UNKNOWN_KEY", "様式", "Q4"),
    ("/form/fields/0/ordered", True, "PLAN_UNKNOWN_KEY", "様式", "P4"),
    ("/form/fields/1/choices/1/value", LONG, "PLAN_TOO_LONG", "様式", "Q6"),
    ("/form/fields/1/max_length", 5, "PLAN_UNKNOWN_KEY", "様式", "H5"),
    ("/form/fields/2/required_when/in", MISSING, "PLAN_MISSING_VALUE", "様式", "G8"),
    ("/form/fields/2/required_when/field", MISSING, "PLAN_MISSING_VALUE", "様式", "F8"),
    ("/form/fields/2/minimum", "2024-04-01", "PLAN_WRONG_TYPE", "様式", "K8"),
    ("/form/fields/2/maximum", 10**15, "PLAN_BAD_VALUE", "様式", "L8"),
    ("/form/fields/2/decimals", 11, "PLAN_BAD_VALUE", "様式", "M8"),
    ("/form/fields/3/minimum", 5, "PLAN_WRONG_TYPE", "様式", "K9"),
    ("/form/fields/3/decimals", 1, "PLAN_UNKNOWN_KEY", "様式", "M9"),
]


@pytest.mark.parametrize(("pointer", "value", "code", "sheet", "cell"), BOTH_SPELLINGS)
def test_a_violation_is_placed_in_both_spellings(
    pointer: str, value: object, code: str, sheet: str, cell: str
) -> None:
    document = changed(pointer, value)
    assert (code, pointer) in in_json(document)
    assert (code, sheet, cell) in in_book(written_book(document))


JSON_ONLY = [
    ("/plan", MISSING, "PLAN_MISSING_VALUE", "/plan"),
    ("/plan", [], "PLAN_WRONG_TYPE", "/plan"),
    ("/plan/titel", "題", "PLAN_UNKNOWN_KEY", "/plan/titel"),
    ("/other", 1, "PLAN_UNKNOWN_KEY", "/other"),
    ("/plan/title", "二\n行", "PLAN_BAD_VALUE", "/plan/title"),
    ("/levels/1", "取組\n内容", "PLAN_BAD_VALUE", "/levels/1"),
    ("/items/1/pages", "1\n2", "PLAN_BAD_VALUE", "/items/1/pages"),
    ("/levels", [], "PLAN_MISSING_VALUE", "/levels"),
    ("/levels/0", 5, "PLAN_WRONG_TYPE", "/levels/0"),
    ("/plan/limits/", 5, "PLAN_MISSING_VALUE", "/plan/limits/"),
    ("/plan/limits/members", 5, "PLAN_UNKNOWN_KEY", "/plan/limits/members"),
    ("/plan/open_passwords/0", "", "PLAN_MISSING_VALUE", "/plan/open_passwords/0"),
    ("/departments/0/name", " 甲課", "PLAN_BAD_VALUE", "/departments/0/name"),
    ("/departments/0/name", "甲課\n", "PLAN_BAD_VALUE", "/departments/0/name"),
    ("/departments/0/code", "A\n", "PLAN_BAD_VALUE", "/departments/0/code"),
    ("/departments/0/formerly/0", "旧\n甲", "PLAN_BAD_VALUE", "/departments/0/formerly/0"),
    ("/departments/0/formerly", ["旧"] * 101, "PLAN_TOO_MANY", "/departments/0/formerly"),
    ("/departments/0/external", None, "PLAN_WRONG_TYPE", "/departments/0/external"),
    ("/items/0/id", 11, "PLAN_WRONG_TYPE", "/items/0/id"),
    ("/items/0/path", "一", "PLAN_WRONG_TYPE", "/items/0/path"),
    ("/items/0/departments", MISSING, "PLAN_MISSING_VALUE", "/items/0/departments"),
    ("/items/0", "取組", "PLAN_WRONG_TYPE", "/items/0"),
    ("/form/fields/0", 5, "PLAN_WRONG_TYPE", "/form/fields/0"),
    ("/form/fields/1/choices", [], "PLAN_MISSING_VALUE", "/form/fields/1/choices"),
    ("/form/fields/1/choices", MISSING, "PLAN_MISSING_VALUE", "/form/fields/1/choices"),
    (
        "/form/fields/1/choices/0/aliases/0",
        "良\nい",
        "PLAN_BAD_VALUE",
        "/form/fields/1/choices/0/aliases/0",
    ),
    (
        "/form/fields/2/required_when",
        {"field": "rating", "in": []},
        "PLAN_MISSING_VALUE",
        "/form/fields/2/required_when/in",
    ),
    ("/matrices/0/third", "x", "PLAN_UNKNOWN_KEY", "/matrices/0/third"),
]


@pytest.mark.parametrize(("pointer", "value", "code", "place"), JSON_ONLY)
def test_a_violation_only_json_can_spell(
    pointer: str, value: object, code: str, place: str
) -> None:
    assert (code, place) in in_json(changed(pointer, value))


@pytest.mark.parametrize("content", [None, 5, "計画", [], [1], {}, {"plan": {"municipality": 3}}])
def test_any_json_at_all_is_refused_with_findings(content: object) -> None:
    assert in_json(content)


def test_a_bad_type_says_nothing_of_the_keys_of_other_types() -> None:
    assert in_json(changed("/form/fields/2/type", "money")) == {
        ("PLAN_BAD_VALUE", "/form/fields/2/type")
    }


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/departments/0/formerly", []),
        ("/departments/0/email", ""),
        ("/plan/open_passwords", []),
        ("/plan/contact", ""),
        ("/plan/limits", {}),
        ("/matrices", []),
        ("/form/fields/1/choices/0/aliases", []),
        ("/form/fields/0/help", ""),
    ],
)
def test_an_empty_option_means_the_same_as_none(pointer: str, value: object) -> None:
    empty = Document(changed(pointer, value), "plan.json")
    absent = Document(changed(pointer, MISSING) if pointer not in _ABSENT else small(), "plan.json")
    assert validated(empty) == validated(absent)


_ABSENT = ("/departments/0/email", "/plan/contact", "/form/fields/0/help")


ANYTHING = st.one_of(
    st.text(max_size=6),
    st.text("Aa1 -", min_size=120, max_size=260),
    st.integers() | st.floats(allow_nan=True),
    st.dates().map(str),
    st.sampled_from(
        (
            *(
                "a\x1c",
                "\x85a",
                "\ufeffa",
                "a\u2028b",
                "a\rb",
                "\ud800",
                "0000-01-01",
                "0001-01-01",
            ),
            *(10**15, 10**30, -(10**400), float("inf"), float("nan"), 1e15, 999999999999999.5),
            *("𠮷" * 127, "𠮷" * 128, "あ" * 254 + "𠮷", "あ" * 253 + "𠮷"),
            *(
                "",
                " 前後 ",
                "二行\n目",
                "A",
                "Ａ",
                "𠮷" * 200,
                "2024-02-30",
                "x" * 300,
                "text",
                "date",
            ),
            *(0, 1, 1.0, -1, True, None, [], {}, [""], ["A", 1], {"field": "rating", "in": []}),
        )
    ),
)


POINTERS = sorted({node.pointer for node in Node(small()).walk() if node.pointer})


RARE = frozenset("\x1c\x1d\x1e\x1f\x85\ufeff\r\u2028\u2029")
"""What the two programs read otherwise: such texts are left to jsonschema."""


def plain_and_refused(content: object) -> tuple[bool, list[Violation]]:
    """Return the quick yes, and what jsonschema alone says."""
    with patch("workflow.plan.schema.is_plainly_valid", return_value=False):
        return is_plainly_valid(content), list(schema_violations(Node(content)))


@given(st.sampled_from(POINTERS), ANYTHING)
def test_the_quick_yes_lets_nothing_through_that_jsonschema_refuses(
    pointer: str, value: object
) -> None:
    is_plain, refused = plain_and_refused(changed(pointer, value))
    assert not (is_plain and refused)


@given(st.sampled_from(POINTERS), st.text(max_size=6) | st.integers() | st.dates().map(str))
def test_the_quick_no_costs_time_in_rare_cases_alone(pointer: str, value: object) -> None:
    is_plain, refused = plain_and_refused(changed(pointer, value))
    is_rare = isinstance(value, str) and not RARE.isdisjoint(value)
    assert is_plain or refused or is_rare


@pytest.mark.parametrize("document", [sample_document(), small()], ids=["sample", "small"])
def test_the_samples_are_reported_at_once(document: dict[str, Any]) -> None:
    assert is_plainly_valid(document)
