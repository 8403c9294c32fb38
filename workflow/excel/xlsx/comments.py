"""Comments (old and threaded) and text boxes of a workbook, which openpyxl loses in part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workflow.excel.xlsx.package import Package
from workflow.model.cells import a1, decoded
from workflow.model.raw import RawRemark

if TYPE_CHECKING:
    from lxml.etree import _Element


def read_comments(package: Package) -> tuple[RawRemark, ...]:
    """Return every comment and text box, by sheet in the order of the workbook.

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
        elif kind == "drawing":
            yield from _shapes(package, sheet, target)


def _threaded(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    for element in package.tree(part):
        text = "".join(e.text or "" for e in element if _local(e) == "text")
        yield RawRemark(sheet, element.get("ref", ""), decoded(text), "", False)


def _comments(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    tree = package.tree(part)
    authors = [e.text or "" for e in tree.iter() if _local(e) == "author"]
    for element in (e for e in tree.iter() if _local(e) == "comment"):
        number = int(element.get("authorId", "-1"))
        author = authors[number] if 0 <= number < len(authors) else ""
        yield RawRemark(sheet, element.get("ref", ""), _text(element), author, False)


def _shapes(package: Package, sheet: str, part: str) -> Iterator[RawRemark]:
    for anchor in package.tree(part):
        paragraphs = [_text(e) for e in anchor.iter() if _local(e) == "p"]
        text = "\n".join(paragraphs).strip("\n")
        if text:
            yield RawRemark(sheet, _anchored(anchor), text, "", True)


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
