"""What stands beside the cells of a workbook: comments, shapes, pictures, objects, headers.

Openpyxl loses most of it. Only what the package lists is looked at.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING

from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.xml import in_utf8, parsed, parsed_leniently
from workflow.model.cells import a1, decoded
from workflow.model.raw import RawRemark, RemarkKind
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
EMBEDDED = frozenset({"oleObject", "package"})
"""How a sheet is related to the files embedded in it."""

_WITH_TEXTS = frozenset({"chart", "diagramData"})
_LED_TO = EMBEDDED | {"comments", "threadedComment", "drawing", "vmlDrawing"}
_HEADER = lazy_pattern(
    r"<(?:[\w.-]+:)?(?:odd|even|first)(?:Header|Footer)\b[^>/]*>(.*?)</", re.DOTALL
)
_SECTION = lazy_pattern(r"(?<!&)(?:&&)*&[LCR]")
_CODE = lazy_pattern(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[A-Za-z])|&(&)')
_OPEN_BREAK = lazy_pattern(rb"<br\s*>")
_NOTE = b'ObjectType="Note"'
_SHORT = 500  # letters of a header that is remembered


@dataclass
class BesideCells:
    """What stands beside the cells of a workbook, gathered part by part.

    Damage to a part costs what is behind it there, neither the other parts nor the answers; the
    sheet is noted, so that it is told of.
    """

    found: list[RawRemark] = field(default_factory=list)
    damaged: dict[str, None] = field(default_factory=dict)

    @property
    def remarks(self) -> tuple[RawRemark, ...]:
        """What was found."""
        return tuple(self.found)

    @property
    def unread(self) -> tuple[str, ...]:
        """The sheets beside whose cells something could not be read."""
        return tuple(self.damaged)

    def lose(self, sheet: str = "") -> None:
        """Note that something of a sheet could not be read; without a name, of any."""
        self.damaged[sheet] = None

    def take(self, sheet: str, remarks: Iterable[RawRemark]) -> None:
        """Take what is found in one part of a sheet, as far as it can be followed."""
        try:
            for remark in remarks:
                self.found.append(remark)
        except MemoryError:
            raise
        except Exception:
            self.lose(sheet)  # whatever a damaged part makes its reader trip over

    def take_drawn(self, package: Package, sheet: str, part: str) -> None:
        """Take the shapes and pictures of a sheet; a part that is listed and gone is damage."""
        for relation in package.relations(part):
            self.take(sheet, _drawn_in(package, sheet, relation.kind, relation.target))
        if _LED_TO & package.gone(part):
            self.lose(sheet)


def read_comments(package: Package) -> BesideCells:
    """Return all that stands beside the cells, by sheet in the order of the workbook."""
    beside = BesideCells()
    for sheet in package.sheets:
        beside.take(sheet.name, _on_sheet(beside, package, sheet.name, sheet.part))
    return beside


def _on_sheet(beside: BesideCells, package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    """Yield the headers of a sheet, after all else beside its cells was taken.

    A threaded comment also leaves an old one that only says so; that one is left out.
    """
    related = [(relation.kind, relation.target) for relation in package.relations(part)]
    before = len(beside.found)
    for kind, target in related:
        if kind == "threadedComment":
            beside.take(sheet, _threaded(package, sheet, target))
    taken = {remark.cell for remark in beside.found[before:]}
    for kind, target in related:
        if kind == "comments":
            comments = _comments(package, sheet, target)
            beside.take(sheet, (r for r in comments if r.cell not in taken))
    beside.take_drawn(package, sheet, part)
    if any(kind in EMBEDDED for kind, _ in related):
        beside.take(sheet, _embedded(package, sheet, part))
    yield from _headers(package, sheet, part)


def _drawn_in(package: Package, sheet: str, kind: str, target: str) -> Iterator[RawRemark]:
    """Yield the shapes and pictures that one relationship of a sheet leads to."""
    if kind == "drawing":
        yield from _drawn(package, sheet, target)
    elif kind == "vmlDrawing":
        yield from _drawn_in_vml(package, sheet, target)
    elif kind == "image":
        yield RawRemark(sheet, "", "背景の画像", "", RemarkKind.PICTURE)


def _threaded(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    people = _people(package)
    for element in package.tree(part):
        text = "".join(e.text or "" for e in element if _local(e) == "text")
        author = people.get(element.get("personId", ""), "")
        yield RawRemark(sheet, element.get("ref", ""), decoded(text), author, RemarkKind.COMMENT)


def _people(package: Package) -> Mapping[str, str]:
    """Return the names of those who wrote threaded comments, by their number."""
    part = package.related("person", package.book)
    listed = package.tree(part) if part else ()
    return {person.get("id", ""): person.get("displayName", "") for person in listed}


def _comments(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    tree = package.tree(part)
    authors = [e.text or "" for e in tree.iter() if _local(e) == "author"]
    for element in (e for e in tree.iter() if _local(e) == "comment"):
        number = int(element.get("authorId", "-1"))
        author = authors[number] if 0 <= number < len(authors) else ""
        text = _text(element)
        yield RawRemark(sheet, element.get("ref", ""), text, author, RemarkKind.COMMENT)


def _drawn(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    """Yield the shapes with their texts, and the pictures, of a drawing."""
    targets = {relation.id: relation.target for relation in package.relations(part)}
    for anchor in _shown(package.tree(part)):
        if not _local(anchor).endswith("Anchor"):
            continue
        cell = _anchored(anchor)
        parts = list(_shown(anchor))
        paragraphs = [_text(e) for e in parts if _local(e) == "p"]
        for element in parts:
            led_to = targets.get(element.get(f"{_ID}dm") or element.get(f"{_ID}id") or "")
            if led_to and _local(element) in ("relIds", "chart"):
                tree = package.tree(led_to)
                paragraphs += [_text(e) for e in tree.iter() if _local(e) == "p"]
        text = "\n".join(paragraphs).strip("\n")
        if text:
            yield RawRemark(sheet, cell, text, "", RemarkKind.SHAPE)
        yield from (RawRemark(sheet, cell, n, "", RemarkKind.PICTURE) for n in _pictures(parts))
        if not text and not any(_local(e) == "pic" for e in parts):
            yield from (RawRemark(sheet, cell, n, "", RemarkKind.SHAPE) for n in _names(parts))
    if _WITH_TEXTS & package.gone(part):
        raise ValueError("a chart or a diagram is gone")


def _shown(element: _Element) -> Iterator[_Element]:
    """Yield what is below an element; of alternatives, the one that programs of today show."""
    children = list(element)
    if _local(element) == "AlternateContent":
        children = [e for e in children if _local(e) == "Choice"][:1] or children[:1]
    for child in children:
        yield child
        yield from _shown(child)


def _pictures(parts: list[_Element]) -> Iterator[str]:
    for picture in (e for e in parts if _local(e) == "pic"):
        yield from _names(list(picture.iter()))


def _names(parts: list[_Element]) -> Iterator[str]:
    """Yield the name, and what somebody said of it, of what is drawn first."""
    for drawn in [e for e in parts if _local(e) == "cNvPr"][:1]:
        texts = (drawn.get("name"), drawn.get("descr"))
        yield "：".join(filter(None, texts)) or RemarkKind.PICTURE.value


def _drawn_in_vml(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    """Yield text boxes and pictures kept in the old way, in which the boxes of comments are too."""
    stored = package.read(part)
    if b"<v:shape " in stored and stored.count(b"<v:shape ") == stored.count(_NOTE):
        return
    tree = parsed_leniently(_OPEN_BREAK.sub(b"<br/>", stored))
    shapes = [e for e in tree.iter() if _local(e) == "shape"]
    for shape in shapes:
        data = next((e for e in shape if _local(e) == "ClientData"), None)
        kind = "" if data is None else data.get("ObjectType", "")
        boxes = [e for e in shape if _local(e) == "textbox"]
        text = "\n".join(filter(None, (_lines_of(box) for box in boxes)))
        cell = "" if data is None else _anchored_in_vml(data)
        if text and kind != "Note":
            yield RawRemark(sheet, cell, text, "", RemarkKind.SHAPE)
        elif not kind and any(_local(e) == "imagedata" for e in shape):
            yield RawRemark(sheet, cell, "ヘッダーかフッターの画像", "", RemarkKind.PICTURE)
    if len(shapes) < stored.count(b"<v:shape ") or stored.rstrip()[-1:] != b">":
        raise ValueError("a drawing that cannot be followed to its end")


def _lines_of(box: _Element) -> str:
    """Return the lines in a text box, which is a piece of a web page."""
    lines = [""]
    for element in box.iter():
        if _local(element) in ("div", "br", "p"):
            lines.append("")
        lines[-1] += (element.text or "").strip("\r\n\t ")
        lines[-1] += (element.tail or "").strip("\r\n\t ") if element is not box else ""
    return "\n".join(filter(None, lines))


def _anchored_in_vml(data: _Element) -> str:
    anchor = next((e.text or "" for e in data if _local(e) == "Anchor"), "")
    numbers = [word.strip() for word in anchor.split(",")]
    if len(numbers) < 3 or not (numbers[0].isdecimal() and numbers[2].isdecimal()):
        return ""
    return a1(int(numbers[2]) + 1, int(numbers[0]) + 1)


def _embedded(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    """Yield the files and objects embedded in a sheet, each with the program it is of."""
    listed = {r.id: r.target for r in package.relations(part) if r.kind in EMBEDDED}
    shown = [e for e in package.tree(part).iter() if _local(e) == "oleObject"]
    objects = {e.get(f"{_ID}id", ""): e for e in reversed(shown)}
    for relation, target in listed.items():
        element = objects.get(relation)
        program = element.get("progId", "") if element is not None else ""
        anchor = () if element is None else (e for e in element.iter() if _local(e) == "anchor")
        cell = next((_anchored(e) for e in anchor), "")
        yield RawRemark(sheet, cell, embedded_name(target, program), "", RemarkKind.OBJECT)


def embedded_name(part: str, program: str) -> str:
    """Return how an embedded file is called: its part, with the program it is of.

    >>> embedded_name("xl/embeddings/book1.xlsx", "Excel.Sheet.12")
    'book1.xlsx（Excel.Sheet.12）'
    """
    name = posixpath.basename(part)
    return f"{name}（{program}）" if program else name


def _headers(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    """Yield the texts of a sheet's headers and footers; page numbers and the like are none."""
    stored = in_utf8(package.read(part))
    start = stored.rfind(b"headerFooter")
    start = stored.rfind(b"headerFooter", 0, start) if start > 0 else start
    if start < 0:
        return
    for found in _HEADER.findall(stored[start:].decode("utf-8", "replace")):
        for text in (_known_header if len(found) < _SHORT else _texts_of_header)(found):
            yield RawRemark(sheet, "", decoded(text), "", RemarkKind.HEADER)


def _texts_of_header(stored: str) -> tuple[str, ...]:
    return tuple(header_texts(parsed(f"<t>{stored}</t>".encode()).text or ""))


_known_header = lru_cache(maxsize=256)(_texts_of_header)
"""The sheets of a workbook have the same headers, as a rule."""


def header_texts(header: str) -> Iterator[str]:
    """Yield what a header or footer says on the left, in the middle and on the right.

    >>> list(header_texts("&L&8取扱注意&R&P / &N"))
    ['取扱注意']
    """
    for section in _SECTION.split(header):
        text = _CODE.sub(lambda code: code[1] or "", section).strip()
        if any(letter.isalnum() for letter in text):
            yield text


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: _Element) -> str:
    """Return the text in an element's runs, without furigana."""
    if _local(element) == "rPh":
        return ""
    own = decoded(element.text or "") if _local(element) == "t" else ""
    return own + "".join(_text(child) for child in element)


def _anchored(anchor: _Element) -> str:
    start = next((e for e in anchor if _local(e) == "from"), None)
    if start is None:
        return ""
    parts = {_local(e): int(e.text or 0) for e in start}
    return a1(parts.get("row", 0) + 1, parts.get("col", 0) + 1)
