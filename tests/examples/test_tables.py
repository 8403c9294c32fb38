"""Every folder in tests/examples/tables is a table as a city keeps it, and the plan made of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.harness.table_example import (
    Imported,
    imported,
    outcome_of,
    read_table_example,
    table_folders,
)
from tests.programs import needs_libreoffice
from workflow.compiled.years.past import read_ledger
from workflow.excel.xlsx.reader import read_xlsx
from workflow.first_day.account import Became
from workflow.first_day.reading import source
from workflow.first_day.result_book import RESULT_NAME
from workflow.model.cells import a1, folded
from workflow.model.limits import ResourceLimits
from workflow.returned.inbox import Received

FOLDERS = table_folders()


CASES = [
    pytest.param(
        folder,
        id=folder.name,
        marks=[needs_libreoffice] if read_table_example(folder).needs_office else [],
    )
    for folder in FOLDERS
]


@pytest.mark.parametrize("folder", CASES)
def test_a_table_becomes_this_plan(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "run", run_here_alone)
    example = read_table_example(folder)
    run = imported(example, tmp_path)
    assert outcome_of(run) == json.loads((folder / "expected.json").read_text("utf-8"))
    assert "Traceback" not in run.complaint
    if run.draft is not None:
        every_cell_is_accounted_for(run)
        what_is_taken_stands_in_its_place(run)


def run_here_alone(
    work: Callable[[Received], object], tasks: Sequence[Received], limits: ResourceLimits
) -> Iterator[object]:
    """Read in this process: the files are our own, and a worker takes a second to start."""
    return map(work, tasks)


def every_cell_is_accounted_for(run: Imported) -> None:
    """Every cell of the source stands in 取り込み結果.xlsx, with what became of it."""
    assert run.draft is not None
    by_cell: dict[tuple[str, str], dict[str, str]] = {}
    for cell in listed_cells(run.home):  # a comment stands below the cell it belongs to
        by_cell.setdefault((cell["シート"], cell["セル"]), cell)
    for sheet in run.draft.source.sheets:
        for place, text in {**sheet.texts, **(sheet.struck or {})}.items():
            cell = by_cell[sheet.name, a1(*place)]
            assert cell["書かれていたもの"] == text
            assert cell["どうなったか"] in {became.value for became in Became}
            assert cell["どうなったか"] != Became.LEFT_OUT or cell["理由"]


def what_is_taken_stands_in_its_place(run: Imported) -> None:
    """What is listed as taken stands in plan.xlsx, or in the ledger of the earlier year."""
    plan = {folded(text) for text in texts_of(run.home / "plan.xlsx")}
    whole = "\n".join(sorted(plan))
    ledgers = [
        row for path in run.home.glob("compiled/*/*.csv") for row in read_ledger(path.read_bytes())
    ]
    for cell in listed_cells(run.home):
        for part in cell["入れた値"].split("、") if cell["どうなったか"] == Became.PLAN else ():
            assert folded(part) in whole, cell
        if cell["どうなったか"] == Became.ANSWER:
            rows = [row for row in ledgers if row["整理番号"] == cell["整理番号"]]
            assert any(cell["入れた値"] in row[cell["列・項目"]] for row in rows), cell


def listed_cells(home: Path) -> list[dict[str, str]]:
    book = read_xlsx((home / RESULT_NAME).read_bytes())
    sheet = next(sheet for sheet in book.sheets if sheet.name == "すべてのセル")
    labels = {column: cell.text for (row, column), cell in sheet.cells.items() if row == 1}
    rows: dict[int, dict[str, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if row > 1:
            rows.setdefault(row, dict.fromkeys(labels.values(), ""))[labels[column]] = cell.text
    return list(rows.values())


def texts_of(path: Path) -> list[str]:
    book = read_xlsx(path.read_bytes())
    return [cell.text for sheet in book.sheets for cell in sheet.cells.values()]
