"""Sheets out of order; @label stands for the cell under a label, @row for its row."""

from __future__ import annotations

import re

from tests.fillers.xml_patch import escaped
from tests.harness.verbs.part_names import CELLS, part_named, text_of, with_cells
from tests.harness.verbs.registry import Parts, part_verb
from tests.harness.verbs.xml import relate, replace

_COMMENTS = "xl/comments9.xml"


@part_verb("cell")
def cell(parts: Parts, place: str, attributes: str, inner: str) -> None:
    """Store a cell in another way; {n} in it is the number of its shared text."""
    before = re.search(_cell_pattern(with_cells(place)), text_of(parts, "sheet"))
    assert before, place
    stored = re.search(r"<v>([^<]*)</v>", before[0])
    number = stored[1] if stored else ""
    written = f'<c r="{with_cells(place)}"{attributes}>{inner}</c>'.replace("{n}", number)
    replace(parts, "sheet", before[0], with_cells(written))


@part_verb("style cell")
def style_cell(parts: Parts, place: str, style: str) -> None:
    before = re.search(_cell_pattern(with_cells(place)), text_of(parts, "sheet"))
    assert before, place
    replace(parts, "sheet", before[0], re.sub(r' s="\d+"', f' s="{style}"', before[0], count=1))


@part_verb("refer")
def refer(parts: Parts, place: str, reference: str) -> None:
    """Give a cell another reference."""
    replace(parts, "sheet", f'<c r="{with_cells(place)}"', f'<c r="{reference}"')


@part_verb("append to the row")
def append_to_the_row(parts: Parts, xml: str) -> None:
    """Put XML behind the last cell of the item's row."""
    sheet = text_of(parts, "sheet")
    row = re.search(rf'<row r="{CELLS["row"]}".*?</row>', sheet)
    assert row
    replace(parts, "sheet", row[0], row[0].removesuffix("</row>") + with_cells(xml) + "</row>")


@part_verb("append rows")
def append_rows(parts: Parts, xml: str) -> None:
    replace(parts, "sheet", "</sheetData>", f"{with_cells(xml)}</sheetData>")


@part_verb("number the row")
def number_the_row(parts: Parts, number: str) -> None:
    """Give the item's row another number and leave its cells alone."""
    replace(parts, "sheet", f'<row r="{CELLS["row"]}"', f'<row r="{number}"')


@part_verb("unnumber")
def unnumber(parts: Parts) -> None:
    """Drop every reference of rows and cells: they follow one another."""
    xml = re.sub(r'<(row|c) r="\w+"', r"<\1", text_of(parts, "sheet"))
    parts[part_named("sheet")] = xml.encode()


@part_verb("reverse rows")
def reverse_rows(parts: Parts) -> None:
    head, rows, tail = _rows(parts)
    parts[part_named("sheet")] = (head + "".join(reversed(rows)) + tail).encode()


@part_verb("reverse cells")
def reverse_cells(parts: Parts) -> None:
    head, rows, tail = _rows(parts)
    turned = [_turned(row) for row in rows]
    parts[part_named("sheet")] = (head + "".join(turned) + tail).encode()


@part_verb("repeat the row")
def repeat_the_row(parts: Parts, number: str) -> None:
    """Put a copy of the item's row at the end, under another number."""
    old, sheet = CELLS["row"], text_of(parts, "sheet")
    row = re.search(rf'<row r="{old}".*?</row>', sheet)
    assert row
    copy = re.sub(rf'r="([A-Z]*){old}"', rf'r="\g<1>{number}"', row[0])
    replace(parts, "sheet", "</sheetData>", f"{copy}</sheetData>")


@part_verb("merge areas")
def merge(parts: Parts, *areas: str) -> None:
    merged = "".join(f'<mergeCell ref="{with_cells(area)}"/>' for area in areas)
    xml = f"<mergeCells>{merged}</mergeCells>"
    sheet = text_of(parts, "sheet")
    at = sheet.index("<conditionalFormatting")
    parts[part_named("sheet")] = (sheet[:at] + xml + sheet[at:]).encode()


@part_verb("merge many")
def merge_many(parts: Parts, count: int) -> None:
    merge(parts, *(f"M{n}:N{n}" for n in range(100, 100 + count)))


