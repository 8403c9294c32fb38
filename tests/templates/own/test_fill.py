"""A template on the city's own form keeps what the city drew, and Excel takes it."""

from __future__ import annotations

import io
import posixpath
import re
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.harness.own_form import drawn_form, form_folders, read_form
from tests.harness.verbs.registry import Parts, parts_of
from tests.programs import needs_validator
from tests.test_ooxml import errors
from workflow.excel.xlsx.xml import MAIN
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.model.years import JST
from workflow.plan.build import build_plan
from workflow.returned.inbox import single
from workflow.returned.open import opened_book
from workflow.templates.filling import Correction, Filling, Question
from workflow.templates.lay_out import lay_out
from workflow.templates.layout import CORRECTION_SHEET, Layout
from workflow.templates.own.package.comments import add_comments
from workflow.templates.own.package.parts import Parts as PackageParts
from workflow.templates.own.package.sheet import SheetTree
from workflow.templates.own.workbook import OwnWorkbook, own_workbook
from workflow.templates.register import FormNumber
from workflow.templates.workbook import template_bytes

NAMES = [folder.name for folder in form_folders()]
_AT = datetime(2024, 4, 15, 9, tzinfo=JST)


@cache
def _plan(name: str) -> Plan:
    return build_plan(read_form(name).plan_document())


@cache
def _own(name: str, folder: Path) -> OwnWorkbook:
    path = folder / f"{name}.xlsx"
    path.write_bytes(drawn_form(name))
    book = opened_book(single(path))
    assert not isinstance(book, Finding)
    return own_workbook(book, path.read_bytes())


def _layout(name: str, own: OwnWorkbook, code: str = "KOREI") -> Layout:
    plan = _plan(name)
    number = FormNumber(plan.municipality.code, 2023, code, 1)
    return lay_out(plan, plan.department(code), number, _AT, {}, own.form)


def _template(name: str, folder: Path, filling: Filling = Filling()) -> bytes:  # noqa: B008
    own = _own(name, folder)
    return template_bytes(_layout(name, own), filling, own)


def _handed_back(name: str, folder: Path) -> bytes:
    items = [row.item.id for row in _layout(name, _own(name, folder)).rows]
    wrong = Correction(items[0], "rating", "評価", "選択肢にありません。", "選んでください。")
    asked = Question(1, items[1], "progress", "取組状況", "何か変わりましたか。")
    answers = {item: {"rating": "とても良い", "progress": "実施した。"} for item in items}
    return _template(name, folder, Filling(answers, (wrong,), (asked,)))


