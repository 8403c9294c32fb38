"""generate → fill → collect → ledger and matrices on the real 25-item plan."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cached_values import spoil_cached_values
from tests.city import (
    RECEIVED_AT,
    City,
    codes,
    full_texts,
    outcomes,
    real_results_of_2023,
)
from tests.fillers.by_openpyxl import fill as fill_with_openpyxl
from tests.fillers.libreoffice import run_jobs
from tests.fillers.xml_patch import located
from tests.programs import needs_libreoffice

PROSE = "【例】一行目\n　二行目　①Ⅱ 𠮷野家 ～〜 ㈱\n・終わり　"


def texts_of_2023() -> dict[str, dict[str, str | float]]:
    return {
        item: {
            "取組状況": f"{PROSE}（{item}）",
            "課題・改善点": f"=【例】{item}",
            "今後の方針": direction,
            "評価": rating,
        }
        for item, (direction, rating) in real_results_of_2023().items()
    }


def assert_all_answers_are_in(city: City) -> None:
    texts = texts_of_2023()
    rows = city.ledger()
    assert len(rows) == 25
    for row in rows:
        assert {label: row[label] for label in texts[row["整理番号"]]} == texts[row["整理番号"]]
        assert row["回答状況"] == "回答済"
    by_csv = {row["整理番号"]: row for row in city.ledger_csv()}
    for item, values in texts.items():
        assert {label: by_csv[item][label] for label in values} == values


def matrices(city: City) -> dict[str, dict[str, dict[str, int]]]:
    """Return each matrix of 集計表 by its axes, as row → column → cached value."""
    sheet = load_workbook(city.workspace.ledger(2023), data_only=True)["集計表"]
    found: dict[str, dict[str, dict[str, int]]] = {}
    header: list[str] = []
    title = above = ""
    for cells in sheet.iter_rows(min_col=2, values_only=True):
        label, *rest = cells
        if "計" in rest:
            header = [str(text) for text in rest[: rest.index("計") + 1]]
            title = above
            found[title] = {}
        elif header and label:
            counts = rest[: len(header)]
            found[title][str(label)] = dict(zip(header, map(int, counts), strict=True))  # type: ignore[arg-type]
            header = [] if label == "計" else header
        above = str(label or above)
    return found


def test_every_department_gets_exactly_its_items(city: City) -> None:
    issuance = city.generate()
    assert len(issuance.issued) == 12
    for issue in issuance.issued:
        asked = [item.id for item in city.plan.items_of(issue.number.department)]
        sheet = load_workbook(city.template(issue.number.department))["進捗状況"]
        shown = [str(cell.value) for cell in sheet["A"] if re.fullmatch(r"\d-\d", str(cell.value))]
        assert shown == asked == [item.id for item in issue.items]
    assert "7-3" in [i.id for i in city.issue("KIKI").items]
    assert "7-3" in [i.id for i in city.issue("FUKUSHI").items]


def test_answers_filled_through_openpyxl_come_back_identical(city: City) -> None:
    for issue in city.generate().issued:
        code = issue.number.department
        target = city.returned(f"{code}.xlsx")
        fill_with_openpyxl(city.template(code), target, texts_of_2023(), RECEIVED_AT)
    collected = city.collect()
    assert set(outcomes(collected).values()) == {"accepted"}
    assert collected.is_clean
    assert_all_answers_are_in(city)


@needs_libreoffice
def test_answers_filled_through_libreoffice_come_back_identical(city: City) -> None:
    jobs = []
    for issue in city.generate().issued:
        template = city.template(issue.number.department)
        target = city.returned(issue.file)
        cells = located(template, texts_of_2023())
        jobs.append({"do": "fill", "source": str(template), "target": str(target), "cells": cells})
    run_jobs(jobs)
    collected = city.collect()
    assert codes(collected) == []
    assert set(outcomes(collected).values()) == {"accepted"}
    assert_all_answers_are_in(city)


def test_matrices_show_the_published_figures(city: City) -> None:
    for issue in city.generate().issued:
        city.send_back(issue.number.department, texts_of_2023())
    city.collect()
    counted = matrices(city)
    by_policy, by_department = counted["基本施策別 評価"], counted["担当課別 評価"]
    directions = counted["基本施策別 今後の方針"]
    zero = {"Ｃ": 0, "差戻し中": 0, "未提出": 0}
    assert by_policy["計"] == {"Ａ": 22, "Ｂ": 3, "計": 25} | zero
    assert [label for label, row in by_policy.items() if row["Ｂ"] == 1] == [
        "4 組織横断的な支援体制の整備",
        "5 生きづらさを抱える人への支援",
        "7 災害時の安心・安全の仕組みづくり",
    ]
    assert by_department["危機管理課・福祉政策課"] == {"Ａ": 0, "Ｂ": 1, "計": 1} | zero
    assert by_department["計"]["計"] == 25
    expected = {"継続": 21, "拡大": 3, "改善": 1, "縮小": 0, "廃止": 0, "完了": 0, "計": 25}
    assert directions["計"] == expected | {"差戻し中": 0, "未提出": 0}


def test_matrices_reconcile_when_answers_are_missing_or_sent_back(city: City) -> None:
    city.generate()
    texts = full_texts(city.plan)
    texts["6-1"]["評価"] = "とても良い"
    city.send_back("GAKKO", texts)
    city.send_back("KOREI", texts)
    collected = city.collect()
    counted = matrices(city)
    by_policy, by_department = counted["基本施策別 評価"], counted["担当課別 評価"]
    assert by_policy["計"] == {"Ａ": 5, "Ｂ": 0, "Ｃ": 0, "差戻し中": 1, "未提出": 19, "計": 25}
    assert by_department["学校教育課"]["差戻し中"] == 1
    totals = collected.document["totals"]
    assert (totals["assignments"], totals["answered"], totals["missing"]) == (25, 5, 20)
    assert sum(totals["outcomes"].values()) == totals["files"] == 2


@needs_libreoffice
def test_libreoffice_recalculates_every_matrix_cell_to_the_cached_value(
    city: City, tmp_path: Path
) -> None:
    city.generate()
    texts = texts_of_2023()
    del texts["4-1"], texts["7-1"]
    for code in ("FUKUSHI", "KIKI", "KOREI", "GAKKO"):
        city.send_back(code, texts)
    city.collect()
    path = city.workspace.ledger(2023)
    cached = load_workbook(path, data_only=True)["集計表"]
    formulas = load_workbook(path)["集計表"]
    spoilt = tmp_path / "spoilt.xlsx"
    spoil_cached_values(path, spoilt)
    (answer,) = run_jobs([{"do": "recalculate", "source": str(spoilt)}])
    checked = 0
    for row, cells in enumerate(formulas.iter_rows()):
        for column, cell in enumerate(cells):
            if cell.data_type == "f":
                value = answer["集計表"][row][column]
                assert value == cached.cell(row + 1, column + 1).value, cell.coordinate
                checked += 1
    assert checked > 100


def test_the_json_document_keeps_the_contract(city: City) -> None:
    city.generate()
    texts = full_texts(city.plan)
    texts["1-1"]["評価"] = "Ｄ"
    city.send_back("GAKKO", texts)
    document = json.loads(json.dumps(city.collect().document))
    assert list(document) == ["year", "files", "totals", "findings", "points"]
    (file,) = document["files"]
    assert list(file) == ["path", "sha256", "outcome", "department", "answers", "findings"]
    assert (file["outcome"], file["department"], file["answers"]) == ("sent_back", "GAKKO", 2)
    (finding,) = [f for f in document["findings"] if f["severity"] == "error"]
    assert list(finding) == [
        "code",
        "severity",
        "file",
        "sheet",
        "cell",
        "item",
        "field",
        "message",
        "remedy",
    ]
    assert (finding["code"], finding["item"], finding["field"]) == (
        "VALUE_NOT_A_CHOICE",
        "1-1",
        "評価",
    )
    assert finding["cell"] in located(city.template("GAKKO"), {"1-1": {"評価": ""}})
    assert list(document["totals"]) == [
        "files",
        "outcomes",
        "assignments",
        "answered",
        "missing",
        "nothing_to_report",
        "open_points",
    ]
    assert list(document["points"][0]) == [
        "id",
        "code",
        "department",
        "item",
        "field",
        "answer",
        "other",
        "decision",
        "reason",
        "by",
        "explanation",
    ]


@pytest.mark.parametrize("year", [2023, 2024])
def test_collecting_again_gives_the_same_bytes(city: City, year: int) -> None:
    city.generate(year)
    city.send_back("GAKKO", full_texts(city.plan), year=year)
    city.collect(year)
    first = city.workspace.ledger(year).read_bytes()
    city.collect(year)
    assert city.workspace.ledger(year).read_bytes() == first
