"""The parts of an Office Open XML workbook, found through their relationships, not their names."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
"""The namespace of workbooks, sheets and texts, as it stands before a tag."""

_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part leads: the last word of the relation's type says how."""

    id: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet as the workbook lists it, and the part it is stored in."""

    name: str
    kind: str
    part: str


class Package:
    """A workbook as parts in a zip in memory."""

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._names = set(self._archive.namelist())

    @property
    def book(self) -> str:
        """The part of the workbook itself."""
        return self.related("officeDocument") or "xl/workbook.xml"

    def sheets(self) -> Iterator[SheetPart]:
        """Yield the sheets in the order of the workbook; one whose part is missing is none."""
        targets = {relation.id: relation for relation in self.relations(self.book)}
        for element in self.tree(self.book).iter(f"{MAIN}sheet"):
            relation = targets.get(element.get(_ID, ""))
            if relation:
                yield SheetPart(element.get("name", ""), relation.kind, relation.target)

    def relations(self, part: str = "") -> Iterator[Relation]:
        """Yield where a part leads inside the package; without a part, where the package does."""
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed not in self._names:
            return
        for element in self.tree(listed):
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))[1:]
            if element.get("TargetMode") != "External" and target in self._names:
                kind = element.get("Type", "").rpartition("/")[2]
                yield Relation(element.get("Id", ""), kind, target)

    def related(self, kind: str, part: str = "") -> str:
        """Return the first part a part leads to in some way; blank when there is none."""
        return next((r.target for r in self.relations(part) if r.kind == kind), "")

    def open(self, part: str) -> IO[bytes]:
        """Return the bytes of a part as a stream."""
        return self._archive.open(part)

    def read(self, part: str) -> bytes:
        """Return the bytes of a part."""
        return self._archive.read(part)

    def tree(self, part: str) -> Element:
        """Return an XML part."""
        from defusedxml.ElementTree import fromstring

        tree: Element = fromstring(self.read(part), forbid_dtd=True)
        return tree
