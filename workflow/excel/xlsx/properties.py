"""What a workbook says of itself: who made and who saved it, when, and how it was stamped."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime

from workflow.excel.xlsx.package import Package
from workflow.model.years import JST
from workflow.python.dataclass import dataclass

_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_SAVED_BY = f"{_CORE}lastModifiedBy"
_MODIFIED = "{http://purl.org/dc/terms/}modified"
_PROPERTY = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}property"
_UTF8 = 65001


@dataclass(frozen=True, slots=True)
class Saving:
    """Who made a workbook, who saved it last and when; blank where it does not say."""

    author: str = ""
    saved_by: str = ""
    modified: datetime | None = None


def saving_of_package(package: Package) -> Saving:
    """Return who saved an .xlsx or .xlsb."""
    part = package.related("core-properties")
    if not part:
        return Saving()
    texts = {element.tag: element.text or "" for element in reversed(package.tree(part))}
    return Saving(
        author=texts.get(_CREATOR, ""),
        saved_by=texts.get(_SAVED_BY, ""),
        modified=_moment(texts.get(_MODIFIED, "")),
    )


def custom_properties(package: Package) -> dict[str, str]:
    """Return the properties an .xlsx or .xlsb was stamped with, by name."""
    part = package.related("custom-properties")
    if not part:
        return {}
    return {
        element.get("name", ""): "".join(element.itertext())
        for element in package.tree(part).iter(_PROPERTY)
    }


def saving_of_xls(content: bytes) -> Saving:
    """Return who saved an .xls."""
    import olefile  # 50 ms, for .xls alone

    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        summary = ole.get_metadata()
    saved: object = summary.last_saved_time  # bytes, where it is no moment
    return Saving(
        author=_text(summary.author, summary.codepage),
        saved_by=_text(summary.last_saved_by, summary.codepage),
        modified=_moment(saved.isoformat()) if isinstance(saved, datetime) else None,
    )


def _moment(stored: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stored.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(JST)
    except (ValueError, OverflowError):  # the last hours of the year 9999 are too late in Japan
        return None


def _text(stored: bytes | str | None, codepage: int | None) -> str:
    """Return a name from an OLE summary: programs do not always keep to the code page they name."""
    if not isinstance(stored, bytes):
        return stored or ""
    for encoding in _encodings(codepage):
        try:
            return stored.decode(encoding).rstrip("\0")
        except (UnicodeDecodeError, LookupError):
            continue
    return stored.decode("cp932", "replace").rstrip("\0")


def _encodings(codepage: int | None) -> Iterator[str]:
    # The number is stored in two bytes with a sign, so 65001 comes as -535.
    number = (codepage or 0) & 0xFFFF
    if number == _UTF8:
        yield "utf-8"
    elif number:
        yield f"cp{number}"
    yield from ("utf-8", "cp932")
