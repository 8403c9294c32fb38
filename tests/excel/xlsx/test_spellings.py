"""The same workbook is read alike in any spelling XML allows, and as openpyxl reads it."""

from __future__ import annotations

import io
import random
import re
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import unescape

import pytest

from tests.city import City, full_texts
from tests.excel.xlsx.mutations import mutated
from tests.excel.xlsx.readings import packed, read, read_by_both
from tests.excel.xlsx.test_reader import book, cell_texts
from tests.fillers import programs
from tests.harness.verbs.registry import parts_of
from tests.programs import needs_exceljs, needs_gnumeric, needs_libreoffice, needs_sheetjs
from workflow.excel.xlsx.package import Package, package_in

PROSE = "【例】一行目\n　二行目　①Ⅱ 𠮷 ～〜 <&> \"'\n=終わり"

_DECLARATION = re.compile(r"<\?xml[^>]*\?>\s*")
_TAG = re.compile(r"<([\w:]+)((?:\s+[\w:.]+=\"[^\"]*\")+)\s*(/?)>")
_ATTRIBUTE = re.compile(r"([\w:.]+)=\"([^\"]*)\"")
_TEXT = re.compile(r"(<(?:t|v|f)(?: [^<>]*)?>)([^<]+)(?=</)")
_LETTER = re.compile(r"&\w+;|.", re.DOTALL)
_BETWEEN = re.compile(r"(?<=>)(?=<(?:/?(?:row|sheetData|si|mergeCells?|sheets?|cellXfs|xf)\b|c ))")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    city = City.with_sample_plan(tmp_path_factory.mktemp("city"))
    city.generate()
    return city.send_back("KIKI", full_texts(city.plan, 取組状況=PROSE)).read_bytes()


# --- what programs save


@pytest.mark.parametrize(
    "filler",
    [
        pytest.param(programs.as_excel, id="excel"),
        pytest.param(programs.with_openpyxl, id="openpyxl"),
        pytest.param(programs.with_libreoffice, id="libreoffice", marks=needs_libreoffice),
        pytest.param(programs.with_gnumeric, id="gnumeric", marks=needs_gnumeric),
        pytest.param(programs.with_exceljs, id="exceljs", marks=needs_exceljs),
        pytest.param(programs.with_sheetjs, id="sheetjs", marks=needs_sheetjs),
    ],
)
def test_what_a_program_saves_is_read_as_openpyxl_reads_it(
    city: City, filler: programs.Filler
) -> None:
    city.generate()
    target = city.returned("回答.xlsx")
    filler(city.template("KIKI"), target, full_texts(city.plan, 取組状況=PROSE))
    ours, by_openpyxl = read_by_both(target.read_bytes())
    assert ours is not None
    assert ours == by_openpyxl


# --- the same content, written in other ways

Spelling = Callable[[str], bytes]


def _with_a_prefix(part: str) -> bytes:
    """Put every element that has no prefix under one that stands for the same namespace."""
    prefixed = re.sub(r"<(/?)(\w+)(?=[\s/>])", r"<\1any:\2", _DECLARATION.sub("", part))
    return prefixed.replace(" xmlns=", " xmlns:any=").encode()


def _with_attributes_in_another_order(part: str) -> bytes:
    def turned(tag: re.Match[str]) -> str:
        if "'" in tag[2]:
            return tag[0]
        pairs = [f"{name} = '{text}'" for name, text in reversed(_ATTRIBUTE.findall(tag[2]))]
        return "\n\t".join([f"<{tag[1]}", *pairs, f"{tag[3]}>"])

    return _TAG.sub(turned, _DECLARATION.sub("", part)).encode()


def _with_blanks_between(part: str) -> bytes:
    return _BETWEEN.sub("\r\n\t ", part).encode()


def _with_notes_between_and_within(part: str) -> bytes:
    def noted(text: re.Match[str]) -> str:
        letters = _LETTER.findall(text[2])
        half = len(letters) // 2
        before, after = "".join(letters[:half]), "".join(letters[half:])
        return f"{text[1]}{before}<!-- <v>7</v> --><?note <v>7</v>?>{after}"

    return _BETWEEN.sub("<!-- <c/> --><?note?>", _TEXT.sub(noted, part)).encode()


def _with_quoted_blocks(part: str) -> bytes:
    return _TEXT.sub(lambda text: f"{text[1]}<![CDATA[{unescape(text[2])}]]>", part).encode()


def _with_letters_by_number(part: str) -> bytes:
    def numbered(text: re.Match[str]) -> str:
        letters = enumerate(unescape(text[2]))
        return text[1] + "".join(f"&#{ord(x)};" if n % 2 else f"&#x{ord(x):X};" for n, x in letters)

    return _TEXT.sub(numbered, part).encode()


def _in(encoding: str, declared: str = "") -> Spelling:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return lambda part: (head + _DECLARATION.sub("", part)).encode(encoding, "xmlcharrefreplace")


