"""The city hall the cases come back to: a department and an item for each, and a few good ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tests.city import City
from tests.fillers.xml_patch import located, patch_cells
from tests.hostile.description import Case, cases
from tests.hostile.places import PLACES

Said = dict[str, str | float | date]

GOOD = ("GOOD-1", "GOOD-2", "GOOD-3")
PASSWORD = "himitsu"
LABELS = ("取組状況", "評価", "決算額", "完了日")


def build(home: Path) -> City:
    """Return the city with all templates issued."""
    city = City.with_plan(home, document())
    city.generate()
    sample = located(city.template(GOOD[0]), {GOOD[0]: dict.fromkeys(LABELS, "")})
    assert list(sample) == [PLACES[label] for label in LABELS]
    return city


def document() -> dict[str, Any]:
    """Return the plan."""
    codes = (*GOOD, *(case.code for case in cases()))
    return {
        "version": 1,
        "plan": {
            "title": "頑丈な計画",
            "municipality": {"name": "門真市", "code": "272230"},
            "coordinator": GOOD[0],
            "open_passwords": [PASSWORD],
        },
        "levels": ["施策", "取組"],
        "departments": [{"code": code, "name": f"{code}課"} for code in codes],
        "items": [
            {"id": code, "path": [code.partition("-")[0]], "title": code, "departments": [code]}
            for code in codes
        ],
        "form": {"fields": _fields()},
        "matrices": [{"rows": "施策", "columns": "rating"}],
    }


def usual(code: str) -> Said:
    """Return what a department says unless its case has it say something else."""
    return {
        "取組状況": f"{code}のとおり実施した。",
        "評価": "Ａ",
        "決算額": 1234.5,
        "完了日": date(2024, 3, 1),
    }


def sent(case: Case) -> Said:
    """Return what the department of a case says."""
    said = usual(case.code)
    for verb, arguments in case.steps:
        if verb == "answer":
            said[arguments[0]] = arguments[1]
        elif verb == "long answer":
            said["取組状況"] = arguments[0] * int(arguments[1])
    return said


def meant(case: Case) -> dict[str, str]:
    """Return what the ledger must show when the answer counts, label → text."""
    said: Mapping[str, object] = sent(case)
    shown = {label: str(value) for label, value in said.items()}
    told = (arguments for verb, arguments in case.steps if verb == "shows")
    return shown | {label: text.replace("{code}", case.code) for label, text in told}


def filled(city: City, code: str, said: Said, desk: Path) -> bytes:
    """Return the template of a department, filled in."""
    target = desk / "filled.xlsx"
    cells = {PLACES[label]: value for label, value in said.items()}
    patch_cells(city.template(code), target, cells)
    return target.read_bytes()


def _fields() -> list[dict[str, Any]]:
    return [
        {"key": "progress", "label": "取組状況", "type": "text", "required": True},
        {
            "key": "rating",
            "label": "評価",
            "type": "choice",
            "required": True,
            "ordered": True,
            "choices": [{"value": "Ａ"}, {"value": "Ｂ"}],
        },
        {"key": "cost", "label": "決算額", "type": "number", "unit": "千円", "decimals": 1},
        {"key": "done", "label": "完了日", "type": "date"},
    ]
