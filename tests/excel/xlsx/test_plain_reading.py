"""A workbook in its usual spelling is read by a short cut, which says what the long ways say."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.city import City, full_texts
from tests.excel.xlsx.mutations import mutated
from tests.excel.xlsx.readings import attempt, read_as_xml_alone, short_cut_sheets, told_by_three
from tests.excel.xlsx.test_xml_reader import book, told
from tests.fillers import programs
from tests.programs import needs_exceljs, needs_libreoffice
from workflow.excel.xlsx.package import Package, package_in
from workflow.excel.xlsx.plain_sheet import plain_sheet
from workflow.excel.xlsx.plain_texts import plain_texts
from workflow.excel.xlsx.stored import Stored
from workflow.excel.xlsx.xml_reader import read_xml
from workflow.model.raw import CellKind, RawCell
from workflow.returned.readers.first_reading import read_xlsx

PROSE = "【例】一行目\n　二行目　①Ⅱ 𠮷 ～〜 <&> \"'\n=終わり"
BOTH = ["記入要領", "進捗状況"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    city = City.with_sample_plan(tmp_path_factory.mktemp("city"))
    city.generate()
    return city.send_back("KIKI", full_texts(city.plan, 取組状況=PROSE)).read_bytes()


# --- the short cut is taken


@pytest.mark.parametrize(
    ("filler", "usual"),
    [
        pytest.param(programs.as_excel, BOTH, id="excel"),
        pytest.param(programs.with_openpyxl, BOTH, id="openpyxl"),
        pytest.param(programs.with_libreoffice, BOTH, id="libreoffice", marks=needs_libreoffice),
        pytest.param(programs.with_exceljs, BOTH, id="exceljs", marks=needs_exceljs),
    ],
)
def test_what_a_program_saves_is_in_its_usual_spelling(
    city: City, filler: programs.Filler, usual: list[str]
) -> None:
    city.generate()
    target = city.returned("回答.xlsx")
    filler(city.template("KIKI"), target, full_texts(city.plan, 取組状況=PROSE))
    content = target.read_bytes()
    assert short_cut_sheets(content) == usual
    said, by_xml, by_openpyxl = told_by_three(content)
    assert said is not None
    assert said == by_xml == by_openpyxl


# --- and never for anything else

ROW = '<row r="1"><c r="A1" s="1"/><c r="B1" t="s"><v>0</v></c></row>'
UNUSUAL = {
    "twice": '<row r="1"><c r="A1"><v>1</v></c><c r="A1"/></row>',
    "out of order": '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "in another row": '<row r="1"><c r="A2"><v>1</v></c></row>',
    "rows out of order": '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"/></row>',
    "without a place": '<row r="1"><c><v>1</v></c></row>',
    "without a row's number": '<row><c r="A1"><v>1</v></c></row>',
    "hidden": '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>',
    "hidden and empty": '<row r="1" hidden="true"/><row r="2"><c r="A2"><v>1</v></c></row>',
    "an error value": '<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>',
    "logic": '<row r="1"><c r="A1" t="b"><v>1</v></c></row>',
    "a rich text": '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r></is></c></row>',
    "a result": '<row r="1"><c r="A1" t="str"><v>1</v></c></row>',
    "a formula": '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>',
    "a comment": '<row r="1"><c r="A1"><v>1<!-- 2 -->3</v></c></row>',
    "a number in letters": '<row r="1"><c r="A1"><v>１</v></c></row>',
    "a number with a bar": '<row r="1"><c r="A1"><v>1_0</v></c></row>',
    "another name": '<row r="1"><c r="A1"><v>&#49;</v></c></row>',
    "before the first text": '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
    "rows in other rows": '<row r="1"><row r="2"><c r="A2"><v>1</v></c></row></row>',
    "letters between": '<row r="1">x<c r="A1"><v>1</v></c></row>',
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_spelling_is_left_to_the_xml_reader(name: str) -> None:
    part = Package(book(UNUSUAL[name])).read("xl/worksheets/sheet1.xml")
    assert plain_sheet(part, Stored(["一"]), formulas=False) is None
    usual = Package(book(ROW)).read("xl/worksheets/sheet1.xml")
    assert plain_sheet(usual, Stored(["一"]), formulas=False) is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<sheetData>", "<!-- <sheetData></sheetData> --><sheetData>"),
        ("</sheetData>", '</sheetData><sheetData><row r="9"><c r="A9"/></row></sheetData>'),
        ("<worksheet ", "<?x y?><worksheet "),
        ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "urn:x"),
        ("<worksheet ", '<?xml version="1.0" encoding="Shift_JIS"?><worksheet '),
        ("<worksheet ", "<!DOCTYPE x><worksheet "),
    ],
)
def test_rows_are_only_where_they_belong(before: str, after: str) -> None:
    part = Package(book(ROW)).read("xl/worksheets/sheet1.xml").decode()
    assert before in part
    changed = part.replace(before, after, 1).encode()
    assert plain_sheet(changed, Stored(["一"]), formulas=False) is None


TABLE = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'
TEXTS = {
    "<si><t>一</t></si><si><t/></si>": ["一", ""],
    '<si><t xml:space="preserve"> a &lt;&amp;amp; </t></si>': [" a <&amp; "],
    "<si><t>東京_x000D_</t></si>": ["東京\r"],
    '<si><t>東</t><rPh sb="0" eb="1"><t>トウ</t></rPh><phoneticPr fontId="1"/></si>': ["東"],
    "<si><r><t>赤</t></r></si>": None,
    "<si><t>a</t>b</si>": None,
    "<si><t>a&#10;</t></si>": None,
    "<si><t>a\r\nb</t></si>": None,
    "<si><t>\x01</t></si>": None,
    "<si><t>\uffff</t></si>": None,
    "<si><t>]]></t></si>": None,
    "<si><t>a</t></si><x/>": None,
}


@pytest.mark.parametrize("texts", TEXTS)
def test_shared_texts_are_read_whole_or_not_at_all(texts: str) -> None:
    assert plain_texts(TABLE.format(texts).encode()) == TEXTS[texts]


def test_a_formula_is_read_where_its_result_is_left_out() -> None:
    rows = '<row r="1"><c r="A1" t="str"><f>B1&amp;"件"</f><v>未入力 1 件</v></c></row>'
    part = Package(book(rows)).read("xl/worksheets/sheet1.xml")
    found = plain_sheet(part, Stored(), formulas=True)
    assert found is not None
    assert found.cells == {(1, 1): RawCell(CellKind.FORMULA, '=B1&"件"')}


def test_merges_count_beside_the_short_cut() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    content = book(rows, '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>')
    assert short_cut_sheets(content) == ["Sheet1"]
    assert told(read_xml(content).sheets[0]) == {"A1": "数値 1"}


# --- letters out of place


@pytest.mark.parametrize("seed", range(10))
def test_what_is_out_of_place_changes_no_value_silently(filled: bytes, seed: int) -> None:
    for n in range(40):
        content = mutated(filled, random.Random(seed * 1000 + n))
        said = attempt(read_xlsx, content)
        assert said == attempt(read_as_xml_alone, content)
        if n % 8 == 0:
            _, _, by_openpyxl = told_by_three(content)
            assert by_openpyxl in (said, None)


# --- parts are inflated once, and checked


def test_a_part_that_is_not_as_it_was_packed_is_never_read(filled: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(filled)) as archive:
        info = archive.getinfo("xl/worksheets/sheet2.xml")
    start = info.header_offset + 30 + len(info.filename)
    for at in range(start, start + info.compress_size, 97):
        damaged = filled[:at] + bytes([filled[at] ^ 0x10]) + filled[at + 1 :]
        with pytest.raises((zipfile.BadZipFile, zlib.error)):
            Package(damaged).read("xl/worksheets/sheet2.xml")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_every_way_of_packing_gives_the_same_bytes(method: int, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    parts = {"a.xml": b"<a/>" * 500, "空.xml": b"<b/>", "empty.xml": b""}
    with path.open("wb") as stream, zipfile.ZipFile(stream, "w", method) as archive:
        for name, stored in parts.items():
            archive.writestr(name, stored)
    package = Package(path.read_bytes())
    assert {name: package.read(name) for name in parts} == parts


def test_the_last_workbook_is_not_taken_apart_again(filled: bytes) -> None:
    assert package_in(filled) is package_in(bytes(bytearray(filled)))
    assert package_in(book(ROW)) is not package_in(filled)
