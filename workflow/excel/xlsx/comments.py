"""What stands beside the cells of a workbook: comments, shapes, pictures, objects, headers.

Openpyxl loses most of it. Only what the package lists is looked at.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.xml import in_utf8, parsed, parsed_leniently
from workflow.model.cells import a1, decoded
from workflow.model.raw import RawRemark, RemarkKind

if TYPE_CHECKING:
    from lxml.etree import _Element

_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_EMBEDDED = ("oleObject", "package")
_HEADER = re.compile(
    r"<(?:[\w.-]+:)?(?:odd|even|first)(?:Header|Footer)\b[^>/]*>(.*?)</", re.DOTALL
)
_SECTION = re.compile(r"(?<!&)(?:&&)*&[LCR]")
_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[A-Za-z])|&(&)')
_OPEN_BREAK = re.compile(rb"<br\s*>")
_NOTE = b'ObjectType="Note"'


def read_comments(package: Package) -> tuple[RawRemark, ...]:
    """Return all that stands beside the cells, by sheet in the order of the workbook.

    A threaded comment also leaves an old one that only says so; that one is left out.
    """
    return tuple(
        remark for sheet in package.sheets for remark in _remarks(package, sheet.name, sheet.part)
    )


def _remarks(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    """Yield the remarks of one sheet."""
    related = [(relation.kind, relation.target) for relation in package.relations(part)]
    threads = [target for kind, target in related if kind == "threadedComment"]
    threaded = [remark for t in threads for remark in _threaded(package, sheet, t)]
    yield from threaded
    taken = {remark.cell for remark in threaded}
    for kind, target in related:
        if kind == "comments":
            yield from (r for r in _comments(package, sheet, target) if r.cell not in taken)
        yield from read_drawn(package, sheet, kind, target)
    if any(kind in _EMBEDDED for kind, _ in related):
        yield from _embedded(package, sheet, part)
    yield from _headers(package, sheet, part)


def read_drawn(package: Package, sheet: str, kind: str, target: str) -> Iterator[RawRemark]:
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
        said = (drawn.get("name"), drawn.get("descr"))
        yield "：".join(filter(None, said)) or RemarkKind.PICTURE.value


def _drawn_in_vml(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    """Yield text boxes and pictures kept in the old way, in which the boxes of comments are too."""
    stored = package.read(part)
    if b"<v:shape " in stored and stored.count(b"<v:shape ") == stored.count(_NOTE):
        return
    tree = parsed_leniently(_OPEN_BREAK.sub(b"<br/>", stored))
    for shape in (e for e in tree.iter() if _local(e) == "shape"):
        data = next((e for e in shape if _local(e) == "ClientData"), None)
        kind = "" if data is None else data.get("ObjectType", "")
        boxes = [e for e in shape if _local(e) == "textbox"]
        text = "\n".join(filter(None, (_lines_of(box) for box in boxes)))
        cell = "" if data is None else _anchored_in_vml(data)
        if text and kind != "Note":
            yield RawRemark(sheet, cell, text, "", RemarkKind.SHAPE)
        elif not kind and any(_local(e) == "imagedata" for e in shape):
            yield RawRemark(sheet, cell, "ヘッダーかフッターの画像", "", RemarkKind.PICTURE)


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
    listed = {r.id: r.target for r in package.relations(part) if r.kind in _EMBEDDED}
    shown = [e for e in package.tree(part).iter() if _local(e) == "oleObject"]
    objects = {e.get(f"{_ID}id", ""): e for e in reversed(shown)}
    for relation, target in listed.items():
        element = objects.get(relation)
        program = element.get("progId", "") if element is not None else ""
        anchor = () if element is None else (e for e in element.iter() if _local(e) == "anchor")
        cell = next((_anchored(e) for e in anchor), "")
        name = posixpath.basename(target)
        text = f"{name}（{program}）" if program else name
        yield RawRemark(sheet, cell, text, "", RemarkKind.OBJECT)


def _headers(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    """Yield the texts of a sheet's headers and footers; page numbers and the like are none."""
    stored = in_utf8(package.read(part))
    start = stored.rfind(b"headerFooter")
    start = stored.rfind(b"headerFooter", 0, start) if start > 0 else start
    if start < 0:
        return
    for found in _HEADER.findall(stored[start:].decode("utf-8", "replace")):
        for text in header_texts(parsed(f"<t>{found}</t>".encode()).text or ""):
            yield RawRemark(sheet, "", decoded(text), "", RemarkKind.HEADER)


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
