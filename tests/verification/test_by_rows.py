"""A compiled workbook read row by row is what it is when it is read as a whole."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from itertools import islice

import pytest

from tests.city import City
from tests.verification.mutations import YEAR
from tests.verification.rounds import codes, verified
from workflow.model.limits import BY_ROWS, ResourceLimits
from workflow.model.raw import BookByRows, NotRowByRowError, RawRow, UnreadableBookError
from workflow.returned.intake.detect import Kind
from workflow.returned.readers import by_rows
from workflow.returned.readers.by_rows import WrittenBook, rows_of
from workflow.returned.readers.readings import read_first
from workflow.returned.workers.book import BookInWorker
from workflow.verification import compare
from workflow.verification.differences import Differences

LEDGER = "台帳"
LIMITS = ResourceLimits.of(BY_ROWS, 1)
THIRD_ROW = re.compile(rb'<row r="3".*?</row>', re.DOTALL)


@pytest.fixture(autouse=True)
def every_sheet_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_rows, "_LONGEST", 0)


def rows(book: BookByRows, sheet: str) -> list[RawRow]:
    """Return the rows of a sheet, asked for again where they cannot be told one by one."""
    try:
        return list(book.rows(sheet))
    except NotRowByRowError:
        return list(book.rows(sheet))


def with_ledger_sheet(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook whose sheet 台帳 was changed."""
    part = f"xl/worksheets/sheet{WrittenBook(content).names.index(LEDGER) + 1}.xml"
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as packed,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as again,
    ):
        for name in packed.namelist():
            stored = packed.read(name)
            again.writestr(name, change(stored) if name == part else stored)
    return changed.getvalue()


def doubled(part: bytes) -> bytes:
    return THIRD_ROW.sub(lambda row: row[0] + row[0].replace(b"<t>", b"<t>x"), part)


def out_of_order(part: bytes) -> bytes:
    row = THIRD_ROW.search(part)
    assert row
    return THIRD_ROW.sub(b"", part).replace(b"</sheetData>", row[0] + b"</sheetData>")


def merged(part: bytes) -> bytes:
    merges = b'<mergeCells count="1"><mergeCell ref="B2:D3"/></mergeCells>'
    return re.sub(rb"(<autoFilter [^>]*/>)", rb"\1" + merges, part, count=1)


def in_wide_letters(part: bytes) -> bytes:
    return part.decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16")


def strewn(part: bytes) -> bytes:
    return part.replace(b'r="A3"', b'r="A9"')


def test_every_sheet_has_the_same_rows(city: City) -> None:
    content = city.workspace.ledger(YEAR).read_bytes()
    book, whole = WrittenBook(content), read_first(Kind.XLSX, content)
    assert book.names == tuple(sheet.name for sheet in whole.sheets)
    for sheet in whole.sheets:
        assert rows(book, sheet.name) == list(rows_of(sheet))
    assert list(book.rows(LEDGER)), "the ledger's own sheet can always be told row by row"


@pytest.mark.parametrize("change", [doubled, out_of_order, merged, strewn, in_wide_letters])
def test_what_cannot_be_read_row_by_row_is_read_as_a_whole(
    city: City, change: Callable[[bytes], bytes]
) -> None:
    content = with_ledger_sheet(city.workspace.ledger(YEAR).read_bytes(), change)
    whole = {sheet.name: sheet for sheet in read_first(Kind.XLSX, content).sheets}
    book = WrittenBook(content)
    with pytest.raises(NotRowByRowError):
        list(book.rows(LEDGER))
    assert list(book.rows(LEDGER)) == list(rows_of(whole[LEDGER]))


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part[:-20],
        lambda part: part.replace(b"<worksheet", b"<!DOCTYPE worksheet><worksheet", 1),
        lambda part: part.replace(b"</sheetData>", b'</sheetData><row r="900"></row>', 1),
        lambda part: part.replace(b"<sheetData>", b"<sheetData><c/>", 1),
    ],
)
def test_a_damaged_sheet_is_reported_and_none_of_its_cells(
    city: City, change: Callable[[bytes], bytes]
) -> None:
    path = city.workspace.ledger(YEAR)
    path.write_bytes(with_ledger_sheet(path.read_bytes(), change))
    assert codes(verified(city)) == {"VERIFY_OUTPUT_CHANGED", "VERIFY_OUTPUT_UNREADABLE"}


def test_a_long_sheet_that_differs_is_reported_cell_by_cell(city: City) -> None:
    path = city.workspace.ledger(YEAR)
    without = with_ledger_sheet(path.read_bytes(), lambda part: THIRD_ROW.sub(b"", part))
    path.write_bytes(without)
    found = verified(city).differences
    contradicted = {d.location.row for d in found if d.code.name == "VERIFY_ANSWER"}
    assert contradicted == {3}
    assert {d.location.row for d in found if d.code.name == "VERIFY_CELL"} == {3}
    assert any(d.code.name == "VERIFY_COUNT" for d in found)


def test_a_worker_tells_the_same_rows_and_can_be_interrupted(city: City) -> None:
    content = city.workspace.ledger(YEAR).read_bytes()
    whole = {sheet.name: sheet for sheet in read_first(Kind.XLSX, content).sheets}
    book = BookInWorker(content, LIMITS)
    try:
        assert book.names == tuple(whole)
        assert list(islice(book.rows(LEDGER), 1)) == list(islice(rows_of(whole[LEDGER]), 1))
        for name in reversed(book.names):
            assert list(book.rows(name)) == list(rows_of(whole[name]))
    finally:
        book.close()


@pytest.mark.parametrize("content", [b"", b"PK no workbook", b"text"])
def test_a_worker_says_what_is_no_workbook(content: bytes) -> None:
    with pytest.raises(UnreadableBookError):
        BookInWorker(content, LIMITS)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_table_is_the_same_in_pieces(size: int) -> None:
    text = '番号,文\r\n1,"一行目\n二行目"\r\n2,終\r\n'.encode("utf-8-sig")
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    lines = ["番号,文\r\n", '1,"一行目\n', '二行目"\r\n', "2,終\r\n"]
    assert list(compare.lines_in(pieces)) == lines


def test_very_many_differences_are_counted_and_not_kept(city: City) -> None:
    path = city.workspace.ledger_csv(YEAR)
    path.write_bytes(path.read_bytes() + b"1,2,3\n" * 1_000)
    found = [d for d in verified(city).differences if d.location.file.endswith(".csv")]
    assert [d.code.name for d in found[-2:]] == ["VERIFY_CELL", "VERIFY_MORE"]
    assert len(found) == 1_001
    twice = Differences(found)
    twice.add(found)
    (*_, rest) = twice.reported("台帳.csv")
    assert rest.details["count"] == 1_000 + 2 * int(str(found[-1].details["count"]))
