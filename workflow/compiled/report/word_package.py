"""A .docx as a package: its size before it is read, its bytes the same for the same content."""

from __future__ import annotations

import io
import zipfile

from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The one time every part carries: the earliest a zip can say."""


def unpacked_size(package: bytes) -> int:
    """Return how many bytes a package claims to hold. Raises BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(package)) as parts:
        return sum(part.file_size for part in parts.infolist())


def packed(document: Document) -> bytes:
    """Return a document's package; its parts carry no time of their own and name no person.

    A template that Word saved brings along who made it, commented on it and changed it.
    """
    saved, content = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(content, "w") as again:
        for part in parts.infolist():
            same = zipfile.ZipInfo(part.filename, _EARLIEST)
            same.compress_type = zipfile.ZIP_DEFLATED
            same.create_system = 0
            again.writestr(same, _nameless(parts.read(part)))
    return content.getvalue()


_APPLICATION = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
_PERSONS = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_NAMING = (f"{_APPLICATION}Manager", f"{_APPLICATION}Company", f"{_PERSONS}person")
_NAMED = (qn("w:author"), qn("w:initials"))
_TRACES = (b"<Manager", b"<Company", b"w:author=", b"w15:author=")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def _nameless(part: bytes) -> bytes:
    """Return a part without the names of persons Word keeps beside the text."""
    if not any(trace in part for trace in _TRACES):
        return part
    root = etree.fromstring(part, _PARSER)
    for element in list(root.iter(*_NAMING)):
        if (parent := element.getparent()) is not None:
            parent.remove(element)
    for element in root.iter(etree.Element):
        element.attrib.update({name: "" for name in _NAMED if name in element.attrib})
    nameless: bytes = etree.tostring(root, encoding="UTF-8", standalone=True, xml_declaration=True)
    return nameless
