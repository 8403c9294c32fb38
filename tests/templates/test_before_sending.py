"""What the form says before it is sent is what collect says of it then, in LibreOffice too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.city import ISSUED_AT, City
from tests.fillers.libreoffice import run_jobs
from tests.harness.description import CITIES
from tests.programs import needs_libreoffice
from workflow.model.catalogue import Severity

LAST_YEAR: Mapping[str, str | float | date] = {
    "取組状況": "昨年の文",
    "評価": "Ａ",
    "目標値": 100.0,
    "実績値": 120.0,
    "状態": "継続",
}
ANSWERS: Mapping[str, Mapping[str, str | float | date]] = {
    "1-1": {
        "取組状況": "昨年の文",
        "評価": "Ｂ",
        "目標値": 100.0,
        "実績値": 210.0,
        "状態": "完了",
    },
    "1-2": {
        "取組状況": "ことしの文",
        "評価": "Ａ",
        "目標値": 100.0,
        "実績値": 120000.0,
        "内訳１": 60000.5,
        "内訳２": 59999.5,
    },
    "1-3": {
        "取組状況": "よい文",
        "評価": "Ａ",
        "実績値": 100.0,
        "内訳１": 1.0,
        "内訳２": 2.0,
    },
    "1-4": {
        "取組状況": "別のよい文",
        "評価": "Ａ",
        "目標値": 100.0,
        "実績値": 100.0,
        "内訳１": 0.1,
        "内訳２": 99.9,
        "状態": "完了",
        "完了日": date(2024, 3, 1),
    },
}
STATES = {"1-1": "要修正", "1-2": "要確認", "1-3": "参考", "1-4": "記入済"}
TEXTS = {"1-1": "なし", "1-2": "同上", "1-3": "　同上 ", "1-4": "－"}


def issued(home: Path) -> City:
    """A city with rules between fields and a last year, its templates of this year issued."""
    document: dict[str, Any] = json.loads((CITIES / "checked" / "plan.json").read_text("utf-8"))
    city = City.with_plan(home, document)
    city.generate(2022)
    city.send_back("A", {item: dict(LAST_YEAR) for item in ANSWERS}, year=2022)
    city.collect(2022)
    city.generate(2023, ISSUED_AT + timedelta(days=365))
    return city


def states(cover: list[list[Any]]) -> dict[str, str]:
    """Return the state that the cover shows of each item."""
    return {str(row[1]): str(row[4]) for row in cover if len(row) > 4 and row[1] in ANSWERS}


def asked(city: City) -> dict[str, str]:
    """Return the weightiest severity that collect finds of each item."""
    found = city.collect().document["findings"]
    severities = {item: {f["severity"] for f in found if f["item"] == item} for item in ANSWERS}
    return {
        item: next((s.label for s in Severity if s.value in own), "記入済")
        for item, own in severities.items()
    }


@needs_libreoffice
def test_the_cover_says_what_collect_says(tmp_path: Path) -> None:
    city = issued(tmp_path)
    path = city.send_back("A", ANSWERS)
    (book,) = run_jobs([{"do": "recalculate", "source": str(path)}])
    assert states(book["記入要領"]) == STATES
    assert asked(city) == STATES
    (count,) = {str(c) for row in book["記入要領"] for c in row if "件／全" in str(c)}
    assert count == "未入力 0 件／全 4 件　要修正 1 件　要確認 1 件　参考 1 件"


@needs_libreoffice
def test_words_that_say_nothing_are_reported_as_collect_tells_them(tmp_path: Path) -> None:
    city = issued(tmp_path)
    values = {item: {"取組状況": text, "評価": "Ａ"} for item, text in TEXTS.items()}
    path = city.send_back("A", values)
    (book,) = run_jobs([{"do": "recalculate", "source": str(path)}])
    assert states(book["記入要領"]) == asked(city)
    assert set(asked(city).values()) == {"要修正", "要確認"}


@needs_libreoffice
def test_the_colours_survive_a_program_and_are_no_doubtful_looks(tmp_path: Path) -> None:
    city = issued(tmp_path)
    filled = city.send_back("A", ANSWERS)
    before = city.collect().document["findings"]
    saved = tmp_path / "saved.xlsx"
    kind = "Calc MS Excel 2007 XML"
    run_jobs([{"do": "save as", "source": str(filled), "target": str(saved), "filter": kind}])
    filled.write_bytes(saved.read_bytes())
    after = city.collect().document["findings"]
    assert [(f["code"], f["cell"]) for f in after] == [(f["code"], f["cell"]) for f in before]
    again = load_workbook(saved)["進捗状況"]
    assert isinstance(again, Worksheet)
    formulas = [rule.formula for area in again.conditional_formatting for rule in area.rules]
    assert any("EXACT" in str(formula) for formula in formulas)


def test_the_entry_sheet_holds_no_formula_and_the_cover_none_too_long(tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads((CITIES / "checked" / "plan.json").read_text("utf-8"))
    document["form"]["fields"] += [
        {"key": f"n{n}", "label": f"数{n}", "type": "number", "minimum": 0} for n in range(120)
    ]
    city = City.with_plan(tmp_path, document)
    city.generate()
    book = load_workbook(city.template("A"))
    entries = (c for row in book["進捗状況"].iter_rows() for c in row)
    assert not [c for c in entries if c.data_type == "f"]
    cover = [c for row in book["記入要領"].iter_rows() for c in row if c.data_type == "f"]
    assert all(len(str(c.value)) < 8192 for c in cover)
