from __future__ import annotations

import copy
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.model.catalogue import Code
from workflow.model.limits import USUAL, Limits
from workflow.model.returns import Outcome
from workflow.returned.intake.archive import Allowance, members
from workflow.returned.intake.detect import examine
from workflow.returned.intake.not_workbooks import is_litter, suffix
from workflow.returned.intake.refusal import Refusal

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = "xl/workbook.xml"


def packed(*names: str, method: int = zipfile.ZIP_DEFLATED, content: bytes = b"<x/>" * 50) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def found(name: str, content: bytes, limits: Limits = USUAL) -> str:
    """Return the kind of workbook some bytes are, or the code that says why they are not read."""
    examined = examine(suffix(name), content, limits)
    return examined.code.name if isinstance(examined, Refusal) else examined.name


BOOK = packed(WORKBOOK)


def spoilt(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def ole(*streams: str) -> bytes:
    """Return a compound file holding streams by these names: a header, a FAT, a directory."""
    header = OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0)
    directory_sectors = -(-(len(streams) + 1) // 4)
    chain = [0xFFFFFFFD, *range(2, directory_sectors + 1), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(chain)}I", *chain)
    entries = [_entry("Root Entry", 5, child=1)]
    entries += [
        _entry(name, 2, right=n + 1 if n < len(streams) else NOBODY)
        for n, name in enumerate(streams, start=1)
    ]
    directory = b"".join(entries).ljust(directory_sectors * 512, b"\x00")
    return header.ljust(512, b"\xff") + fat.ljust(512, b"\xff") + directory


NOBODY = 0xFFFFFFFF


def _entry(name: str, kind: int, right: int = NOBODY, child: int = NOBODY) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    head = encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), kind, 1)
    links = struct.pack("<III", NOBODY, right, child)
    return head + links + bytes(36) + struct.pack("<IQ", 0xFFFFFFFE, 0)


