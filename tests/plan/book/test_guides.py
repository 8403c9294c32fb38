"""What plan.xlsx shows while one types: lists, messages, colours; and that pasted rows are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.fillers.libreoffice import run_jobs
from tests.harness.description import PLANS
from tests.harness.plan_example import read_plan_example
from tests.programs import needs_libreoffice
from tests.rounds.examples import EXAMPLES, FOUR_ROUNDS, MANAGER_CHECK, plan_of
from tests.tables import rows, written
from workflow.excel.style import ALERT_FILL, TO_FILL_FILL
from workflow.model.plan import Plan
from workflow.plan.book.layout import DEPARTMENTS, FIELDS, item_table
from workflow.plan.book.reader import read_book
from workflow.plan.book.round_sheets import REVIEWERS, ROUNDS
from workflow.plan.book.settings import PLAN_SHEET
from workflow.plan.book.writer import written_book
from workflow.plan.document import Node, empty_document, sample_document
from workflow.plan.load import load_plan, validated

COLOURS = {TO_FILL_FILL[1:]: "黄", ALERT_FILL[1:]: "赤"}
FIRST, LAST = 4, 2003
WATCHED_ROWS = 34
"""So many rows of each sheet are looked at: the plan's own and those typed below."""

TYPED = """
    計画     | B3  |
    計画     | B6  | NOBODY
    担当課   | A16 | KIKI
    担当課   | B17 | 名前だけの課
    取組内容 | A29 | 9-1
    取組内容 | B29 | 目標
    取組内容 | C29 | 施策
    取組内容 | D29 | 項目
    取組内容 | E29 | 見守り
    取組内容 | G29 | FUKUSHI、 KIKI
    取組内容 | A30 | d:2024-01-02
    取組内容 | E30 | 声かけ
    取組内容 | G30 | FUKUSHI,NOBODY
    取組内容 | A31 | 1-1
    取組内容 | A32 | n:44
    取組内容 | B32 | 別の目標
    取組内容 | C32 | 別の施策
    取組内容 | D32 | 別の項目
    取組内容 | E32 | 見守り
    取組内容 | F32 | n:10
    取組内容 | G32 | 福祉政策課・ｋｉｋｉ
    取組内容 | H32 | どれかの課
    取組内容 | G33 | 健康福祉部　存在しない課
    様式     | B18 | 名前だけの項目
    様式     | F18 | nothing
"""
SHOWN = """
    計画 B3 黄       / 計画 B6 赤
    担当課 A13 赤    / 担当課 A16 赤   / 担当課 B16 黄
    取組内容 A4 赤   / 取組内容 A30 赤 / 取組内容 A31 赤  / 取組内容 G30 赤
    取組内容 B30 黄  / 取組内容 C30 黄 / 取組内容 D30 黄
    取組内容 B31 黄  / 取組内容 C31 黄 / 取組内容 D31 黄  / 取組内容 E31 黄 / 取組内容 G31 黄
    取組内容 H32 赤  / 取組内容 G33 赤
    取組内容 B33 黄  / 取組内容 C33 黄 / 取組内容 D33 黄  / 取組内容 E33 黄 / 取組内容 A33 黄
    様式 A18 黄      / 様式 C18 黄     / 様式 F18 赤
"""


def plan_book() -> Workbook:
    return load_workbook(BytesIO(written_book(sample_document())))


def as_saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "document",
    [sample_document(), empty_document(), *map(plan_of, EXAMPLES)],
    ids=["full", "empty", *EXAMPLES],
)
def test_every_column_says_what_belongs_in_it(document: dict[str, object]) -> None:
    book = load_workbook(BytesIO(written_book(document)))
    levels = ("基本目標", "基本施策", "取組項目", "取組内容")
    tables = (DEPARTMENTS, item_table(levels), FIELDS, ROUNDS, REVIEWERS)
    for table in (t.used_in(Node(document)) for t in tables if t.sheet in book.sheetnames):
        for index, column in enumerate(table.all_columns, start=1):
            for row in (FIRST, LAST):
                guide = validation_of(book[table.sheet], f"{get_column_letter(index)}{row}")
                assert guide["title"] == column.label
                assert str(guide["prompt"]).startswith(column.hint[:20])
    assert validation_of(book[PLAN_SHEET], "B6")["list"] == "担当課コード"
    assert validation_of(book["取組内容"], "G900")["list"] == "担当課コード"
    assert validation_of(book["様式"], "F4")["list"] == "様式の項目名"


def validation_of(sheet: Worksheet, cell: str) -> dict[str, object]:
    (found,) = [v for v in sheet.data_validations.dataValidation if cell in v.sqref]
    return {"title": found.promptTitle, "prompt": found.prompt, "list": found.formula1}


def test_twenty_pasted_items_are_read() -> None:
    book = plan_book()
    sheet = book["取組内容"]
    for number in range(1, 21):
        path = ("Ⅳ 目標", "9 施策", "項目")
        line = [f"9-{number}", *path, f"取組{number}", "", "FUKUSHI、KIKI", "それぞれの課"]
        for column, text in enumerate(line, start=1):
            # As pasted from elsewhere: no format of ours is left in the cell.
            cell = sheet.cell(28 + number, column, text)
            cell.style = "Normal"

    plan = plan_in(as_saved(book))

    assert len(plan.items) == 45
    assert plan.items[-1].id == "9-20"
    assert plan.items[-1].departments == ("FUKUSHI", "KIKI")


