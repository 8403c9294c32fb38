"""A whole round on each of the cities' own forms, filled in every program."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from functools import cache, reduce
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from openpyxl import load_workbook

from tests.city import City, codes, outcomes
from tests.engine import HERE
from tests.fillers import own_sheets as fillers
from tests.fillers.libreoffice import run_jobs
from tests.fillers.own_form import with_sheets_of
from tests.harness.own_form import drawn_form, form_folders, read_form
from tests.programs import needs_exceljs, needs_gnumeric, needs_libreoffice, needs_sheetjs
from workflow.commands.demo import play
from workflow.commands.verify import verify
from workflow.model.plan import Plan
from workflow.storage.workspace import OWN_FORM, Workspace

NAMES = [folder.name for folder in form_folders()]
PROGRAMS: dict[str, fillers.Filler] = {
    "excel": fillers.as_excel,
    "openpyxl": fillers.with_openpyxl,
    "libreoffice": fillers.with_libreoffice,
    "gateway": fillers.through_a_gateway,
    "google": fillers.with_google_sheets,
    "exceljs": fillers.with_exceljs,
    "sheetjs": fillers.with_sheetjs,
    "gnumeric": fillers.with_gnumeric,
}
CANNOT_SAVE = {("list", "exceljs")}
"""What cannot save that city's original either."""


def own_city(name: str, home: Path) -> City:
    """Return a city whose templates are made of a form of its own, issued once and then copied."""
    shutil.copytree(_issued(name).home, home, dirs_exist_ok=True)
    return City(Workspace(home))


_keep = TemporaryDirectory(prefix="torimatome-own-")


@cache
def _issued(name: str) -> City:
    city = City.with_plan(Path(_keep.name) / name, read_form(name).plan_document())
    (city.home / OWN_FORM).write_bytes(drawn_form(name))
    city.generate()
    return city


def answers(plan: Plan, **changed: str) -> dict[str, dict[str, str | float]]:
    """Return a complete answer to every item."""
    prose: dict[str, str | float] = {
        "取組状況": "【例】講座を３回開催し、延べ120人が参加した。\n次年度も続ける。",
        "課題・改善点": "【例】参加者が固定している。",
        "今後の方針": "継続",
        "評価": "Ａ",
    }
    figures = {field.label: 12 for field in plan.form.fields if field.is_number}
    actuals: dict[str, dict[str, float]] = {item.id: {} for item in plan.items}
    for one in plan.indicators:
        actuals[one.item][one.name] = float(one.targets[max(one.targets)])
    return {i: {**prose, **figures, **changed, **actual} for i, actual in actuals.items()}


def assert_in_ledger(city: City, expected: Mapping[str, Mapping[str, str | float]]) -> None:
    rows = {row["整理番号"]: row for row in city.ledger()}
    measured: dict[str, str | float] = {}
    for item, values in expected.items():
        assert rows[item]["回答状況"] == "回答済"
        in_rows = {label: value for label, value in values.items() if label in rows[item]}
        assert {label: rows[item][label] for label in in_rows} == in_rows
        measured |= {label: value for label, value in values.items() if label not in rows[item]}
    assert {name: actuals_of(city)[name] for name in measured} == measured


def actuals_of(city: City) -> dict[str, float]:
    """Return this year's actuals in the CSV of the indicators, by name."""
    path = city.workspace.indicators_csv(2023)
    text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {
        r["指標名"]: float(r["実績値"]) for r in rows if r["年度(西暦)"] == "2023" and r["実績値"]
    }


def programs_for(name: str, departments: Sequence[str], in_excel: str) -> dict[str, str]:
    """Return the program in which each department fills its form: all of them are used."""
    usable = [one for one in PROGRAMS if (name, one) not in CANNOT_SAVE]
    others = [department for department in departments if department != in_excel]
    used = dict(zip(others, cycle(usable), strict=False)) | {in_excel: "excel"}
    assert set(used.values()) == set(usable)
    return used


