"""Readers that share no code say the same of every workbook; of examples, see tests/examples."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from tests.engine import judge_here
from tests.fillers.libreoffice import run_jobs
from tests.harness.description import RETURNS
from tests.harness.files_in_returned import files_in_returned
from tests.harness.reading_alike import assert_read_alike, attempt
from tests.journeys.test_any_text import fits, texts
from tests.programs import needs_libreoffice
from tests.returned.readers.binary_books import xlsb, xlsb_with_shared_texts, xlsb_with_short_texts
from workflow.excel.workbook import new_workbook
from workflow.model.catalogue import Code
from workflow.model.cells import a1, encoded
from workflow.model.raw import CellKind, RawBook
from workflow.model.returns import Outcome
from workflow.returned.inbox import single
from workflow.returned.intake.detect import Kind
from workflow.returned.intake.refusal import RefusedError
from workflow.returned.judge import judge
from workflow.returned.readers.readings import read_again
from workflow.returned.workers.engine import judge_in_workers


def read_alike(kind: Kind, content: bytes) -> RawBook:
    book = assert_read_alike(kind, content)
    assert book is not None
    return book


PROSE = "【例】一行目\n　二行目　①Ⅱ 𠮷 ～〜\n=終わり"

# --- what a template has not; every program that fills one: tests/journeys/test_programs.py


def odd_book() -> bytes:
    """Return a workbook with what our templates do not have."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "甲の'表"
    values: list[list[Any]] = [
        ["一行目\n二行目", 5, 0.5, -2.25],
        [True, False, date(2024, 5, 1), datetime(2024, 5, 1, 13, 30)],
        [time(9, 5), "=B1*2", '=A1&"円"', "=1/0"],
    ]
    for row in values:
        sheet.append(row)
    sheet["F6"] = "結合"
    sheet.merge_cells("F6:G8")
    sheet.row_dimensions[2].hidden = True
    sheet.auto_filter.ref = "A1:D3"
    sheet.auto_filter.add_filter_column(0, ["一行目"])
    sheet["A1"].comment = Comment("ここは未定です。", "担当者")
    book.defined_names["様式"] = DefinedName("様式", attr_text="'甲の''表'!$B$1")
    book.create_chartsheet("図").add_chart(BarChart())
    book.create_sheet("空")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_both_readers_say_the_same_of_what_no_template_has() -> None:
    book = read_alike(Kind.XLSX, odd_book())
    sheet, empty = book.sheets
    assert (sheet.hidden_rows, sheet.filtered, len(sheet.merged)) == (frozenset({2}), True, 1)
    assert (empty.name, empty.cells) == ("空", {})
    assert [cell.kind for (row, _), cell in sheet.cells.items() if row == 3] == [
        CellKind.DATE,
        *[CellKind.FORMULA] * 3,
    ]


@needs_libreoffice
def test_both_readers_say_the_same_of_what_libreoffice_saves(tmp_path: Path) -> None:
    source = tmp_path / "odd.xlsx"
    source.write_bytes(odd_book())
    kinds = {"MS Excel 97": Kind.XLS, "calc8": Kind.ODS, "Calc MS Excel 2007 XML": Kind.XLSX}
    targets = {kind: tmp_path / f"{kind.name}.{kind.extensions[0]}" for kind in kinds.values()}
    run_jobs(
        [
            {"do": "save as", "source": str(source), "target": str(targets[kind]), "filter": name}
            for name, kind in kinds.items()
        ]
    )
    for kind, target in targets.items():
        book = read_alike(kind, target.read_bytes())
        assert book.sheets[0].cells[2, 4].moment == datetime(2024, 5, 1, 13, 30)


@pytest.mark.parametrize("build", [xlsb, xlsb_with_shared_texts])
def test_both_readers_say_the_same_of_a_binary_workbook(build: Callable[..., bytes]) -> None:
    cells = {(0, 0): "整理番号", (4, 2): PROSE, (4, 3): 1.5, (5, 3): True, (6, 3): "", (7, 0): "a"}
    cells |= {(7, 1): b"\x2a"}  # which calamine takes for a blank
    book = read_alike(Kind.XLSB, build("進捗 状況", cells))
    assert {a1(*place): cell.text for place, cell in book.sheets[0].cells.items()} == {
        "A1": "整理番号",
        "C5": PROSE,
        "D5": "1.5",
        "D6": "TRUE",
        "A8": "a",
        "B8": "#N/A",
    }


# --- what cannot be read


