"""Whole files: damaged, disguised, saved as another kind, or never a workbook at all."""

from __future__ import annotations

import gzip
import io
import tarfile
from datetime import datetime

from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel

from tests.harness.verbs.registry import byte_verb
from tests.returned.readers.binary_books import with_remarks, xlsb
from workflow.templates.layout import ENTRY_SHEET


@byte_verb("text")
def text(_: bytes, written: str, encoding: str = "utf-8") -> bytes:
    return written.encode(encoding)


@byte_verb("bytes")
def raw_bytes(_: bytes, hexadecimal: str) -> bytes:
    return bytes.fromhex(hexadecimal)


@byte_verb("zeros")
def zeros(_: bytes, count: int) -> bytes:
    return bytes(count)


@byte_verb("repeat")
def repeat(content: bytes, times: int) -> bytes:
    return content * times


@byte_verb("cut")
def cut(content: bytes, percent: int) -> bytes:
    return content[: len(content) * percent // 100]


@byte_verb("cut bytes")
def cut_bytes(content: bytes, count: int) -> bytes:
    """Drop bytes from the end."""
    return content[:-count]


@byte_verb("cut head")
def cut_head(content: bytes, count: int) -> bytes:
    return content[count:]


@byte_verb("put before")
def put_before(content: bytes, hexadecimal: str, times: int = 1) -> bytes:
    return bytes.fromhex(hexadecimal) * times + content


@byte_verb("put behind")
def put_behind(content: bytes, hexadecimal: str, times: int = 1) -> bytes:
    return content + bytes.fromhex(hexadecimal) * times


@byte_verb("spoil")
def spoil(content: bytes, percent: int, hexadecimal: str = "") -> bytes:
    """Write other bytes over those at a place; without any, turn every bit of one byte."""
    at = len(content) * percent // 100
    new = bytes.fromhex(hexadecimal) or bytes([content[at] ^ 0xFF])
    return content[:at] + new + content[at + len(new) :]


@byte_verb("line ends")
def line_ends(content: bytes) -> bytes:
    """Change line ends as a transfer in text mode does."""
    return content.replace(b"\n", b"\r\n")


@byte_verb("gzip")
def as_gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@byte_verb("tar")
def as_tar(content: bytes, name: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


@byte_verb("save as xlsb")
def save_as_xlsb(content: bytes) -> bytes:
    """Save the entry sheet alone as Excel's binary workbook."""
    sheet = load_workbook(io.BytesIO(content))[ENTRY_SHEET]
    cells: dict[tuple[int, int], str | float] = {}
    for row, values in enumerate(sheet.iter_rows(values_only=True)):
        for column, value in enumerate(values):
            if isinstance(value, datetime):
                cells[row, column] = float(to_excel(value))  # type: ignore[no-untyped-call]
            elif isinstance(value, str | int | float):
                cells[row, column] = value
    return xlsb(ENTRY_SHEET, cells)


@byte_verb("beside the cells of an xlsb")
def beside_in_xlsb(content: bytes, comment: str, author: str, box: str, header: str) -> bytes:
    """Hang a comment on A1 of a binary workbook, and add a text box and a header."""
    return with_remarks(content, comment, author, box, header)
