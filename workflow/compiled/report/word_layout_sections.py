"""The layouts of the report's Word template that go section by section, 門真型 and 一覧型.

門真型: all items on an overview, then two or three blocks a page, headed on every page.
一覧型: a row for each reply, its prose side by side across the page.
"""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell, _Row

from workflow.compiled.report.word_styles import (
    BAND,
    BLOCK,
    COVER_TEXT,
    FRONT_TITLE,
    LABEL,
    NOTE,
    PART,
    TAG,
    VALUE,
    Paper,
    element,
    set_up,
)
from workflow.compiled.report.word_tables import (
    BALANCED,
    add_cell_tag,
    add_cell_text,
    add_row,
    add_space,
    go_down,
    keep_with_next,
    leave_unruled,
    new_table,
    row_tag,
    set_header,
    shade,
    tag,
    write,
)
from workflow.excel.style import LABEL_FILL

_RIGHT, _CENTER = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
_UPRIGHT = Paper(Mm(210), Mm(297), Mm(15))
_OWNER, _PROSE, _CHOICE, _PAGES = Mm(24), Mm(77), Mm(40), Mm(26)
_REST = Length(_UPRIGHT.text_width - _OWNER - _PROSE - _PAGES)
_END = Mm(1.5)


def add_blocks_layout(document: WordDocument) -> None:
    """Add front page, contents, overview and the blocks of every section."""
    set_up(document, _UPRIGHT)
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
    """Add a table for each section; fit_tables gives each block the widths its texts need."""
    begin_sections(document)
    table = new_table(document, (_OWNER, _CHOICE, Length(_PROSE - _CHOICE), _REST, _PAGES))
    table._tbl.tblPr.append(element("tblCaption", val=BALANCED))
    _add_running_head(table)
    row_tag(table, "for 取 in 施策.取組")
    row_tag(table, "for 答 in 取.回答")
    _add_block_heads(table)
    _add_answers(table)
    _add_end(table)
    row_tag(table, "endfor")
    row_tag(table, "endfor")
    add_space(document)
    tag(document, "endfor")


def _add_running_head(table: Table) -> None:
    """Add the row that heads the blocks of a section on every page they are on."""
    row = add_row(table)
    row._tr.get_or_add_trPr().append(element("tblHeader"))
    cell = row.cells[0].merge(row.cells[3])
    write(cell, "{%p if 施策.上の見出し %}", NOTE)
    add_cell_text(cell, "{{ 施策.上の階層 }}　{{ 施策.上の見出し }}", NOTE)
    add_cell_tag(cell, "endif")
    title = add_cell_text(cell, "{{r 施策.しおり }}", BAND)
    title.add_run("{{ 施策.階層 }}　{{ 施策.見出し }}")
    write(row.cells[4], "{{ 施策.Ｐ }}", LABEL, _RIGHT)
    for shaded in (cell, row.cells[4]):
        shade(shaded, LABEL_FILL)


def _add_block_heads(table: Table) -> None:
    """Add the rows that head a reply: the item above its first one, the department of several."""
    row_tag(table, "if loop.first")
    row, (cell,) = _add_block_row(table, (1, 4), begins=True)
    write(row.cells[0], "{{ 取.整理番号 }}", LABEL)
    add_cell_text(row.cells[0], "{{ 取.担当課 }}", VALUE)
    write(cell, "{%p if 取.上の見出し %}", NOTE)
    add_cell_text(cell, "{{ 取.上の見出し }}", NOTE)
    add_cell_tag(cell, "endif")
    title = add_cell_text(cell, "{{r 取.しおり }}", BLOCK)
    title.add_run("{{ 取.見出し }}")
    keep_with_next(row)
    row_tag(table, "endif")
    row_tag(table, "if 取.回答|length > 1")
    row, (cell,) = _add_block_row(table, (1, 4))
    write(cell, "{{ 答.担当課 }}", LABEL)
    keep_with_next(row)
    row_tag(table, "endif")


def _add_answers(table: Table) -> None:
    """Add a reply: prose beside prose, and what was chosen in a line each below."""
    row_tag(table, "if not 答.回答済")
    row, (cell,) = _add_block_row(table, (1, 4))
    write(cell, "{{ 答.回答状況 }}　{{ 答.説明 }}", VALUE)
    keep_with_next(row)
    row_tag(table, "endif")
    row_tag(table, "for 組 in 答.組")
    row_tag(table, "if 組.文章 and 組.右")
    _add_prose(table, (1, 2), (3, 4))
    row_tag(table, "elif 組.文章")
    _add_prose(table, (1, 4))
    row_tag(table, "elif 組.右")
    row, (left, right) = _add_block_row(table, (1, 1), (2, 4))
    write_choice(left, "組.左")
    write_choice(right, "組.右")
    keep_with_next(row)
    row_tag(table, "else")
    row, (alone,) = _add_block_row(table, (1, 4))
    write_choice(alone, "組.左")
    keep_with_next(row)
    row_tag(table, "endif")
    row_tag(table, "endfor")


