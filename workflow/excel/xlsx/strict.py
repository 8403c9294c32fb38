"""Strict Open XML → the transitional one every reader knows: the same parts, other namespaces.

ISO/IEC 29500 gives each namespace two names; Excel's "Strict Open XML Spreadsheet" uses the ones
at purl.oclc.org. Only tags are rewritten, so a cell that quotes such an address keeps it.
"""

from __future__ import annotations

import io
import re
import zipfile

from workflow.excel.xlsx.package import Package
from workflow.python.lazy_pattern import lazy_pattern

_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/"
_TAG = lazy_pattern(rb"<(?!!)[^<>]*http://purl\.oclc\.org/ooxml/[^<>]*>")
_ADDRESS = lazy_pattern(rb"http://purl\.oclc\.org/ooxml/(\w+)([\w/]*)")
_RENAMED = {
    b"extendedProperties": b"extended-properties",
    b"customProperties": b"custom-properties",
}
_PART_SUFFIXES = (".xml", ".rels", ".vml")
_SEEN_BYTES = 1_000_000


def is_strict(package: Package) -> bool:
    """Whether a workbook is in the strict namespaces."""
    workbooks = (part for part in package.parts if part.endswith("workbook.xml"))
    mark = _STRICT + b"spreadsheetml/main"
    return any(mark in package.read(part)[:_SEEN_BYTES] for part in workbooks)


def as_transitional(content: bytes) -> bytes:
    """Return a strict workbook as the same workbook in the transitional namespaces."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as strict,
        zipfile.ZipFile(target, "w") as transitional,
    ):
        for part in strict.infolist():
            stored = strict.read(part)
            is_xml = part.filename.casefold().endswith(_PART_SUFFIXES)
            transitional.writestr(part.filename, _TAG.sub(_renamed, stored) if is_xml else stored)
    return target.getvalue()


def _renamed(tag: re.Match[bytes]) -> bytes:
    return _ADDRESS.sub(_transitional_address, tag[0])


def _transitional_address(address: re.Match[bytes]) -> bytes:
    family, rest = address[1], address[2]
    if rest == b"/relationships/metadata/thumbnail":
        return _TRANSITIONAL + b"package/2006/relationships/metadata/thumbnail"
    for strict, transitional in _RENAMED.items():
        rest = rest.replace(strict, transitional)
    return _TRANSITIONAL + family + b"/2006" + rest
