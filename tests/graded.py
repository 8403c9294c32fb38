"""A city whose plan has indicators, and a table of what it knows already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.city import City
from tests.harness.cities import lay_tables, plan_document, usual_answers
from workflow.returned.readers.openpyxl import open_exactly

YEAR = 2023
ACTUALS: dict[str, float | str] = {"K1": 160, "K2": 25, "K3": "未測定", "K4": 12}
_BANDS = [
    {"at_least": 110, "grade": "甲"},
    {"at_least": 90, "grade": "乙"},
    {"grade": "丙"},
]


def graded_plan() -> dict[str, Any]:
    """Return a plan with an indicator of every kind."""
    document = plan_document("known")
    common: dict[str, Any] = {"grading": _BANDS, "unit": "回", "kind": "annual"}
    document["indicators"] = [
        common | {
            "id": "K1", "item": "1-1", "name": "訪問の回数", "direction": "up", "remark": True,
            "base": {"year": 2020, "value": 100},
            "targets": {"2022": 130, "2023": 150, "2024": 170},
            "actuals": {"2021": 112, "2022": 128},
        },
        common | {
            "id": "K2", "item": "2-1", "name": "拠点の累計", "direction": "up", "unit": "か所",
            "kind": "cumulative", "base": {"year": 2020, "value": 0}, "targets": {"2025": 50},
            "actuals": {"2022": 21},
        },
        common | {
            "id": "K3", "item": "2-3", "name": "点検の漏れ", "direction": "down", "unit": "件",
            "base": {"year": 2020, "value": 9}, "targets": {"2023": 3},
        },
        common | {
            "id": "K4", "item": "3-1", "name": "研修の人数", "direction": "keep", "grading": [],
        },
    ]  # fmt: skip
    return document


def graded_round(home: Path) -> City:
    """Return the city of a round in which every department answered, after its collect."""
    city = City.with_plan(home, json.loads(json.dumps(graded_plan())))
    lay_tables("known", home)
    answer_all(city, YEAR, ACTUALS)
    return city


def answer_all(city: City, year: int, actuals: Mapping[str, float | str]) -> None:
    """Issue the templates of a year, answer every one with these actuals, and collect them."""
    city.generate(year)
    answers = usual_answers("known", [item.id for item in city.plan.items])
    for department in city.plan.departments:
        own = {item.id: answers[item.id] for item in city.plan.items_of(department.code)}
        city.send_back(department.code, own, year=year)
    for path in sorted(city.workspace.returned(year).glob("*.xlsx")):
        book = open_exactly(path.read_bytes())
        if "指標" in book.sheetnames:
            fill_actuals(book["指標"], actuals)
            book.save(path)
    city.collect(year)


def fill_actuals(
    sheet: Any,  # noqa: ANN401 - openpyxl's own
    actuals: Mapping[str, float | str],
) -> None:
    """Write the actuals of this year."""
    header = {str(cell.value): cell.column for row in sheet.iter_rows(max_row=4) for cell in row}
    column = next(at for label, at in header.items() if label.endswith("年度の実績値"))
    for row in range(5, sheet.max_row + 1):
        known = actuals.get(str(sheet.cell(row, 1).value))
        if known is not None:
            sheet.cell(row, column).value = known
