"""一覧（印刷用）: the whole ledger on paper, and nothing of it cut."""

from __future__ import annotations

import math
import re
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.programs import needs_libreoffice, needs_pdftotext
from tests.small import COST, DONE, FORM, NOW, PLAN, PROGRESS, RATING, answer
from tests.templates.test_print import print_jobs
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.sheets.print_list import PRINT_SHEET, write_print_list
from workflow.excel.measures import CONTINUED, row_height, text_width
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.model.cells import decoded
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.fields.text import TextField
from workflow.model.plan import Department, Item, Plan
from workflow.model.returns import Source
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document

ANSWERED, SENT_BACK, MISSING = AnswerStatus.ANSWERED, AnswerStatus.SENT_BACK, AnswerStatus.MISSING
Answered = Mapping[str, Value] | AnswerStatus

HEADER = ["整理番号", "取組", "担当課", "取組状況", "評価", "決算額（千円）", "完了日", "理由"]
SIZE = 9.0
PIXEL = 0.75
"""Points that a height loses when it is stored."""

FULL: dict[str, Value] = {
    "progress": "実施した。",
    "rating": "Ａ",
    "cost": Decimal("12345.5"),
    "done": date(2023, 4, 1),
}


def ledger_of(plan: Plan, answers: Sequence[Answered]) -> Ledger:
    """Return the ledger of a plan; the answers are used again and again."""
    entries = []
    for n, assignment in enumerate(plan.assignments()):
        values = answers[n % len(answers)]
        status = values if isinstance(values, AnswerStatus) else ANSWERED
        kept = {} if isinstance(values, AnswerStatus) else dict(values)
        source = Source("a.xlsx", "進捗状況", 5, "0" * 64, NOW)
        given = answer(assignment.item.id, assignment.departments[0].code, kept, source)
        entries.append(Entry(assignment, status, None if status is MISSING else given))
    return build_ledger(plan, 2023, tuple(entries))


def book_bytes(plan: Plan, ledger: Ledger) -> bytes:
    stream = BytesIO()
    book = new_workbook(stream, 10.0)
    book.set_properties({"created": NOW.replace(tzinfo=None)})
    write_print_list(book, add_sheet(book, PRINT_SHEET), plan, ledger)
    book.close()
    return stream.getvalue()


def printed(plan: Plan = PLAN, answers: Sequence[Answered] = (FULL,)) -> Worksheet:
    return load_workbook(BytesIO(book_bytes(plan, ledger_of(plan, answers))))[PRINT_SHEET]


def header_row(sheet: Worksheet) -> int:
    return next(n for n in range(1, 20) if sheet.cell(n, 1).value == "整理番号")


def below_header(sheet: Worksheet) -> list[list[Any]]:
    rows = sheet.iter_rows(min_row=header_row(sheet) + 1, values_only=True)
    return [[decoded(v) if isinstance(v, str) else v for v in row] for row in rows]


def is_band(row: Sequence[Any]) -> bool:
    return bool(row[0]) and not any(row[1:])


def bands(sheet: Worksheet) -> list[str]:
    """Return the bands, and the number of each item between them."""
    return [str(row[0]) for row in below_header(sheet)]


def items(sheet: Worksheet) -> list[list[Any]]:
    """Return one row per assignment; what stands in several rows is put together."""
    found: list[list[Any]] = []
    for row in below_header(sheet):
        if is_band(row) and not str(row[0]).startswith(CONTINUED):
            continue
        if str(row[0]).startswith(CONTINUED):
            row[0] = str(row[0]).removeprefix(CONTINUED)
            joined = zip(found[-1], row, strict=True)
            found[-1] = [f"{a}{b}" if b else a for a, b in joined]
        else:
            found.append(row)
    return found


def with_texts(*fields: TextField, items: Sequence[Item] = PLAN.items) -> Plan:
    """Return a plan that asks for a rating and some prose."""
    return replace(PLAN, form=Form((RATING, *fields)), items=items)


