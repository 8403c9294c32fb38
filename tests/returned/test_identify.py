from __future__ import annotations

from dataclasses import replace

import pytest

from tests.returned.raw_books import book
from tests.small import PLAN, issue, register, with_other_pages
from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.returned.identify import Identity, identify, made_from, stamps
from workflow.templates.layout import CORRECTION_SHEET, MADE_FROM_LABEL, MADE_FROM_PROPERTY
from workflow.templates.register import FormNumber

REGISTER = register().adding((with_other_pages(issue("A", 2)),))
A1, A2, B1 = "272230-2023-A-1", "272230-2023-A-2", "272230-2023-B-1"
IDS_OF_A = ("1-1", "1-2", "2-1", "2-2")


def number(text: str) -> FormNumber:
    found = FormNumber.parse(text)
    assert found is not None
    return found


def identified(*texts: str, ids: tuple[str, ...] = IDS_OF_A) -> Identity:
    return identify(tuple(map(number, texts)), ids, PLAN, REGISTER)


@pytest.mark.parametrize(
    ("properties", "defined", "cells", "found"),
    [
        (A1, A1, f"様式番号：{A1}", [A1]),
        (A1, "", "", [A1]),
        ("", A1, "", [A1]),
        ("", "", f"様式番号：{A1}", [A1]),
        ("", "", f"様式番号 | | {A1}", [A1]),
        ("", "", f" 様式番号:{A1} ", [A1]),
        (A1, B1, f"様式番号：{A2}", [A1, B1, A2]),
        ("", "", f"様式番号：{A1}\n様式番号：{B1}\n整理番号 | 評価", [A1, B1]),
        ("", "", A1, []),
        ("", "", f"様式番号：{A1}（控え）", []),
        ("", "", f"昨年の{A1}と同じ", []),
        (A1, "", f"整理番号 | 備考\n1-1 | 様式番号：{B1}\n1-2 | 様式番号 | {B1}", [A1]),
        (A1, "", f"https://example.jp/{B1}", [A1]),
        ("こわれた番号", "", "", []),
        ("", "", "", []),
        ("", "", "電話 06-6902-1231-5", []),
        ("", "", "\n" * 20 + f"様式番号：{A1}", []),
    ],
)
def test_stamps_are_read_in_order_of_trust(
    properties: str, defined: str, cells: str, found: list[str]
) -> None:
    table = "x" + cells if cells.startswith("\n") else cells
    assert list(map(str, stamps(book(table, number=properties, defined=defined)))) == found


@pytest.mark.parametrize(
    ("texts", "codes", "answers"),
    [
        ([A2], [], A2),
        ([A1], ["FORM_OLD_ISSUE"], A1),
        ([B1], [], B1),
        ([A2, B1], ["FORM_CONFLICT"], None),
        (["272230-2023-A-9"], ["FORM_UNKNOWN"], None),
        (["272230-2023-X-1"], ["FORM_UNKNOWN"], None),
        (["272230-2022-A-1"], ["FORM_OTHER_YEAR"], None),
        (["271004-2023-A-1"], ["FORM_OTHER_CITY"], None),
    ],
)
def test_a_stamp_names_the_issue(texts: list[str], codes: list[str], answers: str | None) -> None:
    identity = identified(*texts)
    assert [f.code.name for f in identity.findings] == codes
    assert (str(identity.issue.number) if identity.issue else None) == answers
    assert str(identity.number) == texts[0]


def test_a_city_whose_code_was_put_right_knows_the_forms_it_issued() -> None:
    city = replace(PLAN.municipality, code="271004")
    identity = identify((number(A2),), IDS_OF_A, replace(PLAN, municipality=city), REGISTER)
    assert str(identity.issue.number if identity.issue else "") == A2


@pytest.mark.parametrize(
    ("ids", "answers"),
    [
        (IDS_OF_A, A2),
        (("2-1", "2-2"), B1),
        (("３－１",), "272230-2023-C-1"),
        (("1-1", "1-2", "2-1", "9-9"), A2),
        (("1-2",), A2),
        ((), None),
        (("9-9",), None),
    ],
)
def test_without_a_stamp_the_ids_tell(ids: tuple[str, ...], answers: str | None) -> None:
    identity = identified(ids=ids)
    assert (str(identity.issue.number) if identity.issue else None) == answers
    assert [f.code.name for f in identity.findings] == (["FORM_STAMP_LOST"] if answers else [])


@pytest.mark.parametrize(
    ("stamped", "shown", "found"),
    [
        ("a" * 16, "", ["a" * 16]),
        ("", f"{MADE_FROM_LABEL}{'a' * 16} {'b' * 16}", ["a" * 16, "b" * 16]),
        ("a" * 16, f"{MADE_FROM_LABEL}{'a' * 16}", ["a" * 16]),
        ("none", "誰かの書き込み", []),
        ("", "", []),
    ],
)
def test_a_hand_back_says_what_it_was_made_from(stamped: str, shown: str, found: list[str]) -> None:
    listed = RawSheet(CORRECTION_SHEET, {(10, 2): RawCell(CellKind.TEXT, shown)} if shown else {})
    read = RawBook((listed,), properties={MADE_FROM_PROPERTY: stamped} if stamped else {})
    assert list(made_from(read)) == found


def test_ids_that_fit_two_departments_alike_name_both() -> None:
    same = replace(issue("C"), items=issue("B").items)
    both = register().adding((same,))
    identity = identify((), ("2-1", "2-2"), PLAN, both)
    assert (identity.number, identity.issue) == (None, None)
    assert [(f.code.name, dict(f.details)) for f in identity.findings] == [
        ("FORM_UNCERTAIN", {"departments": ("乙課", "丙課")})
    ]
