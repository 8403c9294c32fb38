"""The fifth field type through the whole cycle: marks, as every output shows them."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.city import City
from tests.harness.cities import plan_document, usual_answers
from tests.verification.rounds import verified
from workflow.model.fields.mark import MarkField
from workflow.plan.book.reader import read_book
from workflow.plan.book.writer import written_book
from workflow.plan.document import Document
from workflow.plan.load import validated
from workflow.returned.readers.openpyxl import open_exactly

LAST = {"1-1": "○", "1-2": "○", "1-3": "", "2-1": "", "2-2": "○"}
NOW = {"1-1": "✔", "1-2": "－", "1-3": "○", "2-1": "", "2-2": "○"}


def _send(city: City, marks: dict[str, str], year: int) -> None:
    texts = usual_answers("marks", list(marks))
    for item, mark in marks.items():
        texts[item] |= {"重点": mark, "完了": "済" if mark else ""}
    for department in ("A", "B"):
        city.send_back(department, texts, year=year)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    city = City.with_plan(tmp_path_factory.mktemp("marks"), plan_document("marks"))
    for year, marks in ((2022, LAST), (2023, NOW)):
        city.generate(year)
        _send(city, marks, year)
        city.collect(year)
    return city


def sheet(city: City, name: str) -> list[tuple[Any, ...]]:
    book = open_exactly(city.workspace.ledger(2023).read_bytes())
    return [tuple(row) for row in book[name].iter_rows(values_only=True)]


def test_plan_xlsx_declares_it_as_plan_json_does() -> None:
    document = plan_document("marks")
    as_book = validated(read_book(written_book(document), "plan.xlsx"))
    assert as_book == validated(Document(document, "plan.json"))
    priority, done = as_book.form.fields[1:3]
    assert priority == MarkField(key="priority", label="重点", help="来年度も重点とする取組です。")
    assert done == MarkField(key="done", label="完了", marked="済", blank="未")


def test_a_plan_xlsx_older_than_the_type_still_counts() -> None:
    document = plan_document("small")
    book = load_workbook(BytesIO(written_book(document)))
    form = book["様式"]
    columns = {cell.value: cell.column for cell in form[3]}
    form.delete_cols(columns["印の言葉"] or 0, 2)
    stream = BytesIO()
    book.save(stream)
    found = validated(read_book(stream.getvalue(), "plan.xlsx"))
    assert found == validated(Document(document, "plan.json"))


def test_the_template_offers_both_words_and_shows_last_year(city: City) -> None:
    book = load_workbook(city.template("A"))
    entries = book["進捗状況"]
    (validation,) = [v for v in entries.data_validations.dataValidation if v.promptTitle == "重点"]
    cover, area = str(validation.formula1).split("!")
    listed = [row[0].value for row in book[cover.strip("'")][area.replace("$", "")]]
    assert listed == ["○", "－"]
    assert "必ず記入" not in str(validation.prompt)
    header = [cell.value for cell in entries[4]]
    column = header.index("重点") + 1
    assert [entries.cell(row, column).value for row in (7, 9)] == ["○", "○"]  # last year's
    assert (entries.column_dimensions["F"].width or 0) < 15


def test_the_ledger_holds_the_mark_or_nothing(city: City) -> None:
    assert {row["整理番号"]: row["重点"] for row in city.ledger()} == {
        "1-1": "○", "1-2": None, "1-3": "○", "2-1": None, "2-2": "○",
    }  # fmt: skip
    assert [row["完了"] for row in city.ledger_csv()] == ["済", "済", "済", "", "済"]
    assert verified(city).is_clean


def test_the_matrices_count_marks_and_blanks(city: City) -> None:
    rows = [[cell for cell in row if cell is not None] for row in sheet(city, "集計表")]
    places = {row[0]: row[1:] for row in rows if row}
    headings = [row for row in rows if "○" in row and "－" in row]
    assert headings
    assert {"済", "未"} <= places.keys()


def test_two_years_are_compared_mark_by_mark(city: City) -> None:
    header, *rows = (
        row for row in sheet(city, "前年度比較") if "重点の変化" in row or row[1] in NOW
    )
    change = header.index("重点の変化")
    assert {row[1]: row[change] for row in rows} == {
        "1-1": "同じ", "1-2": "変わった", "1-3": "変わった", "2-1": "同じ", "2-2": "同じ",
    }  # fmt: skip
    reasons = "\n".join(str(row[1]) for row in sheet(city, "要確認"))
    assert "重点が前年度から変わった（○→－）" in reasons
    assert "重点が前年度から変わった（－→○）" in reasons


def test_readers_and_programs_learn_what_it_means(city: City) -> None:
    legend = {(row[0], row[1]): str(row[2]) for row in sheet(city, "凡例")}
    assert "台帳では、あてはまらないものは空欄です" in legend["項目", "重点"]
    assert legend["重点", "－"].startswith("あてはまりません。")
    described = json.loads(city.workspace.data_package(2023).read_bytes())
    fields = {f["name"]: f for f in described["resources"][0]["schema"]["fields"]}
    assert fields["重点"]["constraints"] == {"enum": ["○"]}
    schema = json.loads(city.workspace.answers_schema(2023).read_bytes())
    assert schema["properties"]["done"] == {"title": "完了", "enum": ["済"]}
    assert any("○" in str(cell) for row in sheet(city, "一覧（印刷用）") for cell in row)
    pages = city.workspace.compiled(2023).glob("報告書/*.html")
    assert any(">－<" in page.read_text("utf-8") for page in pages)