TYPES = "[Content_Types].xml"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("回答.xlsx", BOOK, "XLSX"),
        ("回答", BOOK, "XLSX"),
        ("回答.xlsm", BOOK, "XLSX"),
        ("回答.docx", BOOK, "XLSX"),
        ("回答.xls", BOOK, "XLSX"),
        ("回答.xlsx", packed(TYPES, content=b'<x t="x.template.main+xml"/>'), "XLSX"),
        ("回答.xlsb", packed("xl/workbook.bin"), "XLSB"),
        ("回答.xlsx", ole("Workbook"), "XLS"),
        ("回答.xls", ole("Book"), "XLS"),
        ("回答.xls", packed("mimetype", content=ODS), "ODS"),
        ("回答.xlsx", ole("EncryptionInfo", "EncryptedPackage"), "ENCRYPTED"),
        ("回答.zip", packed("回答.xlsx"), "ARCHIVE"),
        ("回答.xlsx", packed("回答.xlsx"), "ARCHIVE"),
        ("回答.msg", ole("__properties_version1.0"), "MAIL"),
        ("回答", ole("__properties_version1.0"), "MAIL"),
        ("回答.eml", b"Subject: x\r\n\r\n", "MAIL"),
        ("回答.xlsx", b"Received: x\r\nMessage-ID: y\r\n\r\n", "MAIL"),
        ("回答.xlsx", b"", "FILE_EMPTY"),
        ("送付状.txt", b"", "FILE_EMPTY"),
        ("回答.xlsx", BOOK[: len(BOOK) // 2], "FILE_BROKEN"),
        ("回答.xlsx", BOOK[:-1], "FILE_BROKEN"),
        ("回答.zip", BOOK[: len(BOOK) // 2], "FILE_BROKEN"),
        ("回答.xlsx", spoilt(BOOK, 45), "FILE_BROKEN"),
        ("回答.xlsx", OLE + b"Workbook", "FILE_BROKEN"),
        ("回答.xlsx", ole("Contents"), "FILE_BROKEN"),
        ("回答.xlsx", packed(TYPES), "FILE_BROKEN"),
        ("回答.xlsx", bytes(range(256)), "FILE_BROKEN"),
    ],
)
def test_a_workbook_is_known_by_its_content(name: str, content: bytes, expected: str) -> None:
    assert found(name, content) == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("送付状.pdf", b"%PDF-1.7", "FILE_PDF"),
        ("回答.xlsx", b"%PDF-1.7", "FILE_PDF"),
        ("送付状.docx", packed("word/document.xml"), "FILE_DOCUMENT"),
        ("回答.xlsx", packed("word/document.xml", TYPES), "FILE_DOCUMENT"),
        ("発表.pptx", packed(TYPES, "ppt/presentation.xml"), "FILE_DOCUMENT"),
        ("送付状.doc", ole("WordDocument"), "FILE_DOCUMENT"),
        ("発表.ppt", ole("PowerPoint Document"), "FILE_DOCUMENT"),
        ("送付状.odt", packed("mimetype", content=ODS[:-11] + b"text"), "FILE_DOCUMENT"),
        ("送付状.jtd", ole("DocumentText"), "FILE_DOCUMENT"),
        ("送付状.rtf", b"{\\rtf1", "FILE_DOCUMENT"),
        ("送付状.xdw", bytes(300), "FILE_DOCUMENT"),
        ("回答.mht", b"MIME-Version: 1.0\r\nX-Mailer: y\r\n\r\n", "FILE_MAIL"),
        ("回答.mbox", b"nothing of a mail", "FILE_MAIL"),
        ("winmail.dat", b"\x78\x9f\x3e\x22" + bytes(9), "FILE_MAIL_SEALED"),
        (
            "smime.p7m",
            bytes.fromhex("3080 0609 2a864886f70d010702 a080") + bytes(9),
            "FILE_MAIL_SEALED",
        ),
        ("送付状.txt", "送ります".encode(), "FILE_TEXT"),
        ("回答.csv", "整理番号,評価\r\n".encode("cp932"), "FILE_TEXT"),
        ("写真.jpg", b"\xff\xd8\xff\xe0" + bytes(9), "FILE_IMAGE"),
        ("写真.xlsx", b"\x89PNG\r\n", "FILE_IMAGE"),
        ("写真.bmp", b"BM" + bytes(99), "FILE_IMAGE"),
        ("回答.xlsx - ショートカット.lnk", b"L\0\0\0\x01\x14\x02\0", "FILE_SHORTCUT"),
        ("回答.url", b"[InternetShortcut]\r\nURL=x", "FILE_SHORTCUT"),
        ("回答.exe", b"MZ\x90\0", "FILE_PROGRAM"),
        ("写真.zipx", b"PK\x03\x04", "FILE_NOT_EXCEL"),
        ("回答.dat", bytes(range(256)), "FILE_NOT_EXCEL"),
    ],
)
def test_what_is_no_return_is_reported_by_its_family(
    name: str, content: bytes, expected: str
) -> None:
    refusal = examine(suffix(name), content)
    assert isinstance(refusal, Refusal)
    assert (refusal.code.name, refusal.outcome) == (expected, Outcome.NOT_A_RETURN)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("回答.xls", b"<html><body><table><tr><td>1</table>", "HTML"),
        ("回答.XLSX", b"\xef\xbb\xbf<!DOCTYPE html>", "HTML"),
        ("回答.xlsx", "整理番号,評価\r\n1-1,Ａ".encode("cp932"), "CSV"),
        ("回答.xlsx", "整理番号\t評価".encode("utf-16"), "CSV"),
        ("回答.xls", b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "2003"),
        ("回答.xls", b"MIME-Version: 1.0\r\nX: Excel.Sheet\r\n", "MHTML"),
        ("回答.numbers", packed("Index/Document.iwa"), "Numbers"),
        ("回答.lzh", b"\x20\x33-lh5-" + bytes(40), "LZH"),
        ("回答.xlsx", b"7z\xbc\xaf\x27\x1c" + bytes(9), "7z"),
        ("回答.rar", b"Rar!\x1a\x07" + bytes(9), "RAR"),
    ],
)
def test_a_return_in_another_format_is_unreadable_and_named(
    name: str, content: bytes, kind: str
) -> None:
    refusal = examine(suffix(name), content)
    assert isinstance(refusal, Refusal)
    assert refusal.outcome is Outcome.UNREADABLE
    named = (Code.FILE_OTHER_FORMAT, Code.FILE_OTHER_PROGRAM, Code.FILE_OTHER_ARCHIVE)
    assert refusal.code in named
    assert kind in str(refusal.details["kind"])


def test_a_text_is_judged_even_when_cut_within_a_character() -> None:
    long = "評価".encode("cp932") * 2000
    assert {found("a.txt", b"x" * n + long) for n in range(4)} == {"FILE_TEXT"}


