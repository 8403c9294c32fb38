from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compiled.rounds import MISSING, SENT_BACK, answered, round_plan
from tests.small import NOW, PLAN, answer
from workflow.compiled.ledger import Ledger, LedgerColumn, build_ledger
from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.open_data.csv import (
    escape_formula,
    ledger_csv,
    unescape_formula,
    write_csv_in_pieces,
)
from workflow.compiled.years.past import read_ledger
from workflow.excel.rows import RowsInPieces
from workflow.excel.table import CellValue
from workflow.model.fields.declarations import Value
from workflow.model.returns import Source
from workflow.model.rounds.declared import Period
from workflow.model.years import JST
from workflow.storage.pieces import Pieces


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def one_row(cells: Mapping[str, CellValue]) -> Ledger:
    """Return a ledger of one row that holds values under labels."""
    columns = (LedgerColumn(label, 9, partial(_value, cells[label])) for label in cells)
    return Ledger(
        Period(2023),
        tuple(columns),
        (Entry(PLAN.assignments()[0], AnswerStatus.MISSING, None),),
    )


def _value(value: CellValue, _: Entry) -> CellValue:
    return value


def format_value(value: CellValue) -> str:
    """Return how one value stands in the CSV."""
    header, row = read(ledger_csv(one_row({"前": "前", "値": value})))
    assert header == ["前", "値"]
    return row[1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("- 実施した", "'- 実施した"),
        (" \u3000@SUM(1)", "' \u3000@SUM(1)"),
        ("＝1+1", "'＝1+1"),
        ("－", "－"),
        ("'=1+1", "''=1+1"),
        ("'引用'", "'引用'"),
        ("\ttab", "'\ttab"),
        (Decimal("-5"), "-5"),
        ("007", "007"),
        (' "引用", と\n改行 ', ' "引用", と\n改行 '),
        ("\r\n\r", "'\r\n\r"),
        (2023, "2023"),
        (Decimal("5.0"), "5"),
        (Decimal("0.50"), "0.50"),
        (Decimal("1E+6"), "1000000"),
        (date(2024, 3, 1), "2024-03-01"),
        (datetime(2024, 5, 10, 17, 0, tzinfo=JST), "2024-05-10T17:00:00+09:00"),
        (datetime(2024, 5, 10, 17, 0, tzinfo=UTC), "2024-05-11T02:00:00+09:00"),
    ],
)
def test_a_value_is_written_for_machines(value: CellValue, text: str) -> None:
    assert format_value(value) == text


