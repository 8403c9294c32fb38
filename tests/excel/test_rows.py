"""Rows written past XlsxWriter's cells are the rows its cells would have been."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from tests.hyperlinks import hyperlinks
from workflow.excel import rows, table, zip_stream
from workflow.excel.measures import RowHeights, row_height, text_width
from workflow.excel.rows import RowsInPieces
from workflow.excel.table import FONT_SIZE, CellValue, Heading, TableStyles, write_values
from workflow.excel.workbook import Link, add_sheet, new_workbook
from workflow.model.cells import decoded
from workflow.model.errors import OutputError
from workflow.model.years import JST
from workflow.returned.readers.openpyxl import open_exactly
from workflow.storage.pieces import Pieces

MOMENT = datetime(2024, 5, 10, 17, 5, 9, tzinfo=JST)
VALUES: tuple[CellValue, ...] = (
    "見守り", 7, Decimal("1.5"), Decimal(1200), date(2024, 5, 10), MOMENT, None,
)  # fmt: skip


def written(
    rows: Sequence[Sequence[CellValue]],
    links: dict[tuple[int, int], Link] | None = None,
    pieces: Pieces | None = None,
) -> bytes:
    stream = io.BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    book.set_properties({"created": datetime(2024, 5, 10)})  # else it is the moment of writing
    columns = [Heading(f"列{n}", 6.0) for n in range(len(rows[0]))]
    known = (RowsInPieces(rows), pieces) if pieces else None
    sheet, styles = add_sheet(book, "表"), TableStyles(book)
    write_values(sheet, styles, columns, rows, links or {}, known=known)
    book.close()
    return stream.getvalue()


def sheet_of(content: bytes) -> Worksheet:
    sheet = open_exactly(content)["表"]
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_value_is_stored_as_what_it_is() -> None:
    (row,) = sheet_of(written([VALUES])).iter_rows(min_row=2)
    day, moment = datetime(2024, 5, 10), datetime(2024, 5, 10, 17, 5, 9)
    assert [cell.value for cell in row] == ["見守り", 7, 1.5, 1200, day, moment, None]
    assert [cell.number_format for cell in row][4:6] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm"]


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4))
def test_a_text_stays_as_it_is(texts: list[str]) -> None:
    (row,) = sheet_of(written([texts])).iter_rows(min_row=2)
    assert [decoded(str(cell.value or "")) for cell in row] == texts
    assert {cell.data_type for cell in row if cell.value} <= {"s"}


@pytest.mark.parametrize(
    "text", ["=1+1", "<r>太字</r>", "_x0041_", "%s %d", "列#1", "a\x01b", " 空白 ", "https://a.jp"]
)
def test_nothing_is_guessed_from_a_text(text: str) -> None:
    cell = sheet_of(written([[text, text]]))["B2"]
    assert (decoded(str(cell.value)), cell.data_type, cell.hyperlink) == (text, "s", None)


def test_a_text_is_cut_where_excel_cuts_it() -> None:
    (row,) = sheet_of(written([["あ" * 40_000, "𠮷" * 20_000]])).iter_rows(min_row=2)
    assert [cell.value for cell in row] == ["あ" * 32_767, "𠮷" * 16_383]


def test_rows_of_all_shapes_stand_in_their_order() -> None:
    rows = [VALUES, VALUES[::-1], *[(n, str(n), None, n, n, n, n) for n in range(50)]]
    found = [cells[:2] for cells in sheet_of(written(rows)).iter_rows(values_only=True)]
    assert found[3:] == [(n, str(n)) for n in range(50)]
    assert sheet_of(written(rows)).dimensions == "A1:G53"


def test_pieces_are_the_rows_they_were_made_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_ROWS_IN_PIECE", 3)
    content = [VALUES, ("=1+1", 2, None, None, None, MOMENT, "<&> 　_x0041_\n"), *[VALUES] * 9]
    links = {(n, 0): Link("", f"'表'!A{n}") for n in range(1, 11)}
    first = Pieces()
    made = written(content, links, first)
    whole, plain = (sheet_of(one).iter_rows() for one in (made, written(content, links)))
    for one, other in zip(whole, plain, strict=True):
        assert [(c.value, c.number_format, c.font.color) for c in one] == [
            (c.value, c.number_format, c.font.color) for c in other
        ]
    again = Pieces(first.made, io.BytesIO(made))
    assert written(content, links, again) == made
    assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None
    assert again.made == first.made and len(first.made) == 4


@pytest.mark.parametrize("changed", [0, 4, 9])
def test_a_piece_that_changed_is_made_anew(changed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_ROWS_IN_PIECE", 3)
    before = [(n, str(n)) for n in range(10)]
    now = [(n, "別") if n == changed else (n, str(n)) for n in range(10)]
    first = Pieces()
    made = written(before, pieces=first)
    again = Pieces(first.made, io.BytesIO(made))
    assert written(now, pieces=again) == written(now, pieces=Pieces())
    assert len(first.made.keys() & again.made.keys()) == 3


def test_a_piece_depends_on_where_it_stands_and_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_ROWS_IN_PIECE", 1)
    first = Pieces()
    made = written([["同じ"], ["同じ"], ["同じ"]], {(1, 0): Link("", "'表'!A1")}, first)
    assert len(first.made) == 3
    for links in ({}, {(2, 0): Link("", "'表'!A1")}):
        again = Pieces(first.made, io.BytesIO(made))
        rows_now = [["同じ"], ["同じ"], ["同じ"]]
        assert written(rows_now, links, again) == written(rows_now, links, Pieces())


def test_links_into_one_file_share_its_relationship() -> None:
    links = {
        (1, 0): Link("../a.xlsx", "'進捗 & 状況'!F5"),
        (2, 0): Link("../a.xlsx", "'進捗 & 状況'!F6"),
        (2, 1): Link("", "'表'!A1"),
    }
    content = written([["一", "二"], ["三", "四"]], links)
    found = {link.cell: (link.file, link.place) for link in hyperlinks(content)}
    assert found == {"A2": links[1, 0], "A3": links[2, 0], "B3": links[2, 1]}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("xl/worksheets/_rels/sheet1.xml.rels").count(b"<Relationship ") == 1
    assert sheet_of(content)["A2"].font.underline and not sheet_of(content)["B2"].font.underline


def test_a_workbook_compressed_meanwhile_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = written([VALUES])
    monkeypatch.setattr(zip_stream, "_AT_ONCE", 10)
    assert written([VALUES]) == at_once


def test_more_text_than_a_zip_without_extensions_holds_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zip_stream, "_MOST_BYTES", 10_000)
    assert written([["一"]])
    with pytest.raises(OutputError, match="文字の量が多すぎて"):
        written([["一" * 5_000]])


def test_more_rows_than_excel_has_are_reported_and_not_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    assert written([["一"], ["二"]])
    with pytest.raises(OutputError, match=r"シート「表」が3行になり、.*2行を超える"):
        written([["一"], ["二"], ["三"]])


@given(st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=60)), min_size=3, max_size=3))
def test_a_row_is_as_high_as_its_fullest_text(values: list[object]) -> None:
    widths = (4.0, 10.0, 30.0)
    texts = [(v, w) for v, w in zip(values, widths, strict=True) if isinstance(v, str)]
    assert RowHeights(widths, 10).of(values) == row_height(texts, 10)


@example("ｶﾅ1 é𠮷、")
@given(st.text(max_size=60))
def test_a_narrow_character_is_one_of_ascii_or_narrow_katakana(text: str) -> None:
    narrow = sum(c.isascii() or "｡" <= c <= "ﾟ" for c in text)
    assert text_width(text) == len(text) - narrow / 4
