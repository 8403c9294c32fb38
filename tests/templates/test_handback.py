"""A hand-back: the issued template, filled as it was answered, with the cells to correct marked."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from tests.hyperlinks import hyperlinks
from tests.small import NOW, PLAN, issue
from workflow.compiled.corrections import handback_name
from workflow.model.fields.declarations import Value
from workflow.model.fields.text import TextField
from workflow.model.plan import Item
from workflow.model.rounds.declared import Period
from workflow.returned.identify import made_from, stamps
from workflow.returned.readers.openpyxl import read_book
from workflow.templates.filling import Correction, Filling
from workflow.templates.lay_out import lay_out_issue
from workflow.templates.layout import MADE_FROM_PROPERTY
from workflow.templates.workbook import handback_bytes, template_bytes

ISSUE = issue("A")
DEPARTMENT = PLAN.department("A")
ANSWERS: Mapping[str, Mapping[str, Value]] = {
    "1-1": {
        "progress": "=1+1 \x0b_x0041_",
        "rating": "とても良い",
        "cost": Decimal("12.5"),
        "done": date(2023, 5, 1),
    },
    "1-2": {"progress": "できた", "rating": "Ａ", "cost": "たくさん", "done": date(1868, 10, 23)},
}
CORRECTIONS = (
    Correction(
        "1-2", "cost", "決算額", "「たくさん」は数値として読めません。", "数字にしてください。"
    ),
    Correction("1-1", "rating", "評価", "「とても良い」は選択肢にありません。", "選んでください。"),
    Correction(
        "1-2", "reason", "理由", "必ず記入する項目が空いています。", "「理由」を記入してください。"
    ),
    Correction("", "", "", "「評価」の列が見つかりません。", "この調査票を確かめてください。"),
)
FILLING = Filling(ANSWERS, CORRECTIONS, as_of=NOW + timedelta(days=3))


def made(filling: Filling = FILLING) -> bytes:
    return handback_bytes(PLAN, DEPARTMENT, ISSUE, {}, filling)


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def entry_sheet(book: Workbook) -> Worksheet:
    sheet = book["進捗状況"]
    assert isinstance(sheet, Worksheet)
    return sheet


def cell(book: Workbook, item: str, label: str) -> Cell:
    sheet = entry_sheet(book)
    header = next(row for row in sheet.iter_rows() if row[0].value == "整理番号")
    column = next(n for n, c in enumerate(header, start=1) if str(c.value).startswith(label))
    row = next(n for n in range(1, sheet.max_row + 1) if sheet.cell(n, 1).value == item)
    found = sheet.cell(row, column)
    assert isinstance(found, Cell)
    return found


def listed(book: Workbook) -> list[dict[str, str]]:
    """Return the rows of the list, a dict per row."""
    rows = [[c.value for c in row[1:10]] for row in book["修正のお願い"].iter_rows()]
    start = next(n for n, row in enumerate(rows) if row[0] == "番号")
    return [dict(zip(map(str, rows[start]), row, strict=True)) for row in rows[start + 1 :]]  # type: ignore[arg-type]


def links(content: bytes) -> list[str]:
    """Return where the links of the list lead."""
    return [link.place for link in hyperlinks(content) if link.sheet == "修正のお願い"]


def test_answers_are_filled_in_as_what_they_are() -> None:
    book = opened(made())
    assert book.sheetnames == ["修正のお願い", "記入要領", "進捗状況"]
    expected = {
        ("1-1", "取組状況"): ("s", "=1+1 \x0b_x0041_"),
        ("1-1", "評価"): ("s", "とても良い"),
        ("1-1", "決算額"): ("n", 12.5),
        ("1-1", "完了日"): ("d", datetime(2023, 5, 1)),
        ("1-1", "理由"): ("n", None),
        ("1-2", "決算額"): ("s", "たくさん"),
        ("1-2", "完了日"): ("s", "1868-10-23"),
        ("2-1", "評価"): ("n", None),
    }
    (raw,) = (s.cells for s in read_book(made()).sheets if s.name == "進捗状況")
    for (item, label), (kind, value) in expected.items():
        found = cell(book, item, label)
        text = raw.get((found.row, found.column))
        shown = text.text if text and kind == "s" else found.value
        assert (found.data_type, shown) == (kind, value), (item, label)
    assert all(c.data_type != "f" for row in entry_sheet(book).iter_rows() for c in row)


def test_everything_else_is_the_issued_template() -> None:
    plain = opened(template_bytes(lay_out_issue(PLAN, DEPARTMENT, ISSUE, {})))
    book = opened(made())
    filled = {
        cell(book, item, field.label).coordinate for item in ANSWERS for field in PLAN.form.fields
    }
    for row in entry_sheet(plain).iter_rows():
        for before in row:
            after = entry_sheet(book)[before.coordinate]
            assert after.protection.locked == before.protection.locked
            assert after.number_format == before.number_format
            if before.coordinate not in filled:
                assert after.value == before.value
    assert [str(n) for n in stamps(read_book(made()))] == [str(ISSUE.number)]
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    assert book.security.lockStructure


def test_only_the_cells_to_correct_are_marked() -> None:
    book = opened(made())
    wrong = {("1-1", "評価"), ("1-2", "決算額"), ("1-2", "理由")}
    places = {cell(book, item, label).coordinate for item, label in wrong}
    sheet = entry_sheet(book)
    cells = [c for row in sheet.iter_rows() for c in row]
    assert {c.coordinate for c in cells if c.border.left.style == "thick"} == places
    assert {c.coordinate for c in cells if c.comment} == places
    assert {str(area.sqref) for area in sheet.conditional_formatting} >= places
    found = cell(book, "1-1", "評価")
    assert found.comment is not None
    assert found.comment.author == "とりまとめ"
    for part in (found.coordinate, "1-1・評価", CORRECTIONS[1].problem, CORRECTIONS[1].remedy):
        assert part in str(found.comment.text)


def test_the_list_leads_to_every_cell() -> None:
    content = made()
    book = opened(content)
    rows = listed(book)
    assert [tuple(row.values())[:5] for row in rows] == [
        ("1", "全体", "", "", ""),
        ("2", "1-1", "見守り", "評価", "とても良い"),
        ("3", "1-2", "声かけ", "決算額", "たくさん"),
        ("4", "1-2", "声かけ", "理由", "（空欄）"),
    ]
    order = (3, 1, 0, 2)
    assert [r["どこが問題か"] for r in rows] == [CORRECTIONS[n].problem for n in order]
    assert [r["どう直すか"] for r in rows] == [CORRECTIONS[n].remedy for n in order]
    assert links(content) == [
        f"'進捗状況'!{cell(book, item, label).coordinate}"
        for item, label in (("1-1", "評価"), ("1-2", "決算額"), ("1-2", "理由"))
    ]
    assert str(rows[0]["状態"]) == "―"
    assert all(str(r["状態"]).startswith("=IF(EXACT(") for r in rows[1:])


def test_an_error_of_a_whole_row_leads_to_the_row_and_marks_nothing() -> None:
    content = made(Filling(ANSWERS, (Correction("1-2", "", "", "行が二つあります。", "直す。"),)))
    book = opened(content)
    assert links(content) == [f"'進捗状況'!{cell(book, '1-2', '取組状況').coordinate}"]
    assert not [c for row in entry_sheet(book).iter_rows() for c in row if c.comment]


def test_two_errors_of_a_cell_share_its_comment() -> None:
    twice = (CORRECTIONS[1], replace(CORRECTIONS[1], problem="全角です。", remedy="半角にする。"))
    comment = cell(opened(made(Filling(ANSWERS, twice))), "1-1", "評価").comment
    assert comment is not None
    for correction in twice:
        assert correction.problem in str(comment.text)
        assert correction.remedy in str(comment.text)


def test_the_cover_counts_what_is_left() -> None:
    content = made()
    cover = load_workbook(io.BytesIO(content), data_only=True)["記入要領"]
    shown = [str(c.value) for row in cover.iter_rows() for c in row if c.value is not None]
    items = len(ISSUE.items)
    assert f"未入力 {items - 2} 件／全 {items} 件　要修正 2 件" in shown
    assert shown.count("要修正") == 2


def test_it_says_what_it_was_made_from_so_that_the_collector_reads_it() -> None:
    digests = ("a" * 64, "b" * 64)
    content = made(replace(FILLING, made_from=digests))
    assert made_from(read_book(content)) == ("a" * 16, "b" * 16)
    book = load_workbook(io.BytesIO(content))
    del book.custom_doc_props[MADE_FROM_PROPERTY]  # type: ignore[attr-defined]
    stream = io.BytesIO()
    book.save(stream)
    assert made_from(read_book(stream.getvalue())) == ("a" * 16, "b" * 16)


def test_the_same_round_gives_the_same_bytes_dated_by_the_return() -> None:
    assert made() == made()
    assert opened(made()).properties.created == datetime(2024, 4, 18, 0, 0)  # 9:00 in Japan


@pytest.mark.parametrize(("text", "kept"), [("長" * 1234, 1234), ("𠮷" * 20000, 16383)])
def test_long_texts_are_filled_in_whole_as_far_as_a_cell_holds(text: str, kept: int) -> None:
    wrong = (Correction("1-1", "progress", "取組状況", "長すぎます。", "短くしてください。"),)
    book = opened(made(Filling({"1-1": {"progress": text}}, wrong)))
    assert cell(book, "1-1", "取組状況").value == text[:kept]
    assert listed(book)[0]["いまの記入"] == f"{text[:60]}…（全{len(text):,}字）"


def test_nothing_quoted_is_taken_for_a_stamp_or_breaks_the_file() -> None:
    text = "999999-2022-X-1 \x01<&>_x0041_ " + "あ" * 900
    wrong = (
        Correction(
            "1-1", "rating", "評価", f"「{text}」は選択肢にありません。", "直してください。"
        ),
        Correction("", "", "", "様式番号「272230-2023-A-9」の調査票は発行していません。", "直す。"),
    )
    filling = Filling({"1-1": {"rating": "Ｘ"}}, wrong)
    assert [str(n) for n in stamps(read_book(made(filling)))] == [str(ISSUE.number)]
    comment = cell(opened(made(filling)), "1-1", "評価").comment
    assert comment is not None
    assert len(str(comment.text)) < 500
    assert any(text[:100] in remark.text for remark in read_book(made(filling)).remarks)


def test_a_plan_changed_since_does_not_change_what_was_issued() -> None:
    other = replace(
        PLAN,
        levels=("柱", "施策", "取組"),
        items=(Item("9-9", ("九", "九"), "新しい取組", ("A",)),),
        form=replace(PLAN.form, fields=(TextField(key="note", label="備考"),)),
    )
    before = lay_out_issue(PLAN, DEPARTMENT, ISSUE, {})
    assert lay_out_issue(other, DEPARTMENT, ISSUE, {}) == before


def test_the_name_says_whose_it_is() -> None:
    assert handback_name(DEPARTMENT, Period(2023)) == "A_甲課_差戻し_令和5年度.xlsx"