def with_levels(count: int) -> Plan:
    """Return a plan of so many levels; every level changes half as often as the one below it."""
    return replace(
        PLAN,
        levels=tuple(f"階層{n}" for n in range(count)),
        items=tuple(
            Item(
                str(n),
                tuple(f"L{d}-{n >> (count - d)}" for d in range(1, count)),
                f"取組{n}",
                ("A",),
            )
            for n in range(8)
        ),
        matrices=(),
    )


def points_of(sheet: Worksheet) -> list[float]:
    """Return how wide each column is on paper: a width is a digit of 7 pixels."""
    dimensions = sorted(sheet.column_dimensions.values(), key=lambda d: int(d.min or 0))
    return [
        round(d.width * 7) * PIXEL
        for d in dimensions
        for _ in range(int(d.min or 0), int(d.max or 0) + 1)
    ]


def test_it_is_a4_landscape_with_heading_and_page_numbers_on_every_page() -> None:
    sheet = printed()
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == f"${header_row(sheet)}:${header_row(sheet)}"
    footer = sheet.oddFooter
    assert footer
    assert footer.right.text == "&P / &N"
    assert footer.left.text == "小さな計画　令和5年度（2023年度）"
    assert not sheet.merged_cells.ranges


def test_it_begins_with_what_it_is() -> None:
    sheet = printed(answers=[FULL, SENT_BACK, MISSING])
    assert sheet["A1"].value == "小さな計画　令和5年度（2023年度）"
    assert sheet["A2"].value == "全6件（回答済2件、未提出2件、差戻し中2件）"
    assert [cell.value for cell in sheet[header_row(sheet)]] == HEADER


def test_a_unit_that_stands_in_the_label_is_not_shown_twice() -> None:
    plan = replace(PLAN, form=Form((replace(COST, label="決算額（千円）"),)))
    sheet = printed(plan, [{"cost": Decimal(5)}])
    assert sheet.cell(header_row(sheet), 4).value == "決算額（千円）"


def test_every_assignment_is_there_with_all_it_says() -> None:
    sheet = printed(answers=[FULL | {"reason": "雨\n雪"}])
    values = ["実施した。", "Ａ", 12345.5, datetime(2023, 4, 1), "雨\n雪"]
    assert [row[:3] for row in items(sheet)] == [
        ["1-1", "見守り\n（計画書 10ページ）", "甲課"],
        ["1-2", "声かけ", "甲課"],
        ["2-1", "訓練", "乙課・甲課"],
        ["2-2", "啓発", "甲課"],
        ["2-2", "啓発", "乙課"],
        ["3-1", "支援", "丙課"],
    ]
    assert [row[3:] for row in items(sheet)] == [values] * 6


def test_numbers_and_days_are_shown_as_such() -> None:
    sheet = printed()
    cost, day = sheet.cell(header_row(sheet) + 2, 6), sheet.cell(header_row(sheet) + 2, 7)
    assert (cost.number_format, cost.alignment.horizontal) == ("#,##0.0", "right")
    assert (day.number_format, day.data_type) == ("yyyy-mm-dd", "d")


@pytest.mark.parametrize(
    ("decimals", "number", "shown"),
    [(0, "5", "#,##0"), (None, "5", "#,##0"), (None, "0.25", "#,##0.00"), (2, "5", "#,##0.00")],
)
def test_a_number_shows_its_decimals(decimals: int | None, number: str, shown: str) -> None:
    plan = replace(PLAN, form=Form((replace(COST, decimals=decimals),)))
    sheet = printed(plan, [{"cost": Decimal(number)}])
    assert sheet.cell(header_row(sheet) + 2, 4).number_format == shown


def test_the_longest_number_has_room() -> None:
    plan = replace(PLAN, form=Form((replace(COST, decimals=2),)))
    sheet = printed(plan, [{"cost": Decimal(-123456789012345)}])
    assert points_of(sheet)[3] > len("-123,456,789,012,345.00") * 0.72 * SIZE


