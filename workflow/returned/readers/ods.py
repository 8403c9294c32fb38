"""OpenDocument spreadsheet (.ods) → raw workbook, exactly: the file tells all .xlsx does.

calamine reads .ods too, but loses tabs and line breaks inside a cell, formulas and comments.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import datetime
from typing import IO, TYPE_CHECKING

from defusedxml.ElementTree import fromstring, iterparse

from workflow.excel.xlsx.conditional_formats import Rule, apply_rules
from workflow.excel.xlsx.package import Package, package_in
from workflow.excel.xlsx.properties import Saving
from workflow.excel.xlsx.references import column_number
from workflow.model.cells import a1
from workflow.model.limits import USUAL, Limits
from workflow.model.raw import (
    CELL_NAME_PREFIX,
    Area,
    NamedAreas,
    RawBook,
    RawCell,
    RawRemark,
    RawSheet,
    RemarkKind,
)
from workflow.model.years import JST
from workflow.python.dataclass import dataclass
from workflow.returned.intake.refusal import RefusedError, too_large
from workflow.returned.readers.ods_cells import (
    NAMES,
    OFFICE,
    TABLE,
    TEXT,
    count_of,
    paragraphs,
    raw_cell,
    written_text,
)
from workflow.returned.readers.ods_looks import CONDITIONS, NUMBER_STYLE, Styles

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_META, _DRAW, _STYLE = (NAMES % name for name in ("meta", "drawing", "style"))
_DC = "{http://purl.org/dc/elements/1.1/}"
CELLS = (TABLE + "table-cell", TABLE + "covered-table-cell")
_EMBEDDED = (_DRAW + "object", _DRAW + "object-ole")
_RANGES = _DRAW + "notify-on-update-of-ranges"
_OBJECTS, _PICTURES = RemarkKind.OBJECT, RemarkKind.PICTURE
_BLOCK_END = re.compile(r"(?:\$?(?:'(?:[^']|'')+'|[^.$']+))?\.\$?([A-Z]{1,3})\$?(\d{1,7})")
_REFERENCE = re.compile(r"\$?(?:'((?:[^']|'')+)'|([^.$']+))\.\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass
class _Sheet:
    """A sheet in the making, and how many cells it may have."""

    name: str
    most: int
    styles: Styles
    is_hidden: bool
    page: str = ""
    columns: list[tuple[range, str]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    cells: dict[tuple[int, int], RawCell] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden: list[range] = field(default_factory=list)
    filtered: bool = False
    remarks: list[RawRemark] = field(default_factory=list)
    rules: list[list[Rule]] = field(default_factory=list)
    mapped: dict[str, list[Area]] = field(default_factory=dict)
    next_row: int = 1

    def finished(self) -> RawSheet:
        """Return the sheet; where LibreOffice kept its conditions, it also kept older ones."""
        styled = ([*self.styles.rules_of_style(*mapped)] for mapped in self.mapped.items())
        for rules in self.rules or styled:
            apply_rules(rules, self.cells)
        last = max((row for row, _ in self.cells), default=0)
        hidden = (row for rows in self.hidden for row in rows[: max(0, last + 1 - rows.start)])
        return RawSheet(
            name=self.name,
            cells=self.cells,
            merged=tuple(self.merged),
            hidden_rows=frozenset(hidden),
            filtered=self.filtered,
            hidden_columns=tuple(self.hidden_columns),
            is_hidden=self.is_hidden,
        )

    def style_of(self, column: int) -> str:
        """Return the style of the cells of a column that have none of their own."""
        return next((style for columns, style in self.columns if column in columns), "")


def read_ods(content: bytes, limits: Limits = USUAL) -> RawBook:
    """Return what an .ods holds. Raises RefusedError, or whatever says the file is broken."""
    package = package_in(content)
    styles = Styles()
    if "styles.xml" in package.parts:
        _take_formats(styles, io.BytesIO(package.read("styles.xml")))
    sheets, references, named_areas = _sheets(
        io.BytesIO(package.read("content.xml")), styles, limits
    )
    properties, saving = _meta(package.read("meta.xml") if "meta.xml" in package.parts else b"")
    raw = tuple(sheet.finished() for sheet in sheets)
    return RawBook(
        sheets=raw,
        properties=properties,
        names=_texts(references, {sheet.name: sheet for sheet in raw}),
        named_areas=named_areas,
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
        remarks=tuple(_remarks(sheets, package)),
    )


def _remarks(sheets: Iterable[_Sheet], package: Package) -> Iterator[RawRemark]:
    """Yield what stands beside the cells of each sheet, its headers and footers last."""
    styles = package.read("styles.xml") if "styles.xml" in package.parts else b""
    pages = _headers(styles) if b":header" in styles or b":footer" in styles else {}
    for sheet in sheets:
        yield from sheet.remarks
        for text in pages.get(sheet.page, ()):
            yield RawRemark(sheet.name, "", text, "", RemarkKind.HEADER)


def _headers(styles: bytes) -> dict[str, list[str]]:
    """Return what headers and footers say, by the name of their page; numbers of pages are none."""
    pages: dict[str, list[str]] = {}
    for page in fromstring(styles, forbid_dtd=True).iter(_STYLE + "master-page"):
        edges = (edge for edge in page if edge.get(_STYLE + "display") != "false")
        regions = (
            region
            for edge in edges
            for region in (edge, *edge)
            if region is edge or region.tag.startswith(_STYLE + "region")
        )
        texts = (paragraphs(region).strip() for region in regions)
        shown = [text for text in texts if any(map(str.isalnum, text))]
        pages[page.get(_STYLE + "name", "")] = shown
    return pages


def as_package(flat: bytes) -> bytes:
    """Return a spreadsheet stored as one XML text (.fods) in a package, as .ods is."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for part in ("content.xml", "meta.xml", "styles.xml"):
            archive.writestr(part, flat)
    return stream.getvalue()


