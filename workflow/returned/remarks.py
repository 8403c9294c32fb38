"""Comments (old and threaded) and text boxes of a workbook, which openpyxl loses in part."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workflow.cells import a1, decoded
from workflow.returned.raw import RawRemark

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_remarks(content: bytes) -> tuple[RawRemark, ...]:
    """Return every comment and text box, by sheet in the order of the workbook.

    A threaded comment also leaves an old one that only says so; that one is left out.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        package = _Package(archive)
        return tuple(
            remark for name, part in package.sheets() for remark in package.remarks(name, part)
        )


class _Package:
    """The parts of a workbook, found through their relationships."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())

    def sheets(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the part of each sheet."""
        book = "xl/workbook.xml"
        targets = {key: target for key, _, target in self._relations(book)}
        for element in self._tree(book).iter():
            if _local(element) == "sheet" and element.get(_RELATION) in targets:
                yield element.get("name", ""), targets[element.get(_RELATION, "")]

    def remarks(self, sheet: str, part: str) -> Iterator[RawRemark]:
        """Yield the remarks of one sheet."""
        related = [(kind, target) for _, kind, target in self._relations(part)]
        threads = [target for kind, target in related if kind == "threadedComment"]
        threaded = [remark for t in threads for remark in self._threaded(sheet, t)]
        yield from threaded
        taken = {remark.cell for remark in threaded}
        for kind, target in related:
            if kind == "comments":
                yield from (r for r in self._comments(sheet, target) if r.cell not in taken)
            elif kind == "drawing":
                yield from self._shapes(sheet, target)

    def _threaded(self, sheet: str, part: str) -> Iterator[RawRemark]:
        for element in self._tree(part):
            text = "".join(e.text or "" for e in element if _local(e) == "text")
            yield RawRemark(sheet, element.get("ref", ""), decoded(text), "", False)

    def _comments(self, sheet: str, part: str) -> Iterator[RawRemark]:
        tree = self._tree(part)
        authors = [e.text or "" for e in tree.iter() if _local(e) == "author"]
        for element in (e for e in tree.iter() if _local(e) == "comment"):
            number = int(element.get("authorId", "-1"))
            author = authors[number] if 0 <= number < len(authors) else ""
            yield RawRemark(sheet, element.get("ref", ""), _text(element), author, False)

    def _shapes(self, sheet: str, part: str) -> Iterator[RawRemark]:
        for anchor in self._tree(part):
            paragraphs = [_text(e) for e in anchor.iter() if _local(e) == "p"]
            text = "\n".join(paragraphs).strip("\n")
            if text:
                yield RawRemark(sheet, _anchored(anchor), text, "", True)

    def _relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Yield id, kind and target part of each relationship inside the workbook."""
        folder, name = posixpath.split(part)
        relations = f"{folder}/_rels/{name}.rels"
        if relations not in self._names:
            return
        for element in self._tree(relations):
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))[1:]
            if element.get("TargetMode") != "External" and target in self._names:
                kind = element.get("Type", "").rpartition("/")[2]
                yield element.get("Id", ""), kind, target

    def _tree(self, part: str) -> Element:
        from defusedxml.ElementTree import fromstring

        tree: Element = fromstring(self._archive.read(part), forbid_dtd=True)
        return tree


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Element) -> str:
    """Return the text in an element's runs, without furigana."""
    if _local(element) == "rPh":
        return ""
    own = decoded(element.text or "") if _local(element) == "t" else ""
    return own + "".join(_text(child) for child in element)


def _anchored(anchor: Element) -> str:
    start = next((e for e in anchor if _local(e) == "from"), None)
    if start is None:
        return ""
    parts = {_local(e): int(e.text or 0) for e in start}
    return a1(parts.get("row", 0) + 1, parts.get("col", 0) + 1)
