"""The two ways an .xlsx can be read: by our own reader, and by openpyxl."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

from workflow.model.raw import RawBook
from workflow.returned.intake.detect import Kind
from workflow.returned.readers.openpyxl import read_book
from workflow.returned.readers.readings import read_first

Reader = Callable[[bytes], RawBook]


def read(content: bytes) -> RawBook:
    """Return what our own reader says, as collect asks it."""
    return read_first(Kind.XLSX, content)


def attempt(reader: Reader, content: bytes) -> RawBook | None:
    """Return what a reader says, None when it says that the file is broken."""
    try:
        return reader(content)
    except Exception:
        return None


def read_by_both(content: bytes) -> tuple[RawBook | None, RawBook | None]:
    """Return what our own reader and openpyxl say."""
    return attempt(read, content), attempt(read_book, content)


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, stored in parts.items():
            archive.writestr(name, stored)
    return stream.getvalue()
