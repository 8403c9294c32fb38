"""A round with indicators and known values: what its form, workbook, page and report show."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.cached_values import spoil_cached_values
from tests.city import COLLECTED_AT, City, codes
from tests.engine import HERE
from tests.fillers.libreoffice import run_jobs
from tests.graded import YEAR, answer_all, fill_actuals, graded_plan, graded_round
from tests.harness.cities import usual_answers
from tests.programs import needs_libreoffice
from tests.verification.rounds import verified
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.commands.report import report
from workflow.commands.verify import verify
from workflow.compiled.summaries.errata import ERRATA_SHEET
from workflow.model.errors import PlanError
from workflow.returned.readers.openpyxl import open_exactly

HERE_AND_NOW = COLLECTED_AT + timedelta(days=1)
KNOWN = "予算.csv"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The city after its collect; nobody may change it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workflow.returned.workers.engine.judge_in_workers", HERE.engine)
        return graded_round(tmp_path_factory.mktemp("graded") / "市")


@pytest.fixture(scope="module")
def book(graded: City) -> Any:  # noqa: ANN401 - openpyxl's own
    return load_workbook(graded.workspace.ledger(YEAR), data_only=True)


def indicators(city: City) -> list[dict[str, str]]:
    """Return the CSV of the indicators, a dict per row."""
    text = city.workspace.indicators_csv(YEAR).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_year_of_an_indicator_has_a_row(graded: City) -> None:
    rows = [
        (
            r["年度(西暦)"],
            r["目標値"],
            r["実績値"],
            r["達成率（％）"],
            r["判定"],
            r["判定できない理由"],
        )
        for r in indicators(graded)
        if r["指標番号"] in ("K1", "K3")
    ]
    assert rows == [
        ("2020", "", "100", "", "", ""),
        ("2021", "", "112", "", "判定不可", "今年度の目標なし"),
        ("2022", "130", "128", "98.5", "乙", ""),
        ("2023", "150", "160", "106.7", "乙", ""),
        ("2024", "170", "", "", "", ""),
        ("2020", "", "9", "", "", ""),
        ("2023", "3", "", "", "判定不可", "未測定"),
    ]


def test_a_row_leads_to_its_cell_and_to_the_year_before(graded: City) -> None:
    (row,) = [r for r in indicators(graded) if (r["指標番号"], r["年度(西暦)"]) == ("K2", "2023")]
    assert (row["前年度の実績値"], row["前年度との差"], row["前年度の判定"]) == ("21", "4", "乙")
    source = [row[label] for label in ("回答ファイル", "シート", "整理番号", "担当課")]
    assert source == ["B.xlsx", "指標", "2-1", "乙課・甲課"]
    cell = load_workbook(graded.returned("B.xlsx"))["指標"][row["セル"]]
    assert cell.value == float(row["実績値"])


def test_the_sheet_says_what_the_csv_says(graded: City, book: Any) -> None:  # noqa: ANN401
    sheet = book["指標"]
    assert sheet.merged_cells.ranges == set()
    header, *rows = sheet.iter_rows(values_only=True)
    assert len(rows) == len(indicators(graded))
    for row, values in zip(rows, indicators(graded), strict=True):
        shown = dict(zip(header, row, strict=True))
        assert {k: "" if shown[k] is None else str(shown[k]) for k in values} == values
    xml = sheet_xml(graded, "指標")
    assert xml.count("<x14:sparkline>") == 4
    links = [cell.coordinate for cells in sheet.iter_rows() for cell in cells if cell.hyperlink]
    assert len(links) == 4


def test_grades_are_counted_by_live_formulas(graded: City) -> None:
    formulas = load_workbook(graded.workspace.ledger(YEAR))["集計表"]
    values = load_workbook(graded.workspace.ledger(YEAR), data_only=True)["集計表"]
    (title,) = [
        r for r in range(1, values.max_row) if values.cell(r, 2).value == "施策別 指標の判定"
    ]
    table = [
        [cell.value for cell in row if cell.value is not None]
        for row in values.iter_rows(min_row=title + 1, max_row=title + 5, min_col=2)
    ]
    assert table == [
        ["施策", "甲", "乙", "丙", "判定不可", "計"],
        ["地域の見守り", 0, 1, 0, 0, 1],
        ["災害への備え", 0, 0, 1, 1, 2],
        ["担い手の支援", 0, 0, 0, 1, 1],
        ["計", 0, 1, 1, 2, 4],
    ]
    assert str(formulas.cell(title + 2, 4).value).startswith("=COUNTIFS('指標'!")


@needs_libreoffice
def test_libreoffice_counts_the_same(graded: City, tmp_path: Path) -> None:
    path, spoilt = graded.workspace.ledger(YEAR), tmp_path / "spoilt.xlsx"
    spoil_cached_values(path, spoilt)
    (answer,) = run_jobs([{"do": "recalculate", "source": str(spoilt)}])
    cached = load_workbook(path, data_only=True)["集計表"]
    checked = 0
    for row, cells in enumerate(load_workbook(path)["集計表"].iter_rows()):
        for column, cell in enumerate(cells):
            if cell.data_type == "f":
                value = answer["集計表"][row][column]
                assert value == cached.cell(row + 1, column + 1).value, cell.coordinate
                checked += 1
    assert checked > 60


def test_the_page_draws_each_indicator_and_says_it_in_words(graded: City) -> None:
    page = graded.workspace.overview(YEAR).read_text("utf-8")
    section = page[page.index('id="indicators"') : page.index('id="attention"')]
    assert section.count('<svg role="img"') == 3  # of K4 there is one year alone
    assert "令和5年度は目標150、実績160" in section
    assert "基準値100" in section
    assert "判定不可（未測定）" in section


def test_the_report_has_a_table_in_the_block_of_the_item(graded: City, tmp_path: Path) -> None:
    city = graded.copy(tmp_path / "市")
    made = report(city.workspace, YEAR, HERE_AND_NOW)
    (page,) = [
        p for p in made.pages.parent.glob("page-*.html") if "訪問の回数" in p.read_text("utf-8")
    ]
    assert "<caption>指標：訪問の回数（回）</caption>" in page.read_text("utf-8")
    assert "<dt>予算額</dt><dd>120千円</dd>" in page.read_text("utf-8")
    with zipfile.ZipFile(made.word) as word:
        text = re.sub("<[^>]+>", "", word.read("word/document.xml").decode())
    assert "指標：訪問の回数（回）" in text
    assert "達成率 106.7％" in text
    assert "判定不可（未測定）" in text


def test_the_data_package_describes_the_indicators(graded: City) -> None:
    package = json.loads(graded.workspace.data_package(YEAR).read_bytes())
    ledger, described = package["resources"]
    assert [f["name"] for f in described["schema"]["fields"]] == list(indicators(graded)[0])
    keys = [tuple(r[k] for k in described["schema"]["primaryKey"]) for r in indicators(graded)]
    assert len(set(keys)) == len(keys)
    known = [f for f in ledger["schema"]["fields"] if f.get("torimatome:known")]
    assert [(f["name"], f["type"], f.get("torimatome:unit")) for f in known] == [
        ("予算額", "number", "千円"),
        ("対象", "string", None),
    ]


def test_known_values_stand_locked_beside_the_item_and_in_the_ledger(graded: City) -> None:
    sheet = load_workbook(graded.template("A"))["進捗状況"]
    labels = {cell.value: column for column, cell in enumerate(sheet[4], start=1)}
    cell = sheet.cell(6, labels["予算額（千円）"])
    assert (cell.value, cell.protection.locked) == ("120", True)
    row = graded.ledger(YEAR)[0]
    assert (row["予算額（千円）"], row["対象"]) == (120, "全市")
    sources = ("既知の値のファイル", "既知の値のシート", "既知の値の行")
    assert [row[label] for label in sources] == [KNOWN, "予算", 2]
    assert len(row["既知の値のSHA-256"]) == 64


def test_a_changed_table_is_reported_and_issued_anew_to_whom_it_concerns(
    graded: City, tmp_path: Path
) -> None:
    city = graded.copy(tmp_path / "市")
    table = city.home / KNOWN
    table.write_text(table.read_text("utf-8").replace("3-1,6,", "3-1,60,"), "utf-8")
    report = verified(city)
    assert {d.code.name for d in report.differences} == {"VERIFY_STALE"}
    collected = city.collect(YEAR)
    assert "KNOWN_CHANGED" in codes(collected)
    (finding,) = [f for f in collected.document["findings"] if f["code"] == "KNOWN_CHANGED"]
    assert "丙課" in finding["message"]
    assert "取組3-1の予算額が6から60に変わった" in finding["message"]
    assert verified(city).is_clean
    issued = city.generate(YEAR, reissue=True).issued
    assert [issue.number.department for issue in issued] == ["C"]
    assert "KNOWN_CHANGED" not in codes(city.collect(YEAR))
    assert verified(city).is_clean


def test_a_collect_that_remembers_the_last_one_sees_a_changed_table(
    graded: City, tmp_path: Path
) -> None:
    city = graded.copy(tmp_path / "市")
    options = replace(HERE, use_cache=True)
    for _ in range(3):
        collect(city.workspace, YEAR, COLLECTED_AT, options)
    table = city.home / KNOWN
    table.write_text(table.read_text("utf-8").replace("3-1,6,", "3-1,60,"), "utf-8")
    assert "KNOWN_CHANGED" in codes(collect(city.workspace, YEAR, COLLECTED_AT, options))


def test_indicators_are_compared_with_last_year(graded: City, tmp_path: Path) -> None:
    document = graded_plan()
    document["indicators"][0]["actuals"]["2023"] = 160
    document["indicators"][1]["actuals"]["2023"] = 30
    document["indicators"][1]["targets"]["2024"] = 40
    city = graded.copy(tmp_path / "市")
    (city.home / "plan.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    answer_all(city, YEAR + 1, {"K1": 120, "K2": 45, "K3": "未測定", "K4": 12})
    book = load_workbook(city.workspace.ledger(YEAR + 1), data_only=True)
    rows = [[str(cell.value) for cell in row] for row in book["前年度比較"].iter_rows()]
    (header,) = [row for row in rows if "整理番号" in row]
    at = [n for n, label in enumerate(header) if label.startswith("指標")]
    shown = {row[header.index("整理番号")]: [row[n] for n in at] for row in rows}
    assert shown["1-1"] == [
        "K1 訪問の回数：160回（乙）",
        "K1 訪問の回数：120回（丙）",
        "－40回、判定が下がった↓",
    ]
    assert shown["2-1"][2] == "＋15か所、判定が上がった↑"
    assert shown["2-3"] == [
        "K3 点検の漏れ：（実績値なし）",
        "K3 点検の漏れ：（未測定）",
        "－",
    ]
    assert shown["2-2"] == ["―", "―", "―"]
    assert "－40回、判定が下がった↓" in str(list(book["前年度比較（印刷用）"].values))


def test_an_actual_that_was_put_right_is_reported(graded: City, tmp_path: Path) -> None:
    city = graded.copy(tmp_path / "市")
    code = next(item.departments[0] for item in city.plan.items if item.id == "1-1")
    before = city.returned(f"{code}.xlsx")
    again = city.returned(f"{code}_再.xlsx")
    book = open_exactly(before.read_bytes())
    fill_actuals(book["指標"], {"K1": 162})
    book.save(again)
    later = before.stat().st_mtime + 3600
    os.utime(again, (later, later))
    city.collect()
    made = open_exactly(city.workspace.ledger(YEAR).read_bytes())[ERRATA_SHEET]
    _, *rows = made.iter_rows(values_only=True)
    assert [(row[0], *row[3:6]) for row in rows] == [("1-1", "訪問の回数", "160", "162")]


def test_the_legends_and_the_one_page_speak_of_indicators_and_known_values(book: Any) -> None:  # noqa: ANN401 - openpyxl's own
    legend = {(row[0], row[1]): str(row[2]) for row in book["凡例"].values}
    assert "110％以上が甲、90％以上が乙、それ以外が丙" in legend["判定の決まり", "K1　訪問の回数"]
    assert legend["判定の決まり", "K4　研修の人数"].endswith("判定の区分はありません。")
    explained = {word for kind, word in legend if kind == "指標"}
    headings = {str(cell.value) for cell in next(book["指標"].iter_rows())}
    assert explained - headings == {"判定不可"}
    assert ("既知の値", "予算額（千円）") in legend
    digests = [row for row in book["凡例（監査用）"].values if "既知の値の表" in str(row[1])]
    assert KNOWN in str(digests[0][1])
    sentence = "指標4件の判定は、乙が1件、丙が1件、判定不可が2件です。"
    assert sentence in {row[0] for row in book["一枚まとめ"].values}


def test_known_values_are_compared_with_last_year(graded: City, tmp_path: Path) -> None:
    city = graded.copy(tmp_path / "市")
    table = city.home / KNOWN
    table.write_text(table.read_text("utf-8").replace("1-1,120,", "1-1,150,"), "utf-8")
    city.generate(YEAR + 1)
    answers = usual_answers("known", [item.id for item in city.plan.items])
    own = {item.id: answers[item.id] for item in city.plan.items_of("C")}
    city.send_back("C", own, year=YEAR + 1)
    city.collect(YEAR + 1)
    sheet = load_workbook(city.workspace.ledger(YEAR + 1), data_only=True)["前年度比較"]
    rows = [[str(cell.value) for cell in row] for row in sheet.iter_rows()]
    (header,) = [row for row in rows if "整理番号" in row]
    at = [n for n, label in enumerate(header) if label.startswith("予算額")]
    shown = {row[header.index("整理番号")]: [row[n] for n in at] for row in rows}
    assert len(at) == 3
    assert shown["1-1"] == ["120", "150", "変わった"]  # though nobody answered it this year
    assert shown["2-3"] == ["5", "5", "同じ"]
    assert verify(city.workspace, YEAR + 1, HERE).is_clean


def test_a_final_round_holds_though_the_table_goes_on(graded: City, tmp_path: Path) -> None:
    city = graded.copy(tmp_path / "市")
    finalize(city.workspace, YEAR, HERE_AND_NOW, HERE, accepted_open="試験のため")
    (city.home / KNOWN).write_text("翌年度の表", "utf-8")
    assert verified(city).is_clean
    (kept,) = city.workspace.known_tables(YEAR).rglob("*.csv")
    kept.unlink()
    assert {d.code.name for d in verified(city).differences} == {"VERIFY_STOPPED"}


def test_a_broken_table_stops_a_collect_and_harms_nothing(graded: City, tmp_path: Path) -> None:
    city = graded.copy(tmp_path / "市")
    before = city.workspace.ledger(YEAR).read_bytes()
    (city.home / KNOWN).write_bytes(b"PK\x03\x04no workbook")
    with pytest.raises(PlanError) as refused:
        city.collect(YEAR)
    assert [f.code.name for f in refused.value.findings] == ["KNOWN_FILE"]
    assert city.workspace.ledger(YEAR).read_bytes() == before


def sheet_xml(city: City, name: str) -> str:
    """Return the part of a sheet of the ledger's workbook."""
    with zipfile.ZipFile(city.workspace.ledger(YEAR)) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        return book.read(f"xl/worksheets/sheet{names.index(name) + 1}.xml").decode()
