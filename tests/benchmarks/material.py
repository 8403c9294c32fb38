"""Rounds to measure: a city of any size whose departments have answered, as Excel saves it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

from tests.city import City
from tests.fillers.own_sheets import as_excel, cells_of
from tests.fillers.xml_patch import located, patch_cells
from workflow.commands.generate import generate
from workflow.model.plain_text import json_bytes
from workflow.model.years import JST
from workflow.plan.book.writer import written_book
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document
from workflow.storage.workspace import OWN_FORM, Workspace
from workflow.templates.own.starting_forms import CARD_NAME, starting_forms
from workflow.templates.register import Issue
from workflow.templates.register_file import load_register

YEAR = 2023
ISSUED_AT = datetime(2024, 4, 15, 9, 0, tzinfo=JST)
RECEIVED_AT = datetime(2024, 5, 10, 17, 0, tzinfo=JST)
_ITEMS = 25
_SHORTEST, _LONGEST = 100, 640
"""How many characters real departments write into a cell of prose."""

Places = Mapping[tuple[int, str], str]
"""Where an answer stands on a template: which item of it and which label → A1 reference."""


def plan_of(departments: int) -> dict[str, Any]:
    """Return the sample plan of so many departments, each with 25 items nobody else is asked."""
    document = sample_document()
    items = document["items"][:_ITEMS]
    codes = [f"D{n:05}" for n in range(1, departments + 1)]
    document["plan"]["coordinator"] = codes[0]
    document["departments"] = [{"code": code, "name": f"第{code[1:]}課"} for code in codes]
    document["items"] = [
        item
        | {
            "id": f"{code[1:]}-{item['id']}",
            "title": f"{item['title']}（第{code[1:]}課）",
            "departments": [code],
        }
        for code in codes
        for item in items
    ]
    return document


def issued_round(home: Path, name: str, plan: bytes) -> Workspace:
    """Return a workspace with a plan whose every department was given its template."""
    home.mkdir(parents=True)
    (home / name).write_bytes(plan)
    workspace = Workspace(home)
    generate(workspace, YEAR, ISSUED_AT)
    return workspace


def returned_round(home: Path, plan: Mapping[str, Any]) -> Workspace:
    """Return a workspace in which every department of a plan has answered its 25 items."""
    workspace = issued_round(home, "plan.json", json_bytes(plan))
    issues = load_register(workspace.templates(YEAR), YEAR).issues
    _returned_folder(workspace)
    places = places_on(workspace.templates(YEAR) / issues[0].file, issues[0])
    numbered = [(n, issue.file) for n, issue in enumerate(issues)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_answer, workspace, places), numbered, chunksize=8))
    return workspace


def returned_cards(home: Path, plan: Mapping[str, Any]) -> Workspace:
    """Return such a workspace of a city that asks on cards of its own, one for each item."""
    home.mkdir(parents=True)
    form = starting_forms(build_plan(plan))[CARD_NAME]
    (home / "plan.json").write_bytes(json_bytes(plan))
    (home / OWN_FORM).write_bytes(form)
    workspace = Workspace(home)
    generate(workspace, YEAR, ISSUED_AT)
    _returned_folder(workspace)
    for n, issue in enumerate(load_register(workspace.templates(YEAR), YEAR).issues):
        labels = [field.label for field in issue.form.form.fields]
        texts = {
            item.id: {label: _answer_text(n, m, label) for label in labels}
            for m, item in enumerate(issue.items)
        }
        cells = cells_of(City(workspace), issue.number.department, texts)
        as_excel(
            workspace.templates(YEAR) / issue.file, workspace.returned(YEAR) / issue.file, cells
        )
    return workspace


def returned_city(home: Path) -> Workspace:
    """Return a workspace with the sample plan, all of whose 12 departments have answered."""
    workspace = issued_round(home, "plan.xlsx", written_book(sample_document()))
    _returned_folder(workspace)
    for n, issue in enumerate(load_register(workspace.templates(YEAR), YEAR).issues):
        places = places_on(workspace.templates(YEAR) / issue.file, issue)
        _answer(workspace, places, (n, issue.file))
    return workspace


def places_on(template: Path, issue: Issue) -> Places:
    """Return where the answers to the items of a template stand."""
    items = [item.id for item in issue.items]
    labels = [field.label for field in issue.form.form.fields]
    names = {item: {label: f"{m} {label}" for label in labels} for m, item in enumerate(items)}
    found = {name: reference for reference, name in located(template, names).items()}
    return {
        (m, label): found[names[item][label]] for m, item in enumerate(items) for label in labels
    }


def _returned_folder(workspace: Workspace) -> None:
    workspace.returned(YEAR).mkdir(parents=True, exist_ok=True)


def _answer(workspace: Workspace, places: Places, numbered: tuple[int, str]) -> None:
    """Save an answered copy of a template; the texts differ from department to department."""
    n, file = numbered
    target = workspace.returned(YEAR) / file
    cells = {reference: _answer_text(n, m, label) for (m, label), reference in places.items()}
    patch_cells(workspace.templates(YEAR) / file, target, cells)
    moment = (RECEIVED_AT + timedelta(seconds=n)).timestamp()
    os.utime(target, (moment, moment))


def _answer_text(n: int, m: int, label: str) -> str:
    match label:
        case "取組状況":
            return _prose(2 * n, m)
        case "課題・改善点":
            return _prose(2 * n + 1, m)
        case "今後の方針":
            return "継続"
        case _:
            return "Ａ" if (n + m) % 9 else "Ｂ"


def _prose(n: int, m: int) -> str:
    """Return a text no other cell holds, as long as real ones are, some short and some long."""
    stock = _stock()
    start = (n * 7919 + m * 104729) % len(stock)
    length = _SHORTEST + (n * 389 + m * 211) % (_LONGEST - _SHORTEST + 1)
    return f"【例】{n}の{m}。{(stock * 2)[start : start + _LONGEST]}"[:length]


@cache
def _stock() -> str:
    """Return all that the departments of the demo answer, one text after the other."""
    stored = resources.files("workflow.commands").joinpath("demo_answers.json").read_text("utf-8")
    years: dict[str, dict[str, dict[str, str]]] = json.loads(stored)
    answers = [answer for year in years.values() for answer in year.values()]
    prose = [answer[key] for answer in answers for key in ("progress", "challenge")]
    return "".join(prose).replace("【例】", "")