@part_verb("note")
def comment_on(parts: Parts, place: str, author: str, text: str) -> None:
    """Hang a note on a cell."""
    parts[_COMMENTS] = (
        '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors>'
        f"<author>{escaped(author)}</author></authors><commentList>"
        f'<comment ref="{with_cells(place)}" authorId="0"><text><t>{escaped(text)}</t></text>'
        "</comment></commentList></comments>"
    ).encode()
    relate(parts, "sheet", "comments", f"/{_COMMENTS}")


@part_verb("write in a new row")
def write(parts: Parts, place: str, text: str) -> None:
    """Write a text into a cell of a new row below the table."""
    row = re.sub(r"\D", "", place)
    inline = f'<is><t xml:space="preserve">{escaped(text)}</t></is>'
    append_rows(parts, f'<row r="{row}"><c r="{place}" t="inlineStr">{inline}</c></row>')


@part_verb("add sheet part")
def add_sheet(parts: Parts, name: str, state: str, text: str) -> None:
    """Add a sheet with a text in A1; a dash for a sheet that is shown."""
    number = len([part for part in parts if part.startswith("xl/worksheets/sheet")]) + 1
    part = f"xl/worksheets/sheet{number}.xml"
    parts[part] = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>{escaped(text)}</t></is></c></row>'
        "</sheetData></worksheet>"
    ).encode()
    relate(parts, "book rels", "worksheet", f"worksheets/sheet{number}.xml")
    key = re.findall(r'Id="(rIdX\d+)"', text_of(parts, "book rels"))[-1]
    shown = "" if state == "-" else f' state="{state}"'
    in_xml = escaped(name).replace('"', "&quot;")
    listed = f'<sheet name="{in_xml}" sheetId="{90 + number}"{shown} r:id="{key}"/></sheets>'
    replace(parts, "book", "</sheets>", listed)


@part_verb("add macro sheet")
def add_macro_sheet(parts: Parts, name: str, kind: str) -> None:
    """Add a sheet of macros (Excel 4.0) or a dialog, which are related and written otherwise."""
    root = "dialogsheet" if kind == "dialogsheet" else "xm:macrosheet"
    add_sheet(parts, name, "-", "=HALT()")
    last = sorted(part for part in parts if part.startswith("xl/worksheets/sheet"))[-1]
    xml = text_of(parts, last).replace(
        "<worksheet", f'<{root} xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"'
    )
    parts[last] = xml.replace("</worksheet>", f"</{root}>").encode()
    before, _, relation = text_of(parts, "book rels").rpartition("<Relationship ")
    typed = relation.replace('/worksheet"', f'/{kind}"')
    parts[part_named("book rels")] = f"{before}<Relationship {typed}".encode()


@part_verb("name the sheet")
def rename_sheet(parts: Parts, name: str) -> None:
    in_xml = escaped(name).replace('"', "&quot;")
    replace(parts, "book", 'name="進捗状況"', f'name="{in_xml}"')


@part_verb("repeat the sheet")
def repeat_the_sheet(parts: Parts, name: str) -> None:
    """Add a copy of the entry sheet in which another answer stands."""
    add_sheet(parts, name, "-", "")
    copy = f"xl/worksheets/sheet{len([p for p in parts if p.startswith('xl/worksheets/sheet')])}"
    parts[f"{copy}.xml"] = parts[part_named("sheet")]


def _cell_pattern(place: str) -> str:
    return rf'<c r="{place}"(?: [^>]*)?(?:/>|(?<!/)>.*?</c>)'


def _rows(parts: Parts) -> tuple[str, list[str], str]:
    xml = text_of(parts, "sheet")
    head, rows, tail = re.split(r"(?<=<sheetData>)|(?=</sheetData>)", xml)
    return head, re.findall(r"<row .*?</row>", rows), tail


def _turned(row: str) -> str:
    opening, cells = re.match(r"(<row [^>]*>)(.*)</row>", row).groups()  # type: ignore[union-attr]
    found = re.findall(r"<c [^>]*/>|<c .*?</c>", cells)
    return f"{opening}{''.join(reversed(found))}</row>"
