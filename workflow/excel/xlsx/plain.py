"""Rows and texts spelled as programs spell them, taken from the XML without a tree of it.

What is taken is told from letters that can mean one thing alone: elements without a prefix, known
attributes, no comment, no section, few references. Whatever is spelled in any other way is left to
libxml2, which takes some times as long; so is all that stands around rows and texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from workflow.excel.xlsx.references import cell_index
from workflow.excel.xlsx.sheet_parts import Stored, TakenRows, is_unseen
from workflow.excel.xlsx.xml import MAIN, tree_of, xpath
from workflow.model.cells import CellIndex, decoded
from workflow.model.raw import CellKind, RawCell

if TYPE_CHECKING:
    from lxml.etree import _Element

_LARGE = 1_000_000  # bytes: a longer part is taken in steps, so that it need not fit in memory
_SHORT, _SHORT_FORMULA, _SHORT_SHEET = 200, 4_000, 20_000
"""Bytes of what is remembered, so that nobody fills the memory."""
_TEXT = rb'<t(?: xml:space="preserve")?(?: ?/>|>([^<]*+)</t>)'
_READING = rb'<rPh sb="[0-9]+" eb="[0-9]+"><t>[^<]*+</t></rPh>'
_HOW_READ = rb'<phoneticPr fontId="[0-9]+"(?: type="\w+")?(?: alignment="\w+")?/>'
_SHARED = re.compile(rb"%b((?:%b)*+)(?:%b)?</si>" % (_TEXT, _READING, _HOW_READ))
"""A shared text in one piece, with what tells how it is pronounced."""
_CONTENT = re.compile(
    rb'(?:<f(?: aca="false")?>([^<]*+)</f>)?(?:<v>([^<]*+)</v>|<v ?/>|<is>%b</is>)?</c>' % _TEXT
)
_CELL = re.compile(rb'(?:(?:^| )[rst]="\w{1,12}")*+( ?/)?')
_ROWS = re.compile(rb'(?:<row(?: (?:[a-zA-Z]+|x14ac:dyDescent)="[\w.: -]*+")*+ ?/?>)*+')
_TAG, _ATTRIBUTE = re.compile(r"<row([^>]*)>"), re.compile(r'([\w:]+)="([^"]*)"')
_NUMBER = re.compile("[1-9][0-9]{0,6}")
_INDENTED = re.compile(rb">\n *(?=</?(?:row|c|is|si)[ >]|<[vft][ />])")
_BEGIN, _END, _ROW_END, _TEXT_BEGIN = b"<sheetData>", b"</sheetData>", b"</row>", b"<si>"
_MARK, _OF_EXCEL = b"rows-taken-out", b"x14ac:dyDescent"
_NUMBERED = re.compile(rb'(<worksheet [^<>]*? xr:uid=")\{[0-9A-F-]+\}(?=")')
"""A sheet with a number of its own, by which Excel knows it when several people edit it."""
_IS_MARKED = xpath(f"count(self::m:worksheet/m:sheetData/m:row[@{_MARK.decode()}]) = 1")
_UNFIT = bytes({*range(32)} - {*b"\t\n"})  # no letters of XML, or a line's end that is made another
_REFERENCES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&#10;", "\n"))

Content = tuple[str | None, str | None, str | None]
"""A cell's formula, its value and the text in it."""


class _OtherSpellingError(ValueError):
    """Something is spelled in another way."""


def plain_texts(part: bytes) -> list[str] | None:
    """Return the shared texts in a part, or None where any is spelled in another way."""
    start, end = part.find(_TEXT_BEGIN), part.rfind(b"</si>") + len(b"</si>")
    if not 0 < start < end or len(part) > _LARGE:
        return None
    try:
        root = tree_of(part[:start] + b"<si/>" + part[end:])
        if [element.tag for element in root] != [f"{MAIN}si"]:
            return None
        _, *texts = _without_indents(part[start:end], after=_TEXT_BEGIN).split(_TEXT_BEGIN)
        return [(_short_text if len(text) < _SHORT else _text_in)(text) for text in texts]
    except (ValueError, SyntaxError):
        return None


def plain_rows(part: bytes, stored: Stored, keeps_results: bool) -> TakenRows | None:
    """Return the rows of a sheet, or None where any is spelled in another way."""
    start, end = part.find(_BEGIN) + len(_BEGIN), part.find(_END)
    if not len(_BEGIN) <= start <= end or len(part) > _LARGE:
        return None
    try:
        around = _around(part, start, end)
        rows = _Rows(stored, keeps_results)
        rows.take(_without_indents(part[start:end]))
    except (ValueError, SyntaxError, KeyError):  # whatever it is, the tree tells
        return None
    return TakenRows(rows.cells, rows.hidden, around)


def _around(part: bytes, start: int, end: int) -> _Element:
    """Return the tree of a sheet without its rows. ValueError where they are not what they seem.

    A mark stands where they were: what stands in a comment or of another namespace is no row.
    """
    before, behind = _NUMBERED.sub(rb"\1", part[:start], count=1), part[end:]
    if _MARK in before or _MARK in behind:
        raise _OtherSpellingError
    more = _OF_EXCEL + b'=""' if part.find(_OF_EXCEL, start, end) > 0 else b""
    around = b'%b<row %b="" %b/>%b' % (before, _MARK, more, behind)
    return (_known_tree if len(around) < _SHORT_SHEET else _marked_tree)(around)


def _marked_tree(around: bytes) -> _Element:
    tree = tree_of(around)
    if not _IS_MARKED(tree):
        raise _OtherSpellingError
    return tree


_known_tree = lru_cache(maxsize=32)(_marked_tree)
"""Around the rows, the sheets of one form are the same in many workbooks, but for their numbers."""