SPELLINGS: dict[str, Spelling] = {
    "a prefix": _with_a_prefix,
    "attributes in another order": _with_attributes_in_another_order,
    "blanks between": _with_blanks_between,
    "comments and instructions": _with_notes_between_and_within,
    "CDATA": _with_quoted_blocks,
    "letters by number": _with_letters_by_number,
    "a byte order mark": _in("utf-8-sig"),
    "UTF-16": _in("utf-16", "UTF-16"),
    "UTF-16, nothing declared": _in("utf-16"),
    "UTF-16 without a mark": _in("utf-16-be", "UTF-16BE"),
    "Latin-1": _in("iso-8859-1", "ISO-8859-1"),
    "Cyrillic Windows": _in("cp1251", "windows-1251"),
    "ASCII": _in("ascii", "us-ascii"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_spelling_changes_nothing(filled: bytes, name: str) -> None:
    rewritten = {
        part: SPELLINGS[name](stored.decode()) if part.startswith("xl/") else stored
        for part, stored in parts_of(filled).items()
    }
    assert rewritten != parts_of(filled)
    assert read(packed(rewritten)) == read(filled)


# --- letters out of place


@pytest.mark.parametrize("seed", range(10))
def test_what_is_out_of_place_changes_no_value_silently(filled: bytes, seed: int) -> None:
    for n in range(12):
        ours, by_openpyxl = read_by_both(mutated(filled, random.Random(seed * 1000 + n)))
        assert by_openpyxl in (ours, None)


MISPLACED = {
    "a row in a row": '<row r="1"><row r="2"><c r="A2"><v>1</v></c></row></row>',
    "a cell in a cell": '<row r="1"><c r="A1"><c r="B1"><v>1</v></c></c></row>',
    "a cell in a value": '<row r="1"><c r="A1"><v>1<c r="B1"/></v></c></row>',
    "a cell in an inline text": '<row r="1"><c r="A1" t="inlineStr"><is><c/></is></c></row>',
    "a cell beside the rows": '<c r="A1"><v>1</v></c>',
    "a cell deeper in a row": '<row r="1"><extLst><c r="A1"><v>1</v></c></extLst></row>',
    "a merge in a row": '<row r="1"><mergeCell ref="A1:B1"/></row>',
    "merges in a cell": '<row r="1"><c r="A1"><mergeCells/></c></row>',
    "a row elsewhere": '</sheetData><extLst><row r="1"/></extLst><sheetData>',
    "rows twice": '<row r="1"/></sheetData><sheetData><row r="2"/>',
    "rows in rows": '<sheetData><row r="1"/></sheetData>',
}


@pytest.mark.parametrize("name", MISPLACED)
def test_rows_and_cells_are_refused_where_they_do_not_belong(name: str) -> None:
    assert read_by_both(book(MISPLACED[name])) == (None, None)


def test_of_a_large_sheet_the_rows_are_looked_into_as_well() -> None:
    blanks = " " * 60_000  # more than are parsed at once, twice
    rows = [f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>{blanks}' for n in (1, 2, 3, 4)]
    assert cell_texts(read(book("".join(rows))).sheets[0]) == {
        f"A{n}": f"数値 {n}" for n in (1, 2, 3, 4)
    }
    for misplaced in MISPLACED.values():
        with pytest.raises(ValueError, match=r"out of place|twice"):
            read(book("".join([*rows, misplaced])))


# --- parts are inflated once, and checked


def test_a_part_that_is_not_as_it_was_packed_is_never_read(filled: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(filled)) as archive:
        info = archive.getinfo("xl/worksheets/sheet2.xml")
    whole = Package(filled).read(info.filename)
    start = info.header_offset + 30 + len(info.filename)
    refused = 0
    for at in range(start, start + info.compress_size, 97):
        damaged = filled[:at] + bytes([filled[at] ^ 0x10]) + filled[at + 1 :]
        try:  # a few bits say nothing: what they pack is the same without them
            assert Package(damaged).read(info.filename) == whole
        except (zipfile.BadZipFile, zlib.error):
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_every_way_of_packing_gives_the_same_bytes(method: int, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    parts = {"a.xml": b"<a/>" * 500, "空.xml": b"<b/>", "empty.xml": b""}
    with path.open("wb") as stream, zipfile.ZipFile(stream, "w", method) as archive:
        for name, stored in parts.items():
            archive.writestr(name, stored)
    package = Package(path.read_bytes())
    assert {name: package.read(name) for name in parts} == parts


@pytest.mark.parametrize("declared", [0, 100, 3_000_000])
def test_no_more_is_inflated_than_the_zip_says(declared: int) -> None:
    """Whatever was packed, and though the sum is that of the part as long as the zip says."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bin", bytes(50_000_000), compresslevel=1)
        part = archive.getinfo("a.bin")
        part.file_size, part.CRC = declared, zlib.crc32(bytes(declared))
        archive.start_dir = archive.fp.tell() if archive.fp else 0
    package = Package(stream.getvalue())
    tracemalloc.start()
    try:
        with pytest.raises(zipfile.BadZipFile):
            package.read("a.bin")
        assert tracemalloc.get_traced_memory()[1] < 3 * declared + 1_000_000
    finally:
        tracemalloc.stop()


def test_the_last_workbook_is_not_taken_apart_again(filled: bytes) -> None:
    assert package_in(filled) is package_in(bytes(bytearray(filled)))
    assert package_in(book("")) is not package_in(filled)
