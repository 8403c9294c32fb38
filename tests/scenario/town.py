"""The city hall of an example, built once for each plan and history and then copied."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.city import ISSUED_AT, City
from tests.scenario.description import EVERY_ITEM, PLANS, Scenario, Table, table
from workflow.plan.convert import as_json_bytes, sample_document
from workflow.storage.workspace import Workspace
from workflow.templates.issue import OLD_FOLDER

_LATER = timedelta(days=7)
_LAST_YEAR = timedelta(days=366)
_keep = TemporaryDirectory(prefix="torimatome-towns-")


def build_town(scenario: Scenario, home: Path) -> City:
    """Copy the city an example plays in, its templates issued, nothing returned yet."""
    others = {file.year or scenario.year for file in scenario.files if not file.plan}
    said = json.dumps(scenario.last_year, ensure_ascii=False, default=str)
    years = tuple(sorted({scenario.year, *others}))
    whole = _town(scenario.plan, years, scenario.changed_plan, scenario.reissued, said)
    shutil.copytree(whole, home, dirs_exist_ok=True)
    if scenario.passwords:
        document = json.loads((home / "plan.json").read_bytes())
        document["plan"]["open_passwords"] = list(scenario.passwords)
        (home / "plan.json").write_bytes(as_json_bytes(document))
    return City(Workspace(home))


def template_of(town: City, department: str, year: int, issue: int) -> Path:
    """Return the template a department was given; issue 0 is the latest."""
    latest = town.issue(department, year).number
    current = town.template(department, year)
    if issue in (0, latest.issue) and current.exists():
        return current
    number = str(latest).rpartition("-")[0]
    folder = town.workspace.templates(year) / OLD_FOLDER
    return folder / f"{number}-{issue or latest.issue}.xlsx"


def other_town(plan: str, year: int) -> City:
    """Return the city of another plan, only to take its templates."""
    return City(Workspace(_town(plan, (year,), "", True, "{}")))


def usual_answers(plan: str, items: list[str]) -> dict[str, dict[str, Any]]:
    """Return what departments of a plan answer when an example says nothing else."""
    usual = table((PLANS / plan / "answers.txt").read_text("utf-8"))
    return {item: spread(usual, item) for item in items}


def spread(said: Table, item: str) -> dict[str, Any]:
    """Return what a table says about one item; {id} stands for its 整理番号."""
    values = {**said.get(EVERY_ITEM, {}), **said.get(item, {})}
    return {
        label: value.replace("{id}", item) if isinstance(value, str) else value
        for label, value in values.items()
    }


@cache
def _town(plan: str, years: tuple[int, ...], changed: str, reissued: bool, last_year: str) -> Path:
    home = Path(_keep.name) / f"{len(list(Path(_keep.name).iterdir())):03}"
    city = City.with_plan(home, _document(plan))
    if last_year != "{}":
        _play_last_year(city, json.loads(last_year), min(years) - 1)
    for year in years:
        city.generate(year)
    if changed:
        (home / "plan.json").write_bytes(as_json_bytes(_document(changed)))
        if reissued:
            for year in years:
                city.generate(year, ISSUED_AT + _LATER)
    return home


def _document(plan: str) -> dict[str, Any]:
    if plan == "sample":
        return sample_document()
    document: dict[str, Any] = json.loads((PLANS / plan / "plan.json").read_bytes())
    return document


def _play_last_year(city: City, said: Table, year: int) -> None:
    city.generate(year, ISSUED_AT - _LAST_YEAR)
    for department in city.plan.departments:
        items = [item.id for item in city.plan.items_of(department.code)]
        texts = {item: spread(said, item) for item in items if spread(said, item)}
        if texts:
            city.send_back(department.code, texts, year=year)
    city.collect(year)