def _take_formats(styles: Styles, stream: IO[bytes]) -> None:
    """Take the formats and the named styles that are stored beside the content."""
    is_named = False
    for event, element in iterparse(stream, ("start", "end"), forbid_dtd=True):
        if element.tag == OFFICE + "styles":
            is_named = event == "start"
        elif event == "end" and element.tag == NUMBER_STYLE:
            styles.take_format(element)
        elif event == "end" and is_named and element.tag == _STYLE + "style":
            styles.take(element)


def _sheets(
    stream: IO[bytes], styles: Styles, limits: Limits
) -> tuple[list[_Sheet], dict[str, str], NamedAreas]:
    sheets: list[_Sheet] = []
    references: dict[str, str] = {}
    named_areas: dict[str, list[tuple[str, Area]]] = {}
    depth = 0
    for event, element in iterparse(stream, ("start", "end"), forbid_dtd=True):
        if element.tag == TABLE + "table":
            if event == "start" and depth == 0:
                name = element.get(TABLE + "name", "")
                style = element.get(TABLE + "style-name", "")
                is_hidden, page = style in styles.hidden_tables, styles.pages.get(style, "")
                sheets.append(_Sheet(name, limits.cells, styles, is_hidden, page))
            depth += 1 if event == "start" else -1
        elif event == "end" and depth == 1 and sheets:
            _take(sheets[-1], element)
        elif event == "end" and element.tag == _STYLE + "style":
            styles.take(element)
        elif event == "end" and element.tag == NUMBER_STYLE:
            styles.take_format(element)
        elif event == "end" and element.tag == TABLE + "named-range":
            name = element.get(TABLE + "name", "")
            references[name] = element.get(TABLE + "cell-range-address", "")
            _take_named_area(named_areas, name.casefold(), references[name])
    return sheets, references, {name: tuple(blocks) for name, blocks in named_areas.items()}


def _take_named_area(
    named_areas: dict[str, list[tuple[str, Area]]], name: str, address: str
) -> None:
    if name.startswith(CELL_NAME_PREFIX):
        named_areas.setdefault(name, []).extend(_block(address))


def _block(address: str) -> Iterator[tuple[str, Area]]:
    """Yield the block that an address stands for, as $'1-1'.$B$2:.$B$5 has it."""
    first, _, last = address.partition(":")
    start, end = _REFERENCE.fullmatch(first), _BLOCK_END.fullmatch(last)
    if start:
        top, left = int(start[4]), column_number(start[3])
        bottom, right = (int(end[2]), column_number(end[1])) if end else (top, left)
        sheet = (start[1] or start[2]).replace("''", "'")
        yield sheet, Area(top, left, max(top, bottom), max(left, right))


def _take(sheet: _Sheet, element: Element) -> None:
    """Take what a finished element tells, and let go of it."""
    if element.tag == TABLE + "table-row":
        _take_row(sheet, element)
        element.clear()
    elif element.tag == TABLE + "table-column":
        _take_columns(sheet, element)
    elif element.tag == TABLE + "shapes":
        sheet.remarks += _shapes(sheet.name, "", element)
        element.clear()
    elif element.tag == CONDITIONS:
        sheet.rules.append(list(sheet.styles.rules_of(element)))


