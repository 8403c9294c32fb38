"""Rows and texts taken from their letters are what libxml2 finds in them, however spoilt."""

from __future__ import annotations

import random
import re

import pytest

from tests.city import City, full_texts
from tests.excel.xlsx.mutations import PARTS, mutated
from tests.excel.xlsx.readings import attempt, packed, read
from tests.excel.xlsx.test_spellings import PROSE
from tests.fillers.rebuilt import as_excel_writes, as_google_sheets_writes
from tests.harness.verbs.registry import parts_of
from workflow.excel.xlsx import reader, sheet
from workflow.excel.xlsx.plain import plain_rows, plain_texts
from workflow.excel.xlsx.sheet_parts import Stored
from workflow.model.raw import RawBook

CASES = 400


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    city = City.with_sample_plan(tmp_path_factory.mktemp("city"))
    city.generate()
    return city.send_back("KIKI", full_texts(city.plan, 取組状況=PROSE)).read_bytes()


def _by_trees(content: bytes) -> RawBook | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet, "plain_rows", lambda *_: None)
        patch.setattr(reader, "plain_texts", lambda _: None)
        return attempt(read, content)


def _indented(content: bytes) -> bytes:
    """Return a workbook as Gnumeric spells it, every element on a line of its own."""
    parts = parts_of(content)
    for name in PARTS:
        parts[name] = re.sub(
            rb">(?=</?(?:row|c|is|si|sheetData)[ >]|<[vft][ />])", b">\n ", parts[name]
        )
    return packed(parts)


SPELLINGS = {
    "as we write it": lambda content: content,
    "Excel": as_excel_writes,
    "Google Sheets": as_google_sheets_writes,
    "indented": _indented,
}


@pytest.mark.parametrize("program", SPELLINGS)
def test_what_programs_save_is_taken_without_a_tree(filled: bytes, program: str) -> None:
    content = SPELLINGS[program](filled)
    parts = parts_of(content)
    texts = plain_texts(parts["xl/sharedStrings.xml"])
    assert texts
    assert all(
        plain_rows(part, Stored(texts), keeps_results=True)
        for name, part in parts.items()
        if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)
    )
    assert read(content) == _by_trees(content)


@pytest.mark.parametrize("program", ["as we write it", "Excel", "Google Sheets"])
def test_what_was_spoilt_is_read_or_refused_as_its_tree_is(filled: bytes, program: str) -> None:
    content = SPELLINGS[program](filled)
    for case in range(CASES):
        spoilt = mutated(content, random.Random(f"{program} {case}"))
        assert attempt(read, spoilt) == _by_trees(spoilt), case
        if case % 4 == 0:
            assert attempt(read, _indented(spoilt)) == _by_trees(spoilt), case


_ROWS = b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
_OTHER = b'<sheetData ><row r="1"><c r="A1"><v>2</v></c></row></sheetData>'
_MAIN = b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(b"<!--%b-->%b" % (_ROWS, _OTHER), id="rows in a comment"),
        pytest.param(b"<cols><![CDATA[%b]]></cols>%b" % (_ROWS, _OTHER), id="rows in a section"),
        pytest.param(b"<?x %b?>%b" % (_ROWS, _OTHER), id="rows in an instruction"),
        pytest.param(_OTHER + _ROWS, id="rows twice"),
        pytest.param(b"<cols>%b</cols>" % _ROWS, id="rows in another place"),
        pytest.param(
            b"<!--%b--><sheetData ><row rows-taken-out='' r='1'/></sheetData>" % _ROWS,
            id="our mark",
        ),
        pytest.param(_ROWS.replace(b"<row", b'<row xmlns="urn:x"'), id="a row of another kind"),
        pytest.param(_ROWS.replace(b"r=", b'x14ac:dyDescent="1" r=', 1), id="a prefix of nothing"),
        pytest.param(_ROWS.replace(b"<row r", b'<row r="1" r'), id="an attribute twice"),
        pytest.param(_ROWS.replace(b"</row>", b"</row><row>"), id="a row left open"),
        pytest.param(_ROWS.replace(b"</v></c>", b"</v>"), id="a cell left open"),
        pytest.param(_ROWS.replace(b"1</v>", b"]]></v>"), id="the end of a section"),
        pytest.param(_ROWS.replace(b"1</v>", b"\xef\xbf\xbf</v>"), id="no letter"),
        pytest.param(_ROWS.replace(b"1</v>", b"\x0b</v>"), id="no letter of XML"),
        pytest.param(_ROWS.replace(b"1</v>", b"&x;</v>"), id="a reference to nothing"),
    ],
)
def test_rows_that_are_not_what_they_seem_are_left_to_the_tree(inside: bytes) -> None:
    part = b"<worksheet xmlns=%b>%b</worksheet>" % (_MAIN, inside)
    assert plain_rows(part, Stored(), keeps_results=True) is None


def test_elements_of_another_namespace_are_left_to_the_tree() -> None:
    part = b'<worksheet xmlns="urn:x">%b</worksheet>' % _ROWS
    assert plain_rows(part, Stored(), keeps_results=True) is None
    assert plain_texts(b'<sst xmlns="urn:x"><si><t>x</t></si></sst>') is None


def test_texts_are_taken_as_they_are_meant() -> None:
    texts = (
        "<t>&amp;lt;&lt;&#10;</t>",
        '<t xml:space="preserve"> _x0041_ </t><rPh sb="0" eb="1"><t>カナ</t></rPh>'
        '<phoneticPr fontId="1" type="noConversion"/>',
        "<t/>",
    )
    part = f"<sst xmlns={_MAIN.decode()}><si>{'</si><si>'.join(texts)}</si></sst>".encode()
    assert plain_texts(part) == ["&lt;<\n", " A ", ""]
    assert plain_texts(part.replace("カナ".encode(), b"&x;")) is None
    assert plain_texts(part.replace(b"<t/>", b"<r><t>x</t></r>")) is None


def test_a_sheet_is_itself_though_another_looks_alike_around_its_rows() -> None:
    parts = [
        b"<worksheet xmlns=%b>%b<mergeCells><mergeCell ref='%b'/></mergeCells></worksheet>"
        % (_MAIN, _ROWS, merge)
        for merge in (b"A1:B2", b"A1:B3", b"A1:B2")
    ]
    merged = [sheet.read_sheet("x", part, Stored()).merged for part in parts]
    assert [areas[0].bottom for areas in merged] == [2, 3, 2]
    numbered = b'<worksheet xmlns=%b xr:uid="{0A}">%b</worksheet>' % (_MAIN, _ROWS)
    assert plain_rows(numbered, Stored(), keeps_results=True) is None  # a prefix of nothing
