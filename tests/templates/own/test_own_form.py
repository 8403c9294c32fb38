"""The city's own workbook as a template: what repeats, what is open, what it is known by."""

from __future__ import annotations

import io
import json
from datetime import datetime
from functools import cache

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.fillers.own_form import own_cells
from tests.harness.cities import plan_document
from tests.harness.own_form import drawn_form
from tests.harness.verbs.registry import packed, parts_of
from workflow.model.catalogue import Code
from workflow.model.years import JST
from workflow.plan.build import build_plan
from workflow.returned.intake.detect import Kind
from workflow.returned.readers.readings import read_again, read_first
from workflow.templates.filling import Filling
from workflow.templates.lay_out import content_digest, lay_out
from workflow.templates.own.checks import check_own_form
from workflow.templates.own.fill import own_template_bytes
from workflow.templates.own.form import OwnForm
from workflow.templates.own.lay_out import lay_out_own
from workflow.templates.own.layout import OwnLayout
from workflow.templates.own.marks import Mark, MarkKind, UnknownMark, Words
from workflow.templates.own.workbook import OwnWorkbook, own_workbook
from workflow.templates.register import FormNumber

PLAN = build_plan(plan_document("own_card"))
WORDS = Words(PLAN.levels, PLAN.form, ("予算額",))
ISSUED_AT = datetime(2024, 4, 15, 9, 0, tzinfo=JST)


@cache
def workbook(form: str) -> OwnWorkbook:
    content = drawn_form(form)
    return own_workbook(read_first(Kind.XLSX, content), content)


def laid_out(form: str, department: str = "A") -> OwnLayout:
    plan = build_plan(plan_document("own_card" if form == "card" else "own_list"))
    number = FormNumber(plan.municipality.code, 2024, department, 1)
    own = workbook(form).form
    layout = lay_out(plan, plan.department(department), number, ISSUED_AT, {}, own)
    return lay_out_own(own, layout)


@cache
def template(form: str) -> bytes:
    return own_template_bytes(laid_out(form), workbook(form).content, Filling())


def sheets(form: str) -> list[Worksheet]:
    return list(load_workbook(io.BytesIO(template(form))).worksheets)


@pytest.mark.parametrize("form", ["card", "list"])
def test_the_same_form_gives_the_same_bytes(form: str) -> None:
    again = own_template_bytes(laid_out(form), workbook(form).content, Filling())
    assert again == template(form)
    assert not [name for name, part in parts_of(again).items() if b"{{" in part]


def test_a_card_is_repeated_for_each_item_in_order() -> None:
    names = [sheet.title for sheet in sheets("card") if sheet.defined_names.get("torimatome_id")]
    assert names == ["1-1", "1-2"]


@pytest.mark.parametrize("form", ["card", "list"])
def test_every_answer_has_an_open_cell_with_its_check(form: str) -> None:
    own = laid_out(form)
    items = [entry.item.id for entry in own.layout.rows]
    asked = {(item, field.key) for item in items for field in own.words.form.fields}
    found = set()
    for sheet in sheets(form):
        assert sheet.protection.sheet
        checked = [cell for rule in sheet.data_validations.dataValidation for cell in rule.sqref]
        for item, row, column, key in own_cells(sheet):
            cell = sheet.cell(row, column)
            assert not cell.protection.locked
            assert any(cell.coordinate in area for area in checked)
            found.add((item, key))
    assert found == asked


def test_what_is_printed_is_locked() -> None:
    for sheet in sheets("card"):
        printed = [cell for row in sheet.iter_rows() for cell in row if cell.value]
        assert all(cell.protection.locked for cell in printed if isinstance(cell.value, str))


@pytest.mark.parametrize("form", ["card", "list"])
def test_both_readers_find_the_names_on_the_cells(form: str) -> None:
    first, again = read_first(Kind.XLSX, template(form)), read_again(Kind.XLSX, template(form))
    assert first.named_areas == again.named_areas
    assert first.named_areas["torimatome_a_rating"]


def test_another_form_is_issued_anew() -> None:
    department = PLAN.department("A")
    own = workbook("card").form
    changed = OwnForm("another", own.sheets)
    digests = {content_digest(PLAN, department, 2024, {}, form) for form in (None, own, changed)}
    assert len(digests) == 3


def test_the_register_keeps_what_the_cells_say() -> None:
    own = workbook("card").form
    assert OwnForm.from_json(json.loads(json.dumps(own.as_json()))) == own


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("整理番号", Mark(MarkKind.ID)),
        (" 整理番号　", Mark(MarkKind.ID)),
        ("取組内容", Mark(MarkKind.LEVEL, "取組内容")),
        ("基本目標", Mark(MarkKind.LEVEL, "基本目標")),
        ("記入：評価", Mark(MarkKind.ENTRY, "評価", "rating")),
        ("前年度:評価", Mark(MarkKind.PREVIOUS, "評価", "rating")),
        ("既知:予算額", Mark(MarkKind.KNOWN, "予算額")),
        ("指標", Mark(MarkKind.INDICATOR)),
        ("記入:評定", UnknownMark("記入:評定", "記入:評価")),
        ("整理番", UnknownMark("整理番", "整理番号")),
        ("既知:決算額", UnknownMark("既知:決算額", "既知:予算額")),
    ],
)
def test_a_mark_is_read_or_the_nearest_is_named(text: str, mark: Mark | UnknownMark) -> None:
    assert WORDS.mark(text) == mark


def test_what_leads_to_another_file_is_reported_with_its_cell() -> None:
    parts = parts_of(drawn_form("card"))
    relations, sheet = "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    link = f'<Relationship Id="rId90" Type="{kind}" Target="externalLinks/externalLink1.xml"/>'
    end = b"</Relationships>"
    parts[relations] = parts[relations].replace(end, link.encode() + end)
    parts["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"
    row = '<row r="90"><c r="C90"><f>[1]予算!A1*2</f><v>0</v></c></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", row.encode())
    own = OwnWorkbook(workbook("card").form, packed(parts), "評価シート.xlsx")
    not_kept = [f.location for f in check_own_form(own, WORDS) if f.code is Code.OWN_NOT_KEPT]
    assert [(at.file, at.sheet, at.row, at.column) for at in not_kept] == [
        ("評価シート.xlsx", "個別票", 90, 3)
    ]
