"""When a .xls or .xlsb was last saved, and the properties it was stamped with."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from workflow.years import JST

_MODIFIED = "{http://purl.org/dc/terms/}modified"
_PROPERTY = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}property"


def xls_modified(content: bytes) -> datetime | None:
    """Return when an .xls was last saved, if it says so."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        saved: datetime | None = ole.get_metadata().last_saved_time
    return saved.replace(tzinfo=UTC).astimezone(JST) if saved else None


def xlsb_modified(content: bytes) -> datetime | None:
    """Return when an .xlsb was last saved, if it says so."""
    from defusedxml.ElementTree import fromstring

    stored = _part(content, "docProps/core.xml")
    text = fromstring(stored, forbid_dtd=True).findtext(_MODIFIED, "") if stored else ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(JST)


def xlsb_properties(content: bytes) -> dict[str, str]:
    """Return the custom properties of an .xlsb."""
    from defusedxml.ElementTree import fromstring

    stored = _part(content, "docProps/custom.xml")
    if not stored:
        return {}
    return {
        element.get("name", ""): "".join(element.itertext())
        for element in fromstring(stored, forbid_dtd=True).iter(_PROPERTY)
    }


def _part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name) if name in archive.namelist() else b""