def test_what_excel_has_no_day_for_and_what_is_no_number_is_shown_as_text() -> None:
    plan = replace(PLAN, form=Form((DONE, COST)))
    sheet = printed(plan, [{"done": date(1868, 1, 25), "cost": "約百"}])
    assert items(sheet)[0][3:] == ["1868-01-25", "約百"]


@pytest.mark.parametrize("status", [SENT_BACK, MISSING])
def test_what_is_not_answered_says_so_in_the_first_prose(status: AnswerStatus) -> None:
    plan = replace(PLAN, form=Form((RATING, PROGRESS, COST)))
    sheet = printed(plan, [FULL, status])
    first, second, *_ = items(sheet)
    assert first[3:] == ["Ａ", "実施した。", 12345.5]
    assert second[3:] == [None, status.value, None]
    (cell,) = (c for row in sheet.iter_rows(max_row=6) for c in row if c.value == status.value)
    assert cell.font.bold
    assert cell.fill.fgColor.rgb == "FFF8CBAD"


def test_without_prose_the_first_field_says_it() -> None:
    plan = replace(PLAN, form=Form((RATING, COST)))
    assert [row[3:] for row in items(printed(plan, [MISSING]))] == [["未提出", None]] * 6


def test_a_band_stands_where_the_level_changes() -> None:
    assert bands(printed()) == ["■ 一", "1-1", "1-2", "■ 二", "2-1", "2-2", "2-2", "■ 三", "3-1"]


def test_pages_stand_once_where_they_are_the_same() -> None:
    changed = tuple(replace(i, pages="7" if i.path == ("二",) else i.id) for i in PLAN.items)
    sheet = printed(replace(PLAN, items=changed))
    assert bands(sheet)[3] == "■ 二（計画書 7ページ）"
    assert bands(sheet)[7] == "■ 三（計画書 3-1ページ）"
    assert [row[1] for row in items(sheet)][:3] == [
        "見守り\n（計画書 1-1ページ）",
        "声かけ\n（計画書 1-2ページ）",
        "訓練",
    ]


def test_pages_of_the_lesser_band_stand_there() -> None:
    plan = replace(
        with_levels(3),
        items=tuple(replace(item, pages=item.path[-1]) for item in with_levels(3).items),
    )
    assert bands(printed(plan, [FULL]))[:4] == ["■ L1-0", "　L2-0（計画書 L2-0ページ）", "0", "1"]


@pytest.mark.parametrize(
    ("levels", "first"),
    [
        (1, ["0", "1", "2", "3", "4", "5", "6", "7"]),
        (2, ["■ L1-0", "0", "1", "■ L1-1", "2", "3"]),
        (3, ["■ L1-0", "　L2-0", "0", "1", "　L2-1", "2", "3", "■ L1-1", "　L2-2", "4"]),
        (4, ["■ L1-0　＞　L2-0", "　L3-0", "0", "1", "　L3-1", "2", "3", "■ L1-0　＞　L2-1"]),
        (6, ["■ L1-0　＞　L2-0　＞　L3-0　＞　L4-0", "　L5-0", "0", "1", "　L5-1", "2"]),
    ],
)
def test_a_plan_has_one_to_six_levels(levels: int, first: list[str]) -> None:
    sheet = printed(with_levels(levels))
    assert bands(sheet)[: len(first)] == first
    assert [row[0] for row in items(sheet)] == [str(n) for n in range(8)]


@pytest.mark.parametrize("count", range(9))
def test_all_columns_fit_the_page_and_can_be_read(count: int) -> None:
    fields = (TextField(key=f"t{n}", label=f"記述{n}") for n in range(count))
    sheet = printed(
        with_texts(*fields), [{"rating": "Ａ"} | {f"t{n}": "長い" for n in range(count)}]
    )
    printable = 841.9 - 2 * 0.35 * 72
    points = points_of(sheet)
    pages = [sum(points[a:b]) for a, b in pairwise((0, *breaks_of(sheet), len(points)))]
    heads = [0.0, *[sum(points[:2])] * (len(pages) - 1)]
    assert (sheet.page_setup.scale or 100) == 100  # the text is no larger than it must be
    for page, head in zip(pages, heads, strict=True):
        assert page + head <= printable
        assert page + head >= 0.95 * printable or page is pages[-1]