def _add_prose(table: Table, *spans: tuple[int, int]) -> None:
    """Add a row of labels, which never ends a page, and one of the texts below them."""
    labels, label_cells = _add_block_row(table, *spans)
    texts, text_cells = _add_block_row(table, *spans)
    for name, label, text in zip(("組.左", "組.右"), label_cells, text_cells, strict=False):
        write(label, f"■{{{{ {name}.項目名 }}}}", LABEL)
        write(text, f"{{{{ {name}.内容 }}}}", VALUE)
        leave_unruled(label, "bottom")
        leave_unruled(text, "top")
    keep_with_next(labels)
    keep_with_next(texts)


def _add_end(table: Table) -> None:
    """Add a thin row that ends a reply: all rows above keep together, this one lets go."""
    row = add_row(table)
    row.height, row.height_rule = _END, WD_ROW_HEIGHT_RULE.EXACTLY
    for cell in (row.cells[0], row.cells[1].merge(row.cells[4])):
        write(cell, "", TAG)
    go_down(row.cells[0], begins=False)


def _add_block_row(
    table: Table, *spans: tuple[int, int], begins: bool = False
) -> tuple[_Row, list[_Cell]]:
    """Add a row beside the cell that says whose an item is, which goes down over all its rows."""
    row = add_row(table)
    cells = [row.cells[first].merge(row.cells[last]) for first, last in spans]
    go_down(row.cells[0], begins)
    return row, cells


# What both have: front page, contents, choices.


def add_front(document: WordDocument) -> None:
    """Add what the first page says: what this is and how it went."""
    document.add_paragraph("{{ 計画名 }}　進捗状況報告書", FRONT_TITLE)
    document.add_paragraph("{{ 年度と西暦 }}　　{{ 団体名 }}", COVER_TEXT)
    document.add_paragraph("{{ 時点 }}", NOTE).alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_notice(document)
    greeting = document.add_paragraph(
        "この報告書は、「{{ 計画名 }}」に掲げた取組が、{{ 年度 }}にどこまで進んだかを、"
        "市民の皆さまにお知らせするものです。{{ 件数 }}"
    )
    greeting.paragraph_format.space_before = Pt(10)
    tag(document, "if 図")
    document.add_paragraph("{{ 図の題 }}の結果", PART)
    document.add_paragraph("{{r 図 }}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    tag(document, "endif")
    tag(document, "if 凡例")
    meaning = "{{ 語.項目名 }}の「{{ 語.値 }}」は、「{{ 語.意味 }}」という意味です。"
    document.add_paragraph(f"{{% for 語 in 凡例 %}}{meaning}{{% endfor %}}", NOTE)
    tag(document, "endif")


def add_notice(document: WordDocument) -> None:
    """Add what a version that is not final says of itself."""
    tag(document, "if not 確定")
    notice = "暫定版です。報告を集めている途中のため、内容が変わることがあります。"
    document.add_paragraph(notice, NOTE).alignment = WD_ALIGN_PARAGRAPH.CENTER
    tag(document, "endif")


def add_contents_of_sections(document: WordDocument) -> None:
    """Add the contents: a line for each section, under the heading above it."""
    document.add_paragraph("目次\tページ", PART)
    tag(document, "for 施策 in 節")
    tag(document, "if 施策.始まり")
    document.add_paragraph("{{ 施策.上の見出し }}", "toc 1").paragraph_format.keep_with_next = True
    tag(document, "endif")
    line = document.add_paragraph("{{ 施策.見出し }}\t", "toc 2")
    line.add_run("{{r 施策.ページ }}")
    tag(document, "endfor")


def begin_sections(document: WordDocument) -> None:
    """Begin a new page, and what repeats for each section."""
    document.add_paragraph("各取組の状況", PART).paragraph_format.page_break_before = True
    tag(document, "for 施策 in 節")


def write_choice(cell: _Cell, name: str) -> None:
    """Write what was chosen, what it means and what it was last year, on one line."""
    first = cell.paragraphs[0]
    paragraph = add_cell_text(cell, "", VALUE) if first.text else first
    paragraph.style = VALUE
    paragraph.add_run(f"■{{{{ {name}.項目名 }}}}　").bold = True
    paragraph.add_run(f"{{{{ {name}.内容 }}}}{{% if {name}.意味 %}}　")
    meaning = paragraph.add_run(f"{{{{ {name}.意味 }}}}{{% endif %}}{{% if {name}.前年度 %}}")
    before = paragraph.add_run(f"（{{{{ 前年度 }}}}は{{{{ {name}.前年度 }}}}）{{% endif %}}")
    meaning.font.size = before.font.size = Pt(9)


# 一覧型.

_ACROSS = Paper(Mm(297), Mm(210), Mm(15))


def add_rows_layout(document: WordDocument) -> None:
    """Add front page, contents and a table for every section."""
    set_up(document, _ACROSS)
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
