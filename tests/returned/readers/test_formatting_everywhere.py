"""A format over all columns of a sheet, as people set it, changes nothing of what is read."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import olefile
import pytest

from tests.harness.verbs.compound_file import compound_file
from tests.returned.readers import binary_books
from tests.returned.readers.binary_books import xlsb
from workflow.returned.intake.detect import Kind, examine
from workflow.returned.readers.readings import read_again, read_first

Records = Iterator[tuple[int, bytes]]

XLS = Path("tests/examples/returns/good/old_excel_format/甲課.xls")
_BOF, _BOUNDSHEET, _USUAL_WIDTH, _COLUMNS, _END_OF_ROWS = 0x809, 0x85, 0x55, 0x7D, 0xD7
_BLANKS, _DIMENSIONS, _LAST = 0xBE, 0x200, 255
_ALL_OF_XLSB = 16_383


def of_xls(stored: bytes) -> Records:
    at = 0
    while at + 4 <= len(stored):
        kind, size = struct.unpack_from("<HH", stored, at)
        yield kind, stored[at + 4 : at + 4 + size]
        at += 4 + size


def formatted(records: Records) -> Records:
    """Yield records with a format over all columns, one more than there are, as Excel writes it."""
    for kind, data in records:
        if kind == _END_OF_ROWS:
            blanks = b"\x0f\0" * (_LAST - 59)
            for row in range(40):
                yield _BLANKS, struct.pack("<HH", row, 60) + blanks + struct.pack("<H", _LAST)
        if kind == _DIMENSIONS:
            data = struct.pack("<IIHHH", 0, 65_536, 0, _LAST + 1, 0)
        if kind != _COLUMNS:
            yield kind, data
        if kind == _USUAL_WIDTH:
            yield _COLUMNS, struct.pack("<6H", 0, _LAST + 1, 2304, 15, 2, 0)


def an_xls() -> tuple[bytes, bytes]:
    """Return a workbook as it was saved, and with formats over all columns."""
    content = XLS.read_bytes()
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        stored = ole.openstream("Workbook").read()
    records = list(formatted(of_xls(stored)))
    starts, at = [], 0
    for kind, data in records:
        starts += [at] if kind == _BOF else []
        at += 4 + len(data)
    sheets = iter(starts[1:])
    written = b""
    for kind, data in records:
        if kind == _BOUNDSHEET:
            data = struct.pack("<I", next(sheets)) + data[4:]
        written += struct.pack("<HH", kind, len(data)) + data
    return content, compound_file({"Workbook": written})


def an_xlsb() -> tuple[bytes, bytes]:
    content = xlsb("表", {(0, 0): "値", (1, 1): 5.0, (3, 2): "終わり"})
    stream = io.BytesIO()
    columns = struct.pack("<IIIIH", 0, _ALL_OF_XLSB, 2304, 0, 2)
    wide = binary_books._written((390, b""), (60, columns), (391, b""))
    blanks = [(1, struct.pack("<II", column, 0)) for column in range(60, _ALL_OF_XLSB + 1)]
    end = binary_books._written((146, b""))
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as archive:
        for name in old.namelist():
            stored = old.read(name)
            if name.endswith("sheet1.bin"):
                begin = binary_books._written((145, b""))
                stored = stored.replace(begin, wide + begin)
                stored = stored.replace(end, binary_books._written(*blanks) + end)
            archive.writestr(name, stored)
    return content, stream.getvalue()


@pytest.mark.parametrize("reading", [read_first, read_again])
@pytest.mark.parametrize("make", [an_xls, an_xlsb])
def test_a_format_over_all_columns_changes_nothing(
    make: Callable[[], tuple[bytes, bytes]], reading: Callable[..., object]
) -> None:
    content, everywhere = make()
    kind = examine("", content)
    assert isinstance(kind, Kind)
    assert examine("", everywhere) is kind
    plain, found = (reading(kind, stored) for stored in (content, everywhere))
    assert [s.cells for s in found.sheets] == [s.cells for s in plain.sheets]  # type: ignore[attr-defined]
