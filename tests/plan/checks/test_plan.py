"""Every semantic check, with its code and its place in both spellings."""

from __future__ import annotations

import pytest

from tests.plan.plan_documents import changed, in_book, in_json, refused, small
from workflow.model.cells import a1
from workflow.model.plan import AnswerRule
from workflow.plan.book.writer import written_book
from workflow.plan.checks.plan import CHECKS, has_valid_check_digit
from workflow.plan.document import Document, Node
from workflow.plan.load import validated

CHOICES = "/form/fields/1/choices"

# pointer changed | new value | code | pointer of the finding | sheet | cell
BROKEN = [
    ("/plan/municipality/code", "272231", "PLAN_MUNICIPALITY_CODE", "", "計画", "B5"),
    ("/plan/coordinator", "C", "PLAN_UNKNOWN_DEPARTMENT", "", "計画", "B6"),
    ("/levels/0", "取 組", "PLAN_DUPLICATE", "/levels/1", "計画", "C12"),
    ("/levels/1", "整理番号", "PLAN_RESERVED_NAME", "", "計画", "C12"),
    ("/levels/1", "ＳＨＡ－256", "PLAN_RESERVED_NAME", "", "計画", "C12"),
    ("/departments/1/code", "a", "PLAN_DUPLICATE", "", "担当課", "A5"),
    ("/departments/1/name", "甲 課", "PLAN_DUPLICATE", "", "担当課", "B5"),
    ("/departments/1/name", "旧甲課", "PLAN_DUPLICATE", "", "担当課", "B5"),
    ("/departments/1/formerly", ["昔", "甲課"], "PLAN_DUPLICATE", "/1", "担当課", "C5"),
    ("/departments/1/formerly", ["old-a"], "PLAN_DUPLICATE", "/0", "担当課", "C5"),
    ("/items/1/id", "１－１", "PLAN_DUPLICATE", "", "取組内容", "A5"),
    ("/items/1/departments", [], "PLAN_NOBODY_ANSWERS", "", "取組内容", "E5"),
    ("/items/1/departments", ["B", "C"], "PLAN_UNKNOWN_DEPARTMENT", "/1", "取組内容", "E5"),
    ("/form/fields/3/key", "state", "PLAN_DUPLICATE", "", "様式", "A9"),
    ("/form/fields/3/label", "状 況", "PLAN_DUPLICATE", "", "様式", "B9"),
    ("/form/fields/3/label", "取組", "PLAN_DUPLICATE", "", "様式", "B9"),
    ("/form/fields/3/label", "受領日時", "PLAN_RESERVED_NAME", "", "様式", "B9"),
    (f"{CHOICES}/1/value", "a", "PLAN_DUPLICATE", "", "様式", "Q6"),
    (f"{CHOICES}/1/value", "良", "PLAN_DUPLICATE", "", "様式", "Q6"),
    (f"{CHOICES}/2/aliases", ["悪", "Ｂ"], "PLAN_DUPLICATE", "/1", "様式", "S7"),
    ("/form/fields/2/required_when/field", "state", "PLAN_UNKNOWN_FIELD", "", "様式", "F8"),
    ("/form/fields/2/required_when/field", "cost", "PLAN_UNKNOWN_FIELD", "", "様式", "F8"),
    ("/form/fields/2/required_when/field", "none", "PLAN_UNKNOWN_FIELD", "", "様式", "F8"),
    (
        "/form/fields/1/required_when",
        {"field": "rating", "in": ["Ｂ"]},
        "PLAN_UNKNOWN_FIELD",
        "/field",
        "様式",
        "F5",
    ),
    ("/form/fields/2/required_when/in", ["Ａ", "良"], "PLAN_UNKNOWN_CHOICE", "/1", "様式", "G8"),
    ("/form/fields/2/minimum", 100, "PLAN_BOUNDS", "", "様式", "K8"),
    ("/form/fields/3/minimum", "2025-04-01", "PLAN_BOUNDS", "", "様式", "K9"),
    ("/matrices/1/rows", "課", "PLAN_UNKNOWN_AXIS", "", "計画", "B14"),
    ("/matrices/1/columns", "state", "PLAN_UNKNOWN_AXIS", "", "計画", "C14"),
]


