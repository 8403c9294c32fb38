"""The forms to start from ask all that a plan asks, print legibly, and Excel takes them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.harness.own_form import read_form
from tests.harness.play import run_here
from tests.programs import needs_validator
from tests.test_ooxml import errors
from workflow.model.plan import Plan
from workflow.plan.book.writer import written_book
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document
from workflow.templates.own.starting_forms import CARD_NAME, LIST_NAME, starting_forms

_LEAST = 9.0


def _documents() -> dict[str, dict[str, Any]]:
    names = {"figures": "kpi_card", "indicators": "indicator_card"}
    drawn = {key: read_form(name).plan_document() for key, name in names.items()}
    return {"sample": sample_document(), **drawn}


def _sheet(plan: Plan, name: str) -> Worksheet:
    sheet = load_workbook(io.BytesIO(starting_forms(plan)[name])).active
    assert isinstance(sheet, Worksheet)
    return sheet


def _texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]


@pytest.mark.parametrize("document", _documents().values(), ids=list(_documents()))
@pytest.mark.parametrize("name", [LIST_NAME, CARD_NAME])
def test_a_form_has_a_place_for_each_field(document: dict[str, Any], name: str) -> None:
    plan = build_plan(document)
    texts = _texts(_sheet(plan, name))
    assert starting_forms(plan) == starting_forms(plan)
    for field in plan.form.fields:
        assert texts.count(f"{{{{記入:{field.label}}}}}") == 1
        assert f"{{{{前年度:{field.label}}}}}" in texts or field.is_prose
    assert "{{整理番号}}" in texts
    assert f"{{{{{plan.levels[-1]}}}}}" in texts


def test_a_card_has_a_place_for_each_indicator_of_an_item() -> None:
    plan = build_plan(read_form("indicator_card").plan_document())
    texts = _texts(_sheet(plan, CARD_NAME))
    assert [t for t in texts if t.startswith("{{記入:指標")] == [
        f"{{{{記入:指標{number}}}}}" for number in (1, 2, 3)
    ]


@pytest.mark.parametrize("name", [LIST_NAME, CARD_NAME])
def test_no_text_is_smaller_than_can_be_read_on_paper(name: str) -> None:
    sheet = _sheet(build_plan(sample_document()), name)
    sizes = [cell.font.sz for row in sheet.iter_rows() for cell in row if cell.value]
    scale = (sheet.page_setup.scale or 100) / 100
    fitting = sheet.sheet_properties.pageSetUpPr
    assert not (fitting and fitting.fitToPage)  # nothing shrinks it further
    assert sheet.page_setup.paperSize == 9
    assert min(float(size) * scale for size in sizes if size) >= _LEAST - 0.05


def test_all_entries_of_the_list_stand_in_one_row() -> None:
    sheet = _sheet(build_plan(sample_document()), LIST_NAME)
    asked = {c.row for row in sheet.iter_rows() for c in row if "{{記入:" in str(c.value)}
    assert len(asked) == 1


def test_the_command_makes_both_and_overwrites_neither(tmp_path: Path) -> None:
    home = str(tmp_path)
    code, _, complaint = run_here("init", "--form", "--home", home)
    assert (code, "plan" in complaint) == (2, True)
    (tmp_path / "plan.xlsx").write_bytes(written_book(sample_document()))
    code, printed, _ = run_here("init", "--form", "--home", home)
    made = {path.name for path in tmp_path.glob("様式ひな形*")}
    assert (code, made) == (0, {LIST_NAME, CARD_NAME})
    assert "様式ひな形.xlsx" in printed
    before = (tmp_path / CARD_NAME).read_bytes()
    assert run_here("init", "--form", "--home", home)[0] == 2
    assert (tmp_path / CARD_NAME).read_bytes() == before


@needs_validator
def test_excel_takes_them(tmp_path: Path) -> None:
    for name, content in starting_forms(build_plan(sample_document())).items():
        (tmp_path / name).write_bytes(content)
        assert errors(tmp_path / name) == []