@needs_libreoffice
@needs_exceljs
@needs_sheetjs
@needs_gnumeric
@pytest.mark.parametrize("name", NAMES)
def test_all_25_items_come_back_from_every_program_after_one_was_handed_back(
    name: str, tmp_path: Path
) -> None:
    city = own_city(name, tmp_path)
    given = answers(city.plan)
    departments = [d.code for d in city.plan.departments if city.plan.items_of(d.code)]
    wrong = {**given, "2-3": {**given["2-3"], "評価": "とても良い"}}
    owner = city.plan.items[[i.id for i in city.plan.items].index("2-3")].departments[0]
    programs = programs_for(name, departments, in_excel=owner)
    for department, program in programs.items():
        own = wrong if department == owner else given
        fillers.send(city, department, own, PROGRAMS[program])
    first = city.collect()
    (handback,) = first.handbacks
    assert [f["file"] for f in first.document["findings"]] == [f"{owner}.xlsx"]
    accepted = {f"{department}.xlsx": "accepted" for department in departments}
    assert outcomes(first) == accepted | {f"{owner}.xlsx": "sent_back"}, programs
    book = load_workbook(handback)
    assert book.worksheets[0].title == "修正のお願い"
    ((sheet, cell),) = [
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == "とても良い"
    ]
    target = city.returned(f"{owner}_修正.xlsx")
    fillers.as_excel(handback, target, {sheet: {cell: "Ｂ"}})
    second = city.collect()
    assert codes(second) == ["FILE_SUPERSEDED"]
    assert outcomes(second)[target.name] == "accepted"
    assert set(city.statuses().values()) == {"回答済"}
    assert_in_ledger(city, {**given, "2-3": {**given["2-3"], "評価": "Ｂ"}})
    assert verify(city.workspace, 2023, HERE).is_clean


def test_the_demo_plays_two_years_on_cards(tmp_path: Path) -> None:
    play(tmp_path / "demo", "card")
    city = City(Workspace(tmp_path / "demo"))
    (handback,) = city.workspace.handbacks(2024).glob("*.xlsx")
    assert load_workbook(handback).sheetnames[:3] == ["修正のお願い", "記入要領", "2-3"]
    assert {"回答済", "差戻し中", "未提出"} == set(city.statuses(2024).values())
    assert verify(city.workspace, 2024, HERE).is_clean


def united(city: City, *parts: Mapping[str, Mapping[str, str | float]]) -> None:
    """Send one book into which the sheets of several copies of a form were moved."""
    copies = [fillers.send(city, "KOREI", part).read_bytes() for part in parts]
    book = reduce(with_sheets_of, copies)
    city.returned("KOREI.xlsx").write_bytes(book)


@pytest.mark.parametrize("name", ["card", "kpi_card", "two_sheets", "list"])
def test_copies_that_two_people_filled_are_united_in_one_book(name: str, tmp_path: Path) -> None:
    city = own_city(name, tmp_path)
    given = answers(city.plan)
    first, second, *others = [item.id for item in city.plan.items_of("KOREI")]
    united(city, {i: given[i] for i in (first, second)}, {i: given[i] for i in others})
    collected = city.collect()
    assert outcomes(collected) == {"KOREI.xlsx": "accepted"}
    assert {"ROW_COPY_DIFFERS", "VALUE_MISSING"}.isdisjoint(codes(collected))
    assert_in_ledger(city, {i: given[i] for i in (first, second, *others)})
    assert verify(city.workspace, 2023, HERE).is_clean


@pytest.mark.parametrize("name", ["card", "list"])
def test_copies_that_differ_are_reported_with_both_texts(name: str, tmp_path: Path) -> None:
    city = own_city(name, tmp_path)
    given, otherwise = answers(city.plan), answers(city.plan, 評価="Ｂ")
    first, *_ = [item.id for item in city.plan.items_of("KOREI")]
    united(city, given, given | {first: otherwise[first]})
    collected = city.collect()
    (finding,) = [f for f in collected.document["findings"] if f["code"] == "ROW_COPY_DIFFERS"]
    assert finding["item"] == first
    assert "Ａ" in finding["message"]
    assert "Ｂ" in finding["message"]
    assert verify(city.workspace, 2023, HERE).is_clean


@needs_libreoffice
@pytest.mark.parametrize("name", NAMES)
def test_a_form_saved_in_another_format_is_read_alike(name: str, tmp_path: Path) -> None:
    city = own_city(name, tmp_path)
    given = answers(city.plan)
    jobs = []
    for department, ending, kind in (("KOREI", "ods", "calc8"), ("KIKI", "xls", "MS Excel 97")):
        filled = fillers.send(city, department, given).rename(tmp_path / f"{department}.xlsx")
        target = city.returned(f"{department}.{ending}")
        jobs.append({"do": "save as", "source": str(filled), "target": str(target), "filter": kind})
    run_jobs(jobs)
    collected = city.collect()
    assert set(outcomes(collected).values()) == {"accepted"}
    assert codes(collected) == ["FILE_VALUES_ONLY"]
    items = {i.id for d in ("KOREI", "KIKI") for i in city.plan.items_of(d)}
    assert_in_ledger(city, {item: given[item] for item in items})
