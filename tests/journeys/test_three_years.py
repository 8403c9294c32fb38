"""Three fiscal years with a reorganisation: departments renamed and merged, items ended and new.

In the third year the scale of the rating is another one, so nothing is drawn across it.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.engine import HERE
from tests.hyperlinks import dead_links
from tests.tables import rows
from workflow.commands.finalize import finalize
from workflow.commands.verify import verify
from workflow.model.plain_text import json_bytes
from workflow.plan.document import sample_document
from workflow.returned.readers.openpyxl import open_exactly

YEARS = (2022, 2023, 2024)
CHANGES = """
    整理番号 | 区分     | 担当課（前年度）       | 担当課（今年度）       | 評価の変化
    1-3      | 継続     | 子育て支援課           | こども課               | 同じ
    2-2      | 継続     | 福祉政策課             | 地域共生課             | 下がった↓
    2-3      | 継続     | こども政策課           | こども課               | 同じ
    7-1      | 継続     | 危機管理課             | 危機管理課             | 上がった↑
    7-3      | 継続     | 危機管理課・福祉政策課 | 危機管理課・地域共生課 | 同じ
    8-1      | 担当替え | ＩＣＴ推進課           | 地域政策課             | 同じ
    8-2      | 終了     | クリーンセンター業務課 | ―                      | 今年度なし
    9-1      | 新規     | ―                      | 地域共生課             | 前年度なし
    9-2      | 新規     | ―                      | こども課               | 前年度なし
