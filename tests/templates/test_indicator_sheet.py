"""The sheet 「指標」: locked but for the actuals, counted on the cover, marked in a hand-back."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook, load_workbook

from tests.harness.description import CITIES
from workflow.model.fields.declarations import Value
from workflow.model.years import JST
from workflow.plan.build import build_plan
from workflow.templates.filling import Correction, Filling
from workflow.templates.lay_out import lay_out
from workflow.templates.layout import Layout
from workflow.templates.register import FormNumber
from workflow.templates.workbook import template_bytes

PLAN = build_plan(json.loads((CITIES / "indicators" / "plan.json").read_text("utf-8")))
ISSUED_AT = datetime(2024, 4, 1, tzinfo=JST)


def _layout(department: str = "A", year: int = 2023) -> Layout:
    number = FormNumber("272230", year, department, 1)
    return lay_out(PLAN, PLAN.department(department), number, ISSUED_AT, {})


def _book(filling: Filling = Filling()) -> Workbook:  # noqa: B008  frozen
    return load_workbook(BytesIO(template_bytes(_layout(), filling)))


def test_one_row_an_indicator_says_what_is_known_of_it() -> None:
    sheet = _book()["指標"]
    rows = [[cell.value for cell in row[:9]] for row in sheet.iter_rows(min_row=4, max_row=7)]

    assert rows[0][:5] == ["指標番号", "整理番号", "取組内容", "指標", "単位"]
    assert rows[1] == [
        *("1-1-a", "1-1", "見守り訪問", "訪問世帯数", "世帯"),
        "増やす\n（累計）",
        "1,000\n（令和2年度）",
        "令和5年度：1,600（案分）\n令和7年度：2,000",
        "令和4年度：1,420",
    ]
    assert [row[0] for row in rows[2:]] == ["1-1-b", "2-1-a"]


def test_only_the_actuals_and_asked_remarks_are_open() -> None:
    sheet = _book()["指標"]
    opened = [c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked]
    formulas = [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]

    assert opened == ["J5", "J6", "K6", "J7"]
    assert formulas == []
    assert sheet.protection.sheet
    assert not sheet.merged_cells.ranges


def test_each_actual_says_its_own_unit_and_takes_a_number_or_the_word() -> None:
    rules = {str(r.sqref): r for r in _book()["指標"].data_validations.dataValidation}

    assert rules["J5"].type == "custom"
    assert "単位は世帯です" in str(rules["J5"].prompt)
    assert "未測定" in str(rules["J5"].formula1)
    assert "単位は千円です" in str(rules["J7"].prompt)


def test_the_cover_counts_each_indicator() -> None:
    filled: dict[str, dict[str, Value]] = {"1-1": {"indicator:1-1-a": "千五百"}}
    cover = load_workbook(
        BytesIO(template_bytes(_layout(), Filling(answers=filled))), data_only=True
    )["記入要領"]
    shown = [str(c.value) for row in cover.iter_rows() for c in row if c.value]

    assert "未入力 5 件／全 6 件　要修正 1 件" in shown
    assert "指標：訓練の費用" in shown


def test_a_hand_back_marks_the_actual_on_its_sheet() -> None:
    wrong = Correction("1-1", "indicator:1-1-a", "訪問世帯数", "読めません。", "数字で。")
    filled: dict[str, dict[str, Value]] = {"1-1": {"indicator:1-1-a": "千五百"}}
    book = _book(Filling(answers=filled, corrections=(wrong,)))

    comment = book["指標"]["J5"].comment
    assert comment is not None
    assert "シート「指標」のJ5セル" in comment.text
    assert book["指標"]["J5"].value == "千五百"
    assert all(c.comment is None for row in book["進捗状況"].iter_rows() for c in row)


def test_a_department_without_indicators_gets_no_such_sheet() -> None:
    plan = build_plan(json.loads((CITIES / "small" / "plan.json").read_text("utf-8")))
    number = FormNumber("272230", 2023, "A", 1)

    assert lay_out(plan, plan.department("A"), number, ISSUED_AT, {}).indicators is None
