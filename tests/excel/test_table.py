"""A flat table: what needs more lines than Excel shows in a row goes on in the next."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from tests.hyperlinks import hyperlinks
from workflow.excel.measures import CONTINUED, lines_of, most_lines
from workflow.excel.table import FONT_SIZE, TableColumn, TableStyles, write_table
from workflow.excel.workbook import Link, add_sheet, new_workbook
from workflow.returned.readers.openpyxl import open_exactly

Row = tuple[str, str]
WIDTHS = (5.0, 10.0)
LONG = "第1回の会議を開き、三つの課と検討した。" * 60


def written(rows: list[Row]) -> bytes:
    stream = io.BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    columns: tuple[TableColumn[Row], ...] = (
        TableColumn("番号", WIDTHS[0], lambda r: r[0], lambda r: Link("", f"'表'!A{r[0]}")),
        TableColumn("内容", WIDTHS[1], lambda r: r[1]),
    )
    write_table(add_sheet(book, "表"), TableStyles(book), columns, rows)
    book.close()
    return stream.getvalue()


def shown(content: bytes) -> list[tuple[str, str]]:
    sheet = open_exactly(content)["表"]
    assert isinstance(sheet, Worksheet)
    return [(str(a), str(b or "")) for a, b in sheet.iter_rows(min_row=2, values_only=True)]


def test_a_long_text_goes_on_in_rows_that_say_whose_they_are() -> None:
    content = written([("1", "短い。"), ("2", LONG), ("3", "短い。")])
    rows = shown(content)
    assert [number for number, _ in rows] == ["1", *["2"] * (len(rows) - 2), "3"]
    first, *rest = [text for number, text in rows if number == "2"]
    assert rest
    assert all(text.startswith(CONTINUED) for text in rest)
    assert first + "".join(text.removeprefix(CONTINUED) for text in rest) == LONG
    assert [link.cell for link in hyperlinks(content)] == ["A2", "A3", f"A{len(rows) + 1}"]


@pytest.mark.parametrize("lines", [most_lines(FONT_SIZE), most_lines(FONT_SIZE) + 1])
def test_a_row_goes_on_only_where_excel_shows_no_more(lines: int) -> None:
    rows = shown(written([("1", "\n".join("一" * lines))]))
    assert len(rows) == lines - most_lines(FONT_SIZE) + 1


@settings(max_examples=20)
@given(st.text(st.sampled_from("漢か、。\n1a "), max_size=1500))
def test_no_row_is_fuller_than_excel_shows(text: str) -> None:
    rows = shown(written([("1", text)]))
    pieces = [rows[0][1], *(piece.removeprefix(CONTINUED) for _, piece in rows[1:])]
    assert "".join(pieces) == text
    assert all(lines_of(piece, WIDTHS[1]) <= most_lines(FONT_SIZE) for _, piece in rows)
