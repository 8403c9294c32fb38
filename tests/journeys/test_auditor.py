"""The compiled workbook as an auditor opens it: the conclusion, and the way to every cell."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.cached_values import spoil_cached_values
from tests.city import COLLECTED_AT, City, full_texts
from tests.fillers.libreoffice import run_jobs
from tests.hyperlinks import dead_links, hyperlinks
from tests.programs import needs_libreoffice
from workflow.compiled.indicators import INDICATOR_SHEET
from workflow.compiled.sheets.rounds import CHANGES_SHEET
from workflow.compiled.sheets.workbook import SHEETS
from workflow.compiled.summaries.errata import ERRATA_SHEET
from workflow.compiled.year.cumulative import CUMULATIVE_SHEET
from workflow.returned.readers.openpyxl import open_exactly

CONTRACT = ("集計表", "要確認", "台帳", "前年度比較", "提出状況", "指摘一覧", "受付記録", "凡例")


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return a city with last year complete, and this year with everything there can be."""
    city = City.with_sample_plan(tmp_path_factory.mktemp("city"))
    city.generate(2022)
    for department in city.plan.departments:
        city.send_back(department.code, full_texts(city.plan), year=2022)
    city.collect(2022)
    city.generate(2023)
    texts = full_texts(city.plan)
    texts["1-1"]["評価"] = "とても良い"
    texts["3-2"]["評価"] = "Ｃ"
    texts["5-1"]["評価"] = "Ｂ"
    texts["2-1"]["今後の方針"] = "拡大"
    texts["7-3"]["今後の方針"] = "改善"
    for code in ("GAKKO", "KOREI", "FUKUSHI"):
        city.send_back(code, texts, f"係 & 「#1」 100%/{code} [回答]{{}}.xlsx")
    city.send_back("KIKI", full_texts(city.plan), "危機.xlsx")
    city.send_back("CHIIKI", texts, "地域.xlsx")
    with zipfile.ZipFile(city.returned("まとめ #2.zip"), "w") as archive:
        archive.write(city.returned("地域.xlsx"), "中/地域政策課.xlsx")
    city.returned("地域.xlsx").unlink()
    city.returned("壊れ.xlsx").write_bytes(b"PK")
    shutil.copyfile(city.returned("危機.xlsx"), city.returned("危機 - コピー.xlsx"))
    city.collect(2023)
    return city


def table(city: City, sheet: str) -> list[dict[str, Any]]:
    """Return a flat sheet, a dict per row."""
    book = open_exactly(city.workspace.ledger(2023).read_bytes())
    header, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


UNLINKED = (
    "前年度比較（印刷用）",
    "凡例（監査用）",
    "提出状況",
    "一覧（印刷用）",
    "凡例",
)
NOT_MADE = (ERRATA_SHEET, INDICATOR_SHEET, CHANGES_SHEET, CUMULATIVE_SHEET)
"""What a round without corrections, and a plan without indicators and rounds, do not have."""


def test_the_sheets_are_those_of_the_contract_and_the_conclusion_comes_first(
    two_years: City,
) -> None:
    names = open_exactly(two_years.workspace.ledger(2023).read_bytes()).sheetnames
    assert tuple(name for name in names if name in CONTRACT) == CONTRACT
    assert tuple(names) == tuple(name for name in SHEETS if name not in NOT_MADE)


def test_every_link_leads_to_a_sheet_a_cell_or_a_file(two_years: City) -> None:
    path = two_years.workspace.ledger(2023)
    assert dead_links(path) == []
    links = list(hyperlinks(path.read_bytes()))
    files = {link.file for link in links if link.file}
    assert len(files) >= 7
    assert any("../2022/" in file for file in files)
    assert {link.sheet for link in links} == {*SHEETS} - {*UNLINKED, *NOT_MADE}


def test_a_link_that_leads_nowhere_is_noticed(two_years: City, tmp_path: Path) -> None:
    moved = tmp_path / "2023" / "台帳.xlsx"
    moved.parent.mkdir()
    shutil.copyfile(two_years.workspace.ledger(2023), moved)
    assert dead_links(moved)


