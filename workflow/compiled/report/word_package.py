"""A .docx as a package: its size before it is read, its bytes the same for the same content."""

from __future__ import annotations

import io
import zipfile

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The one time every part carries: the earliest a zip can say."""


def unpacked_size(document: bytes) -> int:
    """Return how many bytes a package claims to hold. Raises BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        return sum(part.file_size for part in package.infolist())


def repacked(document: bytes) -> bytes:
    """Return a package with the same parts in the same order and no time of its own."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as package,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as again,
    ):
        for part in package.infolist():
            same = zipfile.ZipInfo(part.filename, _EARLIEST)
            same.compress_type = zipfile.ZIP_DEFLATED
            same.create_system = 0
            again.writestr(same, package.read(part))
    return content.getvalue()
