"""The parts of a workbook while it is edited: what is not touched stays byte for byte.

A sheet is copied with all that hangs on it (drawings, form controls, comments), so nothing is lost
that no library of ours knows.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO

from lxml.etree import SubElement, _Element, fromstring, tostring

from workflow.excel.xlsx.xml import MAIN, parsed

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_CONTENT_TYPES = "[Content_Types].xml"
_WHEN = (1980, 1, 1, 0, 0, 0)
_SHARED = ("image", "printerSettings", "theme", "hyperlink", "media", "video", "audio")
"""How a part is related to those that several may share."""
SHEET_PART = "xl/worksheets/sheet1.xml"
"""What the part of a sheet is called; some programs know it by its name alone."""
_NUMBERED = re.compile(r"\d*(\.\w+)$")


class Parts:
    """All parts of a workbook by their names, ready to be changed and written."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
            self.stored = {name: archive.read(name) for name in names}
        self._folded = {name.casefold(): name for name in names}
        self._types = parsed(self.stored[_CONTENT_TYPES])
        self._defaults = {
            e.get("Extension", "").casefold(): e.get("ContentType", "")
            for e in self._types.iter(f"{_TYPES}Default")
        }
        self._overrides = {
            e.get("PartName", "").lstrip("/").casefold(): e
            for e in self._types.iter(f"{_TYPES}Override")
        }

    def tree(self, part: str) -> _Element:
        """Return an XML part."""
        return parsed(self.stored[part])

    def put(self, part: str, root: _Element) -> None:
        """Store an XML part."""
        stored = tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
        self.stored[part] = bytes(stored)
        self._folded.setdefault(part.casefold(), part)

    def relations(self, part: str) -> Iterator[tuple[_Element, str, str]]:
        """Yield each relation of a part: itself, its kind, and the part it leads to, "" outside."""
        name = self.find(rels_of(part))
        for element in parsed(self.stored[name]).iter(_RELATIONS) if name else ():
            kind = element.get("Type", "").rpartition("/")[2]
            yield element, kind, self._target(part, element)

    def _target(self, part: str, relation: _Element) -> str:
        if relation.get("TargetMode") == "External":
            return ""
        folder = posixpath.dirname(part)
        joined = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
        return self.find(joined.lstrip("/"))

    def relations_part(self, part: str) -> str:
        """Return where the relations of a part are listed, as that is spelled."""
        return self.find(rels_of(part)) or rels_of(part)

    def find(self, name: str) -> str:
        """Return a part as its name is spelled; blank when there is none."""
        return self._folded.get(name.casefold(), "")

    def related(self, part: str, kind: str) -> str:
        """Return the first part that a part leads to in some way; blank when there is none."""
        return next((to for _, k, to in self.relations(part) if k == kind and to), "")

    def add(self, part: str, root: _Element, content_type: str) -> None:
        """Add an XML part of a type."""
        self.put(part, root)
        self._declare(part, content_type)

    def add_stored(self, part: str, stored: bytes, content_type: str) -> None:
        """Add a part of a type as it is to be stored."""
        self.stored[part] = stored
        self._folded[part.casefold()] = part
        self._declare(part, content_type)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Make a part lead to another one; return the id of the relation.

        Targets are spelled as Excel spells them, from the part on: some programs know no others.
        """
        name = self.relations_part(part)
        empty = f'<Relationships xmlns="{_RELATIONS[1:].partition("}")[0]}"/>'.encode()
        root = parsed(self.stored[name]) if name in self.stored else fromstring(empty)
        used = {element.get("Id", "") for element in root}
        own = next(f"rId{n}" for n in range(1, len(used) + 2) if f"rId{n}" not in used)
        SubElement(root, _RELATIONS, {"Id": own, "Type": kind, "Target": _from(part, target)})
        self.put(name, root)
        return own

    def copy(self, part: str) -> str:
        """Copy a part with all that hangs on it and cannot be shared; return the copy's name."""
        made = self.free(part)
        self.stored[made] = self.stored[part]
        self._folded[made.casefold()] = made
        content_type = self._type_of(part)
        if self._type_of(made) != content_type:
            self._declare(made, content_type)
        self._copy_relations(part, made)
        return made

    def _copy_relations(self, part: str, made: str) -> None:
        listed = [(e, kind, to) for e, kind, to in self.relations(part)]
        if not listed:
            return
        root = listed[0][0].getparent()
        assert root is not None
        for element, kind, to in listed:
            if to:
                target = to if kind in _SHARED else self.copy(to)
                element.set("Target", _from(made, target))
        self.put(rels_of(made), root)

    def remove(self, part: str) -> None:
        """Take a part away, with its relations."""
        for name in (part, self.find(rels_of(part))):
            self.stored.pop(name, None)
            self._folded.pop(name.casefold(), None)
        override = self._overrides.pop(part.casefold(), None)
        if override is not None:
            self._types.remove(override)

    def free(self, part: str) -> str:
        """Return a name beside that of a part which no part has yet."""
        count = len(self.stored)
        while True:
            name = _NUMBERED.sub(rf"{count}\1", part)
            if name.casefold() not in self._folded:
                return name
            count += 1

    def _type_of(self, part: str) -> str:
        override = self._overrides.get(part.casefold())
        if override is not None:
            return str(override.get("ContentType", ""))
        return str(self._defaults.get(part.rpartition(".")[2].casefold(), ""))

    def _declare(self, part: str, content_type: str) -> None:
        element = SubElement(
            self._types,
            f"{_TYPES}Override",
            {"PartName": f"/{part}", "ContentType": content_type},
        )
        self._overrides[part.casefold()] = element

    def packed(self) -> bytes:
        """Return the workbook; the same parts give the same bytes."""
        self.put(_CONTENT_TYPES, self._types)
        stream = BytesIO()
        order = sorted(self.stored, key=lambda name: (name != _CONTENT_TYPES, name))
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in order:
                info = zipfile.ZipInfo(name, _WHEN)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, self.stored[name])
        return stream.getvalue()


