"""The parts a Word template of the report is built of: tables, rows, cells, tags.

What stands in braces is filled in (word_tags.py says which names there are): {{ }} a value,
{{r }} whole runs, {%p %} and {%tr %} what repeats or depends.
"""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Length, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from workflow.compiled.report.word_styles import LABEL, TAG, element
from workflow.excel.style import HEADER_FILL, LINE

_WHITE = RGBColor(0xFF, 0xFF, 0xFF)


def tag(document: WordDocument, tag: str) -> Paragraph:
    """Add a paragraph that says what to do with the paragraphs after it."""
    return document.add_paragraph(f"{{%p {tag} %}}", TAG)


def add_space(document: WordDocument) -> None:
    """Add a little room below a table, which also ends what must stay on its page."""
    document.add_paragraph("", TAG).paragraph_format.space_after = Pt(4)


def add_cell_text(cell: _Cell, text: str, style: str) -> Paragraph:
    """Add a paragraph to a cell."""
    paragraph: Paragraph = cell.add_paragraph(text, style)
    return paragraph


def add_cell_tag(cell: _Cell, tag: str) -> None:
    """Add a paragraph to a cell that says what to do with the paragraphs after it."""
    add_cell_text(cell, f"{{%p {tag} %}}", TAG)


def row_tag(table: Table, tag: str) -> None:
    """Add a row that only says what to do with the rows after it."""
    row = add_row(table)
    write(row.cells[0].merge(row.cells[-1]), f"{{%tr {tag} %}}", TAG)


def new_table(document: WordDocument, widths: tuple[Length, ...]) -> Table:
    """Add a table of columns of these widths, ruled all round."""
    table: Table = document.add_table(0, len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    borders = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = element(side, val="single", sz="4", space="0", color=LINE.removeprefix("#"))
        borders.append(line)
    properties = table._tbl.tblPr
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    return table


BALANCED = "左右の幅を文章の量に合わせる表"
"""The title of a table whose texts stand beside each other in blocks (word_fitting.py)."""


def set_header(table: Table, texts: tuple[str, ...]) -> None:
    """Add the row of headings, which is repeated on every page."""
    row = add_row(table)
    row._tr.get_or_add_trPr().append(element("tblHeader"))
    for cell, text in zip(row.cells, texts, strict=True):
        write(cell, text, LABEL, WD_ALIGN_PARAGRAPH.CENTER)
        shade(cell, HEADER_FILL)
        for run in cell.paragraphs[0].runs:
            run.font.color.rgb = _WHITE
    keep_with_next(row)


def add_row(table: Table, may_break: bool = False) -> _Row:
    """Add a row; it stays on one page unless it may break."""
    row: _Row = table.add_row()
    if not may_break:
        row._tr.get_or_add_trPr().insert(0, element("cantSplit"))
    return row


def write(cell: _Cell, text: str, style: str, alignment: WD_ALIGN_PARAGRAPH | None = None) -> None:
    """Write a text into a cell."""
    paragraph = cell.paragraphs[0]
    paragraph.text, paragraph.alignment = text, alignment
    paragraph.style = style


def keep_with_next(row: _Row) -> None:
    """Keep a row on the page of the next one."""
    for paragraph in row._tr.iter(qn("w:p")):
        Paragraph(paragraph, row.table).paragraph_format.keep_with_next = True


def go_down(cell: _Cell, begins: bool) -> None:
    """Make a cell one with that above it, or begin such a cell."""
    cell._tc.get_or_add_tcPr().append(element("vMerge", val="restart" if begins else "continue"))


def leave_unruled(cell: _Cell, side: str) -> None:
    """Draw no line on one side of a cell."""
    borders = element("tcBorders")
    borders.append(element(side, val="nil"))
    cell._tc.get_or_add_tcPr().append(borders)


def shade(cell: _Cell, colour: str) -> None:
    """Give a cell a background."""
    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(qn("w:shd")):
        properties.remove(old)
    properties.append(element("shd", val="clear", color="auto", fill=colour.removeprefix("#")))
