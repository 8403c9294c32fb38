"""門真型: all items on an overview, then two or three blocks a page, headed on every page."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm
from docx.table import Table, _Cell

from workflow.compiled.report.word_layout_parts import (
    add_contents_of_sections,
    add_front,
    begin_sections,
    write_choice,
)
from workflow.compiled.report.word_styles import (
    BAND,
    BLOCK,
    LABEL,
    NOTE,
    PART,
    VALUE,
    Paper,
    element,
    set_up,
)
from workflow.compiled.report.word_tables import (
    add_balanced_table,
    add_cell_tag,
    add_cell_text,
    add_row,
    add_space,
    keep_with_next,
    new_table,
    row_tag,
    set_header,
    shade,
    tag,
    write,
)
from workflow.excel.style import LABEL_FILL

_RIGHT, _CENTER = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
_PAPER = Paper(Mm(210), Mm(297), Mm(15))
_BLOCK_HEIGHT = Mm(40)


def add_blocks_layout(document: WordDocument) -> None:
    """Add front page, contents, overview and the blocks of every section."""
    set_up(document, _PAPER)
    add_front(document)
    add_contents_of_sections(document)
    _add_overview(document)
    _add_sections_of_blocks(document)


def _add_overview(document: WordDocument) -> None:
    title = document.add_paragraph("取組の全体", PART)
    title.paragraph_format.page_break_before = True
    table = new_table(document, (Mm(52), Mm(110), Mm(18)))
    set_header(table, ("{{ 節[0].階層 }}", "{{ 階層[-1] }}（／で区切っています）", "ページ"))
    row_tag(table, "for 施策 in 節")
    row_tag(table, "if 施策.始まり")
    row = add_row(table)
    cell = row.cells[0].merge(row.cells[2])
    write(cell, "{{ 施策.上の階層 }}　{{ 施策.上の見出し }}", LABEL)
    shade(cell, LABEL_FILL)
    keep_with_next(row)
    row_tag(table, "endif")
    row = add_row(table)
    write(row.cells[0], "{{ 施策.見出し }}", VALUE)
    tag_in_cell = "{% if 施策.Ｐ %}（{{ 施策.Ｐ }}）{% endif %}"
    add_cell_text(row.cells[0], tag_in_cell, NOTE)
    write(row.cells[1], "{{ 施策.取組内容 }}", VALUE)
    write(row.cells[2], "{{r 施策.ページ }}", VALUE, _CENTER)
    row_tag(table, "endfor")
    add_space(document)


def _add_sections_of_blocks(document: WordDocument) -> None:
    begin_sections(document)
    table = new_table(document, (Mm(24), Mm(130), Mm(26)))
    _add_running_head(table)
    row_tag(table, "for 取 in 施策.取組")
    row = add_row(table)
    row.height = _BLOCK_HEIGHT  # a block that breaks has at least its head and some lines here
    _write_owner(row.cells[0])
    _write_block(row.cells[1].merge(row.cells[2]))
    row_tag(table, "endfor")
    add_space(document)
    tag(document, "endfor")


def _add_running_head(table: Table) -> None:
    """Add the row that heads the blocks of a section on every page they are on."""
    row = add_row(table)
    row._tr.get_or_add_trPr().append(element("tblHeader"))
    cell = row.cells[0].merge(row.cells[1])
    write(cell, "{%p if 施策.上の見出し %}", NOTE)
    add_cell_text(cell, "{{ 施策.上の階層 }}　{{ 施策.上の見出し }}", NOTE)
    add_cell_tag(cell, "endif")
    title = add_cell_text(cell, "{{r 施策.しおり }}", BAND)
    title.add_run("{{ 施策.階層 }}　{{ 施策.見出し }}")
    write(row.cells[2], "{{ 施策.Ｐ }}", LABEL, _RIGHT)
    for shaded in row.cells:
        shade(shaded, LABEL_FILL)


def _write_owner(cell: _Cell) -> None:
    """Write whose an item is, beside its block."""
    write(cell, "{{ 取.整理番号 }}", LABEL)
    add_cell_text(cell, "{{ 取.担当課 }}", VALUE)


def _write_block(cell: _Cell) -> None:
    write(cell, "{%p for 答 in 取.回答 %}", VALUE)
    table = add_balanced_table(cell, (Mm(40), Mm(37), Mm(77)))
    _add_block_heads(table)
    _add_answers(table)
    add_cell_tag(cell, "endfor")


def _add_block_heads(table: Table) -> None:
    """Add the rows that head a reply; they stay with what follows and go on over the page."""
    row_tag(table, "if loop.first")
    cell = _add_head(table)
    write(cell, "{%p if 取.上の見出し %}", NOTE)
    add_cell_text(cell, "{{ 取.上の見出し }}", NOTE).paragraph_format.keep_with_next = True
    add_cell_tag(cell, "endif")
    title = add_cell_text(cell, "{{r 取.しおり }}", BLOCK)
    title.add_run("{{ 取.見出し }}")
    row_tag(table, "endif")
    row_tag(table, "if 取.回答|length > 1")
    cell = _add_head(table)
    write(cell, "{{ 答.担当課 }}", LABEL)
    cell.paragraphs[0].paragraph_format.keep_with_next = True
    row_tag(table, "endif")


def _add_head(table: Table) -> _Cell:
    row = add_row(table)
    row._tr.get_or_add_trPr().append(element("tblHeader"))
    cell: _Cell = row.cells[0].merge(row.cells[-1])
    return cell


def _add_answers(table: Table) -> None:
    """Add a reply: prose beside prose, and what was chosen in a line each below."""
    row_tag(table, "if not 答.回答済")
    row = add_row(table)
    write(row.cells[0].merge(row.cells[2]), "{{ 答.回答状況 }}　{{ 答.説明 }}", VALUE)
    row_tag(table, "endif")
    row_tag(table, "for 組 in 答.組")
    row_tag(table, "if 組.文章 and 組.右")
    row = add_row(table, may_break=True)
    _write_prose(row.cells[0].merge(row.cells[1]), "組.左")
    _write_prose(row.cells[2], "組.右")
    row_tag(table, "elif 組.文章")
    row = add_row(table, may_break=True)
    _write_prose(row.cells[0].merge(row.cells[2]), "組.左")
    row_tag(table, "else")
    row = add_row(table)
    write_choice(row.cells[0], "組.左")
    cell = row.cells[1].merge(row.cells[2])
    write(cell, "{%p if 組.右 %}", VALUE)
    write_choice(cell, "組.右")
    add_cell_tag(cell, "endif")
    row_tag(table, "endif")
    row_tag(table, "endfor")


def _write_prose(cell: _Cell, name: str) -> None:
    write(cell, f"■{{{{ {name}.項目名 }}}}", LABEL)
    cell.paragraphs[0].paragraph_format.keep_with_next = True
    add_cell_text(cell, f"{{{{ {name}.内容 }}}}", VALUE)
