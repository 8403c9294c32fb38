"""Whatever program a department fills the template with, collect takes the answers as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.city import City, codes, full_texts, outcomes
from tests.engine import HERE
from tests.fillers import programs, rebuilt
from tests.harness.conservation import issued_papers, lost_texts
from tests.harness.reading_alike import assert_read_alike
from tests.programs import needs_exceljs, needs_gnumeric, needs_libreoffice, needs_sheetjs
from workflow.commands.verify import verify
from workflow.returned.intake.detect import examine
from workflow.returned.intake.refusal import Refusal

PROSE = "【例】一行目\n　二行目　①Ⅱ 𠮷 ～〜\n=終わり"

FILLERS = [
    pytest.param(programs.as_excel, id="excel"),
    pytest.param(programs.with_openpyxl, id="openpyxl"),
    pytest.param(programs.with_libreoffice, id="libreoffice", marks=needs_libreoffice),
    pytest.param(programs.with_exceljs, id="exceljs", marks=needs_exceljs),
    pytest.param(programs.with_sheetjs, id="sheetjs", marks=needs_sheetjs),
    pytest.param(rebuilt.through_a_gateway, id="gateway"),
    pytest.param(rebuilt.with_google_sheets, id="google"),
    pytest.param(programs.with_gnumeric, id="gnumeric", marks=needs_gnumeric),
]


@pytest.mark.parametrize("filler", FILLERS)
def test_answers_survive_the_program(city: City, filler: programs.Filler) -> None:
    city.generate()
    texts = full_texts(city.plan)
    for values in texts.values():
        values["取組状況"] = PROSE
    target = city.returned("回答.xlsx")
    filler(city.template("KIKI"), target, texts)
    assert_both_readers_say_the_same(target)
    collected = city.collect()
    assert outcomes(collected) == {"回答.xlsx": "accepted"}
    assert codes(collected) == []  # every program leaves the stamp: at least the visible 様式番号
    assert [file["department"] for file in collected.document["files"]] == ["KIKI"]
    answered = [row for row in city.ledger() if row["回答状況"] == "回答済"]
    assert [row["整理番号"] for row in answered] == ["7-1", "7-2", "7-3", "8-3"]
    for row in answered:
        values = texts[row["整理番号"]]
        assert {label: row[label] for label in values} == values
    assert lost_texts(city, 2023, collected.document["files"], issued_papers(city, 2023)) == []
    assert verify(city.workspace, 2023, HERE).is_clean


def assert_both_readers_say_the_same(target: Path) -> None:
    kind = examine(target.suffix, target.read_bytes())
    assert not isinstance(kind, Refusal)
    book = assert_read_alike(kind, target.read_bytes())
    assert book is not None
    assert PROSE in {cell.text for sheet in book.sheets for cell in sheet.cells.values()}
