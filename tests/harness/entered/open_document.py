"""What a person sees in an .ods."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from tests.harness.entered.packages import attribute, every, local_name, parsed
from tests.harness.entered.pages import Held, Page, held_text, number_held

_MOST_REPEATED = 1000
_LINES = ("p", "h")
_FIELDS = {"page-number", "page-count", "sheet-name", "date", "time", "title", "file-name"}


def open_document_pages(content: bytes, styles: bytes) -> Iterator[Page]:
    tree = parsed(content)
    masters = _master_pages(parsed(styles)) if styles else {}
    named = {attribute(e, "name"): attribute(e, "master-page-name") for e in every(tree, "style")}
    for book in every(tree, "spreadsheet"):
        for table in (e for e in book if local_name(e) == "table"):
            page = Page(attribute(table, "name"))
            row = 1
            for line in (e for e in every(table, "table-row") if _owner(e) is table):
                times = int(attribute(line, "number-rows-repeated") or 1)
                found = list(_open_cells(line))
                if found:
                    for again in range(min(times, _MOST_REPEATED)):
                        page.cells |= {(row + again, column): held for column, held in found}
                row += times
            page.beside += _open_beside(table)
            page.beside += masters.get(named.get(attribute(table, "style-name"), ""), [])
            yield page


def _owner(row: etree._Element) -> etree._Element:
    return next(e for e in row.iterancestors() if local_name(e) == "table")


def _open_cells(line: etree._Element) -> Iterator[tuple[int, Held]]:
    column = 1
    for cell in line:
        if local_name(cell) in ("table-cell", "covered-table-cell"):
            times = int(attribute(cell, "number-columns-repeated") or 1)
            held = _open_cell(cell)
            if held:
                yield from ((column + n, held) for n in range(min(times, _MOST_REPEATED)))
            column += times


def _open_cell(cell: etree._Element) -> Held | None:
    kind = attribute(cell, "value-type")
    if kind in ("float", "percentage", "currency"):
        return number_held(float(attribute(cell, "value")))
    if kind == "date":
        return held_text(attribute(cell, "date-value")[:10])
    if kind == "boolean":
        return None
    return held_text("\n".join(_open_text(e) for e in cell if local_name(e) in _LINES))


def _open_text(element: etree._Element) -> str:
    """Return the text of a paragraph; blanks and breaks are elements of their own."""
    match local_name(element):
        case "s":
            own = " " * int(attribute(element, "c") or 1)
        case "tab":
            own = "\t"
        case "line-break":
            own = "\n"
        case name if name in _FIELDS or name == "annotation":
            return ""
        case _:
            own = element.text or ""
    return own + "".join(_open_text(child) + (child.tail or "") for child in element)


def _open_beside(table: etree._Element) -> Iterator[str]:
    for element in table.iter():
        is_drawn = "xmlns:drawing" in str(element.tag)
        if local_name(element) == "annotation" or is_drawn:
            yield from (_open_text(p) for p in every(element, "p"))


def _master_pages(styles: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for master in every(styles, "master-page"):
        edges = (e for e in master if local_name(e).startswith(("header", "footer")))
        used = (e for e in edges if attribute(e, "display") != "false")
        texts = [_open_text(p) for edge in used for p in every(edge, "p")]
        found[attribute(master, "name")] = [t for t in texts if any(map(str.isalnum, t))]
    return found
