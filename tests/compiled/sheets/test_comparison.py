from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.compiled.fiscal_years import (
    LAST_YEAR,
    PROGRESS,
    RATING,
    REORGANISED,
    THIS_YEAR,
    WAY,
    ledger_of,
    past,
    plan_of,
)
from tests.hyperlinks import hyperlinks
from workflow.compiled import display_limits
from workflow.compiled.ledger import LEDGER_SHEET
from workflow.compiled.sheets.comparison.sheet import (
    COMPARISON_PRINT_SHEET,
    COMPARISON_SHEET,
    write_comparison,
)
from workflow.compiled.years.comparison import compare, headline_sentences
from workflow.compiled.years.past import PastYear
from workflow.excel.style import ALERT_FILL, TO_FILL_FILL
from workflow.excel.table import FONT_SIZE
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.model.fields.base import Choice
from workflow.model.fields.form import Form
from workflow.model.fields.number import NumberField
from workflow.model.plan import Plan


def written(last: PastYear | None, plan: Plan = REORGANISED, this_year: str = THIS_YEAR) -> bytes:
    ledger = ledger_of(plan, this_year)
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    sheet = add_sheet(book, COMPARISON_SHEET)
    add_sheet(book, LEDGER_SHEET)
    write_comparison(book, sheet, compare(plan, ledger, last), plan, ledger)
    book.close()
    return stream.getvalue()


def sheet_of(content: bytes) -> Worksheet:
    return load_workbook(BytesIO(content))[COMPARISON_SHEET]


def texts(sheet: Worksheet) -> list[list[str]]:
    return [[str(v or "") for v in row] for row in sheet.iter_rows(values_only=True)]


def header_row(sheet: Worksheet) -> int:
    return next(n for n, row in enumerate(texts(sheet), start=1) if row[0] == "区分")


def test_every_line_shows_both_years_and_the_change() -> None:
    sheet = sheet_of(written(past(LAST_YEAR)))
    place = header_row(sheet)
    table = texts(sheet)[place - 1 :]
    assert table[0] == [
        "区分", "整理番号", "取組", "担当課（令和4年度）", "担当課（令和5年度）", "備考",
        "評価（令和4年度）", "評価（令和5年度）", "評価の変化",
        "方針（令和4年度）", "方針（令和5年度）", "方針の変化",
        "取組状況（令和4年度）", "取組状況（令和5年度）", "取組状況の変化",
    ]  # fmt: skip
    assert len(table) == 15
    assert table[1] == [
        "継続", "1-1", "見守り", "福祉政策課", "地域共生課",
        "課名が変わりました（福祉政策課→地域共生課）。",
        "Ｂ", "Ａ", "上がった↑", "継続", "改善", "変わった", "見た。", "見た。", "同じ",
    ]  # fmt: skip
    assert table[9][6:9] == ["（未提出）", "Ａ", "前年度なし"]
    assert table[14][:9] == ["終了", "9-9", "祭り", "防災課", "―", "", "Ｂ", "―", "今年度なし"]


def test_what_changed_since_last_year_stands_on_top() -> None:
    last = past(LAST_YEAR)
    sheet = sheet_of(written(last))
    found = compare(REORGANISED, ledger_of(REORGANISED, THIS_YEAR), last)
    assert sheet["A1"].value == "小さな計画　前年度との比較　令和5年度（2023年度）"
    assert sheet["A2"].value == "".join(headline_sentences(found))


def test_changes_are_marked_bold_and_prose_is_not() -> None:
    sheet = sheet_of(written(past(LAST_YEAR)))
    place = header_row(sheet)
    raised, lowered = sheet.cell(place + 1, 9), sheet.cell(place + 2, 9)
    assert (raised.font.b, lowered.font.b) == (True, True)
    assert lowered.value == "下がった↓"
    assert lowered.fill.start_color.rgb == f"FF{ALERT_FILL[1:]}"
    assert sheet.cell(place + 1, 12).fill.start_color.rgb == f"FF{TO_FILL_FILL[1:]}"
    assert not sheet.cell(place + 2, 15).font.b
    assert sheet.cell(place + 2, 15).value == "変わった"


def test_an_item_of_this_year_leads_to_its_row_in_the_ledger() -> None:
    content = written(past(LAST_YEAR))
    sheet = sheet_of(content)
    places = {link.cell: link.place for link in hyperlinks(content)}
    links = [
        (cell.value, places.get(cell.coordinate))
        for (cell,) in sheet.iter_rows(min_row=header_row(sheet) + 1, min_col=2, max_col=2)
    ]
    assert links[0] == ("1-1", "'台帳'!A2")
    assert links[2:4] == [("2-1", "'台帳'!A4"), ("2-1", "'台帳'!A4")]
    assert links[9:11] == [("4-1", "'台帳'!A10"), ("4-1", None)]
    assert links[-1] == ("9-9", None)


