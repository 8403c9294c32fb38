"""XML parts of a workbook, none of which may declare a document type and so entities of its own.

A part that plainly has none is given to Python's own compiled parser; defusedxml, which refuses
document types but builds its trees many times slower, gets the others.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAIN_ADDRESS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
"""The namespace of workbooks, sheets and texts."""

MAIN = f"{{{MAIN_ADDRESS}}}"
"""That namespace as it stands before a tag."""

_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'][Uu][Tt][Ff]-8[\"'])?"
    rb"(?: standalone=[\"'](?:yes|no)[\"'])? ?\?>)?\s*(?=<[^?!])"
)
_STEPS: tuple[Literal["start", "end"], ...] = ("start", "end")
_NOT_PLAIN = (b"<!", b"<?", b"\0")
"""Document types, comments, CDATA and instructions; a text of wide letters has the last."""


def body_of(stored: bytes) -> bytes:
    """Return a part without its XML declaration; nothing when that names another code."""
    head = _HEAD.match(stored)
    return stored[head.end() :] if head else b""


def is_plain(stored: bytes) -> bool:
    """Whether a part is UTF-8 and made of tags and texts alone."""
    body = body_of(stored)
    return bool(body) and not any(mark in body for mark in _NOT_PLAIN)


def parsed(stored: bytes) -> Element:
    """Return the root of a part. ValueError when it declares a document type."""
    if is_plain(stored):
        from xml.etree.ElementTree import XML

        return XML(stored)
    from defusedxml.ElementTree import fromstring

    tree: Element = fromstring(stored, forbid_dtd=True)
    return tree


def steps(stored: bytes) -> Iterator[tuple[str, Element]]:
    """Yield "start" and "end" of each element of a part, in order.

    ValueError when it declares a document type.
    """
    if is_plain(stored):
        from xml.etree.ElementTree import iterparse

        events = iterparse(io.BytesIO(stored), _STEPS)  # noqa: S314 - as above
    else:
        from defusedxml.ElementTree import iterparse as parse_defused

        events = parse_defused(io.BytesIO(stored), _STEPS, forbid_dtd=True)
    yield from events
