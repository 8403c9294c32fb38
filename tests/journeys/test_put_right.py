"""collect → finalize → reopen: what was put right is reported, before and after."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

import lxml.html
import pytest
from docx import Document

from tests.city import COLLECTED_AT, City, full_texts
from tests.engine import HERE
from tests.hyperlinks import dead_links, hyperlinks
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.commands.report import report
from workflow.commands.verify import verify
from workflow.compiled.summaries.brief import BRIEF_TITLE
from workflow.compiled.summaries.errata import ERRATA_SHEET
from workflow.model.plain_text import json_bytes
from workflow.plan.document import sample_document
from workflow.returned.readers.openpyxl import open_exactly

LATER = COLLECTED_AT + timedelta(days=1)
PAPER = "正誤表_令和5年度.docx"


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A round in which every department has answered once."""
    city = City.with_sample_plan(tmp_path / "市")
    city.generate()
    for department in city.plan.departments:
        if city.plan.items_of(department.code):
            city.send_back(department.code, full_texts(city.plan))
    city.collect()
    return city


def table(city: City, sheet: str) -> list[tuple[object, ...]]:
    """Return the rows of a sheet of the ledger workbook; none where there is no such sheet."""
    book = open_exactly(city.workspace.ledger(2023).read_bytes())
    return list(book[sheet].iter_rows(values_only=True)) if sheet in book.sheetnames else []


def changed(city: City) -> list[tuple[object, ...]]:
    return [(row[0], *row[3:6]) for row in table(city, ERRATA_SHEET)[1:]]


def in_word(city: City) -> list[list[str]]:
    document = Document(str(city.workspace.compiled(2023) / PAPER))
    return [[cell.text for cell in row.cells] for t in document.tables for row in t.rows[1:]]


def beside(city: City, department: str) -> str:
    page = lxml.html.fromstring(city.workspace.overview(2023).read_bytes().decode())
    rows = page.xpath("//tr[@id=$line or @id=$changes]", **lines_of(department))
    return "".join(row.text_content() for row in rows)


def lines_of(department: str) -> dict[str, str]:
    """Return the names of a department's row and of the one below it."""
    return {"line": f"department-{department}", "changes": f"changes-department-{department}"}


def test_a_round_without_corrections_has_neither_sheet_nor_paper(city: City) -> None:
    assert table(city, ERRATA_SHEET) == []
    assert not (city.workspace.compiled(2023) / PAPER).exists()
    assert "変わったところ" not in beside(city, "ICT")


def test_what_a_department_sent_otherwise_is_reported_from_what_to_what(city: City) -> None:
    city.send_back("ICT", full_texts(city.plan, 評価="Ｂ"), "訂正.xlsx", hours=48)
    city.collect(now=LATER)
    assert changed(city) == [("8-1", "評価", "Ａ", "Ｂ")]
    assert table(city, ERRATA_SHEET)[1][6:] == ("前の回答", "ICT.xlsx")
    ((number, title, label, before, after),) = in_word(city)
    assert (number, label, before, after) == ("8-1", "評価", "Ａ", "Ｂ")
    assert "ＩＣＴ推進課" in title
    assert "8-1 評価" in beside(city, "ICT")
    assert "変わったところ" not in beside(city, "KIKI")
    assert verify(city.workspace, 2023, HERE).is_clean


def test_a_final_version_is_compared_with_the_one_that_was_reopened(city: City) -> None:
    finalize(city.workspace, 2023, LATER, HERE, "年度末のため")
    assert table(city, ERRATA_SHEET) == []
    (city.workspace.returned(2023) / "CLEAN.xlsx").unlink()
    city.send_back("CLEAN", full_texts(city.plan, 取組状況="実施し、延べ10回開いた。"), hours=72)
    again = LATER + timedelta(days=1)
    collect(city.workspace, 2023, again, HERE, reopening="実績の誤り")
    expected = [("8-2", "取組状況", "実施した。", "実施し、延べ10回開いた。")]
    assert changed(city) == expected
    finalize(city.workspace, 2023, again + timedelta(days=1), HERE, "年度末のため")
    assert changed(city) == expected
    assert str(table(city, ERRATA_SHEET)[1][6]).startswith("前の版（【確定版】令和6年5月21日")
    assert "8-2 取組状況" in beside(city, "CLEAN")
    assert verify(city.workspace, 2023, HERE).is_clean