@pytest.mark.parametrize(
    "limits",
    [
        Limits(workbook_megabytes=0),
        Limits(workbook_parts=1),
        Limits(inflated_megabytes=0),
        Limits(part_megabytes=0),
        Limits(styles=49),
        Limits(cells=49),
    ],
)
def test_what_is_too_large_is_not_opened(limits: Limits) -> None:
    book = packed(WORKBOOK, "xl/styles.xml", content=b'<xf a=""/><c r="AAAA9999"><v>1</v></c>' * 50)
    assert found("a.xlsx", book) == "XLSX"
    assert found("a.xlsx", book, limits) == "FILE_TOO_LARGE"


def test_a_zip_bomb_is_not_inflated() -> None:
    assert found("a.xlsx", packed(WORKBOOK, content=bytes(60_000_000))) == "FILE_TOO_LARGE"


def test_a_part_that_lies_about_its_size_is_broken() -> None:
    honest = packed(WORKBOOK, content=bytes(5_000_000))
    size = (5_000_000).to_bytes(4, "little")
    assert found("a.xlsx", honest.replace(size, (10).to_bytes(4, "little"))) == "FILE_BROKEN"


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@pytest.mark.parametrize("at", [56, 58, 60, 64, 70, 80])
def test_damage_under_any_compression_is_seen(method: int, at: int) -> None:
    content = bytes(range(256)) * 9
    assert found("a.xlsx", packed(WORKBOOK, method=method, content=content)) == "XLSX"
    damaged = spoilt(packed(WORKBOOK, method=method, content=content), at)
    assert found("a.xlsx", damaged) == "FILE_BROKEN"


def test_an_encrypted_part_is_broken() -> None:
    flagged = bytearray(BOOK)
    flagged[6] |= 1  # general purpose bit 0, in the part's own header
    directory = BOOK.index(b"PK\x01\x02")
    flagged[directory + 8] |= 1
    assert found("a.xlsx", bytes(flagged)) == "FILE_BROKEN"


@settings(max_examples=100)
@given(st.integers(0, len(BOOK) - 1), st.integers(0, 255), st.integers(0, 3))
def test_no_damaged_byte_stops_the_examination(at: int, byte: int, repeat: int) -> None:
    changed = BOOK[:at] + bytes([byte]) * (1 + repeat) + BOOK[at + 1 + repeat :]
    expected = {"XLSX", "ARCHIVE", "FILE_BROKEN", "FILE_OTHER_FORMAT", "FILE_TOO_LARGE"}
    assert found("a.xlsx", changed) in expected


@pytest.mark.parametrize(
    ("name", "litter"),
    [
        ("~$回答.xlsx", True),
        ("学校教育課/~$回答.xlsx", True),
        ("._回答.xlsx", True),
        (".DS_Store", True),
        ("係/Thumbs.db", True),
        ("desktop.ini", True),
        ("回答~$.xlsx", False),
        ("~回答.xlsx", False),
        ("~$係/回答.xlsx", False),
        ("回答.xlsx", False),
    ],
)
def test_traces_of_programs_are_litter(name: str, litter: bool) -> None:
    assert is_litter(name) is litter


def _sharing(first: str, second: str) -> bytes:
    """Return a zip in which two parts of other names are stored in one place."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(first), b"<x/>")
        twin = copy.copy(archive.infolist()[0])
        twin.filename = twin.orig_filename = second
        archive.filelist.append(twin)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_sharing(WORKBOOK, "xl/worksheets/a.xml"), "重なって"),
        (packed(WORKBOOK, "../a.xml"), "外のフォルダー"),
        (packed(WORKBOOK, "/xl/Workbook.xml"), "同じ名前"),
        (packed(WORKBOOK, content=b'<?xml version="1.0"?><!DOCTYPE x><x/>'), "DOCTYPE"),
        (packed(WORKBOOK, content="<!DOCTYPE x><x/>".encode("utf-16-le")), "DOCTYPE"),
    ],
    ids=["overlap", "climbing", "twins", "document type", "wide document type"],
)
def test_what_no_reader_may_see_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    refusal = examine(".xlsx", content)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, reason in str(refusal.details["reason"])) == (Code.FILE_BROKEN, True)


def test_zips_whose_members_share_bytes_are_refused() -> None:
    found = members("z.zip", _sharing("a.pdf", "b.pdf"), (), Allowance())
    assert isinstance(found, Refusal)
    assert found.code is Code.FILE_BROKEN
