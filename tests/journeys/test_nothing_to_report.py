"""報告なし by the department: what it says counts everywhere, and never against a decision."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.city import COLLECTED_AT, ISSUED_AT, City
from tests.engine import HERE
from tests.fillers.libreoffice import run_jobs
from tests.harness.deciding import decide
from tests.harness.description import CITIES
from tests.programs import needs_libreoffice
from workflow.commands.check import check
from workflow.commands.collect import collect
from workflow.commands.report import report
from workflow.commands.status import status
from workflow.commands.verify import verify
from workflow.model.catalogue import Severity
from workflow.rounds.collected import Collected

YEAR = 2023
REASON = "報告がない場合の理由"
Answers = Mapping[str, str | float]
ANSWER: Answers = {"取組状況": "実施した。", "評価": "Ａ", "方針": "継続", "決算額": 12.0}
OURS: dict[str, Answers] = dict.fromkeys(("1-1", "1-2", "1-3", "2-1", "2-2"), ANSWER)
THEIRS: dict[str, Answers] = dict.fromkeys(("2-1", "2-2", "2-3"), ANSWER)
WHY = "令和5年度は休止した。"


@pytest.fixture
def town(tmp_path: Path) -> City:
    """Where departments may say that they have nothing to report; nobody has answered yet."""
    document = json.loads((CITIES / "nothing_to_report" / "plan.json").read_bytes())
    made = City.with_plan(tmp_path / "町", document)
    made.generate(YEAR)
    return made


def gather(town: City, days: int = 0) -> Collected:
    return collect(town.workspace, YEAR, COLLECTED_AT + timedelta(days=days), HERE)


def point(collected: Collected, code: str) -> Mapping[str, str]:
    found: Mapping[str, str]
    (found,) = [p for p in collected.document["points"] if p["code"] == code]
    return found


def row_of(town: City, item: str) -> Mapping[str, Any]:
    (found,) = [row for row in town.ledger(YEAR) if row["整理番号"] == item]
    return found


def all_answer(town: City) -> None:
    """甲課 has nothing to report of 1-1, everybody reports the rest."""
    town.send_back("A", {**OURS, "1-1": {REASON: WHY}})
    town.send_back("B", THEIRS)
    town.send_back("C", {"3-1": ANSWER})


def test_what_a_department_says_counts_as_settled_everywhere(town: City) -> None:
    all_answer(town)
    collected = gather(town)
    assert collected.is_clean
    totals = collected.document["totals"]
    assert (totals["answered"], totals["nothing_to_report"], totals["missing"]) == (7, 1, 0)
    assert status(town.workspace, YEAR)["totals"] == totals
    row = row_of(town, "1-1")
    assert (row["回答状況"], row[REASON], row["評価"]) == ("報告なし", WHY, None)
    assert row["回答ファイル"] == "A.xlsx"
    book = load_workbook(town.workspace.ledger(YEAR))
    summary = [cell.value for row in book["集計表"].iter_rows() for cell in row]
    assert "報告なし" in summary
    legend = {(row[0], row[1]): row[2] for row in book["凡例"].iter_rows(values_only=True)}
    assert f"「{REASON}」" in str(legend["回答状況", "報告なし"])
    board = town.workspace.overview(YEAR).read_text("utf-8").partition('id="board"')[2]
    counts = re.findall(r'data-label="報告なし" class="number(?: zero)?">(\d+)<', board)
    assert counts == ["1", "0", "0"]
    handed_in = list(book["提出状況"].iter_rows(values_only=True))
    at = handed_in[0].index("報告なし")
    assert [row[at] for row in handed_in[1:4]] == [1, 0, 0]
    assert "うち報告なし1件" in {c.value for row in book["一枚まとめ"].iter_rows() for c in row}
    as_csv = next(row for row in town.ledger_csv(YEAR) if row["整理番号"] == "1-1")
    assert (as_csv["回答状況"], as_csv[REASON], as_csv["評価"]) == ("報告なし", WHY, "")
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_the_report_says_why_and_asks_nobody_who_answered(town: City) -> None:
    all_answer(town)
    gather(town)
    reported = report(town.workspace, YEAR, COLLECTED_AT)
    folder = reported.pages.parent
    pages = "".join(path.read_text("utf-8") for path in folder.rglob("*.html"))
    assert f"今年度は、報告することがありません。（理由：{WHY}）" in pages
    assert f"<dt>{REASON}" not in pages
    text = words_of(reported.word)
    assert f"今年度は、報告することがありません。（理由：{WHY}）" in text
    assert "7件すべての取組について報告がありました。このうち1件は、今年度は報告する" in text
    assert "7／7件うち報告なし1件" in words_of(reported.brief)


def words_of(document: Path) -> str:
    with zipfile.ZipFile(document) as archive:
        return re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())


def test_checking_a_file_counts_it_too(town: City) -> None:
    path = town.send_back("C", {"3-1": {REASON: WHY}})
    totals = check(town.workspace, [path], YEAR, HERE.engine)["totals"]
    assert (totals["answered"], totals["nothing_to_report"], totals["missing"]) == (0, 1, 0)


def test_the_schema_takes_a_reason_alone_and_no_answer_without(town: City) -> None:
    from jsonschema import Draft202012Validator

    all_answer(town)
    gather(town)
    schema = json.loads(town.workspace.answers_schema(YEAR).read_bytes())
    validator = Draft202012Validator(schema)
    assert validator.is_valid({"nothing": WHY})
    assert not validator.is_valid({"rating": "Ａ"})
    assert not validator.is_valid({"nothing": "長" * 41})


def test_next_year_shows_the_reason_and_compares_it(town: City) -> None:
    all_answer(town)
    gather(town)
    town.generate(YEAR + 1, ISSUED_AT + timedelta(days=366))
    entries = load_workbook(town.template("A", YEAR + 1))["進捗状況"]
    shown = [row for row in entries.iter_rows(values_only=True) if row[0] == "前年度"]
    assert any(WHY in row for row in shown)
    town.send_back("A", OURS, year=YEAR + 1)
    assert collect(town.workspace, YEAR + 1, COLLECTED_AT + timedelta(days=366), HERE)
    book = load_workbook(town.workspace.ledger(YEAR + 1))
    compared = [cell for row in book["前年度比較"].iter_rows(values_only=True) for cell in row]
    assert WHY in compared
    assert "（報告なし）" in compared


def test_an_answer_after_the_decision_is_reported_and_decided_anew(town: City) -> None:
    town.send_back("A", OURS)
    town.send_back("B", THEIRS)
    missing = point(gather(town), "ANSWER_MISSING")
    record = town.workspace.record(YEAR)
    decide(record, missing["id"], "今年度は報告なし", "事業なし", "佐藤")
    assert row_of(town, "3-1")["回答状況"] == "未提出"
    assert gather(town, 1).is_clean
    assert row_of(town, "3-1")["回答状況"] == "報告なし"
    town.send_back("C", {"3-1": ANSWER})
    collected = gather(town, 2)
    assert row_of(town, "3-1")["回答状況"] == "回答済"
    again = point(collected, "ANSWER_AFTER_NOTHING")
    assert (again["id"], again["decision"]) == (missing["id"], "")
    assert "DECISION_FELL" in {f["code"] for f in collected.document["findings"]}
    decide(record, again["id"], "今年度は報告なし", "誤って届いたもの", "佐藤")
    assert gather(town, 3).is_clean
    assert row_of(town, "3-1")["回答状況"] == "報告なし"
    decide(record, again["id"], "確認済み", "やはり報告する", "佐藤")
    collected = gather(town, 4)
    assert point(collected, "ANSWER_AFTER_NOTHING")["decision"] == "確認済み"
    assert collected.is_clean
    assert row_of(town, "3-1")["回答状況"] == "回答済"
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_an_answer_that_comes_with_the_decision_is_reported(town: City) -> None:
    town.send_back("A", OURS)
    town.send_back("B", THEIRS)
    missing = point(gather(town), "ANSWER_MISSING")
    decide(town.workspace.record(YEAR), missing["id"], "今年度は報告なし", "事業なし", "佐藤")
    town.send_back("C", {"3-1": ANSWER})
    collected = gather(town, 1)
    assert point(collected, "ANSWER_AFTER_NOTHING")["id"] == missing["id"]
    assert not collected.is_clean
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_a_decision_made_on_an_answer_falls_with_it(town: City) -> None:
    town.send_back("A", OURS)
    town.send_back("B", THEIRS)
    town.send_back("C", {"3-1": {**ANSWER, "取組状況": "なし"}})
    asked = point(gather(town), "VALUE_NOTHING")
    decide(town.workspace.record(YEAR), asked["id"], "今年度は報告なし", "電話", "佐藤")
    assert gather(town, 1).is_clean
    assert row_of(town, "3-1")["回答状況"] == "報告なし"
    town.send_back("C", {"3-1": ANSWER}, name="C 2.xlsx", hours=48)
    collected = gather(town, 9)
    assert row_of(town, "3-1")["回答状況"] == "回答済"
    assert point(collected, "ANSWER_AFTER_NOTHING")["decision"] == ""
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_another_answer_with_the_same_doubt_opens_the_point_and_no_second(town: City) -> None:
    town.send_back("A", OURS)
    town.send_back("B", THEIRS)
    doubtful = {**ANSWER, "取組状況": "なし"}
    town.send_back("C", {"3-1": doubtful})
    asked = point(gather(town), "VALUE_NOTHING")
    record = town.workspace.record(YEAR)
    decide(record, asked["id"], "今年度は報告なし", "電話", "佐藤")
    gather(town, 1)
    town.send_back(
        "C", {"3-1": {**doubtful, "評価": "Ｂ", "理由": "雨"}}, name="C 2.xlsx", hours=48
    )
    collected = gather(town, 9)
    (again,) = collected.document["points"]
    assert (again["id"], again["code"]) == (asked["id"], "VALUE_NOTHING")
    assert "DECISION_FELL" in {f["code"] for f in collected.document["findings"]}
    decide(record, again["id"], "確認済み", "雨で中止した。", "佐藤")
    assert gather(town, 10).is_clean
    assert row_of(town, "3-1")["回答状況"] == "回答済"
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_nothing_to_report_after_it_was_decided_agrees(town: City) -> None:
    town.send_back("A", OURS)
    town.send_back("B", THEIRS)
    missing = point(gather(town), "ANSWER_MISSING")
    decide(town.workspace.record(YEAR), missing["id"], "今年度は報告なし", "事業なし", "佐藤")
    gather(town, 1)
    town.send_back("C", {"3-1": {REASON: WHY}})
    collected = gather(town, 2)
    assert collected.is_clean
    assert row_of(town, "3-1")[REASON] == WHY
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_both_a_reason_and_an_answer_are_one_point(town: City) -> None:
    town.send_back("A", {**OURS, "1-1": {REASON: WHY, "評価": "Ａ"}})
    town.send_back("B", THEIRS)
    town.send_back("C", {"3-1": ANSWER})
    both = point(gather(town), "VALUE_BESIDE_REASON")
    assert (row_of(town, "1-1")["回答状況"], row_of(town, "1-1")["評価"]) == ("回答済", "Ａ")
    decide(town.workspace.record(YEAR), both["id"], "今年度は報告なし", "電話", "佐藤")
    assert gather(town, 1).is_clean
    row = row_of(town, "1-1")
    assert (row["回答状況"], row["評価"], row[REASON]) == ("報告なし", None, WHY)
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_whoever_left_a_joint_item_to_another_is_not_reminded(town: City) -> None:
    town.send_back("A", {**OURS, "2-1": {REASON: "乙課が回答する。"}})
    gather(town)
    asked: dict[str, Any] = json.loads(town.workspace.status(YEAR).read_bytes())["asked"]
    assert "A" not in asked
    assert "2-1" in asked["B"]["missing"]


STATES: Mapping[str, tuple[Answers, str]] = {
    "1-1": ({REASON: WHY}, "記入済"),
    "1-2": ({REASON: WHY, "評価": "Ａ"}, "要確認"),
    "1-3": ({REASON: "　－"}, "要修正"),
    "2-1": ({REASON: "なし", **ANSWER}, "記入済"),
    "2-2": ({REASON: "-", "評価": "Ａ"}, "未入力"),
}


@needs_libreoffice
def test_the_form_says_the_same(town: City) -> None:
    path = town.send_back("A", {item: answer for item, (answer, _) in STATES.items()})
    (book,) = run_jobs([{"do": "recalculate", "source": str(path)}])
    cover = book["記入要領"]
    shown = {row[1]: row[4] for row in cover if len(row) > 4 and row[1] in STATES}
    assert shown == {item: state for item, (_, state) in STATES.items()}
    found = gather(town).document["findings"]
    severities = {item: {f["severity"] for f in found if f["item"] == item} for item in STATES}
    weight = {
        item: next((s.label for s in Severity if s.value in own), "記入済")
        for item, own in severities.items()
    }
    assert weight == {**shown, "2-2": "要修正"}  # what is not filled is to be put right
    assert any("理由だけを記入してください" in str(cell) for row in cover for cell in row)


def test_the_handback_shows_the_same_states(town: City) -> None:
    town.send_back("A", {item: answer for item, (answer, _) in STATES.items()})
    (path,) = gather(town).handbacks
    cover = load_workbook(path, data_only=True)["記入要領"]
    found = {row[1]: row[4] for row in cover.iter_rows(values_only=True) if row[1] in STATES}
    assert found == {item: state for item, (_, state) in STATES.items()}