def breaks_of(sheet: Worksheet) -> list[int]:
    """Return the columns at which a page across begins."""
    return [int(found.id) for found in sheet.col_breaks.brk]


WILD = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(lambda t: t * 40)
LONG = st.text(st.sampled_from("漢字かな、。\n１2a （）𠮷\u0301"), max_size=3000)


def assert_nothing_is_cut(sheet: Worksheet) -> None:
    """Every text fits its row, by what a line holds, and by the estimate of all our sheets."""
    widths = points_of(sheet)
    for n, row in enumerate(sheet.iter_rows(min_row=header_row(sheet)), start=header_row(sheet)):
        height = sheet.row_dimensions[n].height
        assert height <= 409
        if is_band([cell.value for cell in row]) and not str(row[0].value).startswith(CONTINUED):
            continue
        for cell, points in zip(row, widths, strict=True):
            text = decoded(str(cell.value or "")) if cell.data_type == "s" else ""
            room = (points - 4) / SIZE
            lines = sum(max(1, math.ceil(text_width(line) / room)) for line in text.split("\n"))
            assert lines * SIZE * 1.25 <= height
            assert row_height([(text, (points - 4) / SIZE)], SIZE) <= height + PIXEL < 409


@settings(max_examples=60)
@given(st.lists(st.one_of(WILD, LONG), min_size=2, max_size=4))
def test_no_text_is_cut(texts: list[str]) -> None:
    fields = tuple(TextField(key=f"t{n}", label=f"記述{n}") for n in range(len(texts)))
    values: dict[str, Value] = {f"t{n}": text for n, text in enumerate(texts)}
    sheet = printed(with_texts(*fields), [values | {"rating": "Ａ"}])
    assert len(items(sheet)) == 6
    for row in items(sheet):
        assert [value or "" for value in row[4:]] == texts
    assert_nothing_is_cut(sheet)


def test_every_other_text_may_be_long_too() -> None:
    title, name, level = "題" * 3000, "課" * 255, "層" * 1000
    plan = replace(
        PLAN,
        title="計" * 255,
        levels=("施策", "取" * 255),
        departments=(Department("A", name),),
        items=(Item("番" * 255, (level,), title, ("A",), pages="頁" * 255),),
        form=Form((replace(PROGRESS, label="状" * 255),)),
    )
    sheet = printed(plan, [{"progress": "した。"}])
    ((number, heading, department, answer_text),) = items(sheet)
    assert (number, heading, department) == ("番" * 255, title, name)
    assert answer_text == "した。"
    assert "".join(b for b in bands(sheet) if set(b) & set("層頁")).count("層") == 1000
    assert str(sheet["A1"].value).startswith("計計")
    assert_nothing_is_cut(sheet)


def test_a_long_text_is_continued_at_the_end_of_a_sentence() -> None:
    text = "一二三四五六七八九十。" * 200
    sheet = printed(with_texts(PROGRESS), [{"progress": text}])
    parts = [row[4] for row in below_header(sheet) if row[4]]
    assert len(parts) > 6
    assert all(part.endswith("。") for part in parts)


@pytest.mark.parametrize("text", ["。" * 3000, "ー" * 3000, "あ" + "\u0301" * 3000, "\n" * 300])
def test_a_text_with_no_good_place_to_break_takes_few_rows(text: str) -> None:
    sheet = printed(with_texts(PROGRESS, items=PLAN.items[:1]), [{"progress": text}])
    assert items(sheet)[0][4] == text
    assert len(below_header(sheet)) <= 16  # two on each page
    assert_nothing_is_cut(sheet)


def test_no_row_begins_with_what_ends_a_sentence() -> None:
    text = "か\u3099、「あ」。" * 500
    sheet = printed(with_texts(PROGRESS), [{"progress": text}])
    parts = [row[4] for row in below_header(sheet) if row[4]]
    assert len(parts) > 6
    assert not {part[0] for part in parts} & set("\u3099、」。")


