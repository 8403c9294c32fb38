"""A .docx as a package: its size before it is read, its bytes the same for the same content."""

from __future__ import annotations

import io
import zipfile

from docx.document import Document

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The one time every part carries: the earliest a zip can say."""


def unpacked_size(package: bytes) -> int:
    """Return how many bytes a package claims to hold. Raises BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(package)) as parts:
        return sum(part.file_size for part in parts.infolist())


def packed(document: Document) -> bytes:
    """Return a document's package; its parts carry no time of their own."""
    saved, content = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(content, "w") as again:
        for part in parts.infolist():
            same = zipfile.ZipInfo(part.filename, _EARLIEST)
            same.compress_type = zipfile.ZIP_DEFLATED
            same.create_system = 0
            again.writestr(same, parts.read(part))
    return content.getvalue()
