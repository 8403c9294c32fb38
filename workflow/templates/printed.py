"""All that is printed on a template, read back from its own bytes."""

from __future__ import annotations

import io
import zipfile

from workflow.cells import decoded

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def printed_texts(template: bytes) -> tuple[str, ...]:
    """Return every text on a template of ours, each once, sorted."""
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        table = fromstring(archive.read("xl/sharedStrings.xml"))
    return tuple(sorted({decoded(text.text or "") for text in table.iter(f"{_MAIN}t")}))