def test_each_row_of_the_ledger_leads_to_its_cell(two_years: City) -> None:
    links = {link.cell: link for link in hyperlinks(two_years.workspace.ledger(2023).read_bytes())
             if link.sheet == "台帳"}  # fmt: skip
    answered = [row for row in table(two_years, "台帳") if row["回答ファイル"]]
    assert len(links) == len(answered) == 16
    zipped = [link for link in links.values() if link.file.endswith(".zip")]
    assert [link.place for link in zipped] == [""]


def test_what_to_look_at_comes_by_weight(two_years: City) -> None:
    rows = table(two_years, "要確認")
    reasons = [str(row["見る理由"]).split("\n")[0] for row in rows]
    missing = reasons.count("未提出")
    assert missing == 7
    assert reasons[missing:] == [
        "差戻し中",
        "読取不可",
        "評価がＣ",
        "評価がＢ",
        "今後の方針が前年度から変わった（継続→拡大）",
        "共同の課で回答が分かれた",
    ]
    assert [row["整理番号"] for row in rows][missing:] == [
        None, None, "3-2", "5-1", "2-1", "7-3",
    ]  # fmt: skip
    assert rows[missing + 2]["課題・改善点"] == "特になし。"


def test_the_headline_says_it_in_words(two_years: City) -> None:
    book = open_exactly(two_years.workspace.ledger(2023).read_bytes())
    texts = [str(c.value) for row in book["集計表"].iter_rows(max_row=6) for c in row if c.value]
    stage = f"【暫定版】令和6年5月{COLLECTED_AT.day}日 10時00分現在"
    assert stage in texts
    (headline,) = [text for text in texts if "25件の取組のうち" in text]
    for phrase in (
        "回答済が15件、未提出が9件、差戻し中が1件",
        "評価は、Ａが13件、Ｂが1件、Ｃが1件",
        "下がった取組は2件",
        "評価がＣの取組は、「3 地域福祉活動の促進」に1件あります。",
    ):
        assert phrase in headline


@needs_libreoffice
def test_libreoffice_recalculates_every_formula_to_the_cached_value(
    two_years: City, tmp_path: Path
) -> None:
    path, spoilt = two_years.workspace.ledger(2023), tmp_path / "spoilt.xlsx"
    cached, formulas = (load_workbook(path, data_only=d)["集計表"] for d in (True, False))
    spoil_cached_values(path, spoilt)
    (answer,) = run_jobs([{"do": "recalculate", "source": str(spoilt)}])
    checked = 0
    for row, cells in enumerate(formulas.iter_rows()):
        for column, cell in enumerate(cells):
            if cell.data_type == "f":
                assert answer["集計表"][row][column] == cached[cell.coordinate].value
                checked += 1
    assert checked > 200


def test_deleting_all_but_the_journal_and_collecting_again_gives_the_same_bytes(
    two_years: City, tmp_path: Path
) -> None:
    city = two_years.copy(tmp_path / "写し")
    before = compiled_files(city)
    for path in sorted(city.workspace.compiled(2023).rglob("*"), reverse=True):
        if path.name != "journal.jsonl":
            path.rmdir() if path.is_dir() else path.unlink()
    city.collect(2023, COLLECTED_AT.replace(month=8))
    assert compiled_files(city) == before


def compiled_files(city: City) -> Mapping[str, bytes]:
    folder = city.workspace.compiled(2023)
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_record_tells_of_every_file(two_years: City) -> None:
    rows = {row["ファイル"]: row for row in table(two_years, "受付記録")}
    assert len(rows) == 7
    row = rows["危機.xlsx"]
    assert row["初めて読んだ日時"] == COLLECTED_AT.replace(tzinfo=None)
    assert row["形式"] == "Excelブック（.xlsx）"
    assert (row["作成者"], row["最終更新者"]) == (None, None)
    assert rows["まとめ #2.zip/中/地域政策課.xlsx"]["受付結果"] == "採用"


def test_the_status_names_what_is_still_to_come(two_years: City) -> None:
    rows = {row["コード"]: row for row in table(two_years, "提出状況")}
    assert rows["GAKKO"]["まだの取組内容"] == "1-1"
    assert rows["SHOGAI"]["まだの取組内容"] == "4-3、6-2"
    assert rows["FUKUSHI"]["まだの取組内容"] is None
    assert (rows["KIKI"]["受付回数"], rows["KIKI"]["採用した回数"]) == (2, 1)
