"""縦型: cover, contents, list, counts, and a table for each item."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Row

from workflow.compiled.report.word_layout_sections import (
    add_notice,
)
from workflow.compiled.report.word_styles import (
    CONTENTS_LEVELS,
    COVER_TEXT,
    COVER_TITLE,
    ITEM,
    LABEL,
    NOTE,
    PART,
    VALUE,
    Paper,
    set_up,
)
from workflow.compiled.report.word_tables import (
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
_PAPER = Paper(Mm(210), Mm(297), Mm(20))
_HEADING_LEVELS = 4
_LABEL_WIDTH = Mm(30)


def add_tables_layout(document: WordDocument) -> None:
    """Add cover, contents, list, counts and a table for every reply."""
    set_up(document, _PAPER)
    _add_cover(document)
    _add_contents(document)
    _add_list(document)
    _add_summary(document)
    _add_body(document)


def _add_cover(document: WordDocument) -> None:
    for text, style, above in (
        ("{{ 計画名 }}", COVER_TITLE, 170),
        ("進捗状況報告書", COVER_TITLE, 0),
        ("{{ 年度と西暦 }}", COVER_TEXT, 24),
        ("{{ 団体名 }}", COVER_TEXT, 230),
        ("{{ 時点 }}", NOTE, 18),
    ):
        paragraph = document.add_paragraph(text, style)
        paragraph.paragraph_format.space_before = Pt(above)
        paragraph.alignment = _CENTER
    add_notice(document)


def _add_contents(document: WordDocument) -> None:
    title = document.add_paragraph("目次\tページ", PART)
    title.paragraph_format.page_break_before = True
    tag(document, "for 章 in 目次")
    for level in range(1, CONTENTS_LEVELS + 1):
        tag(document, f"{'if' if level == 1 else 'elif'} 章.段 == {level}")
        line = document.add_paragraph("{{ 章.見出し }}\t", f"toc {level}")
        line.add_run("{{r 章.ページ }}")
    tag(document, "endif")
    tag(document, "endfor")


def _add_list(document: WordDocument) -> None:
    document.add_paragraph("取組の一覧", PART)
    table = new_table(document, (Mm(20), Mm(78), Mm(37), Mm(19), Mm(16)))
    set_header(table, ("整理番号", "取組", "担当課", "計画書の\nページ", "ページ"))
    row_tag(table, "for 部 in 本文 if not 部.段")
    row, centred = add_row(table), _CENTER
    for cell, text, alignment in zip(
        row.cells,
        ("{{ 部.整理番号 }}", "{{ 部.見出し }}", "{{ 部.担当課 }}", "{{ 部.計画書ページ }}",
         "{{r 部.ページ }}"),
        (centred, None, None, centred, centred),
        strict=True,
    ):  # fmt: skip
        write(cell, text, VALUE, alignment)
    row_tag(table, "endfor")


def _add_summary(document: WordDocument) -> None:
    document.add_paragraph("集計", PART)
    document.add_paragraph("{{ 件数 }}").paragraph_format.keep_with_next = True
    tag(document, "if 図")
    document.add_paragraph("{{r 図 }}").alignment = _CENTER
    tag(document, "endif")
    tag(document, "if 凡例")
    document.add_paragraph("評価などの意味", PART)
    table = new_table(document, (Mm(35), Mm(25), Mm(110)))
    set_header(table, ("項目", "記号", "意味"))
    row_tag(table, "for 語 in 凡例")
    row = add_row(table)
    for cell, text in zip(
        row.cells, ("{{ 語.項目名 }}", "{{ 語.値 }}", "{{ 語.意味 }}"), strict=True
    ):
        write(cell, text, VALUE)
    row_tag(table, "endfor")
    tag(document, "endif")
    tag(document, "for 表 in 集計表")
    document.add_paragraph("{{ 表.題名 }}", PART)
    _add_matrix(document)
    add_space(document)
    tag(document, "endfor")


def _add_matrix(document: WordDocument) -> None:
    """Add a table whose columns repeat: tc tags leave out the cell they stand in."""
    table = new_table(document, (Mm(64), Mm(36), Mm(35), Mm(35)))
    set_header(table, ("{{ 表.見出し }}", "{%tc for 列 in 表.列 %}", "{{ 列 }}", "{%tc endfor %}"))
    row_tag(table, "for 行 in 表.行")
    row = add_row(table)
    texts = ("{{ 行.見出し }}", "{%tc for 数 in 行.数 %}", "{{ 数 }}", "{%tc endfor %}")
    for cell, text in zip(row.cells, texts, strict=True):
        write(cell, text, VALUE)
    keep_with_next(row)
    row.cells[2].paragraphs[0].alignment = _CENTER
    row_tag(table, "endfor")


def _add_body(document: WordDocument) -> None:
    tag(document, "for 部 in 本文")
    for level in range(1, _HEADING_LEVELS + 1):
        tag(document, f"{'if' if level == 1 else 'elif'} 部.段 == {level}")
        _add_heading(document, level)
    tag(document, f"elif 部.段 > {_HEADING_LEVELS}")
    _add_heading(document, _HEADING_LEVELS)
    tag(document, "else")
    _add_item(document)
    tag(document, "endif")
    tag(document, "endfor")


def _add_heading(document: WordDocument, level: int) -> None:
    paragraph = document.add_paragraph("{{r 部.しおり }}", f"Heading {level}")
    paragraph.add_run("{{ 部.見出し }}")


def _add_item(document: WordDocument) -> None:
    paragraph = document.add_paragraph("{{r 部.しおり }}", ITEM)
    paragraph.add_run("{{ 部.整理番号 }}\t{{ 部.見出し }}")
    tag(document, "if 部.計画書ページ")
    pages = document.add_paragraph("計画書 {{ 部.計画書ページ }}ページ", NOTE)
    pages.paragraph_format.keep_with_next = True
    pages.alignment = _RIGHT
    tag(document, "endif")
    tag(document, "for 答 in 部.回答")
    _add_reply(document)
    tag(document, "endfor")


def _add_reply(document: WordDocument) -> None:
    table = new_table(document, (_LABEL_WIDTH, Length(_PAPER.text_width - _LABEL_WIDTH)))
    _add_pair(table, "担当課", "{{ 答.担当課 }}")
    row_tag(table, "if not 答.回答済")
    _add_pair(table, "回答状況", "{{ 答.回答状況 }}　{{ 答.説明 }}")
    row_tag(table, "endif")
    row_tag(table, "for 項 in 答.項目")
    row_tag(table, "if 項.文章")
    _add_pair(table, "{{ 項.項目名 }}", "{{ 項.内容 }}", may_break=True)
    row_tag(table, "else")
    row = _add_pair(table, "{{ 項.項目名 }}", "{{ 項.内容 }}{% if 項.意味 %}　")
    meaning = row.cells[1].paragraphs[0].add_run("（{{ 項.意味 }}）{% endif %}{% if 項.前年度 %}")
    before = row.cells[1].paragraphs[0].add_run("　{{ 前年度 }}：{{ 項.前年度 }}{% endif %}")
    meaning.font.size = before.font.size = Pt(9)
    row_tag(table, "endif")
    row_tag(table, "endfor")
    add_space(document)


def _add_pair(table: Table, label: str, value: str, may_break: bool = False) -> _Row:
    """Add a row of an item. All rows keep together, so that an item breaks only if it must."""
    row = add_row(table, may_break)
    write(row.cells[0], label, LABEL)
    shade(row.cells[0], LABEL_FILL)
    write(row.cells[1], value, VALUE)
    keep_with_next(row)
    return row
