"""一覧型: a row for each reply, its prose side by side across the page."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.shared import Mm
from docx.table import _Cell

from workflow.compiled.report.word_layout_parts import (
    add_contents_of_sections,
    add_front,
    begin_sections,
    write_choice,
)
from workflow.compiled.report.word_styles import (
    LABEL,
    VALUE,
    Paper,
    set_up,
)
from workflow.compiled.report.word_tables import (
    add_cell_tag,
    add_cell_text,
    add_row,
    add_space,
    new_table,
    row_tag,
    set_header,
    tag,
    write,
)

_PAPER = Paper(Mm(297), Mm(210), Mm(15))


def add_rows_layout(document: WordDocument) -> None:
    """Add front page, contents and a table for every section."""
    set_up(document, _PAPER)
    add_front(document)
    add_contents_of_sections(document)
    _add_sections_of_rows(document)


def _add_sections_of_rows(document: WordDocument) -> None:
    begin_sections(document)
    tag(document, "if 施策.始まり")
    document.add_paragraph("{{ 施策.上の見出し }}", "Heading 1")
    tag(document, "endif")
    title = document.add_paragraph("{{r 施策.しおり }}", "Heading 2")
    title.add_run("{{ 施策.見出し }}　{{ 施策.Ｐ }}")
    table = new_table(document, (Mm(60), Mm(1), Mm(151), Mm(1), Mm(54)))
    set_header(
        table,
        ("{{ 階層[-1] }}・担当課", "{%tc for 名 in 文章の項目 %}", "{{ 名 }}", "{%tc endfor %}",
         "{{ 選択の項目|join('・') or '回答' }}"),
    )  # fmt: skip
    row_tag(table, "for 取 in 施策.取組")
    row_tag(table, "for 答 in 取.回答")
    row = add_row(table)
    write(row.cells[0], "{{ 取.整理番号 }}　{{ 取.見出し }}", LABEL)
    add_cell_text(row.cells[0], "{{ 答.担当課 }}", VALUE)
    write(row.cells[1], "{%tc for 項 in 答.文章 %}", VALUE)
    write(row.cells[2], "{{ 項.内容 }}", VALUE)
    write(row.cells[3], "{%tc endfor %}", VALUE)
    _write_choices(row.cells[4])
    row_tag(table, "endfor")
    row_tag(table, "endfor")
    add_space(document)
    tag(document, "endfor")


def _write_choices(cell: _Cell) -> None:
    write(cell, "{%p if not 答.回答済 %}", VALUE)
    add_cell_text(cell, "{{ 答.回答状況 }}　{{ 答.説明 }}", VALUE)
    add_cell_tag(cell, "endif")
    add_cell_tag(cell, "for 項 in 答.選択")
    write_choice(cell, "項")
    add_cell_tag(cell, "endfor")
