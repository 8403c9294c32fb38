"""Three cities that ask several times a year: from the plan to the next year's comparison.

Their plans are the examples of README.ja.md, with the 25 items of a real city.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.city import COLLECTED_AT, codes, outcomes
from tests.engine import HERE
from tests.harness.play import run_here
from tests.programs import needs_libreoffice
from tests.rounds.examples import FOUR_ROUNDS, HALF_YEARS, MANAGER_CHECK
from tests.rounds.playing import YEAR, PlayedYear, answers_of, column
from workflow.commands.init import carry_forward
from workflow.commands.report import report
from workflow.commands.verify import verify

LATER = COLLECTED_AT + timedelta(days=1_000)


def sheet_rows(path: Path, name: str) -> list[dict[str, str]]:
    """Return a sheet with one header row, a dict of texts per row."""
    sheet = load_workbook(path, read_only=True, data_only=True)[name]
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    at = next(n for n, row in enumerate(rows) if "整理番号" in row)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]


def given(year: PlayedYear, name: str, label: str) -> dict[str, str]:
    """Return what was answered in a round, by 整理番号; of several people the first one's."""
    plan = year.plan(name)
    found: dict[str, str] = {}
    for code in year.asked(name):
        for item, values in answers_of(plan, code).items():
            found.setdefault(item, str(values[label]))
    return {item.id: found[item.id] for item in plan.items}


def test_half_years_add_up_and_are_compared_with_those_of_the_year_before(tmp_path: Path) -> None:
    year = PlayedYear.of_example(HALF_YEARS, tmp_path / "市")
    year.play("上半期")
    year.issue("年間")
    form = year.at("年間").template("GAKKO", YEAR)
    (row,) = [r for r in sheet_rows(form, "進捗状況") if r["整理番号"] == "1-1"]
    assert row["上半期：上半期の取組状況"] == "【例】上半期の取組状況（1-1、学校教育課）"
    assert row["上半期：回答者・受領日"].startswith("学校教育課、")
    year.answer("年間")
    assert codes(year.collect("年間")) == []
    assert year.finalize("年間").is_clean
    year.finalize()
    sums = sheet_rows(year.city.workspace.ledger(YEAR), "期ごとの累計")
    first = [r for r in sums if r["整理番号"] == "1-2"]
    assert [(r["回"], r["この回の値"], r["ここまでの値"]) for r in first] == [
        ("上半期", "20", "20"),
        ("年間", "20", "40"),
    ]
    carry_forward(year.city.workspace, YEAR, YEAR + 1)
    following = PlayedYear(year.city, YEAR + 1)
    assert following.names == ("上半期", "年間")
    assert following.plan("上半期").deadline == date(2025, 10, 11)
    following.issue("上半期")
    following.answer("上半期")
    following.collect("上半期")
    compared = sheet_rows(following.at("上半期").workspace.ledger(YEAR + 1), "前年度比較")
    labels = [label for label in compared[0] if "上半期の取組状況" in label]
    assert len(labels) > 1
    assert {compared[0][label] for label in labels[:2]} == {row["上半期：上半期の取組状況"]}


def test_managers_check_and_what_they_changed_is_reported(tmp_path: Path) -> None:
    year = PlayedYear.of_example(MANAGER_CHECK, tmp_path / "市")
    year.issue("自己評価")
    year.answer("自己評価")
    mixed_up = year.returned("課長確認", "違うフォルダー")
    year.returned("自己評価", "KIKI").rename(mixed_up)
    collected = year.collect("自己評価")
    assert outcomes(collected)["課長確認/違うフォルダー.xlsx"] == "accepted"
    page = year.at("自己評価").workspace.overview(YEAR).read_text("utf-8")
    assert '<a href="../index.html">令和6年度の全体</a>' in page
    assert "令和6年度（2024年度） 自己評価" in page
    assert year.finalize("自己評価").is_clean

    year.issue("課長確認")
    year.answer_with_openpyxl("課長確認", ["FUKUSHI-K", "KIKI-K"])
    others = [code for code in year.asked("課長確認") if code not in ("FUKUSHI-K", "KIKI-K")]
    year.answer("課長確認", others)
    late = year.at("自己評価").template("ICT", YEAR)
    year.returned("課長確認", "前の回の調査票").write_bytes(late.read_bytes())
    collected = year.collect("課長確認")
    assert codes(collected) == ["RETURN_CLOSED_ROUND", "RETURN_OTHER_ROUND"]
    assert outcomes(collected)["課長確認/前の回の調査票.xlsx"] == "not_a_return"

    rows = year.city.ledger_csv(YEAR)
    own, managers = given(year, "自己評価", "自己評価"), given(year, "課長確認", "課長の評価")
    assert column(rows, "自己評価") == own
    assert column(rows, "課長の評価") == managers
    by = column(rows, "課長確認：回答者")
    assert (by["6-3"], by["7-3"]) == ("福祉政策課長", "危機管理課長")
    second = {
        item: rating for item, rating in column(rows, "課長の評価（2人目）").items() if rating
    }
    assert second.keys() == {"7-3"}
    changed = sheet_rows(year.city.workspace.ledger(YEAR), "評価の変更")
    expected = {item for item in own if own[item] != managers[item]}
    assert {r["整理番号"] for r in changed if r["変えた項目"] == "課長の評価"} == expected
    page = year.city.workspace.overview(YEAR).read_text("utf-8")
    assert "いま進めているのは" in page
    assert re.search(r'<a href="[^"]*/index\.html">課長確認</a>', page)


@needs_libreoffice
def test_four_rounds_are_verified_final_and_reported_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = PlayedYear.of_example(FOUR_ROUNDS, tmp_path / "市")
    home = ("--home", str(year.city.home))
    code, _, complaint = run_here("generate", "--year", "R6", *home)
    assert code == 2
    assert all(name in complaint for name in year.names)
    for name in ("一次評価", "二次評価"):
        year.play(name)
    year.issue("委員意見")
    year.answer_with_libreoffice("委員意見", ["IIN-A", "IIN-B", "IIN-C"])
    year.collect("委員意見")
    assert year.finalize("委員意見").is_clean
    year.play("対応方針")
    year.finalize()

    rows = year.city.ledger_csv(YEAR)
    people = [column(rows, f"委員評価（{name}委員）") for name in "甲乙丙"]
    average = column(rows, "委員評価（平均）")
    for item, rating in average.items():
        ratings = [person[item] for person in people]
        assert rating == max(set(ratings), key=ratings.count)  # of three, the nearest is the most
    assert verify(year.city.workspace, YEAR, HERE).is_clean
    reported = report(year.city.workspace, YEAR, LATER, HERE)
    assert reported.content.is_complete
    page = (reported.pages.parent / "page-1.html").read_text("utf-8")
    places = [page.index(f"{name}：回答者") for name in year.names]
    assert places == sorted(places)
    assert page.count("委員意見：回答者") == 3 * (3 + 1)  # three items, three people, their average
    code, printed, _ = run_here("status", "--year", "R6", *home)
    assert code == 0
    assert all(name in printed for name in year.names)