@pytest.mark.parametrize(
    ("most", "shown", "notice"),
    [(14, 14, ""), (13, 12, "全14件のうち、"), (11, 0, "表は載せていません")],
)
def test_of_very_many_lines_only_what_changed_is_listed(
    monkeypatch: pytest.MonkeyPatch, most: int, shown: int, notice: str
) -> None:
    monkeypatch.setattr(display_limits, "MOST_COMPARED", most)
    monkeypatch.setattr(display_limits, "MOST_CHANGED", most)
    sheet = sheet_of(written(past(LAST_YEAR)))
    listed = texts(sheet)[header_row(sheet) :]
    assert len([line for line in listed if line[0]]) == shown
    above = "".join(line[0] for line in texts(sheet)[: header_row(sheet) - 1])
    assert notice in above
    assert ("シート「台帳」と前年度の台帳" in above) is bool(notice)


@pytest.mark.parametrize(("paper", "code"), [("A4", 9), ("A3", 8)])
def test_very_many_lines_print_on_the_plans_paper_with_their_header(
    paper: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display_limits, "MOST_PRINTED", 3)
    sheet = sheet_of(written(past(LAST_YEAR), replace(REORGANISED, paper=paper)))
    place = header_row(sheet)
    setup = sheet.page_setup
    assert (setup.orientation, int(setup.paperSize or 0)) == ("landscape", code)
    assert (setup.scale or 100) >= 90
    assert sheet.print_title_cols == "$A:$C"
    assert sheet.print_title_rows == f"${place}:${place}"
    assert sheet.freeze_panes == f"D{place + 1}"
    assert sheet.auto_filter.ref == f"A{place}:O{place + 14}"


def test_on_paper_it_names_the_sheet_that_is_made_for_paper() -> None:
    sheet = sheet_of(written(past(LAST_YEAR)))
    last = str(sheet.print_area).rpartition("$")[2]
    assert int(last) == header_row(sheet) - 1
    assert sheet.oddHeader is not None
    assert f"「{COMPARISON_PRINT_SHEET}」" in str(sheet.oddHeader.left.text)


def test_warnings_stand_above_the_table_in_the_colour_of_warnings() -> None:
    then = Form((PROGRESS, WAY, replace(RATING, choices=(Choice("Ｓ"), *RATING.choices))))
    sheet = sheet_of(written(past(LAST_YEAR, form=then)))
    assert str(sheet["A3"].value).startswith("評価の選択肢が前年度と違います")
    assert sheet["A3"].fill.start_color.rgb == f"FF{ALERT_FILL[1:]}"
    assert str(sheet["A3"].value) not in str(sheet["A2"].value)
    assert sheet.cell(header_row(sheet) + 1, 9).value == "比べられない"


def test_many_notes_do_not_fill_the_screen_for_ever() -> None:
    many = replace(RATING, choices=tuple(Choice(f"{n}", "今") for n in range(20)))
    then = replace(RATING, choices=tuple(Choice(f"{n}", "前") for n in range(20)))
    plan = replace(plan_of("1-1 | 見守り | K |"), form=Form((PROGRESS, WAY, many)))
    last = past("1-1 | 見守り | 地域共生課 | | | 1 |", form=Form((PROGRESS, WAY, then)))
    assert sheet_of(written(last, plan, "")).freeze_panes == "D1"


def test_without_a_last_year_it_says_so_and_nothing_else() -> None:
    found = [row[0] for row in texts(sheet_of(written(None)))]
    assert found == [
        "小さな計画　前年度との比較　令和5年度（2023年度）",
        "令和4年度の台帳がないため、前年度との比較はありません。",
    ]


def test_texts_stay_texts_and_figures_figures() -> None:
    form = Form((PROGRESS, NumberField(key="way", label="方針")))
    plan = replace(plan_of("1-1 | =1+1 | K |"), form=form)
    last = past("1-1 | =1+1 | 地域共生課 | =2+2 | 12.5 | |", form=form)
    sheet = sheet_of(written(last, plan, "1-1/K | '007 | 多い | "))
    row = [cell.value for cell in sheet[header_row(sheet) + 1]]
    assert (row[2], row[6], row[7], row[9], row[10]) == ("=1+1", 12.5, "多い", "=2+2", "'007")
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_what_only_last_year_asked_is_kept() -> None:
    plan = replace(REORGANISED, form=Form((PROGRESS, RATING)))
    sheet = sheet_of(written(past(LAST_YEAR), plan))
    place = header_row(sheet)
    last = sheet.max_column
    assert [sheet.cell(place + n, last).value for n in (0, 1, 7, 9)] == [
        "方針（令和4年度）", "継続", "―", "（未提出）",
    ]  # fmt: skip


@pytest.mark.parametrize(("signs", "size"), [(300, 10), (600, 10), (1000, 9)])
def test_long_prose_is_set_small_to_fit_a_row(signs: int, size: float) -> None:
    long = "長" * signs
    plan = plan_of("1-1 | 見守り | K |")
    last = past("1-1 | 見守り | 地域共生課 | | | Ａ |")
    sheet = sheet_of(written(last, plan, f"1-1/K | {long} |  | Ａ"))
    place = header_row(sheet) + 1
    cell = sheet.cell(place, 14)
    assert (cell.value, cell.font.sz) == (long, size)
    assert (sheet.row_dimensions[place].height or 0) < 409


def test_the_same_years_give_the_same_bytes() -> None:
    assert written(past(LAST_YEAR)) == written(past(LAST_YEAR))