def test_one_page_says_the_same_as_a_sheet_in_word_and_on_the_page(city: City) -> None:
    city.send_back("ICT", full_texts(city.plan, 評価="Ｃ"), "訂正.xlsx", hours=48)
    (city.workspace.returned(2023) / "SHAKYO.xlsx").unlink()
    city.collect(now=LATER)
    made = report(city.workspace, 2023, LATER)
    sheet = [[str(c) for c in row if c is not None] for row in table(city, BRIEF_TITLE)]
    (labels,) = [n for n, row in enumerate(sheet) if row[:1] == ["報告のあった取組"]]
    assert [row[0] for row in sheet[labels + 1 : labels + 3]] == ["24／25件", "未回答1件"]
    looked = [row for row in sheet if row and row[0] in ("8-1", "6-3")]
    links = hyperlinks(city.workspace.ledger(2023).read_bytes())
    rows = {link.place for link in links if link.sheet == BRIEF_TITLE}
    numbers = {f"'台帳'!A{n}": row[1] for n, row in enumerate(table(city, "台帳"), start=1)}
    assert {numbers[place] for place in rows} == {"8-1", "6-3"}
    assert [(row[0], row[-1]) for row in looked] == [("8-1", "評価がＣ"), ("6-3", "未回答")]
    document = Document(io.BytesIO(made.brief.read_bytes()))
    figures, items = document.tables
    assert "24／25件" in figures.rows[0].cells[0].text
    assert [row.cells[0].text for row in items.rows[1::2]] == ["8-1", "6-3"]
    page = lxml.html.fromstring(city.workspace.overview(2023).read_bytes().decode())
    brief = page.get_element_by_id("brief")
    assert "24／25件" in brief.text_content()
    hrefs = [unquote(link.get("href")) for link in brief.iter("a")]
    assert {href.partition("#")[2] for href in hrefs} == rows
    assert {href.partition("#")[0] for href in hrefs} == {"台帳_令和5年度.xlsx"}
    assert brief.text_content().index("8-1") < brief.text_content().index("6-3")


def test_items_that_came_and_went_and_values_with_a_unit_are_reported_as_people_write_them(
    tmp_path: Path,
) -> None:
    document = sample_document()
    document["form"]["fields"] += [
        {"key": "cost", "label": "決算額", "type": "number", "required": False, "unit": "千円"},
        {"key": "done", "label": "完了日", "type": "date", "required": False},
    ]
    fields = document["form"]["fields"]
    dropped = next(field for field in fields if field["label"] == "課題・改善点")
    gone, kept = document["items"][0], document["items"][1]
    city = City.with_plan(tmp_path / "市", document)
    city.generate()
    text = "会議を開き、関係する課と検討した。" * 12
    given = {kept["id"]: full_texts(city.plan)[kept["id"]] | {"取組状況": f"{text}二回。{text}"}}
    (owner,) = kept["departments"]
    city.send_back(owner, given)
    city.collect()
    finalize(city.workspace, 2023, LATER, HERE, "年度末のため")
    document["items"][0] = gone | {"id": "9-9", "title": "新しい取組"}
    rating = next(f for f in document["form"]["fields"] if f["key"] == "rating")
    rating["choices"][0]["meaning"] = "前の版と違う意味"
    fields.remove(dropped)
    (city.home / "plan.json").write_bytes(json_bytes(document))
    again = LATER + timedelta(days=1)
    collect(city.workspace, 2023, again, HERE, reopening="計画の誤り")
    city.generate(2023, again, reissue=True)
    answer = given[kept["id"]] | {"取組状況": f"{text}三回。{text}", "決算額": 1234567}
    answer["完了日"] = date(2024, 3, 5)
    del answer[dropped["label"]]
    city.send_back(owner, {kept["id"]: answer}, "訂正.xlsx", hours=96)
    city.collect(now=again + timedelta(days=1))
    since_final = [
        (str(row[0]), str(row[3]), str(row[4]), str(row[5]))
        for row in table(city, ERRATA_SHEET)[1:]
        if row[7] is None
    ]
    (gone_row,) = [row for row in since_final if row[0] == gone["id"]]
    assert gone_row == (gone["id"], "取組内容", gone["title"], "（計画から除いた取組）")
    assert ("9-9", "取組内容", "（前の版にない取組）", "新しい取組（未回答）") in since_final
    assert ("", dropped["label"], "（1件の回答）", "（様式から除いた項目）") in since_final
    of_kept = {row[1]: row[2:] for row in since_final if row[0] == kept["id"]}
    assert of_kept["決算額"][1] == "1,234,567千円"
    assert of_kept["完了日"][1] == "令和6年3月5日"
    assert "評価" not in of_kept  # its scale changed, the answer did not
    before, after = of_kept["取組状況"]
    assert (before.count("二回"), after.count("三回")) == (1, 1)
    assert before.startswith("（前略）")
    assert before.endswith("（後略）")
    assert dead_links(city.workspace.ledger(2023)) == []
    assert verify(city.workspace, 2023, HERE).is_clean
