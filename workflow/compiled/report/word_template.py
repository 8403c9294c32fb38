"""The Word templates of the report as they are first handed to a city, which makes them its own.

There is one for each layout: 門真型 two or three items a page under a head that says where in the
plan they stand, 一覧型 a table across the page, 縦型 a table for each item.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from types import MappingProxyType

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell, _Row

from workflow.compiled.report.word_styles import (
    BAND,
    BLOCK,
    CONTENTS_LEVELS,
    COVER_TEXT,
    COVER_TITLE,
    FRONT_TITLE,
    ITEM,
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

USUAL_LAYOUT = "門真型"

_RIGHT, _CENTER = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
_HEADING_LEVELS = 4
_LABEL_WIDTH, _BLOCK_HEIGHT = Mm(30), Mm(40)
_UPRIGHT = Paper(Mm(210), Mm(297), Mm(20))
_UPRIGHT_WIDE = Paper(Mm(210), Mm(297), Mm(15))
_ACROSS = Paper(Mm(297), Mm(210), Mm(15))


def template_document(layout: str) -> bytes:
    """Return the template of a layout, always the same."""
    document = Document()
    document.core_properties.title = "進捗状況報告書のひな形"
    document.core_properties.author = document.core_properties.comments = ""
    LAYOUTS[layout](document)
    _add_page_numbers(document)
    content = io.BytesIO()
    document.save(content)
    return repacked(content.getvalue())


def _add_blocks_layout(document: WordDocument) -> None:
    set_up(document, _UPRIGHT_WIDE)
    _add_front(document)
    _add_contents_of_sections(document)
    _add_overview(document)
    _add_sections_of_blocks(document)


def _add_list_layout(document: WordDocument) -> None:
    set_up(document, _ACROSS)
    _add_front(document)
    _add_contents_of_sections(document)
    _add_sections_of_rows(document)


def _add_tables_layout(document: WordDocument) -> None:
    set_up(document, _UPRIGHT)
    _add_cover(document)
    _add_contents(document)
    _add_list(document)
    _add_summary(document)
    _add_body(document)


LAYOUTS: Mapping[str, Callable[[WordDocument], None]] = MappingProxyType(
    {"門真型": _add_blocks_layout, "一覧型": _add_list_layout, "縦型": _add_tables_layout}
)


# What 門真型 and 一覧型 begin with: one page that says what this is and how it went.


def _add_front(document: WordDocument) -> None:
    document.add_paragraph("{{ 計画名 }}　進捗状況報告書", FRONT_TITLE)
    document.add_paragraph("{{ 年度と西暦 }}　　{{ 団体名 }}", COVER_TEXT)
    document.add_paragraph("{{ 時点 }}", NOTE).alignment = _CENTER
    _add_notice(document)
    greeting = document.add_paragraph(
        "この報告書は、「{{ 計画名 }}」に掲げた取組が、{{ 年度 }}にどこまで進んだかを、"
        "市民の皆さまにお知らせするものです。{{ 件数 }}"
    )
    greeting.paragraph_format.space_before = Pt(10)
    tag(document, "if 図")
    document.add_paragraph("{{ 図の題 }}の結果", PART)
    document.add_paragraph("{{r 図 }}").alignment = _CENTER
    tag(document, "endif")
    tag(document, "if 凡例")
    meaning = "{{ 語.項目名 }}の「{{ 語.値 }}」は、「{{ 語.意味 }}」という意味です。"
    document.add_paragraph(f"{{% for 語 in 凡例 %}}{meaning}{{% endfor %}}", NOTE)
    tag(document, "endif")


def _add_notice(document: WordDocument) -> None:
    tag(document, "if not 確定")
    notice = "暫定版です。報告を集めている途中のため、内容が変わることがあります。"
    document.add_paragraph(notice, NOTE).alignment = _CENTER
    tag(document, "endif")


def _add_contents_of_sections(document: WordDocument) -> None:
    document.add_paragraph("目次\tページ", PART)
    tag(document, "for 施策 in 節")
    tag(document, "if 施策.始まり")
    document.add_paragraph("{{ 施策.上の見出し }}", "toc 1").paragraph_format.keep_with_next = True
    tag(document, "endif")
    line = document.add_paragraph("{{ 施策.見出し }}\t", "toc 2")
    line.add_run("{{r 施策.ページ }}")
    tag(document, "endfor")


# 門真型: the items of each 基本施策 on one page, then its blocks, headed on every page.


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
    _begin_sections(document)
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


def _begin_sections(document: WordDocument) -> None:
    document.add_paragraph("各取組の状況", PART).paragraph_format.page_break_before = True
    tag(document, "for 施策 in 節")


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
    _write_choice(row.cells[0], "組.左")
    cell = row.cells[1].merge(row.cells[2])
    write(cell, "{%p if 組.右 %}", VALUE)
    _write_choice(cell, "組.右")
    add_cell_tag(cell, "endif")
    row_tag(table, "endif")
    row_tag(table, "endfor")


def _write_prose(cell: _Cell, name: str) -> None:
    write(cell, f"■{{{{ {name}.項目名 }}}}", LABEL)
    cell.paragraphs[0].paragraph_format.keep_with_next = True
    add_cell_text(cell, f"{{{{ {name}.内容 }}}}", VALUE)


def _write_choice(cell: _Cell, name: str) -> None:
    """Write what was chosen, what it means and what it was last year, on one line."""
    first = cell.paragraphs[0]
    paragraph = add_cell_text(cell, "", VALUE) if first.text else first
    paragraph.style = VALUE
    paragraph.add_run(f"■{{{{ {name}.項目名 }}}}　").bold = True
    paragraph.add_run(f"{{{{ {name}.内容 }}}}{{% if {name}.意味 %}}　")
    meaning = paragraph.add_run(f"{{{{ {name}.意味 }}}}{{% endif %}}{{% if {name}.前年度 %}}")
    before = paragraph.add_run(f"（{{{{ 前年度 }}}}は{{{{ {name}.前年度 }}}}）{{% endif %}}")
    meaning.font.size = before.font.size = Pt(9)


# 一覧型: a row for each reply, its prose side by side across the page.


def _add_sections_of_rows(document: WordDocument) -> None:
    _begin_sections(document)
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
    _write_choice(cell, "項")
    add_cell_tag(cell, "endfor")


# 縦型: cover, contents, list, counts, and a table for each item.


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
    _add_notice(document)


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
    document.add_paragraph("{{ 件数 }}")
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
    table = new_table(document, (_LABEL_WIDTH, Length(_UPRIGHT.text_width - _LABEL_WIDTH)))
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


def _add_page_numbers(document: WordDocument) -> None:
    section = document.sections[0]
    header = section.header.paragraphs[0]
    header.text, header.style = "{{ 計画名 }}　進捗状況報告書　{{ 年度 }}", document.styles[NOTE]
    header.alignment = _RIGHT
    footer = section.footer.paragraphs[0]
    footer.style, footer.alignment = document.styles[NOTE], _CENTER
    field = element("fldSimple", instr=" PAGE ")
    field.append(footer.add_run("1")._r)
    footer._p.append(field)


# A .docx as a package: its size before it is read, its bytes the same for the same content.

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The one time every part carries: the earliest a zip can say."""


def unpacked_size(document: bytes) -> int:
    """Return how many bytes a package claims to hold. Raises BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        return sum(part.file_size for part in package.infolist())


def repacked(document: bytes) -> bytes:
    """Return a package with the same parts in the same order and no time of its own."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as package,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as again,
    ):
        for part in package.infolist():
            same = zipfile.ZipInfo(part.filename, _EARLIEST)
            same.compress_type = zipfile.ZIP_DEFLATED
            same.create_system = 0
            again.writestr(same, package.read(part))
    return content.getvalue()
