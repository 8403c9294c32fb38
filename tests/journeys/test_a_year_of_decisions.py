"""A year in which people disagree, ask, decide and think again, until all points are closed.

The real plan, played before the menu as README.ja.md tells it. Departments fill their forms with
LibreOffice, with openpyxl and as Excel saves; two people decide in two copies of 確認の記録.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.city import City, full_texts
from tests.fillers.by_openpyxl import fill as fill_with_openpyxl
from tests.fillers.libreoffice import run_jobs
from tests.fillers.xml_patch import fill as fill_as_excel
from tests.fillers.xml_patch import located
from tests.harness.deciding import decide
from tests.harness.sending import handback
from tests.harness.verbs.flat_sheet import explain
from tests.journeys.coordinator import Coordinator, program
from tests.programs import needs_libreoffice, needs_pseudo_terminal
from tests.pseudo_terminal import running
from workflow.commands.status import status
from workflow.model.years import JST
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document
from workflow.storage.workspace import Workspace

pytestmark = [needs_pseudo_terminal, needs_libreoffice]

YEAR = 2023
JOINT = {"2-2": ["FUKUSHI", "CHIIKI"], "3-1": ["FUKUSHI", "SHAKYO"], "7-3": ["KIKI", "FUKUSHI"]}
"""Items that two departments answer, each otherwise."""
SAY = {
    "CHIIKI": {"2-2": {"評価": "Ｂ"}},
    "SHAKYO": {"3-1": {"取組状況": "【例】訪問が減った。", "評価": "Ｂ"}},
    "FUKUSHI": {"7-3": {"評価": "Ｂ"}},
    "KOREI": {"1-2": {"取組状況": "なし"}},
}
"""What departments say otherwise than that all went well."""
WHY, SAYS_NOTHING = "報告がない場合の理由", {"SHOGAI": {"6-2": "【例】改修のため休止した。"}}
"""Where a department says itself that it has nothing to report, and who does."""
IN_LIBREOFFICE, IN_OPENPYXL, SILENT = "GAKKO", ("KODOMO", "SHOGAI"), "JINKEN"


@pytest.fixture
def city(tmp_path: Path) -> City:
    """The workspace, its plan.xlsx filled in by hand."""
    home = tmp_path / "福祉計画 進捗管理"
    home.mkdir()
    (home / "plan.xlsx").write_bytes(written_book(plan()))
    return City(Workspace(home))


@pytest.fixture
def coordinator(city: City) -> Iterator[Coordinator]:
    with running(program(city.home), city.home.parent) as menu:
        yield Coordinator(menu)


def plan() -> dict[str, Any]:
    """Return the real plan with days, addresses and three joint items, and a field for 報告なし."""
    document = sample_document()
    document["form"]["fields"].append(
        {"key": "nothing", "label": WHY, "type": "text", "max_length": 100}
        | {"nothing_to_report": True}
    )
    document["plan"] |= {
        "deadline": (date.today() + timedelta(days=20)).isoformat(),
        "correction_deadline": (date.today() + timedelta(days=40)).isoformat(),
        "contact": "内線 2345",
    }
    for department in document["departments"]:
        department["email"] = f"{department['code'].lower()}@example.jp"
    for item in document["items"]:
        item["departments"] = JOINT.get(item["id"], item["departments"])
    return document


def test_all_points_of_a_year_are_closed(coordinator: Coordinator, city: City) -> None:
    coordinator.does("generate", "令和5年度")
    departments_answer(city)
    shown = coordinator.does("collect")
    assert "確かめて決めていただくことが4件あります（番号1、2、3、4）" in shown
    assert str(city.workspace.record(YEAR)) in shown

    changes_the_plan_by_mistake(coordinator, city)
    loses_a_file_and_takes_one_back(coordinator, city)
    two_people_decide(coordinator, city)
    departments_explain_and_correct(coordinator, city)
    closes_the_last_points(coordinator, city)
    makes_it_final(coordinator, city)
    assert coordinator.leaves() == 0


def example_answers(city: City) -> dict[str, dict[str, str | float | date]]:
    texts = full_texts(city.plan)
    return {item: {**row, "取組状況": f"【例】{item}を行った。"} for item, row in texts.items()}


def send(city: City, code: str, name: str = "", **changed: Mapping[str, str]) -> None:
    """Send what a department says, with the program it uses."""
    usual = example_answers(city)
    texts = usual | {i: {**usual[i], **row} for i, row in {**SAY.get(code, {}), **changed}.items()}
    texts |= {item: {WHY: why} for item, why in SAYS_NOTHING.get(code, {}).items()}
    template, target = city.template(code), city.returned(name or f"{code}.xlsx")
    if code in IN_OPENPYXL:
        fill_with_openpyxl(template, target, texts, datetime.now(JST))
    elif code == IN_LIBREOFFICE:
        cells = located(template, texts)
        job = {"do": "fill", "source": str(template), "target": str(target), "cells": cells}
        run_jobs([job])
    else:
        fill_as_excel(template, target, texts, datetime.now(JST))


def departments_answer(city: City) -> None:
    for department in city.plan.departments:
        if department.code != SILENT:
            send(city, department.code)


def changes_the_plan_by_mistake(coordinator: Coordinator, city: City) -> None:
    book = city.home / "plan.xlsx"
    right, wrong = book.read_bytes(), plan()
    wrong["items"] = [item for item in wrong["items"] if item["id"] != "8-2"]
    book.write_bytes(written_book(wrong))
    shown = coordinator.does("collect")
    assert "計画が変わっています（取組8-2がなくなった）" in shown
    book.write_bytes(right)
    assert "計画が変わっています" not in coordinator.does("collect")


def loses_a_file_and_takes_one_back(coordinator: Coordinator, city: City) -> None:
    for name in ("CLEAN.xlsx", "ICT.xlsx"):
        city.returned(name).unlink()
    assert coordinator.does("collect").count("所在不明") == 2
    shown = coordinator.does("remind")
    assert "催促しません：ＩＣＴ推進課、クリーンセンター業務課" in shown
    assert drafts(city) == {f"{SILENT}_催促"}


def drafts(city: City) -> set[str]:
    paths = city.workspace.reminder_drafts(YEAR).glob("*.eml")
    return {f"{path.name.split('_')[0]}_{path.name.split('_')[2]}" for path in paths}


def number(city: City, code: str, about: str) -> str:
    """Return the number of a point, about an item or, where it is about a file, a department."""
    points = status(city.workspace, YEAR)["points"]
    (found,) = [
        p["id"] for p in points if p["code"] == code and about in (p["item"], p["department"])
    ]
    return str(found)


def two_people_decide(coordinator: Coordinator, city: City) -> None:
    ours = city.workspace.record(YEAR)
    theirs = ours.with_stem("鈴木の確認の記録")
    shutil.copy(ours, theirs)
    for path, code, about, *words in (
        (ours, "JOINT_DIFFERS", "2-2", "この回答を採る", "主担当の回答とする。", "佐藤"),
        (theirs, "JOINT_DIFFERS", "3-1", "もう一方を採る", "実績は社協が正しい。", "鈴木"),
        (ours, "JOINT_DIFFERS", "7-3", "差し戻す", "評価を合わせてください。", "佐藤"),
        (theirs, "VALUE_NOTHING", "1-2", "課に尋ねる", "何も行っていませんか。", "鈴木"),
        (ours, "ANSWER_MISSING", "5-2", "今年度は報告なし", "対象者がいなかった。", "佐藤"),
        (theirs, "FILE_GONE", "ICT", "取り下げ", "出し直すと聞いた。", "鈴木"),
    ):
        decide(path, number(city, code, about), *words)
    shown = coordinator.does("collect")
    assert "報告なし2件、まだのもの3件です" in shown
    assert f"（番号{number(city, 'FILE_GONE', 'CLEAN')}）" in shown  # it alone is left to decide
    coordinator.does("remind")
    assert drafts(city) == {"ICT_催促", "KIKI_修正依頼", "KOREI_確認依頼"}
    assert "→ 評価を合わせてください。" in letter(city, "KIKI")
    assert "何も行っていませんか。" in letter(city, "KOREI")


def letter(city: City, department: str) -> str:
    (path,) = city.workspace.reminder_drafts(YEAR).glob(f"{department}_*.eml")
    body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body()
    assert body is not None
    return str(body.get_content())


def departments_explain_and_correct(coordinator: Coordinator, city: City) -> None:
    for code in ("KIKI", "FUKUSHI"):
        agreed = {"7-3": {"評価": "Ａ"}}
        fill_with_openpyxl(
            handback(city, code, YEAR), city.returned(f"{code} 再.xlsx"), agreed, datetime.now(JST)
        )
    book = load_workbook(handback(city, "KOREI", YEAR))
    explain(book, f"問{number(city, 'VALUE_NOTHING', '1-2')}", "【例】講師の都合で中止した。")
    book.save(city.returned("高齢福祉課 説明.xlsx"))
    send(city, "CLEAN")  # found again
    send(city, "ICT", "ICT 再.xlsx")
    send(city, "CHIIKI", "地域 訂正.xlsx", **{"2-2": {"評価": "Ｃ"}})  # after it was decided about
    shown = coordinator.does("collect")
    assert "番号1の扱い「この回答を採る" in shown
    assert "（番号1、4）" in shown  # it opens again, and the explanation is to be read
    assert "まだのもの0件です" in shown


def closes_the_last_points(coordinator: Coordinator, city: City) -> None:
    record = city.workspace.record(YEAR)
    decide(
        record, number(city, "JOINT_DIFFERS", "2-2"), "この回答を採る", "Ｃでも変わらない。", "佐藤"
    )
    decide(record, number(city, "VALUE_NOTHING", "1-2"), "確認済み", "説明のとおり。", "鈴木")
    shown = coordinator.does("collect")
    assert "要確認" not in shown.partition("作成しました")[0]
    assert "確かめて決めていただくこと" not in shown
    page = city.workspace.overview(YEAR).read_text("utf-8")
    assert f"済んだ課が{len(city.plan.departments)}課です。" in page
    document = status(city.workspace, YEAR)
    assert document["totals"]["open_points"] == document["totals"]["missing"] == 0
    assert {d["outcome"] for d in document["departments"]} == {"accepted", ""}


def makes_it_final(coordinator: Coordinator, city: City) -> None:
    assert coordinator.proposed == "verify --year 2023"
    coordinator.does("finalize", "確定")
    coordinator.does("report")
    assert "すべて一致しました。" in coordinator.does("verify")
    rows = {row["整理番号"]: row for row in city.ledger_csv()}
    assert [rows[i]["評価"] for i in JOINT] == ["Ａ", "Ｂ", "Ａ"]
    assert rows["3-1"]["回答ファイル"] == "SHAKYO.xlsx"
    assert [rows[i]["回答状況"] for i in ("5-2", "6-2")] == ["報告なし"] * 2
    assert [rows[i][WHY] for i in ("5-2", "6-2")] == ["", SAYS_NOTHING["SHOGAI"]["6-2"]]
    assert city.workspace.report(YEAR).exists()
    coordinator.does("init")
    assert (city.home / "plan_令和5年度.xlsx").exists()
