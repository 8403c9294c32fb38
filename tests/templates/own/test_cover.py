"""The cover of the city's own form: it counts what is left, wherever the cells stand."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.city import City, codes
from tests.fillers import own_sheets as fillers
from tests.fillers.libreoffice import run_jobs
from tests.harness.own_form import drawn_form, form_folders, read_form
from tests.journeys.test_own_form import answers, own_city
from tests.programs import needs_libreoffice
from workflow.storage.workspace import OWN_FORM
from workflow.templates.indicator_table import INDICATOR_SHEET
from workflow.templates.layout import COVER_SHEET, RESPONDENT_LABEL

NAMES = [folder.name for folder in form_folders()]
RESPONDENT = "【例】庶務担当　内線2345"


@pytest.fixture(scope="module", params=NAMES)
def issued(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> City:
    return own_city(request.param, tmp_path_factory.mktemp(request.param))


def items_of(city: City) -> list[str]:
    return [item.id for item in city.plan.items_of("KOREI")]


def texts(book: Workbook) -> dict[str, Any]:
    cover = book[COVER_SHEET]
    return {c.coordinate: c.value for row in cover.iter_rows() for c in row if c.value}


def respondent_cell(book: Workbook) -> str:
    ((row,),) = [(at[1:],) for at, text in texts(book).items() if text == RESPONDENT_LABEL]
    return f"C{row}"


def states(cover: list[list[Any]], items: list[str]) -> dict[str, str]:
    return {str(row[1]): str(row[4]) for row in cover if len(row) > 4 and str(row[1]) in items}


def test_it_stands_first_and_is_the_only_sheet_selected(issued: City) -> None:
    book = load_workbook(issued.template("KOREI"))
    assert book.sheetnames[0] == COVER_SHEET
    assert [s.title for s in book.worksheets if s.sheet_view.tabSelected] == [COVER_SHEET]
    shown = set(map(str, texts(book).values()))
    assert {"高齢福祉課", str(issued.issue("KOREI").number), "取組に着手できていない"} <= shown
    assert book[COVER_SHEET].protection.sheet
    assert not book[COVER_SHEET][respondent_cell(book)].protection.locked


@needs_libreoffice
def test_it_says_of_each_item_what_is_left(issued: City, tmp_path: Path) -> None:
    city = issued.copy(tmp_path / "city")
    first, second, *others = items_of(city)
    given = answers(city.plan)
    given[second]["評価"] = "とても良い"
    path = fillers.send(city, "KOREI", {item: given[item] for item in (second, *others)})
    (book,) = run_jobs([{"do": "recalculate", "source": str(path)}])
    expected = {first: "未入力", second: "要修正"} | dict.fromkeys(others, "記入済")
    assert states(book[COVER_SHEET], items_of(city)) == expected
    left, whole = 1, len(expected)
    if INDICATOR_SHEET in book:  # those of the first item stand there
        left, whole = left + 2, whole + 2
    (count,) = {str(c) for row in book[COVER_SHEET] for c in row if "件／全" in str(c)}
    assert count == f"未入力 {left} 件／全 {whole} 件　要修正 1 件"


def test_who_filled_it_in_is_found_again_on_the_hand_back(issued: City, tmp_path: Path) -> None:
    city = issued.copy(tmp_path / "city")
    given = answers(city.plan)
    given[items_of(city)[0]]["評価"] = "とても良い"
    path = fillers.send(city, "KOREI", given)
    cell = respondent_cell(load_workbook(path))
    fillers.as_excel(path, path, {COVER_SHEET: {cell: RESPONDENT}})
    collected = city.collect()
    assert codes(collected) == ["VALUE_NOT_A_CHOICE"]
    (handback,) = collected.handbacks
    book = load_workbook(handback)
    assert book.sheetnames[:2] == ["修正のお願い", COVER_SHEET]
    assert [s.title for s in book.worksheets if s.sheet_view.tabSelected] == ["修正のお願い"]
    assert book[COVER_SHEET][cell].value == RESPONDENT
    assert "1件" in str(book[COVER_SHEET]["B1"].value)


def test_a_form_that_comes_back_without_it_is_read_alike(issued: City, tmp_path: Path) -> None:
    city = issued.copy(tmp_path / "city")
    path = fillers.send(city, "KOREI", answers(city.plan))
    book = load_workbook(path)
    del book[COVER_SHEET]
    book.save(path)
    collected = city.collect()
    assert codes(collected) == []
    assert {city.statuses()[item] for item in items_of(city)} == {"回答済"}


def test_a_sheet_of_the_citys_of_that_name_stays_the_citys(tmp_path: Path) -> None:
    city = City.with_plan(tmp_path, read_form("list").plan_document())
    book = load_workbook(io.BytesIO(drawn_form("list")))
    book.create_sheet(COVER_SHEET)["A1"] = "市の記入要領です。"
    book.save(tmp_path / OWN_FORM)
    city.generate()
    made = load_workbook(city.template("KOREI"))
    assert [name for name in made.sheetnames if COVER_SHEET in name] == [COVER_SHEET]
    assert list(texts(made).values()) == ["市の記入要領です。"]
    fillers.send(city, "KOREI", answers(city.plan))
    assert codes(city.collect()) == []