@pytest.mark.parametrize(
    "written",
    ["FUKUSHI\nKIKI", "FUKUSHI、KIKI", "FUKUSHI， KIKI、", "FUKUSHI・KIKI", "FUKUSHI/KIKI"],
)
def test_codes_stand_in_one_cell_as_people_write_them(written: str) -> None:
    book = plan_book()
    book["取組内容"]["G4"] = written

    assert plan_in(as_saved(book)).items[0].departments == ("FUKUSHI", "KIKI")


def plan_in(content: bytes) -> Plan:
    return validated(read_book(content, "plan.xlsx"))


@needs_libreoffice
def test_colours_show_what_is_needed_and_what_is_wrong(tmp_path: Path) -> None:
    book = plan_book()
    for sheet, cell, text in rows(TYPED):
        book[sheet][cell].style = "Normal"
        book[sheet][cell] = written(text) or None
        if text.startswith("d:"):
            book[sheet][cell].number_format = "m/d/yy"

    (shown,) = _shown_in([book], tmp_path)

    expected = {place.strip() for line in rows(SHOWN.replace("/", "|")) for place in line}
    assert shown == expected


@needs_libreoffice
def test_colours_show_what_is_wrong_with_rounds(tmp_path: Path) -> None:
    good = load_workbook(BytesIO(written_book(plan_of(FOUR_ROUNDS))))
    managed = load_workbook(BytesIO(written_book(plan_of(MANAGER_CHECK))))
    spoilt = load_workbook(BytesIO(written_book(plan_of(FOUR_ROUNDS))))
    for sheet, cell, text in (
        ("回", "A5", "一次評価"),
        ("回", "B6", None),
        ("回", "F6", "平均"),
        ("確認する人", "C4", "部長"),
        ("確認する人", "C5", None),
    ):
        spoilt[sheet][cell] = text

    shown = _shown_in([good, managed, spoilt], tmp_path)

    assert shown[:2] == [set(), set()]
    assert shown[2] == {
        "回 A4 赤",
        "回 A5 赤",
        "回 B6 黄",
        "回 F6 赤",
        "確認する人 C4 赤",
        "確認する人 C5 黄",
    }


AS_PASTED = (
    "codes_by_name",
    "ditto_and_merged",
    "heading_rows",
    "levels_written_once",
    "pasted_department_names",
    "pasted_numbers",
)


@needs_libreoffice
def test_what_is_read_without_a_question_has_no_colour(tmp_path: Path) -> None:
    books = {}
    for example in map(read_plan_example, [PLANS / name for name in AS_PASTED]):
        home = tmp_path / example.folder.name
        home.mkdir()
        (home / example.name).write_bytes(example.content)
        assert load_plan(home)
        book = books[example.folder.name] = load_workbook(BytesIO(example.content))
        book["様式"].conditional_formatting = ConditionalFormattingList()  # nothing is pasted there

    shown = dict(zip(books, _shown_in(list(books.values()), tmp_path), strict=True))

    assert shown == {name: set() for name in AS_PASTED}


def _shown_in(books: Sequence[Workbook], folder: Path) -> list[set[str]]:
    """Return the cells of each workbook that LibreOffice colours, with their colours."""
    jobs: list[dict[str, object]] = []
    asked = []
    for number, book in enumerate(books):
        asked.append({sheet.title: list(_coloured(sheet)) for sheet in book.worksheets})
        for title, rules in asked[-1].items():
            for column, (_, formula) in enumerate(rules, start=40):
                book[title].cell(1, column, formula)
        path = folder / f"{number}.xlsx"
        path.write_bytes(as_saved(book))
        jobs.append({"do": "recalculate", "source": str(path)})
    return [
        {
            f"{title} {cell} {colour}"
            for title, rules in of_book.items()
            for ((cell, colour), _), value in zip(rules, answer[title][0][39:], strict=True)
            if value
        }
        for of_book, answer in zip(asked, run_jobs(jobs), strict=True)
    ]


def _coloured(sheet: Worksheet) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each watched cell with each colour it may take, and the formula that decides."""
    last = max(cell.row for line in sheet.iter_rows() for cell in line if cell.value) + 1
    for formats in sheet.conditional_formatting:
        first = str(formats.sqref).split(":")[0]
        for rule in (r for r in formats.rules if r.dxf.fill is not None):
            colour = COLOURS[rule.dxf.fill.bgColor.rgb[2:]]
            column = first.rstrip("0123456789")
            top = int(first[len(column) :])
            bottom = top if ":" not in str(formats.sqref) else min(WATCHED_ROWS, last)
            for row in range(top, bottom + 1):
                if isinstance(sheet[f"{column}{row}"], MergedCell):
                    continue
                formula = Translator(f"={rule.formula[0].lstrip('=')}", origin=first)
                yield (f"{column}{row}", colour), formula.translate_formula(f"{column}{row}")