RISKY = tuple("=+-@\t\r")
TEXTS = st.text(
    st.one_of(
        st.sampled_from("'=+-@＝＋－＠\t\r\n \u3000"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=20,
)


@given(TEXTS)
def test_any_text_is_read_back_and_none_becomes_a_formula(text: str) -> None:
    stored = format_value(text)
    assert unescape_formula(stored) == text
    assert not stored.lstrip(" ").startswith(RISKY)


@given(TEXTS)
def test_what_an_earlier_ledger_says_is_what_was_written(text: str) -> None:
    cells: dict[str, CellValue] = {
        "整理番号": "1-1",
        "担当課": "甲課",
        "回答状況": "回答済",
        "取組状況": text,
    }
    content = ledger_csv(one_row(cells))
    assert [row["取組状況"] for row in read_ledger(content)] == [text]


@given(st.lists(st.tuples(TEXTS | st.sampled_from(['a"b,', '"', ",", "長" * 200]), TEXTS)))
def test_lines_are_those_of_the_standard_library(rows: list[tuple[str, str]]) -> None:
    columns = tuple(LedgerColumn(f"列{n}", 5, partial(values_at, n)) for n in range(2))
    lines = io.StringIO(newline="")
    stored = ([column.label for column in columns], *([*map(escape_formula, r)] for r in rows))
    csv.writer(lines).writerows(stored)
    table = SimpleNamespace(columns=columns, rows=rows)
    assert ledger_csv(table).decode("utf-8-sig") == lines.getvalue()


def values_at(index: int, entry: Entry) -> CellValue:
    raise AssertionError(index, entry)  # rows are given


def span_as_text(first: int, end: int) -> str:
    return f"{first}-{end}"


@pytest.mark.parametrize(
    "other", [["5", "い", 5], [5, "い", "5"], [5, "いう", 5], [None, "い", 5], ["", "い", 5],
              [Decimal(5), "い", 5], [5, "い,5", None]],
)  # fmt: skip
def test_pieces_that_say_otherwise_have_another_digest(other: list[CellValue]) -> None:
    columns = tuple(LedgerColumn(f"列{n}", 5, partial(values_at, n)) for n in range(3))
    looked_through = []
    usual: list[CellValue] = [5, "い", 5]
    for rows in ([usual], [other]):
        table, content = SimpleNamespace(columns=columns, rows=rows), io.BytesIO()
        found = write_csv_in_pieces(table, RowsInPieces(rows), span_as_text, Pieces(), content)
        looked_through.append(found)
        assert content.getvalue() == ledger_csv(table)
    one, two = (found.digests for found in looked_through)
    assert one != two


def test_excel_takes_it_for_japanese() -> None:
    content = ledger_csv(build_ledger(PLAN, 2023, ()))
    assert content.startswith("\ufeff年度(西暦),整理番号,施策,取組,計画書ページ,担当課,".encode())


def test_the_columns_are_those_of_the_contract() -> None:
    (header,) = read(ledger_csv(build_ledger(PLAN, 2023, ())))
    assert header == [
        "年度(西暦)", "整理番号", "施策", "取組", "計画書ページ", "担当課",
        "取組状況", "評価", "決算額", "完了日", "理由",
        "回答状況", "回答ファイル", "シート", "行", "SHA-256", "受領日時",
    ]  # fmt: skip


def test_there_is_a_row_for_every_assignment_and_a_value_only_where_it_counts() -> None:
    plan = round_plan(["一"], ["甲課", "乙課", "丙課"], ["Ａ"])
    ledger = build_ledger(plan, 2023, answered(plan, ["Ａ", SENT_BACK, MISSING]))
    _, *found = read(ledger_csv(ledger))
    source = ["a.xlsx", "進捗状況"]
    end = ["0", "2024-04-15T09:00:00+09:00"]
    assert found == [
        ["2023", "0-0", "一", "取組0-0", "", "甲課", "Ａ", "回答済", *source, "5", *end],
        ["2023", "0-1", "一", "取組0-1", "", "乙課", "", "差戻し中", *source, "6", *end],
        ["2023", "0-2", "一", "取組0-2", "", "丙課", "", "未提出", "", "", "", "", ""],
    ]


def test_a_joint_item_is_one_row_with_both_departments_unless_each_answers() -> None:
    assignments = PLAN.assignments()
    entries = tuple(Entry(a, AnswerStatus.MISSING, None) for a in assignments)
    ledger = build_ledger(PLAN, 2023, entries)
    place = ledger.index("担当課")
    assert [(row[1], row[place]) for row in ledger.rows] == [
        ("1-1", "甲課"),
        ("1-2", "甲課"),
        ("2-1", "乙課・甲課"),
        ("2-2", "甲課"),
        ("2-2", "乙課"),
        ("3-1", "丙課"),
    ]


def test_numbers_and_days_of_an_answer_stand_as_such() -> None:
    assignment = PLAN.assignments()[0]
    values: dict[str, Value] = {"cost": Decimal("12.50"), "done": date(2024, 3, 1)}
    source = Source("係/a.xlsx", "進捗状況", 5, "0", NOW)
    given = answer("1-1", "A", values, source)
    ledger = build_ledger(PLAN, 2023, (Entry(assignment, AnswerStatus.ANSWERED, given),))
    header, row = read(ledger_csv(ledger))
    found = dict(zip(header, row, strict=True))
    assert (found["決算額"], found["完了日"], found["取組状況"]) == ("12.50", "2024-03-01", "")
    assert (found["計画書ページ"], found["回答ファイル"]) == ("10", "係/a.xlsx")
