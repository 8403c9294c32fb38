"""plan.xlsx: loses nothing, and says of every cell what is wrong with it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.plan.plan_documents import (
    changed,
    documents,
    edited,
    in_book,
    refused,
    small,
    through_book,
    zipped,
)
from workflow.model.wording import cell_text
from workflow.plan.book.reader import read_book
from workflow.plan.book.writer import written_book
from workflow.plan.document import Document, empty_document, sample_document
from workflow.plan.load import validated

Sheets = dict[str, Worksheet]


@settings(max_examples=60)
@given(documents())
def test_any_valid_document_comes_back_equal(document: dict[str, Any]) -> None:
    validated(Document(document, "plan.json"))
    back = through_book(document)
    assert back.findings == ()
    assert back.content == document
    assert validated(back) == validated(Document(document, "plan.json"))


@pytest.mark.parametrize("document", [sample_document(), small()])
def test_a_known_document_comes_back_equal(document: dict[str, Any]) -> None:
    assert through_book(document).content == document


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "_x0041_",
        "_x0041_x0042_",
        "_x005F_",
        "x005F_",
        "<r>a</r>",
        "<b>&",
        " 前後 ",
        "①Ⅱ𠮷葛\U000e0100",
    ],
)
def test_any_text_is_kept(text: str) -> None:
    document = changed("/plan/contact", f"{text}\n{text}")
    assert through_book(document).content == document
    document = changed("/items/0/title", text.strip())
    assert through_book(document).content == document


def test_the_same_document_gives_the_same_bytes() -> None:
    content = written_book(small())
    assert content == written_book(small())
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"2024-04-01T00:00:00Z</dcterms:created>" in book.read("docProps/core.xml")


def test_no_cell_of_the_book_is_a_formula_or_a_number() -> None:
    document = changed("/items/0/title", "=1+1")
    with zipfile.ZipFile(io.BytesIO(written_book(document))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "/sheet" in name]
    cells = re.findall(r"<c [^>]*>", "".join(sheets))
    assert len(cells) > 100
    assert not [cell for cell in cells if 't="s"' not in cell and not cell.endswith("/>")]


def test_the_empty_document_asks_for_what_is_to_be_written() -> None:
    assert in_book(written_book(empty_document())) == {
        ("PLAN_MISSING_VALUE", "計画", "B3"),
        ("PLAN_MISSING_VALUE", "計画", "B4"),
        ("PLAN_MISSING_VALUE", "計画", "B5"),
        ("PLAN_MISSING_VALUE", "計画", "B6"),
        ("PLAN_MISSING_VALUE", "担当課", "A3"),
        ("PLAN_MISSING_VALUE", "取組内容", "A3"),
    }


def _set(sheet: str, cell: str, value: object) -> Callable[[Sheets], None]:
    def edit(sheets: Sheets) -> None:
        sheets[sheet][cell] = value  # type: ignore[assignment]

    return edit


def _typed(sheet: str, cell: str, value: object, number_format: str) -> Callable[[Sheets], None]:
    def edit(sheets: Sheets) -> None:
        sheets[sheet][cell] = value  # type: ignore[assignment]
        sheets[sheet][cell].number_format = number_format

    return edit


# what somebody did | code | sheet | cell
EDITS = [
    (_set("取組内容", "A5", datetime(2024, 1, 2)), "PLAN_DATE_FOR_TEXT", "取組内容", "A5"),
    (_set("取組内容", "A5", time(1, 2)), "PLAN_NOT_TEXT", "取組内容", "A5"),
    (_set("取組内容", "D4", datetime(2024, 4, 5)), "PLAN_DATE_FOR_TEXT", "取組内容", "D4"),
    (_set("取組内容", "C4", True), "PLAN_NOT_TEXT", "取組内容", "C4"),
    (_set("取組内容", "C4", "#N/A"), "PLAN_NOT_TEXT", "取組内容", "C4"),
    (_set("取組内容", "C4", "=A4"), "PLAN_FORMULA", "取組内容", "C4"),
    (_set("取組内容", "E4", "=A4"), "PLAN_FORMULA", "取組内容", "E4"),
    (_typed("計画", "B5", 11003, "000000"), "PLAN_MUNICIPALITY_CODE", "計画", "B5"),
    (_set("計画", "B8", 312345678), "PLAN_NOT_TEXT", "計画", "B8"),
    (_set("計画", "B7", 2024), "PLAN_BAD_VALUE", "計画", "B7"),
    (_set("計画", "B7", "5月31日"), "PLAN_BAD_VALUE", "計画", "B7"),
    (_set("計画", "C15", "=1+1"), "PLAN_FORMULA", "計画", "C15"),
    (_set("計画", "A3", "計画の名前"), "PLAN_UNKNOWN_SETTING", "計画", "A3"),
    (_set("計画", "A3", "計画の名前"), "PLAN_MISSING_VALUE", "計画", ""),
    (_set("計画", "A3", None), "PLAN_UNKNOWN_SETTING", "計画", "A3"),
    (_set("計画", "A4", "計画名"), "PLAN_DUPLICATE", "計画", "A4"),
    (_set("計画", "C3", "二つ目"), "PLAN_EXTRA_VALUE", "計画", "C3"),
    (_set("計画", "D13", "三つ目"), "PLAN_EXTRA_VALUE", "計画", "D13"),
    (_set("計画", "C15", None), "PLAN_MISSING_VALUE", "計画", "C15"),
    (_set("計画", "B15", None), "PLAN_MISSING_VALUE", "計画", "C15"),
    (_set("計画", "B2", "あたい"), "PLAN_MISSING_COLUMN", "計画", "A2"),
    (_set("担当課", "B3", "名前"), "PLAN_MISSING_COLUMN", "担当課", "A3"),
    (_set("担当課", "F3", "コード"), "PLAN_DUPLICATE", "担当課", "F3"),
    (_set("取組内容", "B3", "別の階層"), "PLAN_MISSING_COLUMN", "取組内容", "A3"),
    (_set("取組内容", "E3", "担当"), "PLAN_MISSING_COLUMN", "取組内容", "A3"),
    (_set("様式", "A4", None), "PLAN_MISSING_VALUE", "様式", "A4"),
    (_set("様式", "Q5", None), "PLAN_MISSING_VALUE", "様式", "Q5"),
    (_set("様式", "R20", "意味だけ"), "PLAN_UNKNOWN_KEY", "様式", "Q9"),
    (_set("様式", "D5", "○"), "PLAN_WRONG_TYPE", "様式", "D5"),
    (lambda sheets: sheets["様式"].insert_rows(4), "", "", ""),
    (lambda sheets: sheets["計画"].delete_rows(12), "PLAN_LEVELS_UNKNOWN", "取組内容", ""),
    (lambda sheets: sheets["計画"].delete_rows(12), "PLAN_MISSING_VALUE", "計画", ""),
    (lambda sheets: sheets["様式"].delete_rows(1, 30), "PLAN_MISSING_COLUMN", "様式", ""),
    (lambda sheets: sheets["計画"].delete_rows(1, 30), "PLAN_MISSING_COLUMN", "計画", ""),
]


@pytest.mark.parametrize(("edit", "code", "sheet", "cell"), EDITS)
def test_an_edit_is_found_at_its_cell(
    edit: Callable[[Sheets], None], code: str, sheet: str, cell: str
) -> None:
    if code:
        assert (code, sheet, cell) in in_book(edited(edit))
    else:
        assert read_book(edited(edit), "plan.xlsx").content == small()


def test_a_choice_above_every_field_belongs_to_none() -> None:
    def edit(sheets: Sheets) -> None:
        sheets["様式"].insert_rows(4)
        sheets["様式"]["Q4"] = "迷子"

    assert in_book(edited(edit)) == {("PLAN_ORPHAN_ROW", "様式", "A4")}


@pytest.mark.parametrize("sheet", ["計画", "担当課", "取組内容", "様式"])
def test_a_missing_sheet_is_reported_once_and_not_its_consequences(sheet: str) -> None:
    def edit(sheets: Sheets) -> None:
        sheets[sheet].title = "メモ"

    codes = {(code, name) for code, name, _ in in_book(edited(edit))}
    assert ("PLAN_MISSING_SHEET", sheet) in codes
    assert "PLAN_MISSING_VALUE" not in {code for code, _ in codes}
    assert "PLAN_UNKNOWN_DEPARTMENT" not in {code for code, _ in codes}


def test_a_missing_column_is_reported_once_and_not_of_every_row() -> None:
    findings = in_book(edited(_set("取組内容", "A3", "番号")))
    assert findings == {("PLAN_MISSING_COLUMN", "取組内容", "A3")}


def test_a_cell_with_the_wrong_type_is_reported_once() -> None:
    assert in_book(edited(_set("担当課", "A5", True))) >= {("PLAN_NOT_TEXT", "担当課", "A5")}
    assert in_book(edited(_set("計画", "B12", "=1"))) >= {("PLAN_FORMULA", "計画", "B12")}
    only = in_book(edited(_set("取組内容", "A5", datetime(2024, 1, 2))))
    assert only == {("PLAN_DATE_FOR_TEXT", "取組内容", "A5")}


def test_several_edits_are_found_at_once() -> None:
    def edit(sheets: Sheets) -> None:
        sheets["計画"]["B5"] = "272231"
        sheets["取組内容"]["A4"] = datetime(2024, 1, 1)
        sheets["取組内容"]["E5"] = "C"
        sheets["様式"]["C4"] = "絵"

    assert in_book(edited(edit)) == {
        ("PLAN_MUNICIPALITY_CODE", "計画", "B5"),
        ("PLAN_DATE_FOR_TEXT", "取組内容", "A4"),
        ("PLAN_UNKNOWN_DEPARTMENT", "取組内容", "E5"),
        ("PLAN_BAD_VALUE", "様式", "C4"),
    }


def test_findings_come_in_reading_order() -> None:
    def edit(sheets: Sheets) -> None:
        for cell in ("D6", "C6", "D5"):
            sheets["取組内容"][cell] = True
        sheets["担当課"]["B5"] = True
        for cell in ("B5", "B3"):
            sheets["計画"][cell] = "=1"

    findings = refused(read_book(edited(edit), "plan.xlsx"))
    assert [(f.location.sheet, cell_text(f.location)) for f in findings] == [
        ("計画", "B3"),
        ("計画", "B5"),
        ("担当課", "B5"),
        ("取組内容", "D5"),
        ("取組内容", "C6"),
        ("取組内容", "D6"),
    ]


def test_a_finding_names_the_item_and_the_field_it_is_about() -> None:
    findings = refused(through_book(changed("/items/1/departments", ["C"])))
    assert [f.location.item for f in findings] == ["1-2"]
    findings = refused(through_book(changed("/form/fields/2/minimum", 100)))
    assert [f.location.field_key for f in findings] == ["決算額"]


def test_what_people_do_to_a_book_changes_nothing() -> None:
    def edit(sheets: Sheets) -> None:
        items = sheets["取組内容"]
        items.insert_cols(1)
        items["A4"] = "係のメモ"
        items.insert_rows(1, 2)
        items["H60"] = "下のメモ"
        sheets["計画"]["B7"] = datetime(2024, 5, 31)
        sheets["計画"]["C15"] = 10
        sheets["計画"]["B9"] = "  "
        sheets["計画"]["G3"] = "右のメモ"
        sheets["様式"]["H4"] = "１００"
        sheets["様式"]["K9"] = datetime(2024, 4, 1)
        sheets["様式"]["L9"] = "2025/3/31"
        sheets["様式"]["D5"] = True
        sheets["担当課"]["A5"] = " B　"
        sheets["担当課"]["C4"] = "旧甲課\n\n OLD-A\n"
        sheets["担当課"].cell(300, 1).value = None
        sheets["担当課"].title = "担当課 "

    assert read_book(edited(edit), "plan.xlsx").content == small()


def test_only_the_first_of_merged_cells_counts() -> None:
    content = read_book(edited(lambda sheets: sheets["取組内容"].merge_cells("A5:A6")), "").content
    assert [item.get("id") for item in content["items"]] == ["1-1", "1-2", None]


def test_a_number_is_whole_where_it_is_stored_so() -> None:
    for number in (0, 7, 2.5):
        content = read_book(edited(_set("様式", "H4", number)), "plan.xlsx").content
        found = content["form"]["fields"][0]["max_length"]
        assert (found, type(found)) == (number, type(number))


def test_a_day_in_a_format_of_japanese_excel_is_a_day() -> None:
    book = edited(_typed("計画", "B7", 45443, "General"))
    with zipfile.ZipFile(io.BytesIO(book)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    row = re.search(rb'<c r="B7" s="(\d+)"', parts["xl/worksheets/sheet1.xml"])
    assert row is not None
    formats = re.findall(rb"<xf [^>]*>", parts["xl/styles.xml"].partition(b"<cellXfs")[2])
    used = formats[int(row[1])]
    day = re.sub(rb'numFmtId="\d+"', b'numFmtId="57"', used)  # 令和6年5月 in Excel's own list
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(used, day)
    content = read_book(zipped(parts), "plan.xlsx").content
    assert content["plan"]["deadline"] == "2024-05-31"


def test_a_strict_book_is_read_too() -> None:
    with zipfile.ZipFile(io.BytesIO(written_book(small()))) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for usual, strict in (
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/", b"spreadsheetml/"),
        (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"officeDocument/"),
    ):
        address = b"http://purl.oclc.org/ooxml/" + strict
        parts = {name: part.replace(usual, address) for name, part in parts.items()}
    assert read_book(zipped(parts), "plan.xlsx").content == small()


def test_a_day_as_people_write_it_is_read() -> None:
    for text in ("2024/5/31", "2024.5.31", "２０２４年５月３１日", "2024-05-31"):
        content = read_book(edited(_set("計画", "B7", text)), "plan.xlsx").content
        assert content["plan"]["deadline"] == "2024-05-31"


def test_a_pasted_line_end_of_windows_is_one_line_end() -> None:
    for text in ("一_x000D_\n二", "一_x000D_二", "一\n二"):
        content = read_book(edited(_set("様式", "E4", text)), "plan.xlsx").content
        assert content["form"]["fields"][0]["help"] == "一\n二"


def test_levels_may_need_more_columns() -> None:
    levels = [f"段{n}" for n in range(1, 8)]
    document = {
        **small(),
        "levels": levels,
        "items": [
            {"id": "1", "path": levels[:-1], "title": "あ", "departments": ["A"]},
        ],
        "matrices": [{"rows": "段1", "columns": "担当課"}],
    }
    assert through_book(document).content == document


def test_a_condition_names_a_field_by_its_label_and_is_read_by_label_or_key() -> None:
    document = sample_document()
    condition = {"field": "rating", "in": ["Ｃ"]}
    challenge = next(f for f in document["form"]["fields"] if f["key"] == "challenge")
    challenge |= {"required": False, "required_when": condition}
    document["checks"] = [{"rule": "challenge", "when": condition}]
    book = load_workbook(io.BytesIO(written_book(document)))
    named = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value == "rating"]
    assert [cell.coordinate for cell in named] == ["A12"], "the key stands in its own column alone"
    by_label = read_book(written_book(document), "plan.xlsx").content
    for sheet in ("計画", "様式"):
        for row in book[sheet].iter_rows():
            for cell in row[3:]:
                if cell.value == "評価":
                    cell.value = "rating"
    stored = io.BytesIO()
    book.save(stored)
    assert read_book(stored.getvalue(), "plan.xlsx").content == by_label == document


def test_a_matrix_names_a_field_by_its_label_and_is_read_by_label_or_key() -> None:
    document = sample_document()
    book = load_workbook(io.BytesIO(written_book(document)))
    axes = [
        [cell for cell in row[1:3] if cell.value]
        for row in book["計画"].iter_rows()
        if row[0].value == "集計表"
    ]
    shown = {cell.value for row in axes for cell in row}
    assert shown >= {"評価", "今後の方針"}
    assert not shown & {"rating", "direction"}
    by_label = read_book(written_book(document), "plan.xlsx").content
    for cell in (cell for row in axes for cell in row if cell.value == "評価"):
        cell.value = "rating"
    stored = io.BytesIO()
    book.save(stored)
    assert read_book(stored.getvalue(), "plan.xlsx").content == by_label == document
