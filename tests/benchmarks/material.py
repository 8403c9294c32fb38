"""Rounds to measure: a city of any size whose departments have answered, as Excel saves it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.fillers.xml_patch import located, patch_cells
from workflow.commands.generate import generate
from workflow.model.years import JST
from workflow.plan.book.writer import written_book
from workflow.plan.document import as_json_bytes, sample_document
from workflow.storage.workspace import Workspace
from workflow.templates.register import Issue
from workflow.templates.register_file import load_register

YEAR = 2023
ISSUED_AT = datetime(2024, 4, 15, 9, 0, tzinfo=JST)
RECEIVED_AT = datetime(2024, 5, 10, 17, 0, tzinfo=JST)
PROSE = (
    "地域の団体と協力して講座を開き、延べ{n}人が参加した。前年度より{m}人多く、若い世代が増えた。"
    * 3
)
_ASKED_TOGETHER = 10
"""How many departments share 25 items; more would only swell the list of names in every row."""

Places = Mapping[tuple[int, str], str]
"""Where an answer stands on a template: which item of it and which label → A1 reference."""


def plan_of(departments: int) -> dict[str, Any]:
    """Return the sample plan asked of so many departments, each answering 25 items for itself."""
    document = sample_document()
    codes = [f"D{n:05}" for n in range(1, departments + 1)]
    document["plan"]["coordinator"] = codes[0]
    document["departments"] = [{"code": code, "name": f"第{code[1:]}課"} for code in codes]
    document["items"] = [
        item
        | {
            "id": f"{first // _ASKED_TOGETHER + 1:05}-{item['id']}",
            "departments": codes[first : first + _ASKED_TOGETHER],
            "answer": "each",
        }
        for first in range(0, departments, _ASKED_TOGETHER)
        for item in document["items"]
    ]
    return document


def plan_of_their_own(departments: int) -> dict[str, Any]:
    """Return a plan of so many departments, each with 25 items that nobody else is asked about."""
    document = plan_of(departments)
    items = sample_document()["items"]
    document["items"] = [
        item
        | {
            "id": f"{department['code'][1:]}-{item['id']}",
            "title": f"{item['title']}（{department['name']}）",
            "departments": [department["code"]],
        }
        for department in document["departments"]
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
    workspace = issued_round(home, "plan.json", as_json_bytes(plan))
    issues = load_register(workspace.templates(YEAR), YEAR).issues
    _returned_folder(workspace)
    places = places_on(workspace.templates(YEAR) / issues[0].file, issues[0])
    numbered = [(n, issue.file) for n, issue in enumerate(issues)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_answer, workspace, places), numbered, chunksize=8))
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
    workspace.returned(YEAR).mkdir(parents=True)


def _answer(workspace: Workspace, places: Places, numbered: tuple[int, str]) -> None:
    """Save an answered copy of a template; the texts differ from department to department."""
    n, file = numbered
    target = workspace.returned(YEAR) / file
    cells = {reference: _said(n, m, label) for (m, label), reference in places.items()}
    patch_cells(workspace.templates(YEAR) / file, target, cells)
    moment = (RECEIVED_AT + timedelta(seconds=n)).timestamp()
    os.utime(target, (moment, moment))


def _said(n: int, m: int, label: str) -> str:
    match label:
        case "取組状況":
            return PROSE.format(n=n, m=m)
        case "課題・改善点":
            return PROSE.format(n=m, m=n)
        case "今後の方針":
            return "継続"
        case _:
            return "Ａ" if (n + m) % 9 else "Ｂ"