def _take_columns(sheet: _Sheet, element: Element) -> None:
    first = sheet.columns[-1][0].stop if sheet.columns else 1
    columns = range(first, first + _count(element, "number-columns-repeated"))
    sheet.columns.append((columns, element.get(TABLE + "default-cell-style-name", "")))
    is_flat = element.get(TABLE + "style-name") in sheet.styles.flat
    if is_flat or element.get(TABLE + "visibility") in ("collapse", "filter"):
        sheet.hidden_columns.append((columns.start, columns.stop - 1))


def _take_row(sheet: _Sheet, element: Element) -> None:
    row, repeats = sheet.next_row, _count(element, "number-rows-repeated")
    sheet.next_row += repeats
    visibility = element.get(TABLE + "visibility")
    is_flat = element.get(TABLE + "style-name") in sheet.styles.flat
    if is_flat or visibility in ("collapse", "filter"):
        sheet.hidden.append(range(row, row + repeats))
        sheet.filtered = sheet.filtered or visibility == "filter"
    column = 1
    for cell in (child for child in element if child.tag in CELLS):
        columns = _count(cell, "number-columns-repeated")
        if len(cell) or cell.get(OFFICE + "value-type"):
            _take_cell(sheet, cell, Area(row, column, row + repeats - 1, column + columns - 1))
        column += columns


def _take_cell(sheet: _Sheet, element: Element, area: Area) -> None:
    rows, columns = area.bottom - area.top + 1, area.right - area.left + 1
    raw = raw_cell(element)
    if raw is not None:
        usual = sheet.style_of(area.left)
        raw = sheet.styles.seen(raw, element, usual, paragraphs)
        style = element.get(TABLE + "style-name", usual)
        if style in sheet.styles.maps:
            sheet.mapped.setdefault(style, []).append(area)
        if len(sheet.cells) + rows * columns > sheet.most:
            raise RefusedError(too_large(f"書き込みのあるセルが{sheet.most:,}個を超える"))
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                sheet.cells[row, column] = raw
    down, across = _count(element, "number-rows-spanned"), _count(element, "number-columns-spanned")
    if down > 1 or across > 1:
        bottom, right = area.top + down - 1, area.left + across - 1
        sheet.merged.append(Area(area.top, area.left, bottom, right))
    cell = a1(area.top, area.left)
    for annotation in element.iter(OFFICE + "annotation"):
        author = annotation.findtext(_DC + "creator", "")
        text = paragraphs(annotation)
        sheet.remarks.append(RawRemark(sheet.name, cell, text, author, RemarkKind.COMMENT))
    sheet.remarks += _shapes(sheet.name, cell, element)


def _shapes(sheet: str, cell: str, element: Element) -> Iterator[RawRemark]:
    for shape in element:
        if shape.tag.startswith(_DRAW):
            text = "\n".join(filter(None, map(written_text, shape.iter(TEXT + "p"))))
            if text:
                yield RawRemark(sheet, cell, text, "", RemarkKind.SHAPE)
            elif shape.tag == _DRAW + "frame" and not any(map(_is_chart, shape)):
                kind = _OBJECTS if any(part.tag in _EMBEDDED for part in shape) else _PICTURES
                yield RawRemark(sheet, cell, shape.get(_DRAW + "name") or kind.value, "", kind)


def _is_chart(part: Element) -> bool:
    """Whether what stands in a frame is a chart: it says nothing that its cells do not say."""
    return part.tag == _DRAW + "object" and part.get(_RANGES) is not None


def _count(element: Element, attribute: str) -> int:
    return count_of(element.get(TABLE + attribute))


def _meta(stored: bytes) -> tuple[dict[str, str], Saving]:
    if not stored:
        return {}, Saving()
    root = fromstring(stored, forbid_dtd=True)
    properties = {
        element.get(_META + "name", ""): element.text or ""
        for element in root.iter(_META + "user-defined")
    }
    saving = Saving(
        author=root.findtext(f".//{_META}initial-creator", ""),
        saved_by=root.findtext(f".//{_DC}creator", ""),
        modified=_moment(root.findtext(f".//{_DC}date", "")),
    )
    return properties, saving


def _moment(stored: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stored)
    except ValueError:
        return None
    # OpenDocument writes the clock of the machine it was saved on.
    return moment.astimezone(JST) if moment.tzinfo else moment.replace(tzinfo=JST)


def _texts(references: dict[str, str], sheets: dict[str, RawSheet]) -> dict[str, str]:
    texts = {}
    for name, reference in references.items():
        if match := _REFERENCE.fullmatch(reference):
            sheet = sheets.get((match[1] or match[2]).replace("''", "'"))
            cell = (int(match[4]), column_number(match[3]))
            if sheet and cell in sheet.cells:
                texts[name] = sheet.cells[cell].text
    return texts
