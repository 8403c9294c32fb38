"""What kind of file some bytes are, and whether it is safe to hand them to a reader.

The content decides, never the extension: people rename files, and web systems name them anyhow.
"""

from __future__ import annotations

import io
import zipfile
from enum import Enum
from typing import TYPE_CHECKING

from workflow.excel.xlsx.package import package_in
from workflow.excel.xlsx.strict import is_strict
from workflow.model.catalogue import Code
from workflow.model.limits import MILLION, USUAL, Limits
from workflow.returned.intake.guard import refused_package
from workflow.returned.intake.not_workbooks import (
    WORKBOOKS,
    is_mail,
    refused_by_family,
    refused_stranger,
    suffix,
)
from workflow.returned.intake.refusal import Refusal, broken, not_a_return, too_large, unreadable

if TYPE_CHECKING:
    import olefile  # 50 ms, for .xls and encrypted files alone

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEEN_BYTES = 1_000_000
_WORKBOOK_TYPES = (b".sheet.main+xml", b".template.main+xml", b".sheet.macroEnabled.main+xml")
_ODF = b"application/vnd.oasis.opendocument."


class Kind(Enum):
    """What a file turned out to be: the word for it and how its name may end, as usual first."""

    XLSX = ("Excelブック（.xlsx）", (".xlsx", ".xlsm", ".xltx", ".xltm"))
    STRICT = ("Strict Open XML のExcelブック（.xlsx）", (".xlsx", ".xlsm", ".xltx", ".xltm"))
    XLSB = ("Excelバイナリ ブック（.xlsb）", (".xlsb",))
    XLS = ("古い形式のExcelブック（.xls）", (".xls", ".xlt"))
    ODS = ("OpenDocument形式の表（.ods）", (".ods", ".ots"))
    ENCRYPTED = ("パスワード付きのファイル", ())
    ARCHIVE = ("ZIPファイル", (".zip",))
    MAIL = ("保存したメール", (".eml", ".msg"))

    def __init__(self, label: str, extensions: tuple[str, ...]) -> None:
        self.label = label
        self.extensions = extensions

    @property
    def is_envelope(self) -> bool:
        """Whether it holds other files."""
        return self in (Kind.ARCHIVE, Kind.MAIL)


def examine(name: str, content: bytes, limits: Limits = USUAL) -> Kind | Refusal:
    """Return what some bytes are, or why they must not be read any further."""
    if not content:
        return unreadable(Code.FILE_EMPTY)
    if content.startswith(_OLE):
        kind = _examine_ole(name, content)
    elif content.startswith(b"PK"):
        kind = _examine_zip(name, content, limits)
    else:
        kind = Kind.MAIL if is_mail(name, content) else refused_stranger(name, content)
    most = limits.workbook_megabytes * MILLION
    if isinstance(kind, Kind) and not kind.is_envelope and len(content) > most:
        return too_large(f"{len(content):,}バイト")
    return kind


def _examine_ole(name: str, content: bytes) -> Kind | Refusal:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            streams = {path[0].casefold() for path in ole.listdir() if path}
            if _has_endless_chain(ole):
                return _refused_damage(name)
    except MemoryError:
        raise
    except Exception:
        # Damage makes the parser raise whatever it likes.
        return _refused_damage(name)
    if "encryptedpackage" in streams:
        return Kind.ENCRYPTED
    if "workbook" in streams or "book" in streams:
        return Kind.XLS
    if "worddocument" in streams or "powerpoint document" in streams:
        return not_a_return(Code.FILE_DOCUMENT)
    if any(stream.startswith("__properties_version") for stream in streams):
        return Kind.MAIL
    return _refused_damage(name)


def _has_endless_chain(ole: olefile.OleFileIO) -> bool:
    """Whether a chain of sectors leads into itself: calamine would follow it without end."""
    entries = (entry for entry in ole.direntries if entry and entry.size >= ole.minisectorcutoff)
    for start in (
        ole.first_dir_sector,
        ole.first_mini_fat_sector,
        *(e.isectStart for e in entries),
    ):
        steps, sector = 0, start
        while sector < len(ole.fat):
            sector, steps = ole.fat[sector], steps + 1
            if steps > len(ole.fat):
                return True
    return False


def _refused_damage(name: str) -> Refusal:
    if suffix(name) in WORKBOOKS | {".zip"}:
        return broken("途中で切れているか、内容が変わっています")
    return refused_by_family(name)


def _examine_zip(name: str, content: bytes, limits: Limits) -> Kind | Refusal:
    try:
        package = package_in(content)
        kind = _kind_of_zip(name, package.archive)
        if isinstance(kind, Refusal) or kind is Kind.ARCHIVE:
            return kind
        refusal = refused_package(package, limits)
        if refusal is not None:
            return refusal
        return Kind.STRICT if kind is Kind.XLSX and is_strict(package) else kind
    except MemoryError:
        raise
    except Exception:
        # Damage makes zipfile and its four decompressors raise whatever they like.
        return _refused_damage(name)


def _kind_of_zip(name: str, archive: zipfile.ZipFile) -> Kind | Refusal:
    parts = set(archive.namelist())
    if "xl/workbook.xml" in parts:
        return Kind.XLSX
    if "xl/workbook.bin" in parts:
        return Kind.XLSB
    if any(part.startswith(("word/document", "ppt/presentation")) for part in parts):
        return not_a_return(Code.FILE_DOCUMENT)
    if "[Content_Types].xml" in parts:
        types = _head(archive, "[Content_Types].xml")
        known = any(mark in types for mark in _WORKBOOK_TYPES)
        return Kind.XLSX if known else _refused_damage(name)
    if "mimetype" in parts and _head(archive, "mimetype").startswith(_ODF):
        return _kind_of_odf(parts, _head(archive, "mimetype"))
    if any(part.endswith(".iwa") for part in parts):
        return unreadable(Code.FILE_OTHER_FORMAT, kind="Numbers（アップル社の表計算）などの形式")
    return Kind.ARCHIVE


def _kind_of_odf(parts: set[str], mimetype: bytes) -> Kind | Refusal:
    if not mimetype.startswith(_ODF + b"spreadsheet"):
        return not_a_return(Code.FILE_DOCUMENT)
    if "encrypted-package" in parts:
        return unreadable(Code.FILE_ENCRYPTED)
    return Kind.ODS


def _head(archive: zipfile.ZipFile, part: str) -> bytes:
    with archive.open(part) as stream:
        return stream.read(_SEEN_BYTES)
