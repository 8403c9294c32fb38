"""Whatever is damaged beside the cells: what stood there is still found, or its sheet is named."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.excel.xlsx.test_comments import DRAWING, OFFICE, with_part, workbook
from tests.returned.readers.binary_books import with_remarks, xlsb
from workflow.excel.xlsx.comments import BesideCells, read_comments
from workflow.excel.xlsx.package import Package
from workflow.returned.readers.pyxlsb import remarks_in
from workflow.returned.readers.xls_records import sheets_in
from workflow.returned.readers.xls_remarks import read_remarks

XLS = Path("tests/examples/returns/good/beside_the_cells_in_xls/甲課.xls")
TELLING = {0xEC: "drawing", 0x5D: "object", 0x1B6: "text", 0x1C: "comment", 0x3C: "continued"}

Read = Callable[[bytes], BesideCells]


def read_xlsx(content: bytes) -> BesideCells:
    return read_comments(Package(content))


def read_xlsb(content: bytes) -> BesideCells:
    return remarks_in(Package(content))


def an_xlsx() -> bytes:
    return with_part(
        workbook({"B2": "古い"}), "xl/drawings/drawing9.xml", DRAWING, f"{OFFICE}/drawing"
    )


def an_xlsb() -> bytes:
    return with_remarks(xlsb("表", {(0, 0): "値"}), "コメント", "佐藤", "図形", "&L部外秘")


# --- .xls: the stream of the workbook, at its own offset in the file


def stream_of(content: bytes) -> tuple[int, bytes]:
    import olefile

    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        stored = ole.openstream("Workbook").read()
    at = content.find(stored[:512])
    assert content[at : at + len(stored)] == stored, "the stream is stored in one piece"
    return at, stored


def spoilt_records(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the workbook with one record after another cut or made another one."""
    start, stored = stream_of(content)
    at = 0
    while at + 4 <= len(stored):
        kind, size = struct.unpack_from("<HH", stored, at)
        if kind in TELLING:
            # A record of a number that no program knows is passed over by all of them.
            for how, number, cut in (("gone", 0x0FFF, 0), ("cut", kind, size // 2)):
                records = struct.pack("<HH", number, size - cut) + stored[at + 4 : at + 4 + size]
                if cut >= 4:
                    end = 4 + size - cut
                    records = (
                        records[:end] + struct.pack("<HH", 0x0FFF, cut - 4) + records[end + 4 :]
                    )
                elif cut:
                    continue
                place = start + at
                spoilt = content[:place] + records + content[place + 4 + size :]
                assert len(spoilt) == len(content)
                yield f"{TELLING[kind]} at {at} {how}", spoilt
        at += 4 + size


def test_no_record_of_an_xls_is_lost_without_a_word() -> None:
    content = XLS.read_bytes()
    whole = read_remarks(content)
    assert len(whole.remarks) > 3
    assert whole.unread == ()
    silent = []
    for how, spoilt in spoilt_records(content):
        found = read_remarks(spoilt)
        if not found.unread and {*whole.remarks} - {*found.remarks}:
            silent.append(how)
    assert silent == []


def test_damage_to_one_record_of_an_xls_costs_nothing_behind_it() -> None:
    content = XLS.read_bytes()
    whole = read_remarks(content)
    for how, spoilt in spoilt_records(content):
        found = read_remarks(spoilt)
        lost = {r.text for r in whole.remarks} - {r.text for r in found.remarks}
        assert len(lost) <= 1, how


def test_a_sheet_of_an_xls_that_has_no_end_is_named() -> None:
    start, stored = stream_of(XLS.read_bytes())
    (at, name), *_ = sheets_in(stored)
    spoilt = bytearray(XLS.read_bytes())
    spoilt[start + at : start + at + 2] = b"\xff\x0f"
    assert read_remarks(bytes(spoilt)).unread == (name,)


# --- packages: every part beside the cells


def parts_beside(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if "comments" in name or "drawings/" in name or "sheet1." in name:
                yield name


def with_other(content: bytes, part: str, change: Callable[[bytes], bytes | None]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as archive:
        for name in old.namelist():
            stored = change(old.read(name)) if name == part else old.read(name)
            if stored is not None:
                archive.writestr(name, stored)
    return stream.getvalue()


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda stored: None,
    "empty": lambda stored: b"",
    "cut": lambda stored: stored[: len(stored) // 2],
    "spoilt": lambda stored: stored[:40] + b"\xff" * 20 + stored[60:],
    "with a document type": lambda stored: b"<!DOCTYPE x>" + stored,
}


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize(
    ("content", "read"), [(an_xlsx(), read_xlsx), (an_xlsb(), read_xlsb)], ids=["xlsx", "xlsb"]
)
def test_no_part_of_a_package_is_lost_without_a_word(content: bytes, read: Read, how: str) -> None:
    whole = read(content)
    assert whole.remarks
    assert whole.unread == ()
    for part in parts_beside(content):
        if part.endswith(".rels") and how == "gone":
            continue  # then nothing says that anything is there
        is_sheet_itself = part.endswith(("sheet1.xml", "sheet1.bin"))
        if is_sheet_itself and how == "gone":
            continue  # then the whole workbook is
        found = read(with_other(content, part, DAMAGES[how]))
        assert len(found.remarks) == len(whole.remarks) or found.unread == ("表",), part


def test_damage_to_one_part_costs_none_of_the_others() -> None:
    content = an_xlsx()
    found = read_xlsx(with_other(content, "xl/drawings/drawing9.xml", lambda _: b"<x"))
    assert [remark.text for remark in found.remarks] == ["古い"]
    assert found.unread == ("表",)
