"""A workbook without its decoration, for a reader that gives up on all of it because of that.

openpyxl builds every column width, validation and view, and one attribute it does not know makes
the workbook unreadable to it, though no cell is concerned. So that whatever collect accepts can be
read again, the cells are packed anew as they are stored, with what gives them their meaning: shared
texts, number formats, merges, hidden rows, filters, names and the day that days count from.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lxml.etree import Element, SubElement, tostring

from workflow.excel.xlsx.package import Package, is_true, package_in
from workflow.excel.xlsx.xml import MAIN
from workflow.returned.readers.ods import CELLS
from workflow.returned.readers.ods_cells import OFFICE, TABLE, TEXT

if TYPE_CHECKING:
    from lxml.etree import _Element

    from workflow.excel.xlsx.package import SheetPart

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LISTS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"
_BOOK, _STYLES, _TEXTS, _SHEET = "workbook", "styles", "sharedStrings", "worksheet{}"
_PART = "xl/{}.xml"  # openpyxl looks for styles there alone
_PREFIXES = {"office": OFFICE[1:-1], "table": TABLE[1:-1], "text": TEXT[1:-1]}
_OF_A_ROW, _OF_A_CELL = ("r", "hidden"), ("r", "t", "vm")


def without_formatting(content: bytes) -> bytes:
    """Return a workbook reduced to its cells. Raises whatever says the file is broken."""
    package = package_in(content)
    sheets = [sheet for sheet in package.sheets if sheet.holds_cells]
    parts = dict(_parts(package, sheets))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", tostring(_types(parts)))
        archive.writestr("_rels/.rels", tostring(_relations({_BOOK: "officeDocument"})))
        kinds = {name: name.rstrip("0123456789") for name in parts if name != _BOOK}
        archive.writestr(f"xl/_rels/{_BOOK}.xml.rels", tostring(_relations(kinds)))
        for name, root in parts.items():
            archive.writestr(_PART.format(name), tostring(root))
    return stream.getvalue()


def _parts(package: Package, sheets: Sequence[SheetPart]) -> Iterator[tuple[str, _Element]]:
    yield _BOOK, _book(package.tree(package.book), [sheet.name for sheet in sheets])
    stored = package.related(_STYLES, package.book)
    styles = _styles(package.tree(stored) if stored else Element(f"{MAIN}styleSheet"))
    yield _STYLES, styles
    texts = package.related(_TEXTS, package.book)
    if texts:
        yield _TEXTS, _texts(package.tree(texts))
    count = len(styles.findall(f"{MAIN}cellXfs/{MAIN}xf"))
    for at, sheet in enumerate(sheets):
        yield _SHEET.format(at), _sheet(package.tree(sheet.part), count)


def _types(parts: Mapping[str, _Element]) -> _Element:
    root = Element(f"{{{_TYPES}}}Types")
    for name in parts:
        kind = "sheet.main" if name == _BOOK else name.rstrip("0123456789")
        attributes = {"PartName": f"/{_PART.format(name)}", "ContentType": _TYPE.format(kind)}
        SubElement(root, f"{{{_TYPES}}}Override", attributes)
    SubElement(
        root,
        f"{{{_TYPES}}}Default",
        {"Extension": "rels", "ContentType": "application/vnd.openxmlformats-package.rels+xml"},
    )
    return root


def _relations(kinds: Mapping[str, str]) -> _Element:
    root = Element(f"{{{_LISTS}}}Relationships")
    for name, kind in kinds.items():
        attributes = {"Id": name, "Type": f"{_OFFICE}/{kind}", "Target": f"/{_PART.format(name)}"}
        SubElement(root, f"{{{_LISTS}}}Relationship", attributes)
    return root


def _book(stored: _Element, names: Sequence[str]) -> _Element:
    root = Element(f"{MAIN}workbook")
    properties = stored.find(f"{MAIN}workbookPr")
    if properties is not None and is_true(properties.get("date1904")):
        SubElement(root, f"{MAIN}workbookPr", {"date1904": "1"})
    listed = SubElement(root, f"{MAIN}sheets")
    for at, name in enumerate(names):
        attributes = {"name": name, "sheetId": str(at + 1), f"{{{_OFFICE}}}id": _SHEET.format(at)}
        SubElement(listed, f"{MAIN}sheet", attributes)
    defined = SubElement(root, f"{MAIN}definedNames")
    for element in stored.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        if element.get("name") and element.get("localSheetId") is None:
            kept = SubElement(defined, f"{MAIN}definedName", _kept(element, ("name",)))
            kept.text = element.text
    return root


def _styles(stored: _Element) -> _Element:
    root = Element(f"{MAIN}styleSheet")
    formats = stored.findall(f"{MAIN}numFmts/{MAIN}numFmt[@numFmtId][@formatCode]")
    listed = SubElement(root, f"{MAIN}numFmts")
    for element in formats:
        SubElement(listed, f"{MAIN}numFmt", _kept(element, ("numFmtId", "formatCode")))
    listed = SubElement(root, f"{MAIN}cellXfs")
    for element in stored.iterfind(f"{MAIN}cellXfs/{MAIN}xf"):
        SubElement(listed, f"{MAIN}xf", _kept(element, ("numFmtId",)))
    return root


def _texts(stored: _Element) -> _Element:
    root = Element(f"{MAIN}sst")
    for element in stored.iterfind(f"{MAIN}si"):
        root.append(_text(element))
    return root


def _text(stored: _Element) -> _Element:
    """Return a text with its runs, without their fonts and without furigana."""
    kept = Element(stored.tag)
    for part in stored:
        if part.tag == f"{MAIN}t":
            SubElement(kept, part.tag).text = part.text
        elif part.tag == f"{MAIN}r":
            kept.append(_text(part))
    return kept


def _sheet(stored: _Element, styles: int) -> _Element:
    root = Element(stored.tag)
    rows = SubElement(root, f"{MAIN}sheetData")
    for row in stored.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        kept = SubElement(rows, row.tag, _kept(row, _OF_A_ROW))
        kept.extend(_cell(cell, styles) for cell in row.iterfind(f"{MAIN}c"))
    if stored.find(f"{MAIN}autoFilter/{MAIN}filterColumn") is not None:
        used = SubElement(root, f"{MAIN}autoFilter", {"ref": "A1"})
        SubElement(used, f"{MAIN}filterColumn", {"colId": "0"})
    merges = stored.findall(f"{MAIN}mergeCells/{MAIN}mergeCell")
    if merges:
        listed = SubElement(root, f"{MAIN}mergeCells")
        for merge in merges:
            SubElement(listed, merge.tag, _kept(merge, ("ref",)))
    return root


def _cell(stored: _Element, styles: int) -> _Element:
    """Return a cell; a style there is none of gives its number no meaning."""
    kept = Element(stored.tag, _kept(stored, _OF_A_CELL))
    style = stored.get("s", "")
    if style.isdecimal() and int(style) < styles:
        kept.set("s", style)
    for part in list(stored):  # what is kept leaves it
        if part.tag == f"{MAIN}is":
            kept.append(_text(part))
        elif part.tag in (f"{MAIN}f", f"{MAIN}v"):
            kept.append(part)
    return kept


def _kept(element: _Element, names: Sequence[str]) -> dict[str, str]:
    """Return the attributes that say something."""
    return {name: value for name in names if (value := element.get(name))}


# The same of an .ods, for calamine, which gives up on white space between its cells.


def ods_without_formatting(content: bytes) -> bytes:
    """Return an .ods with nothing but its cells: their values, and texts without comments."""
    root = Element(f"{OFFICE}document-content", nsmap=_PREFIXES)
    for number, table in enumerate(_outermost_tables(package_in(content).tree("content.xml"))):
        kept = SubElement(root, table.tag, {f"{TABLE}name": str(number)})
        for row in table.iter(f"{TABLE}table-row"):
            if next(row.iterancestors(f"{TABLE}table")) is table:
                plain = SubElement(kept, row.tag, _kept(row, (f"{TABLE}number-rows-repeated",)))
                plain.extend(_ods_cell(cell) for cell in row if cell.tag in CELLS)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", tostring(root, encoding="utf-8"))
    return stream.getvalue()


def _outermost_tables(tree: _Element) -> Iterator[_Element]:
    for table in tree.iter(f"{TABLE}table"):
        if next(table.iterancestors(f"{TABLE}table"), None) is None:
            yield table


def _ods_cell(stored: _Element) -> _Element:
    values = {name: value for name, value in stored.attrib.items() if name.startswith(OFFICE)}
    cell = Element(stored.tag, values | _kept(stored, (f"{TABLE}number-columns-repeated",)))
    cell.extend(_ods_text(part) for part in stored if part.tag == f"{TEXT}p")
    return cell


def _ods_text(stored: _Element) -> _Element:
    text = Element(stored.tag, dict(stored.attrib))
    text.text = stored.text
    for part in stored:
        is_beside = part.tag in (f"{OFFICE}annotation", f"{TEXT}ruby-text")
        kept = Element(f"{TEXT}span") if is_beside else _ods_text(part)
        kept.tail = part.tail
        text.append(kept)
    return text