def _without_indents(elements: bytes, after: bytes = b"") -> bytes:
    """Return elements without the blanks between them, where the first ones have any."""
    return _INDENTED.sub(b">", elements) if elements.startswith(b"\n", len(after)) else elements


class _Rows:
    """The rows of a sheet as they come by."""

    def __init__(self, stored: Stored, keeps_results: bool) -> None:
        self.cells: dict[CellIndex, RawCell] = {}
        self.hidden: list[int] = []
        self._stored = stored
        self._keeps_results = keeps_results

    def take(self, elements: bytes) -> None:
        """Take all rows of a sheet. ValueError where one is spelled in another way."""
        *rows, last = elements.strip(b" \n").split(_ROW_END)
        taken = [place for row in rows for place in self._take_row(row)]
        if self._begin(last) or len({*taken}) < len(taken):
            raise _OtherSpellingError

    def _take_row(self, row: bytes) -> list[CellIndex]:
        """Take the cells of a row, and return the places of all, blank ones among them."""
        begun, *cells = row.split(b"<c ")
        if not self._begin(begun):
            raise _OtherSpellingError
        taken, shared, has_looks = [], self._stored.plain, self._stored.has_looks
        for cell in cells:
            head, _, content = cell.partition(b">")
            place, style, kind, is_closed = _cell(head)
            taken.append(place)
            raw = shared.get(content) if kind == "s" else None
            if raw is None and content:
                raw = self._content(kind, style, content)
            if is_closed is not (not content):
                raise _OtherSpellingError
            if raw:
                self.cells[place] = self._seen(raw, kind, style, content) if has_looks else raw
        return taken

    def _begin(self, tags: bytes) -> bool:
        """Note the hidden ones among rows that begin, and tell whether the last is left open."""
        hidden, is_open = (_known_rows if len(tags) < _SHORT else _rows_in)(tags)
        self.hidden += hidden
        return is_open

    def _content(self, kind: str, style: str, content: bytes) -> RawCell | None:
        most = _SHORT_FORMULA if content.startswith(b"<f") else _SHORT
        formula, value, text = (_known_parts if len(content) < most else _parts_of)(content)
        if formula is not None and not self._keeps_results:
            return RawCell(CellKind.FORMULA, f"={formula}")
        found = self._stored.value(kind, style, value, text)
        return found if formula is None else RawCell(CellKind.FORMULA, f"={formula}", cached=found)

    def _seen(self, raw: RawCell, kind: str, style: str, content: bytes) -> RawCell:
        number = content[len("<v>") : -len("</v></c>")].decode() if kind == "s" else ""
        return self._stored.with_look(raw, style, self._stored.runs.get(number, ()))


@lru_cache(maxsize=20_000)
def _cell(head: bytes) -> tuple[CellIndex, str, str, bool]:
    """Return the place, style and kind of a cell, and whether there is nothing in it.

    The same stand in every workbook of a form. ValueError where it is spelled in another way.
    """
    match = _CELL.fullmatch(head)
    attributes = _attributes(head.decode())
    if match is None or "r" not in attributes:
        raise _OtherSpellingError
    place = cell_index(attributes["r"])
    return place, attributes.get("s", "0"), attributes.get("t", "n"), match[1] is not None


def _rows_in(tags: bytes) -> tuple[tuple[int, ...], bool]:
    """Return the hidden ones among rows that begin, and whether the last is left open."""
    if _ROWS.fullmatch(tags) is None:
        raise _OtherSpellingError
    rows = _TAG.findall(tags.decode())
    if not all(row.endswith("/") for row in rows[:-1]):
        raise _OtherSpellingError
    hidden = (_hidden_row(_attributes(row)) for row in rows)
    return tuple(filter(None, hidden)), bool(rows) and not rows[-1].endswith("/")


_known_rows = lru_cache(maxsize=5_000)(_rows_in)


def _hidden_row(row: Mapping[str, str]) -> int:
    """Return the number of a row that is hidden, 0 of another. ValueError where it has none."""
    number = row.get("r", "")
    if "xmlns" in row or not _NUMBER.fullmatch(number):
        raise _OtherSpellingError
    return int(number) if is_unseen(row) else 0


def _attributes(tag: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag)
    if len(attributes := dict(found)) < len(found):
        raise _OtherSpellingError
    return attributes


def _text_in(shared: bytes) -> str:
    """Return a shared text, given what stands behind the tag it begins with."""
    match = _SHARED.fullmatch(shared)
    if match is None:
        raise _OtherSpellingError
    if match[2]:
        _letters(match[2])
    return decoded(_letters(match[1] or b""))


_short_text = lru_cache(maxsize=20_000)(_text_in)
"""Most are printed on the template, so on every return."""


def _parts_of(content: bytes) -> Content:
    match = _CONTENT.fullmatch(content)
    if match is None:
        raise _OtherSpellingError
    formula, value, text = match.groups()
    return (
        None if formula is None else _letters(formula),
        None if value is None else _letters(value),
        decoded(_letters(text or b"")) if b"<is>" in content else None,
    )


_known_parts = lru_cache(maxsize=2_000)(_parts_of)


def _letters(stored: bytes) -> str:
    """Return a text with what its references stand for. ValueError for what XML may not hold."""
    if b"]]>" in stored or len(stored.translate(None, _UNFIT)) < len(stored):
        raise _OtherSpellingError
    text = stored.decode()
    if "\ufffe" in text or "\uffff" in text:
        raise _OtherSpellingError
    if "&" in text:
        for reference, letter in _REFERENCES:
            text = text.replace(reference, letter)
        if text.count("&") != text.count("&amp;"):
            raise _OtherSpellingError
    return text.replace("&amp;", "&")