def _open(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def _rels(parts: Parts, part: str) -> dict[str, str]:
    """Return the part of each kind that a part leads to."""
    folder, name = posixpath.split(part)
    xml = parts.get(f"{folder}/_rels/{name}.rels", b"").decode()
    found = {}
    for kind, target in re.findall(r'Type="[^"]*/(\w+)" Target="([^"]*)"', xml):
        found[kind] = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_same_form_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    assert _template(name, tmp_path) == _template(name, tmp_path)
    assert _handed_back(name, tmp_path) == _handed_back(name, tmp_path)


@needs_validator
@pytest.mark.parametrize("name", NAMES)
def test_excel_takes_a_hand_back_which_is_a_template_and_more(name: str, tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    path.write_bytes(_handed_back(name, tmp_path))
    assert errors(path) == []


@needs_validator
def test_excel_takes_a_template_on_cards_with_all_a_city_draws(tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    path.write_bytes(_template("card", tmp_path))
    assert errors(path) == []


def test_each_card_has_its_own_pictures_boxes_and_controls(tmp_path: Path) -> None:
    parts = parts_of(_template("card", tmp_path))
    sheets = [n for n in parts if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)]
    cards = [n for n in sheets if b"<legacyDrawing" in parts[n]]
    hanging = [_rels(parts, card) for card in cards]
    assert len(cards) == 4
    for kind in ("drawing", "vmlDrawing", "ctrlProp", "printerSettings", "comments"):
        assert all(kind in found for found in hanging)
    assert len({found["drawing"] for found in hanging}) == 4
    for found in hanging:
        drawing = parts[found["drawing"]].decode()
        assert "１件につき１枚" in drawing
        assert "市章" in drawing
    assert len([n for n in parts if "ctrlProp" in n and not n.endswith(".rels")]) == 8


def test_a_box_to_tick_is_not_locked(tmp_path: Path) -> None:
    for sheet in _open(_template("card", tmp_path)).worksheets[1:5]:
        assert not sheet["B35"].protection.locked
        assert not sheet["C35"].protection.locked
        assert sheet["A35"].protection.locked
        assert sheet.protection.sheet


def test_what_stands_below_a_list_goes_down_with_its_rows(tmp_path: Path) -> None:
    parts = parts_of(_template("list", tmp_path))
    sheet = _open(_template("list", tmp_path))["進行管理表"]
    texts = {str(row[0].value): row[0].row for row in sheet.iter_rows(max_col=1) if row[0].value}
    assert texts["※　評価　Ａ：順調に進んでいる　Ｂ：遅延している　Ｃ：着手できていない"] == 10
    assert "進行管理表!$A$1:$N$12" in parts["xl/workbook.xml"].decode().replace("'", "")
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    assert "<xm:sqref>L6 L7 L8 L9</xm:sqref>" in xml  # a rule that looks at another sheet
    assert "<xm:sqref>H6:I6 H7:I7 H8:I8 H9:I9</xm:sqref>" in xml
    assert "x14:dataValidation " not in xml  # the cell has a list of ours now


def test_charts_and_formulas_of_a_card_are_about_that_card(tmp_path: Path) -> None:
    made = _template("kpi_card", tmp_path)
    parts = parts_of(made)
    charts = [parts[n].decode() for n in parts if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]
    named = {re.search(r"<c:f>([^<!]*)!", chart)[1].strip("'") for chart in charts}  # type: ignore[index]
    sheets = [sheet.title for sheet in _open(made).worksheets]
    assert sheets[:2] == ["記入要領", "記入の手引"]
    assert named == set(sheets[2:6])


def test_a_cell_with_a_comment_of_the_citys_has_one_comment(tmp_path: Path) -> None:
    parts = parts_of(_handed_back("card", tmp_path))
    listed = [n for n in parts if re.fullmatch(r"xl/comments\d+\.xml", n)]
    references = [re.findall(rb'<comment [^>]*ref="([A-Z]+\d+)"', parts[n]) for n in listed]
    assert all(len(found) == len(set(found)) for found in references)
    assert len(listed) == 4
    book = _open(_handed_back("card", tmp_path))
    texts = [str(sheet["C24"].comment.text) for sheet in book.worksheets[2:6]]
    assert [text.endswith("記入の手引を見てください。") for text in texts] == [True] * 4
    assert ["直し方：選んでください。" in text for text in texts] == [True, False, False, False]


def test_a_plain_comment_of_the_citys_stands_below_ours(tmp_path: Path) -> None:
    parts = PackageParts(_template("card", tmp_path))
    root = parts.tree("xl/comments1.xml")
    for text in root.iter(f"{MAIN}text"):
        text[:] = [text.makeelement(f"{MAIN}t", {})]
        text[0].text = "市の注記"
    parts.put("xl/comments1.xml", root)
    sheet = "xl/worksheets/sheet1.xml"
    add_comments(parts, sheet, SheetTree(parts.tree(sheet)), {"C24": "直してください。"})
    listed = parts.tree("xl/comments1.xml").iter(f"{MAIN}comment")
    (merged,) = [comment for comment in listed if comment.get("ref") == "C24"]
    texts = [run.findtext(f"{MAIN}t") for run in merged.iter(f"{MAIN}r")]
    assert texts == ["直してください。\n\n", "市の注記"]
    assert merged.findall(f"{MAIN}text/{MAIN}t") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_hand_back_marks_the_cells_and_lists_them_first(name: str, tmp_path: Path) -> None:
    book = _open(_handed_back(name, tmp_path))
    listed = book.worksheets[0]
    assert (listed.title, book.active) == (CORRECTION_SHEET, listed)
    links = [link.location for row in listed.iter_rows() for c in row if (link := c.hyperlink)]
    assert len(links) == 2
    comments = [
        (sheet.title, cell.coordinate, cell.comment.text)
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment and "福祉政策課" not in str(cell.comment.author)
    ]
    led_to = {str(link).replace("'", "") for link in links}
    assert {f"{sheet}!{cell}" for sheet, cell, _ in comments} == led_to
    sheet, cell, text = comments[0]
    assert f"{sheet}\n{cell}へ移る" in [c.value for row in listed.iter_rows() for c in row]
    assert "直し方：選んでください。" in text
    assert book[sheet][cell].value == "とても良い"
    assert book[sheet][cell].border.left.style == "thick"
    assert not book[sheet][cell].protection.locked
