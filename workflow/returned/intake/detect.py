"""What kind of file some bytes are, and whether it is safe to hand them to a reader.

The content decides, never the extension: people rename files, and web systems name them anyhow.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from enum import Enum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from workflow.excel.xlsx.package import Package, is_compound_file, package_in
from workflow.excel.xlsx.strict import is_strict
from workflow.model.catalogue import Code
from workflow.model.limits import MILLION, USUAL, Limits
from workflow.returned.intake.guard import refused_package
from workflow.returned.intake.not_workbooks import (
    WORKBOOKS,
    is_flat_ods,
    is_mail,
    refused_by_family,
    refused_by_parts,
    refused_kind,
    refused_old_calc,
)
from workflow.returned.intake.refusal import Refusal, broken, not_a_return, too_large, unreadable

if TYPE_CHECKING:
    import olefile  # 50 ms, for .xls and encrypted files alone

_SEEN_BYTES, _STEP = 1_000_000, 4096
_CONTROLS = "".join(map(chr, range(32)))
_TYPES = "[content_types].xml"
_WORKBOOK_TYPES = (b".sheet.main+xml", b".template.main+xml", b".sheet.macroEnabled.main+xml")
_ODF, _OLD_CALC = b"application/vnd.oasis.opendocument.", b"application/vnd.sun.xml.calc"
_ODF_LIST = "meta-inf/manifest.xml"


class Kind(Enum):
    """What a file turned out to be: the word for it and how its name may end, as usual first."""

    XLSX = ("Excelブック（.xlsx）", (".xlsx", ".xlsm", ".xltx", ".xltm"))
    STRICT = ("Strict Open XML のExcelブック（.xlsx）", (".xlsx", ".xlsm", ".xltx", ".xltm"))
    XLSB = ("Excelバイナリ ブック（.xlsb）", (".xlsb",))
    XLS = ("古い形式のExcelブック（.xls）", (".xls", ".xlt"))
    ODS = ("OpenDocument形式の表（.ods）", (".ods", ".ots"))
    FLAT_ODS = ("一つのXMLに収めたOpenDocument形式の表（.fods）", (".fods",))
    ENCRYPTED = ("パスワード付きのファイル", ())
    ARCHIVE = ("ZIPファイル", (".zip",))
    MAIL = ("保存したメール", (".eml", ".msg", ".oft", ".mbox", ".emlx"))

    def __init__(self, label: str, extensions: tuple[str, ...]) -> None:
        self.label = label
        self.extensions = extensions

    @property
    def is_envelope(self) -> bool:
        """Whether it holds other files."""
        return self in (Kind.ARCHIVE, Kind.MAIL)


def examine(extension: str, content: bytes, limits: Limits = USUAL) -> Kind | Refusal:
    """Return what some bytes are, or why they must not be read any further."""
    if not content:
        return unreadable(Code.FILE_EMPTY)
    if is_compound_file(content):
        kind = _examine_ole(extension, content)
    elif content.startswith(b"PK"):
        kind = _examine_zip(extension, content, limits)
    elif is_flat_ods(content):
        kind = Kind.FLAT_ODS
    else:
        kind = Kind.MAIL if is_mail(extension, content) else refused_kind(extension, content)
    most = limits.workbook_megabytes * MILLION
    if isinstance(kind, Kind) and not kind.is_envelope and len(content) > most:
        return too_large(f"{len(content):,}バイト")
    return kind


def _examine_ole(extension: str, content: bytes) -> Kind | Refusal:
    import olefile  # 41 ms

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            paths = [[part.casefold() for part in path] for path in ole.listdir() if path]
            if _has_endless_chain(ole):
                return _refused_damage(extension)
    except MemoryError:
        raise
    except Exception:
        # Damage makes the parser raise whatever it likes.
        return _refused_damage(extension)
    return _kind_of_ole(extension, paths)


def _kind_of_ole(extension: str, paths: Sequence[Sequence[str]]) -> Kind | Refusal:
    if any(part.lstrip(_CONTROLS).startswith("drm") for path in paths for part in path):
        return unreadable(Code.FILE_RIGHTS_PROTECTED)
    streams = {path[0] for path in paths}
    if "encryptedpackage" in streams:
        return Kind.ENCRYPTED
    if "workbook" in streams or "book" in streams:
        return Kind.XLS
    if "worddocument" in streams or "powerpoint document" in streams:
        return not_a_return(Code.FILE_DOCUMENT)
    if any(stream.startswith("__properties_version") for stream in streams):
        return Kind.MAIL
    return _refused_damage(extension)


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


def _refused_damage(extension: str) -> Refusal:
    if extension in WORKBOOKS | {".zip"}:
        return broken("途中で切れているか、内容が変わっています")
    return refused_by_family(extension)


def _examine_zip(extension: str, content: bytes, limits: Limits) -> Kind | Refusal:
    try:
        return examine_package(extension, package_in(content), limits)
    except MemoryError:
        raise
    except Exception:
        # Damage makes zipfile and its four decompressors raise whatever they like.
        return _refused_damage(extension)


def examine_package(extension: str, package: Package, limits: Limits) -> Kind | Refusal:
    """Return what a zip is, or why it must not be read any further. Raises what damage makes."""
    kind = _kind_of_zip(extension, package)
    if isinstance(kind, Refusal) or kind is Kind.ARCHIVE:
        return kind
    refusal = refused_package(package, limits)
    if refusal is not None:
        return refusal
    return Kind.STRICT if kind is Kind.XLSX and is_strict(package) else kind


def _kind_of_zip(extension: str, package: Package) -> Kind | Refusal:
    parts = package.parts
    if "xl/workbook.xml" in parts:
        return Kind.XLSX
    if "xl/workbook.bin" in parts:
        return Kind.XLSB
    if any(part.startswith(("word/document", "ppt/presentation")) for part in parts):
        return not_a_return(Code.FILE_DOCUMENT)
    if _TYPES in parts:
        types = _head(package, _TYPES)
        known = any(mark in types for mark in _WORKBOOK_TYPES)
        return Kind.XLSX if known else _refused_damage(extension)
    if "mimetype" in parts or {"content.xml", _ODF_LIST} <= parts.keys():
        return _kind_of_odf(package)
    return refused_by_parts(extension, parts) or Kind.ARCHIVE


def _kind_of_odf(package: Package) -> Kind | Refusal:
    """Return what a package is that says so in a part of its own, or first in its list of parts."""
    kind = _head(package, "mimetype" if "mimetype" in package.parts else _ODF_LIST)
    if _OLD_CALC in kind:
        return refused_old_calc()
    _, is_odf, family = kind.partition(_ODF)
    if family.startswith(b"spreadsheet"):
        return Kind.ODS
    return not_a_return(Code.FILE_DOCUMENT) if is_odf else Kind.ARCHIVE


def _head(package: Package, part: str) -> bytes:
    with package.archive.open(package.parts[part]) as stream:
        steps = iter(partial(stream.read, _STEP), b"")
        return b"".join(islice(steps, _SEEN_BYTES // _STEP))
