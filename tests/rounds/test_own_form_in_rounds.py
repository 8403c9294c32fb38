"""One form of the city's own through the rounds of a year: what was answered stands on the next."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.city import COLLECTED_AT, ISSUED_AT, RECEIVED_AT, City
from tests.engine import HERE
from tests.fillers.own_form import fill_own_form
from tests.harness.cities import plan_document
from workflow.commands.collect import collect
from workflow.commands.generate import generate
from workflow.commands.plan import succession
from workflow.commands.verify import verify
from workflow.rounds.collected import Collected
from workflow.storage.workspace import OWN_FORM, OWN_FORM_OF_ROUND, Workspace

YEAR = 2024
MARKS = (
    ("整理番号", "{{整理番号}}"),
    ("取組", "{{取組内容}}"),
    ("上半期の取組", "{{記入:上半期の取組}}"),
    ("回答した課", "{{上半期:回答者・受領日}}"),
    ("年間の取組", "{{記入:年間の取組}}"),
    ("一次評価", "{{記入:一次評価}}"),
    ("二次評価", "{{記入:二次評価}}"),
)


def form(*marks: tuple[str, str]) -> bytes:
    """Return a list with a heading and a mark in each column."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "評価シート"
    sheet["A1"] = "評価シート　{{年度}}"
    for column, (heading, mark) in enumerate(marks, start=1):
        sheet.cell(3, column, heading)
        sheet.cell(4, column, mark)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def without_first(mark: tuple[str, str]) -> bool:
    return "上半期:" not in mark[1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    city = City.with_plan(tmp_path / "home", plan_document("rounds"))
    return city.home


def played(home: Path, name: str, answers: dict[str, str], to: str = "") -> Collected:
    """Issue a round and let 甲課 and 乙課 answer it, on whatever form it is."""
    workspace = Workspace(home).in_round(name)
    generate(workspace, YEAR, ISSUED_AT)
    for code in ("A", "B"):
        returned = workspace.returned(YEAR) / (to or name) / f"{code}.xlsx"
        returned.parent.mkdir(parents=True, exist_ok=True)
        returned.write_bytes(filled(workspace, code, answers))
        os.utime(returned, (RECEIVED_AT.timestamp(), RECEIVED_AT.timestamp()))
    return collect(workspace, YEAR, COLLECTED_AT, HERE)


def filled(workspace: Workspace, code: str, answers: dict[str, str]) -> bytes:
    city = City(workspace)
    template = city.template(code, YEAR).read_bytes()
    items = [item.id for item in city.issue(code, YEAR).items]
    keys = {field.label: field.key for field in city.plan.form.fields}
    return fill_own_form(template, {item: dict(answers) for item in items}, keys)


def entry_sheet(workspace: Workspace, code: str) -> Worksheet:
    content = City(workspace).template(code, YEAR).read_bytes()
    return load_workbook(io.BytesIO(content))["評価シート"]


def test_the_form_of_all_rounds_shows_in_each_what_the_others_asked(home: Path) -> None:
    (home / OWN_FORM).write_bytes(form(*filter(without_first, MARKS)))
    first = played(home, "上半期", {"上半期の取組": "始めた。"})
    assert first.document["totals"]["missing"] == 0
    played(home, "年間", {"年間の取組": "終えた。", "一次評価": "Ａ"})

    sheet = entry_sheet(Workspace(home).in_round("年間"), "A")
    heading = [cell.value for cell in sheet[3]]
    row = dict(zip(heading, sheet[4], strict=True))
    assert sheet["A1"].value == "評価シート　令和6年度 年間"
    assert row["上半期の取組"].value == "始めた。"
    assert row["二次評価"].value is None
    open_cells = {title for title, cell in row.items() if not cell.protection.locked}
    assert open_cells == {"年間の取組", "一次評価"}
    for name in ("上半期", "年間"):
        assert verify(Workspace(home).in_round(name), YEAR, HERE).differences == ()


def test_a_round_may_have_a_form_of_its_own_that_says_who_answered(home: Path) -> None:
    (home / OWN_FORM_OF_ROUND.format(round="年間")).write_bytes(form(*MARKS))
    workspace = Workspace(home).in_round("上半期")
    generate(workspace, YEAR, ISSUED_AT)
    city = City(workspace)
    for code in ("A", "B"):
        items = [item.id for item in city.issue(code, YEAR).items]
        texts = {item: {"上半期の取組": f"{item}を始めた。"} for item in items}
        city.send_back(code, texts, f"上半期/{code}.xlsx", year=YEAR)
    collect(workspace, YEAR, COLLECTED_AT, HERE)
    collected = played(home, "年間", {"年間の取組": "終えた。", "一次評価": "Ａ"})
    assert collected.document["totals"]["answered"] == 5
    shown = [c.value for c in entry_sheet(Workspace(home).in_round("年間"), "A")[4]]
    assert "1-1を始めた。" in shown
    assert "甲課、令和6年5月10日" in shown


def test_a_form_of_another_round_is_known_by_its_number(home: Path) -> None:
    (home / OWN_FORM).write_bytes(form(*filter(without_first, MARKS)))
    played(home, "上半期", {"上半期の取組": "始めた。"}, to="年間")
    found = played(home, "年間", {"年間の取組": "終えた。", "一次評価": "Ａ"}, to="上半期")
    assert {f["path"]: f["outcome"] for f in found.document["files"]} == {
        "上半期/A.xlsx": "accepted",
        "上半期/B.xlsx": "accepted",
        "年間/A.xlsx": "not_a_return",
        "年間/B.xlsx": "not_a_return",
    }


def test_the_form_is_checked_for_every_round_where_the_plan_is_looked_at(home: Path) -> None:
    (home / OWN_FORM).write_bytes(form(*filter(without_first, MARKS)))
    assert succession(Workspace(home), None).plan.rounds
