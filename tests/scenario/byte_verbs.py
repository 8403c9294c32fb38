"""What happens to a returned file as a whole: cut short, zipped, locked with a password."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime

from workflow.templates.layout import ENTRY_SHEET

ByteVerb = Callable[..., bytes]
BYTE_VERBS: dict[str, ByteVerb] = {}

_FIXED = (2024, 5, 10, 8, 0, 0)


def verb(name: str) -> Callable[[ByteVerb], ByteVerb]:
    """Register a change under the name that return.toml calls it by."""

    def register(function: ByteVerb) -> ByteVerb:
        BYTE_VERBS[name] = function
        return function

    return register


@verb("text")
def text(_: bytes, content: str, encoding: str = "utf-8") -> bytes:
    return content.encode(encoding)


@verb("bytes")
def raw_bytes(_: bytes, hexadecimal: str) -> bytes:
    return bytes.fromhex(hexadecimal)


@verb("nothing in it")
def nothing_in_it(_: bytes) -> bytes:
    return b""


@verb("cut off")
def cut_off(content: bytes, percent: int) -> bytes:
    return content[: len(content) * percent // 100]


@verb("spoil a byte")
def spoil_a_byte(content: bytes, percent: int) -> bytes:
    at = len(content) * percent // 100
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


@verb("add behind")
def add_behind(content: bytes, count: int) -> bytes:
    return content + bytes(count)


@verb("zip")
def zip_as(content: bytes, name: str, *others: str) -> bytes:
    """Zip the file under a name; others are names of empty companions."""
    return zipped({name: content} | dict.fromkeys(others, b"x"))


@verb("zip many")
def zip_many(content: bytes, count: int) -> bytes:
    """Zip the file together with many empty ones."""
    return zipped({"回答.xlsx": content} | {f"{n}.txt": b"" for n in range(count)})


@verb("zip of nothing")
def zip_of_nothing(_: bytes) -> bytes:
    return zipped({})


@verb("zip as Windows")
def zip_as_windows(content: bytes, name: str) -> bytes:
    """Zip under a name written in cp932, as the Explorer of Windows does."""
    shadow = "".join(f"{n % 10}" for n, _ in enumerate(name.encode("cp932")))
    whole = zipped({shadow: content})
    return whole.replace(shadow.encode(), name.encode("cp932"))


@verb("zip with password")
def zip_with_password(content: bytes, name: str, password: str) -> bytes:
    import pyzipper

    stream = io.BytesIO()
    with pyzipper.AESZipFile(
        stream, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.writestr(name, content)
    return stream.getvalue()


@verb("save as xlsb")
def save_as_xlsb(content: bytes) -> bytes:
    """Save the entry sheet alone as Excel's binary workbook."""
    from openpyxl import load_workbook
    from openpyxl.utils.datetime import to_excel

    from tests.returned.readers.binary_books import xlsb

    sheet = load_workbook(io.BytesIO(content))[ENTRY_SHEET]
    cells: dict[tuple[int, int], str | float] = {}
    for row, values in enumerate(sheet.iter_rows(values_only=True)):
        for column, value in enumerate(values):
            if isinstance(value, datetime):
                cells[row, column] = float(to_excel(value))  # type: ignore[no-untyped-call]
            elif isinstance(value, str | int | float):
                cells[row, column] = value
    return xlsb(ENTRY_SHEET, cells)


@verb("encrypt")
def encrypt(content: bytes, password: str) -> bytes:
    """Save with a password to open, as Excel does."""
    from msoffcrypto.format.ooxml import OOXMLFile

    stream = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, stream)
    return stream.getvalue()


def zipped(contents: dict[str, bytes]) -> bytes:
    """Return a zip of these files, the same bytes every time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _FIXED), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