def breaks(sheet: Worksheet) -> list[int]:
    """Return the rows before which a page ends."""
    return [b.id for b in sheet.row_breaks.brk]


def test_no_band_stands_alone_at_the_end_of_a_page() -> None:
    plan = with_levels(4)
    plan = replace(
        plan,
        items=tuple(replace(item, id=f"{n}-{item.id}") for n in range(20) for item in plan.items),
    )
    sheet = printed(plan, [FULL | {"reason": "長い話。" * n} for n in range(50)])
    assert len(breaks(sheet)) > 5
    for row in breaks(sheet):
        assert not is_band([cell.value for cell in sheet[row]])


def test_every_page_is_well_filled_and_not_too_full() -> None:
    plan = with_texts(PROGRESS)
    plan = replace(plan, items=tuple(Item(str(n), ("一",), f"取組{n}", ("A",)) for n in range(60)))
    sheet = printed(plan, [{"progress": "長い話。" * (40 * n)} for n in range(1, 9)])
    header = sheet.row_dimensions[header_row(sheet)].height
    ends = breaks(sheet)
    for first, last in pairwise(ends):
        rows = range(first + 1, last + 1)
        assert 350 < header + sum(sheet.row_dimensions[n].height for n in rows) <= 505


@pytest.mark.parametrize("length", range(260, 360, 20))
def test_the_last_page_is_not_a_few_lines_alone(length: int) -> None:
    plan = with_texts(PROGRESS, items=PLAN.items[:2])
    sheet = printed(plan, [{"progress": "長い話。" * length}, {"progress": "長い話。" * 250}])
    assert len(breaks(sheet)) == 1
    assert below_header(sheet)[-1][0] == "1-2"


def test_three_hundred_items_are_quick_and_always_the_same() -> None:
    several = tuple(Item(f"{n:03}", (f"施策{n // 9}",), f"取組{n}", ("A",)) for n in range(300))
    plan = replace(PLAN, items=several, form=FORM)
    ledger = ledger_of(plan, [{"progress": "長い話。" * 250, "reason": "理由を述べる。" * 140}])
    begun = time.process_time()
    first = book_bytes(plan, ledger)
    assert time.process_time() - begun < 10
    assert book_bytes(plan, ledger) == first


def prose(mark: str) -> str:
    """Return some 1,000 characters that end with a line of their own."""
    return (
        "地域の見守り活動を、関係機関（社会福祉協議会など）と年12回、延べ1,250人で行った。\n" * 24
        + mark
    )


@needs_libreoffice
@needs_pdftotext
def test_libreoffice_prints_every_text_to_its_end(tmp_path: Path) -> None:
    plan = build_plan(sample_document())
    marks = [f"【{n}{end}】" for n in range(25) for end in "末尾"]
    answers = [
        {"progress": prose(f"【{n}末】"), "challenge": prose(f"【{n}尾】"), "rating": "Ａ"}
        for n in range(25)
    ]
    whole, low = tmp_path / "whole.xlsx", tmp_path / "low.xlsx"
    whole.write_bytes(book_bytes(plan, ledger_of(plan, answers)))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(low, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb' ht="\d{3}[\d.]*"', b' ht="60"', old.read(name)))
    pages = print_jobs({"whole": whole, "low": low}, tmp_path)
    text = "".join(pages["whole"])
    assert [mark for mark in marks if mark not in text] == []
    assert [mark for mark in marks if mark not in "".join(pages["low"])], "it could not fail"
    assert all("整理番号" in page and "課題・改善点" in page for page in pages["whole"])
    assert all(f"{n}/{len(pages['whole'])}" in p for n, p in enumerate(pages["whole"], start=1))
    assert len(pages["whole"]) == 1 + len(
        breaks(load_workbook(BytesIO(whole.read_bytes()))[PRINT_SHEET])
    )