"""


def reorganised() -> dict[str, Any]:
    """Return the sample plan after the reorganisation."""
    document = copy.deepcopy(sample_document())
    departments = {d["code"]: d for d in document["departments"]}
    departments["FUKUSHI"] |= {"name": "地域共生課", "formerly": ["福祉政策課"]}
    merged = ["こども政策課", "KOSODATE", "子育て支援課"]
    departments["KODOMO"] |= {"name": "こども課", "formerly": merged}
    document["departments"] = [
        d for code, d in departments.items() if code not in ("KOSODATE", "CLEAN")
    ]
    items = {item["id"]: item for item in document["items"]}
    items["1-3"]["departments"] = ["KODOMO"]
    items["8-1"]["departments"] = ["CHIIKI"]
    del items["8-2"]
    path = ["Ⅳ 新しい目標", "9 新しい施策", "新しい項目"]
    items["9-1"] = {"id": "9-1", "path": path, "title": "見守り", "departments": ["FUKUSHI"]}
    items["9-2"] = {"id": "9-2", "path": path, "title": "居場所", "departments": ["KODOMO"]}
    document["items"] = list(items.values())
    return document


def rescaled() -> dict[str, Any]:
    """Return the reorganised plan with one more rating at the top."""
    document = reorganised()
    (rating,) = [f for f in document["form"]["fields"] if f["key"] == "rating"]
    rating["choices"].insert(0, {"value": "Ｓ", "meaning": "目標を上回っている"})
    return document


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return three_years(tmp_path_factory.mktemp("city"))


def three_years(home: Path) -> City:
    """Return a city after three rounds in which everybody answered."""
    plans = dict(zip(YEARS, (sample_document(), reorganised(), rescaled()), strict=True))
    city = City.with_plan(home, plans[2022])
    for year in YEARS:
        (home / "plan.json").write_bytes(json_bytes(plans[year]))
        city.generate(year)
        texts = full_texts(city.plan)
        texts["7-1"]["評価"] = "Ｂ" if year == 2022 else "Ａ"
        texts["2-2"]["評価"] = "Ａ" if year == 2022 else "Ｂ"
        for department in city.plan.departments:
            if city.plan.items_of(department.code):
                city.send_back(department.code, texts, year=year)
        city.collect(year)
    return city


def comparison(city: City, year: int) -> list[dict[str, str]]:
    """Return 前年度比較, a dict per line; what the years are called is made the same."""
    sheet = open_exactly(city.workspace.ledger(year).read_bytes())["前年度比較"]
    rows = [["" if c is None else str(c) for c in row] for row in sheet.iter_rows(values_only=True)]
    header = next(n for n, row in enumerate(rows) if "整理番号" in row)
    last, this = f"令和{year - 2019}年度", f"令和{year - 2018}年度"
    labels = [t.replace(last, "前年度").replace(this, "今年度") for t in rows[header]]
    return [dict(zip(labels, row, strict=True)) for row in rows[header + 1 :]]


def texts_of(city: City, year: int, sheet: str) -> str:
    found = open_exactly(city.workspace.ledger(year).read_bytes())[sheet]
    return "\n".join(str(c.value) for row in found.iter_rows() for c in row if c.value is not None)


def test_each_item_is_compared_with_what_it_was(city: City) -> None:
    lines = {line["整理番号"]: line for line in comparison(city, 2023)}
    assert len(lines) == 25 + 2
    header, *expected = rows(CHANGES)
    for row in expected:
        assert [lines[row[0]][label] for label in header] == row
    named = {row[0] for row in expected}
    rest = [line for item, line in lines.items() if item not in named]
    assert {line["区分"] for line in rest} == {"継続"}
    assert {line["評価の変化"] for line in rest} == {"同じ"}


def test_the_headline_says_what_changed(city: City) -> None:
    text = texts_of(city, 2023, "集計表")
    assert "評価が上がった取組は1件、評価が下がった取組は1件" in text
    assert "新しい取組は2件、終了した取組は1件、担当課が替わった取組は1件です。" in text


def test_last_year_is_shown_to_the_renamed_and_the_merged(city: City) -> None:
    sheet = open_exactly(city.template("KODOMO", 2023).read_bytes())["進捗状況"]
    ids = [str(row[0].value) for row in sheet.iter_rows()]
    assert ids.count("前年度") == 3
    assert {"1-3", "2-3", "9-2"} <= set(ids)


def test_the_years_are_drawn_only_on_one_scale(city: City) -> None:
    assert "評価の推移" in texts_of(city, 2023, "集計表")
    text = texts_of(city, 2024, "集計表")
    assert "令和5年度は、評価の尋ね方（選択肢やその意味）が今年度と違うため" in text
    assert "評価の選択肢が前年度と違います" in texts_of(city, 2024, "前年度比較")
    changes = {line["評価の変化"] for line in comparison(city, 2024)}
    assert changes == {"比べられない"}


@pytest.mark.parametrize("year", YEARS)
def test_every_year_verifies_though_the_plan_is_another_today(city: City, year: int) -> None:
    found = {d.code.name for d in verify(city.workspace, year, HERE).differences}
    assert found <= ({"VERIFY_STALE"} if year < 2024 else set())


@pytest.mark.parametrize("year", YEARS)
def test_every_link_of_every_year_leads_somewhere(city: City, year: int) -> None:
    assert dead_links(city.workspace.ledger(year)) == []


def test_what_is_worse_than_last_year_is_to_be_looked_at(city: City) -> None:
    sheet = open_exactly(city.workspace.ledger(2023).read_bytes())["要確認"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [(row[2], str(row[1]).split("\n")) for row in rows] == [
        ("2-2", ["評価がＢ", "評価が前年度より下がった（Ａ→Ｂ）"]),
        ("7-1", ["評価が前年度から変わった（Ｂ→Ａ）"]),
    ]


def test_each_year_has_its_own_files(city: City) -> None:
    for year in YEARS:
        made = [path.name for path in city.workspace.compiled(year).glob("[!.]*")]
        assert sorted(made) == sorted(
            [
                f"台帳_令和{year - 2018}年度.xlsx",
                f"台帳_令和{year - 2018}年度.csv",
                "answers.schema.json",
                "datapackage.json",
                "index.html",
                "journal.jsonl",
                "status.json",
                "報告書",
            ]
        )


def test_last_year_can_be_finalized_though_the_plan_is_another_today(city: City) -> None:
    finalize(city.workspace, 2022, COLLECTED_AT, HERE, "年度末のため")
    assert verify(city.workspace, 2022, HERE).is_clean
