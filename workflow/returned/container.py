"""What kind of file some bytes are, and whether it is safe to hand them to a reader."""

from __future__ import annotations

import io
import zipfile
from enum import Enum
from pathlib import PurePosixPath

from workflow.findings import Code, Finding, Place

MAX_FILE_BYTES = 50_000_000
MAX_PARTS = 2_000
MAX_INFLATED_BYTES = 300_000_000
MAX_RATIO = 500

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOKS = {".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".zip"}
_LITTER = {"thumbs.db", "desktop.ini", ".ds_store"}


class Kind(Enum):
    """What a file turned out to be."""

    WORKBOOK = "xlsx"
    OTHER = "other"


def is_litter(name: str) -> bool:
    """Whether a file is a trace of Excel or of the desktop, not something a person sent."""
    last = PurePosixPath(name).name
    return last.startswith(("~$", "._")) or last.casefold() in _LITTER


def guard(name: str, content: bytes) -> Finding | None:
    """Return why the bytes must not be read as a workbook, or None when they may be.

    FILE_NOT_EXCEL means the file is no return at all; every other code means it is unreadable.
    """
    place = Place(file=name)
    extension = PurePosixPath(name).suffix.casefold()
    if not content:
        return Code.FILE_EMPTY.at(place)
    if len(content) > MAX_FILE_BYTES:
        return Code.FILE_TOO_LARGE.at(place, reason=f"{len(content):,}バイト")
    if content.startswith(_OLE):
        return _guard_ole(place, extension, content)
    if content.startswith(b"PK"):
        return _guard_zip(place, extension, content)
    if extension in _WORKBOOKS:
        return Code.FILE_BROKEN.at(place, reason="Excelファイルの形になっていません")
    return Code.FILE_NOT_EXCEL.at(place)


def _guard_ole(place: Place, extension: str, content: bytes) -> Finding:
    if _ENCRYPTED in content:
        return Code.FILE_ENCRYPTED.at(place)
    if extension in _WORKBOOKS:
        return Code.FILE_OTHER_FORMAT.at(place, kind="古いExcel形式 .xls")
    return Code.FILE_NOT_EXCEL.at(place)


def _guard_zip(place: Place, extension: str, content: bytes) -> Finding | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {part.filename for part in archive.infolist()}
            if "xl/workbook.xml" in parts:
                return _guard_size(place, archive) or _guard_content(place, archive)
    except MemoryError:
        raise
    except Exception:
        # Damage makes zipfile and its four decompressors raise whatever they like.
        if extension in _WORKBOOKS:
            return Code.FILE_BROKEN.at(place, reason="途中で切れているか、内容が変わっています")
        return Code.FILE_NOT_EXCEL.at(place)
    if "xl/workbook.bin" in parts:
        return Code.FILE_OTHER_FORMAT.at(place, kind="Excelバイナリ形式 .xlsb")
    if "content.xml" in parts and extension == ".ods":
        return Code.FILE_OTHER_FORMAT.at(place, kind="OpenDocument形式 .ods")
    if extension in _WORKBOOKS:
        return Code.FILE_OTHER_FORMAT.at(place, kind="ZIP")
    return Code.FILE_NOT_EXCEL.at(place)


def _guard_size(place: Place, archive: zipfile.ZipFile) -> Finding | None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        return Code.FILE_TOO_LARGE.at(place, reason=f"部品が{len(parts):,}個")
    inflated = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if inflated > MAX_INFLATED_BYTES or inflated > MAX_RATIO * max(packed, 100_000):
        return Code.FILE_TOO_LARGE.at(place, reason=f"展開すると{inflated:,}バイト")
    return None


def _guard_content(place: Place, archive: zipfile.ZipFile) -> Finding | None:
    broken = archive.testzip()
    if broken is not None:
        return Code.FILE_BROKEN.at(place, reason="内容が途中で変わっています")
    return None