FAR_ODS = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><table:table table:name="表">
<table:table-row table:number-rows-repeated="99999"/><table:table-row>
<table:table-cell table:number-columns-repeated="999"/><table:table-cell><text:p>遠い</text:p>
</table:table-cell></table:table-row></table:table></office:document-content>"""


def far_ods() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("content.xml", FAR_ODS)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        (Kind.XLSB, xlsb("表", {(0, 0): "a", (1048575, 16383): "z"}), Code.FILE_TOO_LARGE),
        (Kind.XLSB, xlsb_with_short_texts("表", {(0, 0): "a"}), Code.FILE_OTHER_FORMAT),
        (Kind.ODS, far_ods(), Code.FILE_TOO_LARGE),
    ],
)
def test_what_would_harm_the_reader_is_refused(kind: Kind, content: bytes, code: Code) -> None:
    with pytest.raises(RefusedError) as refused:
        read_again(kind, content)
    assert refused.value.refusal.code is code


OLD = (RETURNS / "good/old_excel_format/甲課.xls").read_bytes()


@pytest.mark.parametrize("at", [600, 1200, 4000, len(OLD) - 1000])
def test_xlrd_keeps_its_remarks_to_itself(capsys: pytest.CaptureFixture[str], at: int) -> None:
    for content in (OLD, OLD[:at], OLD[:at] + bytes(400) + OLD[at + 400 :]):
        attempt(read_again, Kind.XLS, content)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("share", range(5, 100, 10))
def test_damage_is_an_outcome_to_the_second_readers_too(tmp_path: Path, share: int) -> None:
    received, context = files_in_returned(RETURNS / "good/plain_return")
    whole = received[0].path.read_bytes()
    at = len(whole) * share // 100
    (tmp_path / "a.xlsx").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    (read,) = judge(single(tmp_path / "a.xlsx"), replace(context, again=True))
    assert read.outcome in (Outcome.UNREADABLE, Outcome.ACCEPTED)


def test_worker_processes_read_again_when_asked() -> None:
    received, context = files_in_returned(RETURNS / "good/sections_answer_separately")
    again = replace(context, again=True)
    assert list(judge_in_workers(received, again)) == list(judge_here(received, again))


# --- any value

FORMATS = [
    *("General", "0.00", "#,##0円", "@", "yyyy/m/d", "[$-411]ggge年m月d日", "[h]:mm", "h:mm:ss"),
    *('0"年"', "[Red]0.0;yyyy", r"0\d", "0.00E+00", "yyyy-mm-dd hh:mm:ss.000"),
    *range(50),
    *range(50, 60),
]
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15)
serials = st.floats(-100, 3_000_000) | st.integers(-100, 100_000)
days = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31))
spans = st.timedeltas(timedelta(), timedelta(days=1000))
values = texts.filter(fits) | numbers | st.booleans() | days | days.map(datetime.date)
openpyxl_values = values | st.times() | spans


@settings(max_examples=80)
@given(st.lists(openpyxl_values, min_size=1, max_size=12), st.booleans())
def test_both_readers_say_the_same_of_what_openpyxl_writes(
    written: list[Any], since_1904: bool
) -> None:
    book = Workbook()
    book.epoch = datetime(1904, 1, 1) if since_1904 else book.epoch
    sheet = book.worksheets[0]
    for row, value in enumerate(written, start=1):
        cell = sheet.cell(row, 1)
        if isinstance(value, str):
            cell.value, cell.data_type = encoded(value), "s"
        else:
            cell.value = value
    stream = io.BytesIO()
    book.save(stream)
    read = read_alike(Kind.XLSX, stream.getvalue())
    texts = {row: cell.text for (row, _), cell in read.sheets[0].cells.items()}
    assert {n: v for n, v in enumerate(written, 1) if isinstance(v, str)}.items() <= texts.items()


@settings(max_examples=80)
@given(st.lists(st.tuples(values | serials, st.sampled_from(FORMATS)), min_size=1, max_size=20))
@example([(serial, 14) for serial in (0, 0.5, 0.9999999999, 1, 59, 60, 61, 2958465, 2958466, -1)])
@example([(serial, 46) for serial in (0, 0.5, 1.25, 400, 2958466)])
def test_both_readers_say_the_same_of_what_xlsxwriter_writes(
    written: list[tuple[Any, str | int]],
) -> None:
    stream = io.BytesIO()
    book = new_workbook(stream, 10)
    sheet = book.add_worksheet()
    for row, (value, shown) in enumerate(written):
        style = book.add_format({"num_format": shown})
        if isinstance(value, str):
            sheet.write_string(row, 0, value, style)
        elif isinstance(value, bool):
            sheet.write_boolean(row, 0, value, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, 0, value, style)  # type: ignore[call-overload]  # or a date
        else:
            sheet.write_number(row, 0, value, style)
    book.close()
    read_alike(Kind.XLSX, stream.getvalue())
