"""A city that asks once a year sees nothing of rounds: no folder, no name, no key, no column."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook

from tests.city import City, full_texts
from workflow.plan.book.layout import SHEETS
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document

_YEAR = 2023


def test_nothing_lies_one_folder_deeper_or_is_called_otherwise(tmp_path: Path) -> None:
    city = City.with_plan(tmp_path, sample_document())
    city.generate()
    city.send_back("KIKI", full_texts(city.plan))
    city.collect()

    workspace = city.workspace
    assert workspace.register(_YEAR).is_file()
    assert workspace.ledger(_YEAR).name == "台帳_令和5年度.xlsx"
    register = json.loads(workspace.register(_YEAR).read_bytes())
    assert "round" not in register
    assert {issue["number"].split("-")[1] for issue in register["issues"]} == {"2023"}
    state = json.loads(workspace.status(_YEAR).read_bytes())
    kept = (*state, *(key for department in state["departments"] for key in department))
    assert not {"round", "rounds", "is_review"} & set(kept)
    journal = workspace.journal(_YEAR).read_text("utf-8")
    assert '"round' not in journal


def test_its_plan_has_neither_sheets_nor_columns_of_rounds() -> None:
    book = load_workbook(BytesIO(written_book(sample_document())))

    assert tuple(book.sheetnames) == SHEETS
    labels = {cell.value for sheet in book for cell in sheet[3]}
    assert not {"確認する人", "足し上げ"} & labels
