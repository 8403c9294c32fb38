"""The XML of a sheet, in every spelling Open XML allows, beside what openpyxl makes of it."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest

from workflow.excel.workbook import new_workbook
from workflow.excel.xlsx.reader import read_xlsx
from workflow.excel.xlsx.references import moved
from workflow.model.cells import a1
from workflow.model.raw import Area, CellKind, RawBook, RawCell, RawSheet
from workflow.returned.readers.openpyxl import read_book

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = f"""<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills>
<fill><patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/>
<xf numFmtId="14"/><xf numFmtId="46"/><xf numFmtId="58"/></cellXfs></styleSheet>"""
TEXTS = f"""<sst xmlns="{MAIN}"><si><t>一</t></si><si><t xml:space="preserve"> 二_x000D_ </t></si>
<si><r><t>赤</t></r><r><rPr><b/></rPr><t>と青</t></r><rPh sb="0" eb="1"><t>アカ</t></rPh>
<phoneticPr fontId="0"/></si><si/><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>
</sst>"""


def book(rows: str, after: str = "", styles: str = STYLES, since_1904: bool = False) -> bytes:
    """Return a workbook of one sheet; its rows, and what follows them, in plain XML."""
    empty, stream = io.BytesIO(), io.BytesIO()
    workbook = new_workbook(empty, 10)
    workbook.add_worksheet().write_string(0, 0, "共有文字列を作るため")
    workbook.close()
    with zipfile.ZipFile(empty) as old, zipfile.ZipFile(stream, "w") as new:
        parts = {name: old.read(name).decode() for name in old.namelist()}
        parts["xl/styles.xml"], parts["xl/sharedStrings.xml"] = styles, TEXTS
        parts["xl/worksheets/sheet1.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
        )
        if since_1904:
            old_book = parts["xl/workbook.xml"]
            parts["xl/workbook.xml"] = old_book.replace("<workbookPr ", '<workbookPr date1904="1" ')
        for name, text in parts.items():
            new.writestr(name, text)
    return stream.getvalue()


def read(content: bytes) -> RawBook:
    """Return what our own reader says, which openpyxl says too."""
    found = read_xlsx(content)
    assert found == read_book(content)
    return found


def cell_texts(sheet: RawSheet) -> dict[str, str]:
    return {a1(*place): f"{c.kind.value} {c.text}" for place, c in sorted(sheet.cells.items())}


CELLS = {
    '<c r="A1" t="s"><v>0</v></c>': "文字 一",
    '<c r="A1" t="s"><v>1</v></c>': "文字  二\r ",
    '<c r="A1" t="s"><v>2</v></c>': "文字 赤と青",
    '<c r="A1" t="s"><v>3</v></c>': "文字 ",
    '<c r="A1" t="s"><v>4</v></c>': "文字 東京",
    '<c r="A1" t="inlineStr"><is><r><t>赤</t></r><r><t>と</t></r></is></c>': "文字 赤と",
    '<c r="A1" t="inlineStr"><is/></c>': "文字 ",
    '<c r="A1" t="str"><v>_x0041_</v></c>': "文字 A",
    '<c r="A1" t="b"><v>1</v></c>': "論理値 TRUE",
    '<c r="A1" t="b"><v>0</v></c>': "論理値 FALSE",
    '<c r="A1" t="e"><v>#N/A</v></c>': "エラー値 #N/A",
    '<c r="A1"><v>0.1</v></c>': "数値 0.1",
    '<c r="A1" t="n"><v>1E2</v></c>': "数値 100",
    '<c r="A1" s="1"><v>45413</v></c>': "日付 2024-05-01",
    '<c r="A1" s="1"><v>45413.5</v></c>': "日付 2024-05-01 12:00:00",
    '<c r="A1" s="1"><v>59</v></c>': "日付 1900-02-28",
    '<c r="A1" s="1"><v>61</v></c>': "日付 1900-03-01",
    '<c r="A1" s="1"><v>0.25</v></c>': "日付 06:00:00",
    '<c r="A1" s="1"><v>99999999</v></c>': "数値 99999999",
    '<c r="A1" s="2"><v>1.5</v></c>': "日付 1 day, 12:00:00",
    '<c r="A1" s="3"><v>45413</v></c>': "日付 2024-05-01",
    '<c r="A1" t="d"><v>2024-05-01</v></c>': "日付 2024-05-01",
    '<c r="A1" t="d"><v>2024-05-01T06:00:00Z</v></c>': "日付 2024-05-01 06:00:00",
    '<c r="A1" t="d"><v>06:00:00</v></c>': "日付 06:00:00",
    '<c r="A1"><f>B1*2</f><v>4</v></c>': "数式 =B1*2",
    '<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>4</v></c>': "数式 =B1:B2",
    '<c r="A1"><f t="dataTable" ref="A1:A2" r1="B1" r2="C1"/><v>4</v></c>': "数式 =TABLE(B1,C1)",
    '<c r="A1"><f t="dataTable" ref="A1:A2" r1="B1"/></c>': "数式 =TABLE(B1)",
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_says(cell: str) -> None:
    assert cell_texts(read(book(f'<row r="1">{cell}</row>')).sheets[0]) == {"A1": CELLS[cell]}


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" s="1"/>',
        '<c r="A1"><v/></c>',
        '<c r="A1" t="str"><v></v></c>',
        '<c r="A1" t="inlineStr"/>',
    ],
)
def test_a_cell_without_a_value_is_not_there(cell: str) -> None:
    assert read(book(f'<row r="1">{cell}</row>')).sheets[0].cells == {}


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        ('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>', ("1", "2")),
        ('<c r="A1"><v>1</v></c><c r="A1"/>', ("1", None)),
        ('<c r="B1"><v>1</v></c><c r="A1"><v>1</v></c><c><v>2</v></c>', ("1", "2")),
        ('<c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c>', ("1", "2")),
        ('<c r="A1"/><c r="A1"><v>1</v></c>', None),
        ('<c r="A1"><v>1</v></c><c r="A1"><v>1</v></c>', None),
    ],
)
def test_a_cell_with_two_contents_has_the_first_and_tells(
    rows: str, held: tuple[str, str | None] | None
) -> None:
    sheet = read(book(f'<row r="1">{rows}</row>')).sheets[0]
    assert all(cell.text == "1" for cell in sheet.cells.values())
    contents = [(one.text, other and other.text) for one, other in sheet.doubled.values()]
    assert contents == ([held] if held else [])


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><v>1</v><v>2</v></c>',
        '<c r="A1"><v>1</v><is><t>2</t></is></c>',
        '<c r="A1" t="inlineStr"><v>1</v><is><t>2</t></is></c>',
        '<c r="A1" t="inlineStr"><is><t>1<t>2</t></t></is></c>',
        '<c r="A1" t="inlineStr"><is><r><t>1<t>2</t></t></r></is></c>',
    ],
)
def test_two_contents_within_a_cell_are_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r"two|within"):
        read_xlsx(book(f'<row r="1">{cell}</row>'))


def test_rows_and_cells_without_a_number_follow_the_one_before() -> None:
    rows = (
        "<row><c><v>1</v></c><c><v>2</v></c></row>"
        '<row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>'
    )
    assert cell_texts(read(book(rows)).sheets[0]) == {
        "A1": "数値 1",
        "B1": "数値 2",
        "C5": "数値 3",
        "D5": "数値 4",
        "A6": "数値 5",
    }


def test_results_stand_beside_their_formulas() -> None:
    rows = (
        '<row r="1"><c r="A1" t="str"><f>B1</f><v>文</v></c><c r="B1" t="e"><f>1/0</f>'
        '<v>#DIV/0!</v></c><c r="C1" s="1"><f>D1</f><v>1</v></c><c r="D1"><f>E1</f><v>7</v></c>'
        '<c r="E1" t="str"><f>F1</f><v></v></c></row>'
    )
    for since_1904, day in ((False, datetime(1900, 1, 1)), (True, datetime(1904, 1, 2))):
        cells = read(book(rows, since_1904=since_1904)).sheets[0].cells
        assert cells[1, 1].cached == RawCell(CellKind.TEXT, "文")
        assert cells[1, 2].cached == RawCell(CellKind.ERROR, "#DIV/0!")
        assert cells[1, 3].cached == RawCell.of_day(day)
        result = cells[1, 4].cached
        assert result is not None
        assert (result.text, result.since_1904) == ("7", since_1904)
        assert cells[1, 5].cached is None


def test_a_formula_shared_by_a_block_is_reported_for_each_cell() -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1&amp;"B1"</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c></row>'
    )
    assert cell_texts(read(book(rows)).sheets[0]) == {"A1": '数式 =B1&"B1"', "A2": '数式 =B2&"B1"'}


@pytest.mark.parametrize(
    ("formula", "down"),
    [
        ("=$A1+B$2", "=$A3+C$2"),
        ("=SUM(A:B,3:4)", "=SUM(B:C,5:6)"),
        ("='甲 A1'!A1", "='甲 A1'!B3"),
        ("=Sheet1!$A:$B+LOG10(A1)", "=Sheet1!$A:$B+LOG10(B3)"),
        ("=表1[A1]+A1:名前+売上A1", "=表1[A1]+B3:名前+売上A1"),
        ("=1E5+x.A1+_xlfn.A1(B2)", "=1E5+x.A1+_xlfn.A1(C4)"),
    ],
)
def test_only_references_move_in_a_shared_formula(formula: str, down: str) -> None:
    assert moved(formula, 2, 1) == down


def test_a_reference_moved_out_of_the_sheet_leads_nowhere() -> None:
    assert moved("=A3+B2", -2, 0) == "=A1+#REF!"
    assert moved("=B1+A1", 0, -1) == "=A1+#REF!"


def test_what_lies_under_a_merged_cell_is_not_read() -> None:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>1</v></c><c r="B{row}"><v>2</v></c></row>'
        for row in (1, 2, 3)
    )
    merges = '<mergeCells><mergeCell ref="B2:C3"/><mergeCell ref="A1:B1"/></mergeCells>'
    sheet = read(book(rows, merges)).sheets[0]
    assert sheet.merged == (Area(1, 1, 1, 2), Area(2, 2, 3, 3))
    assert sorted(sheet.cells) == [(1, 1), (2, 1), (2, 2), (3, 1)]


def test_a_merge_over_the_whole_sheet_takes_no_time() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert cell_texts(read_xlsx(book(rows, merges)).sheets[0]) == {"A1": "数値 1"}


def test_hidden_and_filtered_rows_are_reported() -> None:
    rows = '<row r="1" hidden="1"/><row r="2" hidden="true"/><row r="3" hidden="0"/>'
    quiet = '<autoFilter ref="A1:A3"/>'
    active = (
        '<autoFilter ref="A1:A3"><filterColumn colId="0"><filters/></filterColumn></autoFilter>'
    )
    assert read(book(rows)).sheets[0].hidden_rows == frozenset({1, 2})
    assert [read(book(rows, f)).sheets[0].filtered for f in ("", quiet, active)] == [
        False,
        False,
        True,
    ]


# --- where openpyxl would be wrong


def test_a_link_in_an_empty_cell_is_no_text() -> None:
    links = '<hyperlinks><hyperlink ref="B1" location="A1"/></hyperlinks>'
    content = book('<row r="1"><c r="A1"><v>1</v></c><c r="B1"/></row>', links)
    assert cell_texts(read_xlsx(content).sheets[0]) == {"A1": "数値 1"}
    assert cell_texts(read_book(content).sheets[0]) == {"A1": "数値 1"}


def test_a_text_before_the_first_is_no_text() -> None:
    content = book('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>')
    for read in (read_xlsx, read_book):
        with pytest.raises((IndexError, ValueError)):
            read(content)


def test_a_filter_of_somebodys_own_view_filters_nothing() -> None:
    view = (
        '<customSheetViews><customSheetView guid="{00000000-0000-0000-0000-000000000000}">'
        '<autoFilter ref="A1:A3"><filterColumn colId="0"><filters/></filterColumn></autoFilter>'
        "</customSheetView></customSheetViews>"
    )
    content = book("", view)
    assert (read_xlsx(content).sheets[0].filtered, read_book(content).sheets[0].filtered) == (
        False,
        True,
    )


@pytest.mark.parametrize("text", ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "b">]>'])
def test_a_sheet_with_a_document_type_is_refused(text: str) -> None:
    content = book("")
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            is_sheet = "sheet1" in name
            new.writestr(name, text.encode() * is_sheet + old.read(name))
    with pytest.raises(ValueError, match="document type"):
        read_xlsx(stream.getvalue())
