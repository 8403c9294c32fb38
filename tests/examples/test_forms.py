"""The cities' own forms are what they say they are, before anything is made of them."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from tests.harness.own_form import drawn_form, form_folders, read_form
from workflow.plan.build import build_plan

NAMES = [folder.name for folder in form_folders()]


@pytest.mark.parametrize("name", NAMES)
def test_a_form_asks_all_that_its_plan_asks(name: str) -> None:
    form = read_form(name)
    plan = build_plan(form.plan_document())
    cells = {cell for sheet in form.sheets for line in sheet.lines for cell in line}
    assert form.about.endswith("。")
    assert len(plan.items) == 25
    assert {f"{{{{記入:{field.label}}}}}" for field in plan.form.fields} <= cells


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_drawn_the_same_every_time(name: str) -> None:
    assert drawn_form(name) == drawn_form.__wrapped__(name)


def test_the_card_has_thirty_merged_areas() -> None:
    sheet = load_workbook(io.BytesIO(drawn_form("card")))["個別票"]
    assert len(sheet.merged_cells.ranges) >= 30
