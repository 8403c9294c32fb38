"""Workbooks rebuilt: what a gateway leaves of them, what Google Sheets gives, what Excel writes.

A 無害化 gateway writes anew the cells, their looks and the lists to choose from, and nothing else.
Its parts have names of their own, and every text stands in its cell. Google Sheets stores no
document properties, so no time of saving and no author, and no protection; it gives every sheet a
drawing. Excel names the versions its parts were written by, in namespaces that others may ignore,
and keeps every text among the shared ones, in Japan with the font its reading is shown in.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from tests.city import RECEIVED_AT
from tests.fillers.xml_patch import Texts
from tests.fillers.xml_patch import fill as fill_as_excel
from tests.harness.verbs.registry import Parts, packed, parts_of

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_BESIDE = re.compile(
    r"docProps/|customXml/|xl/(comments|drawings|printerSettings|threaded|persons)"
)
_LOCKS = ("sheetProtection", "workbookProtection", "protectedRanges", "fileSharing")
_BOUND = ("legacyDrawing", "drawing", "pageSetup", "hyperlinks", "tableParts", "extLst")
_INLINE_CELL = re.compile(r'<c((?: [rs]="\w+")*) t="inlineStr"><is>(.*?)</is></c>', re.DOTALL)
_MICROSOFT = "http://schemas.microsoft.com/office/spreadsheetml"
_IGNORABLE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' mc:Ignorable="x14ac xr"'
    f' xmlns:x14ac="{_MICROSOFT}/2009/9/ac" xmlns:xr="{_MICROSOFT}/2014/revision"'
)
_RENAMED = {"xl/workbook.xml": "xl/book.xml", "xl/styles.xml": "xl/looks.xml"}


def through_a_gateway(template: Path, target: Path, texts: Texts) -> None:
    fill_as_excel(template, target, texts, RECEIVED_AT)
    target.write_bytes(as_a_gateway_writes(target.read_bytes()))


def with_google_sheets(template: Path, target: Path, texts: Texts) -> None:
    fill_as_excel(template, target, texts, RECEIVED_AT)
    target.write_bytes(as_google_sheets_writes(target.read_bytes()))


def as_a_gateway_writes(content: bytes) -> bytes:
    parts = _without_what_lies_beside(parts_of(content))
    shared = parts.pop("xl/sharedStrings.xml", None)  # some programs write every text in its cell
    strings = [*etree.fromstring(shared)] if shared else []
    for name in filter(_SHEET.fullmatch, parts):
        _edit(parts, name, lambda sheet: _inline(sheet, strings))
        _edit(parts, name, lambda sheet: _drop(sheet, *_LOCKS, *_BOUND, "conditionalFormatting"))
    _edit(parts, "xl/workbook.xml", lambda book: _drop(book, *_LOCKS, "definedNames"))
    names = {name: name.replace("/sheet", "/s") for name in filter(_SHEET.fullmatch, parts)}
    return packed(_renamed(parts, names | _RENAMED))


def as_google_sheets_writes(content: bytes) -> bytes:
    parts = _without_what_lies_beside(parts_of(content))
    for number, name in enumerate([*filter(_SHEET.fullmatch, parts)], start=1):
        _edit(parts, name, lambda sheet: _drop(sheet, *_LOCKS, *_BOUND))
        _give_a_drawing(parts, name, number)
    _edit(parts, "xl/workbook.xml", lambda book: _drop(book, *_LOCKS))
    return packed(parts)


def as_excel_writes(content: bytes) -> bytes:
    """Return a workbook with what Excel of today writes besides; no two files have the same."""
    parts = _with_shared_texts(parts_of(content))
    own = uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(content).hexdigest())
    for name in filter(_SHEET.fullmatch, parts):
        uid = str(uuid.uuid5(own, name)).upper()
        sheet = parts[name].decode()
        sheet = re.sub(
            "(<worksheet [^>]*)>", rf'\1 {_IGNORABLE} xr:uid="{{{uid}}}">', sheet, count=1
        )
        sheet = sheet.replace("<sheetFormatPr ", '<sheetFormatPr x14ac:dyDescent="0.4" ')
        sheet = re.sub("<row ([^>]*?)(/?)>", r'<row \1 x14ac:dyDescent="0.4"\2>', sheet)
        parts[name] = sheet.encode()
    book = parts["xl/workbook.xml"].decode()
    saved = f'<xr:revisionPtr revIDLastSave="0" documentId="13_ncr:1_{{{str(own).upper()}}}"/>'
    book = re.sub("(<workbook [^>]*)>", rf"\1 {_IGNORABLE}>", book, count=1)
    parts["xl/workbook.xml"] = re.sub("(?=<bookViews)", saved, book, count=1).encode()
    return packed(parts)


def _with_shared_texts(parts: Parts) -> Parts:
    """Return the parts with every text among the shared ones, and how its reading is shown."""
    strings = parts["xl/sharedStrings.xml"].decode()
    known = len(re.findall("<si[>/]", strings))
    added: list[str] = []

    def shared(cell: re.Match[str]) -> str:
        added.append(f"<si>{cell[2]}</si>")
        return f'<c{cell[1]} t="s"><v>{known + len(added) - 1}</v></c>'

    for name in filter(_SHEET.fullmatch, parts):
        parts[name] = _INLINE_CELL.sub(shared, parts[name].decode()).encode()
    strings = strings.replace("</sst>", f"{''.join(added)}</sst>")
    strings = strings.replace("</t></si>", '</t><phoneticPr fontId="1"/></si>')
    parts["xl/sharedStrings.xml"] = strings.encode()
    return parts


def _without_what_lies_beside(parts: Parts) -> Parts:
    """Return the parts without properties, comments and drawings, and no word of them."""
    kept = {name: content for name, content in parts.items() if not _BESIDE.match(name)}
    for name in [name for name in kept if name.endswith(".rels")]:
        _edit(kept, name, _drop_relations)
    _edit(kept, "[Content_Types].xml", lambda types: _drop_types(types, kept))
    return kept


def _drop_relations(relations: etree._Element) -> None:
    for relation in [*relations]:
        target = relation.get("Target", "").replace("../", "xl/").removeprefix("/")
        if _BESIDE.match(target) or relation.get("TargetMode") == "External":
            relations.remove(relation)


def _drop_types(types: etree._Element, kept: Parts) -> None:
    for entry in [*types]:
        part = entry.get("PartName")
        if part is not None and part.removeprefix("/") not in kept:
            types.remove(entry)


def _drop(root: etree._Element, *tags: str) -> None:
    for tag in tags:
        for element in root.findall(f".//{{{_MAIN}}}{tag}"):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)


def _inline(sheet: etree._Element, strings: list[etree._Element]) -> None:
    """Let every cell hold its text itself."""
    for cell in sheet.iter(f"{{{_MAIN}}}c"):
        if cell.get("t") != "s":
            continue
        text = strings[int(cell.findtext(f"{{{_MAIN}}}v") or 0)]
        cell.set("t", "inlineStr")
        cell[:] = [etree.Element(f"{{{_MAIN}}}is")]
        cell[0].extend(etree.fromstring(etree.tostring(text)))


def _renamed(parts: Parts, names: dict[str, str]) -> Parts:
    """Return the parts under other names, which relations and types follow."""
    pattern = re.compile("|".join(re.escape(name.removeprefix("xl/")) for name in names))
    short = {old.removeprefix("xl/"): new.removeprefix("xl/") for old, new in names.items()}
    changed: Parts = {}
    for name, content in parts.items():
        if name.endswith((".rels", "[Content_Types].xml")):
            content = pattern.sub(lambda found: short[found[0]], content.decode()).encode()
        new = names.get(name, name)
        if name == "xl/_rels/workbook.xml.rels":
            new = "xl/_rels/book.xml.rels"
        changed[new] = content
    strings = re.compile(rb"<(?:Override|Relationship)[^>]*sharedStrings[^>]*/>")
    return {n: strings.sub(b"", c) if n.endswith((".rels", "].xml")) else c
            for n, c in changed.items()}  # fmt: skip


def _give_a_drawing(parts: Parts, sheet: str, number: int) -> None:
    """Give a sheet a drawing that draws nothing."""
    drawing = f"xl/drawings/drawing{number}.xml"
    space = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    parts[drawing] = f'<xdr:wsDr xmlns:xdr="{space}"/>'.encode()
    rels = f"xl/worksheets/_rels/{sheet.rpartition('/')[2]}.rels"
    parts[rels] = (
        f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_RELATIONS}/drawing" '
        f'Target="../drawings/drawing{number}.xml"/></Relationships>'
    ).encode()

    def refer(root: etree._Element) -> None:
        link = etree.SubElement(root, f"{{{_MAIN}}}drawing")
        link.set(f"{{{_RELATIONS}}}id", "rId1")

    def declare(types: etree._Element) -> None:
        entry = etree.SubElement(types, f"{{{_TYPES}}}Override", PartName=f"/{drawing}")
        entry.set("ContentType", "application/vnd.openxmlformats-officedocument.drawing+xml")

    _edit(parts, sheet, refer)
    _edit(parts, "[Content_Types].xml", declare)


def _edit(parts: Parts, name: str, change: Callable[[etree._Element], None]) -> None:
    root = etree.fromstring(parts[name])
    change(root)
    parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
