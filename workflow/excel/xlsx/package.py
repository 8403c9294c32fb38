"""The parts of an Office Open XML workbook, found through their relationships, not their names."""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from workflow.excel.xlsx.inflating import inflated
from workflow.excel.xlsx.remembering import remembered
from workflow.excel.xlsx.workbook_part import WorkbookPart, workbook_part
from workflow.excel.xlsx.xml_parts import parsed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


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

    @property
    def holds_cells(self) -> bool:
        """Whether it is made of cells, and not one chart."""
        return self.kind != "chartsheet"


class Package:
    """A workbook as parts in a zip in memory, each inflated and checked once."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        self.names = frozenset(self.archive.namelist())
        self._parts: dict[str, bytes] = {}
        self._relations: dict[str, tuple[Relation, ...]] = {}

    @cached_property
    def book(self) -> str:
        """The part of the workbook itself."""
        return self.related("officeDocument") or "xl/workbook.xml"

    @cached_property
    def workbook(self) -> WorkbookPart:
        """What the part of the workbook itself says."""
        return workbook_part(self.read(self.book))

    @cached_property
    def sheets(self) -> tuple[SheetPart, ...]:
        """The sheets in the order of the workbook; one whose part is missing is none."""
        targets = {relation.id: relation for relation in self.relations(self.book)}
        listed = [(name, targets.get(relation)) for name, relation in self.workbook.sheets]
        return tuple(SheetPart(name, to.kind, to.target) for name, to in listed if to)

    def relations(self, part: str = "") -> tuple[Relation, ...]:
        """Return where a part leads inside the package; without a part, where the package does."""
        if part not in self._relations:
            self._relations[part] = self._listed_relations(part)
        return self._relations[part]

    def related(self, kind: str, part: str = "") -> str:
        """Return the first part a part leads to in some way; blank when there is none."""
        return next((r.target for r in self.relations(part) if r.kind == kind), "")

    def read(self, part: str) -> bytes:
        """Return the bytes of a part. BadZipFile when they are not those that were packed."""
        if part not in self._parts:
            stored = inflated(self.content, self.archive.getinfo(part))
            self._parts[part] = self.archive.read(part) if stored is None else stored
        return self._parts[part]

    def tree(self, part: str) -> Element:
        """Return an XML part."""
        return parsed(self.read(part))

    def _listed_relations(self, part: str) -> tuple[Relation, ...]:
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed not in self.names:
            return ()
        found = _inside(self.read(listed), folder)
        return tuple(relation for relation in found if relation.target in self.names)


@remembered(times=64, most=100_000)
def _inside(part: bytes, folder: str) -> tuple[Relation, ...]:
    """Return where the relations listed for a part lead inside the package, were it there."""
    return tuple(
        Relation(
            element.get("Id", ""),
            element.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))[1:],
        )
        for element in parsed(part)
        if element.get("TargetMode") != "External"
    )


@lru_cache(maxsize=1)
def package_in(content: bytes) -> Package:
    """Return the parts of a workbook; whoever asks again for the last one inflates nothing."""
    return Package(content)