def sheet_parts(parts: Parts) -> dict[str, str]:
    """Return the part of each sheet of a workbook, by the sheet's name."""
    book = parts.related("", "officeDocument")
    targets = {e.get("Id", ""): to for e, _, to in parts.relations(book)}
    listed = parts.tree(book).find(f"{MAIN}sheets")
    assert listed is not None
    return {e.get("name", ""): targets[e.get(f"{{{_RELATED}}}id", "")] for e in listed}


def _from(part: str, target: str) -> str:
    """Return how a part spells where another one is.

    >>> _from("xl/worksheets/sheet1.xml", "xl/comments1.xml")
    '../comments1.xml'
    """
    return posixpath.relpath(f"/{target}", f"/{posixpath.dirname(part)}")


def rels_of(part: str) -> str:
    """Return where the relations of a part are listed.

    >>> rels_of("xl/workbook.xml")
    'xl/_rels/workbook.xml.rels'
    """
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


# The properties: title and moment, and the custom ones that say whose the package is.

_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_KIND = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_EMPTY_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
)


def write_core(parts: Parts, title: str, moment: str) -> None:
    """Write what a workbook says of its title, and of when it was made, as 2024-05-31T00:00:00Z."""
    root = fromstring(_EMPTY_CORE)
    for tag, text in (
        ("dc:title", title),
        ("dcterms:created", moment),
        ("dcterms:modified", moment),
    ):
        prefix, _, name = tag.partition(":")
        element = SubElement(root, f"{{{root.nsmap[prefix]}}}{name}")
        element.text = text
        if prefix == "dcterms":
            element.set(f"{{{root.nsmap['xsi']}}}type", "dcterms:W3CDTF")
    part = parts.related("", "core-properties")
    if part:
        parts.put(part, root)
    else:
        parts.add("docProps/core.xml", root, _CORE_TYPE)
        parts.relate("", _CORE_KIND, "docProps/core.xml")


def write_saved(parts: Parts, moment: datetime) -> None:
    """Write when a workbook was saved last; it says already when it was made."""
    part = parts.related("", "core-properties")
    root = parts.tree(part)
    saved = root.find("{http://purl.org/dc/terms/}modified")
    assert saved is not None
    saved.text = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    parts.put(part, root)


def write_properties(parts: Parts, properties: Mapping[str, str]) -> None:
    """Write custom properties, besides those a workbook has; one of the same name is replaced."""
    part = parts.related("", "custom-properties")
    empty = f'<Properties xmlns="{_CUSTOM}" xmlns:vt="{_VALUES}"/>'
    root = parts.tree(part) if part else fromstring(empty)
    for element in list(root):
        if element.get("name") in properties:
            root.remove(element)
    taken = max((int(e.get("pid", "1")) for e in root), default=1)
    for at, (name, value) in enumerate(properties.items(), start=taken + 1):
        attributes = {"fmtid": _PROPERTY_SET, "pid": str(at), "name": name}
        element = SubElement(root, f"{{{_CUSTOM}}}property", attributes)
        SubElement(element, f"{{{_VALUES}}}lpwstr").text = value
    if part:
        parts.put(part, root)
    else:
        parts.add("docProps/custom.xml", root, _CUSTOM_TYPE)
        parts.relate("", f"{_RELATED}/custom-properties", "docProps/custom.xml")
