"""The city an example plays in, built once for each plan and history and then copied."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.city import ISSUED_AT, City
from tests.harness.description import CITIES, EVERY_ITEM, Example, hostile_cases
from tests.tables import Table, table
from workflow.model.plain_text import json_bytes
from workflow.plan.document import sample_document
from workflow.storage.workspace import OLD_FOLDER, OWN_FORM, Workspace

GOOD = ("GOOD-1", "GOOD-2", "GOOD-3")
"""Departments of the city `hostile` that answer as they should."""

_LATER = timedelta(days=7)
_LAST_YEAR = timedelta(days=366)
_keep = TemporaryDirectory(prefix="torimatome-cities-")


def build_city(example: Example, home: Path) -> City:
    """Copy the city an example plays in, its templates issued, nothing returned yet."""
    others = {file.year or example.year for file in example.files if not file.plan}
    last_year = json.dumps(example.last_year, ensure_ascii=False, default=str)
    years = tuple(sorted({example.year, *others}))
    built = _built(example.plan, years, example.changed_plan, example.reissued, last_year)
    shutil.copytree(built, home, dirs_exist_ok=True)
    if example.issued:
        given = home / "templates" / str(example.year)
        shutil.rmtree(given)
        shutil.copytree(CITIES / example.plan / "issued" / example.issued, given)
    if example.passwords:
        document = json.loads((home / "plan.json").read_bytes())
        document["plan"]["open_passwords"] = list(example.passwords)
        (home / "plan.json").write_bytes(json_bytes(document))
    return City(Workspace(home))


def template_of(city: City, department: str, year: int, issue: int) -> Path:
    """Return the template a department was given; issue 0 is the latest."""
    latest = city.issue(department, year).number
    current = city.template(department, year)
    if issue in (0, latest.issue) and current.exists():
        return current
    number = str(latest).rpartition("-")[0]
    folder = city.workspace.templates(year) / OLD_FOLDER
    return folder / f"{number}-{issue or latest.issue}.xlsx"


def other_city(plan: str, year: int) -> City:
    """Return the city of another plan, only to take its templates."""
    return City(Workspace(_built(plan, (year,), "", True, "{}")))


def usual_answers(plan: str, items: list[str]) -> dict[str, dict[str, Any]]:
    """Return what departments of a plan answer when an example says nothing else."""
    usual = table((CITIES / plan / "answers.txt").read_text("utf-8"))
    return {item: spread(usual, item) for item in items}


def spread(answers: Table, item: str) -> dict[str, Any]:
    """Return what a table says about one item; {id} stands for its 整理番号."""
    values = {**answers.get(EVERY_ITEM, {}), **answers.get(item, {})}
    return {
        label: value.replace("{id}", item) if isinstance(value, str) else value
        for label, value in values.items()
    }


def plan_document(plan: str) -> dict[str, Any]:
    """Return the plan of a city."""
    if plan == "sample":
        return sample_document()
    document: dict[str, Any] = json.loads((CITIES / plan / "plan.json").read_bytes())
    if plan == "hostile":
        codes = (*GOOD, *(case.code for case in hostile_cases()))
        document["departments"] = [{"code": code, "name": f"{code}課"} for code in codes]
        document["items"] = [
            {"id": code, "path": [code.partition("-")[0]], "title": code, "departments": [code]}
            for code in codes
        ]
    return document


def lay_tables(plan: str, home: Path) -> None:
    """Copy the tables of a city's own, and draw its own form, beside its plan."""
    for table_of_city in (CITIES / plan).glob("*.csv"):
        shutil.copy(table_of_city, home)
    form = CITIES / plan / "form.txt"
    if form.exists():
        from tests.harness.own_form import drawn_form  # it draws by what plays examples

        (home / OWN_FORM).write_bytes(drawn_form(form.read_text("utf-8").strip()))


@cache
def _built(plan: str, years: tuple[int, ...], changed: str, reissued: bool, last_year: str) -> Path:
    home = Path(_keep.name) / f"{len(list(Path(_keep.name).iterdir())):03}"
    city = City.with_plan(home, plan_document(plan))
    lay_tables(plan, home)
    if last_year != "{}":
        _play_last_year(city, json.loads(last_year), min(years) - 1)
    for year in years:
        city.generate(year)
    if changed:
        (home / "plan.json").write_bytes(json_bytes(plan_document(changed)))
        if reissued:
            for year in years:
                city.generate(year, ISSUED_AT + _LATER)
    return home


def _play_last_year(city: City, answers: Table, year: int) -> None:
    city.generate(year, ISSUED_AT - _LAST_YEAR)
    for department in city.plan.departments:
        items = [item.id for item in city.plan.items_of(department.code)]
        texts = {item: spread(answers, item) for item in items if spread(answers, item)}
        if texts:
            city.send_back(department.code, texts, year=year)
    city.collect(year)