@pytest.mark.parametrize(("pointer", "value", "code", "where", "sheet", "cell"), BROKEN)
def test_a_broken_rule_is_placed_in_both_spellings(
    pointer: str, value: object, code: str, where: str, sheet: str, cell: str
) -> None:
    document = changed(pointer, value)
    place = where if where.startswith("/levels") else pointer + where
    assert (code, place) in in_json(document)
    assert (code, sheet, cell) in in_book(written_book(document))


@pytest.mark.parametrize("text", ["\x0b", "a\x00", "\ufffe", "\r\n", "\x1b[0m"])
def test_a_character_no_workbook_holds_is_refused(text: str) -> None:
    document = changed("/plan/contact", text)
    assert in_json(document) == {("PLAN_CHARACTER", "/plan/contact")}


@pytest.mark.parametrize(
    ("departments", "code"),
    [(["B", "b"], "PLAN_UNKNOWN_DEPARTMENT"), (["B", "B"], "PLAN_DUPLICATE")],
)
def test_a_plan_json_names_each_department_once_by_its_code(
    departments: list[str], code: str
) -> None:
    document = changed("/items/1/departments", departments)
    assert in_json(document) == {(code, "/items/1/departments/1")}


def test_a_path_of_another_depth_is_refused() -> None:
    document = changed("/items/1/path", ["一", "二"])
    assert in_json(document) == {("PLAN_WRONG_DEPTH", "/items/1/path")}


def test_a_key_of_a_limit_is_checked_too() -> None:
    document = changed("/plan/limits", {"a\x01": 1})
    assert ("PLAN_CHARACTER", "/plan/limits/a\x01") in in_json(document)


def test_all_findings_come_at_once() -> None:
    document = small()
    document["plan"]["municipality"]["code"] = "272231"
    document["plan"]["title"] = 5
    document["items"][0]["departments"] = ["X"]
    document["form"]["fields"][3]["key"] = "rating"
    document["surprise"] = True
    assert in_json(document) == {
        ("PLAN_MUNICIPALITY_CODE", "/plan/municipality/code"),
        ("PLAN_WRONG_TYPE", "/plan/title"),
        ("PLAN_UNKNOWN_DEPARTMENT", "/items/0/departments/0"),
        ("PLAN_DUPLICATE", "/form/fields/3/key"),
        ("PLAN_UNKNOWN_KEY", "/surprise"),
    }


def test_a_duplicate_names_the_other_place() -> None:
    document = changed("/items/2/id", "1-1")
    (finding,) = refused(Document(document, "plan.json"))
    assert finding.details["other"] == "/items/0/id"
    assert (finding.location.item, finding.location.file) == ("1-1", "plan.json")


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("shape", [None, 5, "x", [], [[]], {"x": 1}, [None, {"code": 3}]])
def test_a_check_passes_over_any_shape(check: object, shape: object) -> None:
    assert callable(check)
    keys = ("plan", "levels", "departments", "items", "form", "matrices")
    for content in (shape, dict.fromkeys(keys, shape), {"form": {"fields": shape}}):
        assert list(check(Node(content))) == []


def test_what_may_repeat_does() -> None:
    document = small()
    document["departments"][0]["formerly"] = ["甲課", "A"]
    document["form"]["fields"][1]["choices"][0]["aliases"] = ["A", "a"]
    plan = validated(Document(document, "plan.json"))
    assert plan.departments[0].formerly == ("甲課", "A")
    assert plan.items[2].answer is AnswerRule.EACH


def test_cells_are_counted_as_excel_does() -> None:
    items = [{"id": str(n), "path": ["一"], "title": "あ", "departments": ["A"]} for n in range(30)]
    items[29]["departments"] = ["Z"]
    document = changed("/items", items)
    assert in_book(written_book(document)) == {
        ("PLAN_UNKNOWN_DEPARTMENT", "取組内容", a1(4 + 29, 5))
    }


@pytest.mark.parametrize("code", ["272230", "270008", "271004", "011002"])
def test_published_codes_are_valid(code: str) -> None:
    assert has_valid_check_digit(code)


@pytest.mark.parametrize("code", ["272230", "270008", "271004", "011002"])
def test_any_other_last_digit_is_not(code: str) -> None:
    others = [code[:5] + digit for digit in "0123456789" if digit != code[5]]
    assert not any(map(has_valid_check_digit, others))


@pytest.mark.parametrize("code", ["", "27223", "2722300", "２７２２３０", "27223a"])
def test_only_six_plain_digits_are_a_code(code: str) -> None:
    assert not has_valid_check_digit(code)
