"""XML parts of a workbook, read with lxml: none may declare a document type, and so entities.

What comes from outside is held to three rules before the parser sees it: it is turned into UTF-8 by
the encodings every XML parser must know or by one letter a byte, never by an encoding in which a
document type could hide; it declares no document type; and whatever libxml2 reports as an error,
a prefix without a namespace for one, makes the part unreadable.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from lxml.etree import XMLParser, XMLPullParser, XPath, _Element, _ListErrorLog, fromstring

from workflow.python.lazy_pattern import lazy_pattern

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
"""The namespace of workbooks, sheets and texts as it stands before a tag."""

_DECLARED = lazy_pattern(rb"<\?xml\s[^?>]*?\sencoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']", re.ASCII)
_USUAL = b'<?xml version="1.0" encoding="UTF-8"'
_WIDE_DECLARED = lazy_pattern(r"<\?xml\s[^?>]*?\sencoding\s*=\s*[\"']([^\"']*)[\"']")
_WIDE = {
    codecs.BOM_UTF16_LE: "utf-16le",
    codecs.BOM_UTF16_BE: "utf-16be",
    b"<\0": "utf-16le",
    b"\0<": "utf-16be",
}
_TYPE = b"<!DOCTYPE"
_EVERY_BYTE = bytes(range(256))
_WHOLE = 1_000_000  # bytes: a part that is no longer is parsed as a whole, in half the time
_STEP = 100_000  # bytes of a longer one that are parsed before its elements are taken
_OPTIONS: dict[str, Any] = {
    "encoding": "utf-8",  # as the part is handed over, whatever it was declared to be
    "load_dtd": False,
    "no_network": True,
    "resolve_entities": False,
    "huge_tree": False,
    "remove_comments": True,  # and the text around them is one text
    "remove_pis": True,
    "collect_ids": False,
}


def parsed(stored: bytes) -> _Element:
    """Return the root of a part. ValueError when it declares a document type."""
    return _tree(_admitted(stored))


def parsed_leniently(stored: bytes) -> _Element:
    """Return the root of a part in which tags may be left open, as in Excel's old drawings."""
    root = fromstring(_admitted(stored), XMLParser(recover=True, **_OPTIONS))
    if root is None:
        raise ValueError("no part")
    return root


def taken(stored: bytes, tag: str, take: Callable[[_Element], None]) -> _Element:
    """Hand over a part as it is read, and return its root: a whole one, or each element of a tag.

    Of a long part each element is emptied when it was taken, so no more than a few are in memory.
    ValueError as for parsed.
    """
    part = _admitted(stored)
    if len(part) > _WHOLE:
        return _taken_in_steps(part, tag, take)
    root = _tree(part)
    take(root)
    return root


class InPieces:
    """A long part that is read piece by piece: its elements as they come by, and then its root.

    Each element is emptied when the next one is asked for, and then leaves the tree; those that are
    passed over leave it at once. The part must be in UTF-8. ValueError as for parsed.
    """

    def __init__(self, pieces: Iterable[bytes], tag: str, passed_over: str = "") -> None:
        self._pieces, self._tag, self._passed_over = pieces, tag, passed_over
        self._root: _Element | None = None

    @property
    def root(self) -> _Element:
        """The root of the part, without the elements that came by."""
        assert self._root is not None
        return self._root

    def elements(self) -> Iterator[_Element]:
        """Yield every element of the tag."""
        tags = tuple(filter(None, (self._tag, self._passed_over)))
        parser = XMLPullParser(events=("end",), tag=tags, **_OPTIONS)
        for piece in _admitted_pieces(self._pieces):
            parser.feed(piece)
            for _, element in parser.read_events():
                if element.tag == self._tag:
                    yield element
                    element.clear()
                _forget_before(element)
        self._root = parser.close()
        _refuse_errors(parser.feed_error_log)


def _forget_before(element: _Element) -> None:
    """Take the element before another out of the tree, where nothing is left in it."""
    before = element.getprevious()
    if before is not None and before.tag == element.tag and not len(before):
        before.getparent().remove(before)


def _admitted_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces of a part. ValueError when it declares a document type."""
    end = b""
    for piece in pieces:
        if declares_a_type(end + piece):
            raise ValueError("a document type is declared")
        end = piece[-len(_TYPE) :]
        yield piece


def xpath(expression: str) -> XPath:
    """Return a question about elements, by the prefix m for the namespace of workbooks.

    It is answered within libxml2, some times faster than by a loop over the elements.
    """
    return XPath(expression, namespaces={"m": MAIN[1:-1]}, smart_strings=False)


def _tree(part: bytes) -> _Element:
    parser = _parser()
    root = fromstring(part, parser)
    _refuse_errors(parser.error_log)
    return root


def _taken_in_steps(part: bytes, tag: str, take: Callable[[_Element], None]) -> _Element:
    parser = XMLPullParser(events=("end",), tag=tag, **_OPTIONS)
    for start in range(0, len(part), _STEP):
        parser.feed(part[start : start + _STEP])
        for _, element in parser.read_events():
            take(element)
            element.clear()
    root: _Element = parser.close()
    _refuse_errors(parser.feed_error_log)
    return root


@cache
def _parser() -> XMLParser:
    return XMLParser(**_OPTIONS)


def _admitted(stored: bytes) -> bytes:
    """Return a part in UTF-8. ValueError when it may not be parsed."""
    part = in_utf8(stored)
    if declares_a_type(part):
        raise ValueError("a document type is declared")
    return part


def declares_a_type(part: bytes) -> bool:
    """Whether a document type is declared in a part, in letters of one byte."""
    return b"!" in part and holds(part, _TYPE)  # the first is found ten times as fast


def holds(part: bytes, mark: bytes) -> bool:
    """Whether some bytes stand in a part.

    They are looked for from behind, where Python passes over all the letters of the mark at once:
    from the front it takes three times as long, and as long as it takes to parse half the part.
    """
    return part.rfind(mark) >= 0


def in_utf8(stored: bytes) -> bytes:
    """Return a part in UTF-8. ValueError for an encoding that is not read."""
    wide = _WIDE.get(stored[:2])
    if wide:
        return _narrowed(stored.decode(wide).removeprefix("\ufeff"), wide)
    part = stored.removeprefix(codecs.BOM_UTF8)
    if part.startswith(_USUAL):
        return part
    declared = _DECLARED.match(part)
    code = declared[1].decode().casefold() if declared else "utf-8"
    return part if code == "utf-8" else _recoded(part, code)


def _narrowed(text: str, wide: str) -> bytes:
    """Return wide letters in UTF-8. ValueError when they are declared to be something else."""
    declared = _WIDE_DECLARED.match(text)
    if declared and declared[1].casefold() not in ("utf-16", wide):
        raise ValueError(f"wide letters declared as {declared[1]}")
    return text.encode()


def _recoded(part: bytes, code: str) -> bytes:
    """Return a part in UTF-8 that was declared to have one letter a byte. ValueError otherwise."""
    letters = _EVERY_BYTE.decode(code, "replace").replace("\ufffd", "\ufffe")  # undefined
    if len(letters) != len(_EVERY_BYTE) or not letters.startswith(_EVERY_BYTE[:128].decode()):
        raise ValueError(f"an encoding {code}")
    return codecs.charmap_decode(part, "strict", letters)[0].encode()


def _refuse_errors(log: _ListErrorLog) -> None:
    """Raise ValueError for an error that lxml passes over because libxml2 warned of more after it.

    A prefix that stands for no namespace is one.
    """
    if len(log) and (errors := log.filter_from_errors()):
        raise ValueError(str(errors[0]))
