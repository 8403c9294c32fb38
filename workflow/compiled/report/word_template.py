"""The Word template of the report as it is first handed to a city, which then makes it its own.

What stands in braces is filled in (word_tags.py says which names there are): {{ }} a value,
{{r }} whole runs, {%p %} and {%tr %} what repeats or depends.
"""

from __future__ import annotations

import io
import zipfile

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from workflow.compiled.report.word_styles import (
    CONTENTS_LEVELS,
    COVER_TEXT,
    COVER_TITLE,
    ITEM,
    LABEL,
    NOTE,
    PART,
    TAG,
    TEXT_WIDTH,
    VALUE,
    element,
    set_up,
)
from workflow.excel.style import HEADER_FILL, LABEL_FILL, LINE

_LABEL_WIDTH = Mm(30)
_HEADING_LEVELS = 4
_WHITE = RGBColor(0xFF, 0xFF, 0xFF)


def template_document() -> bytes:
    """Return the template, always the same."""
    document = Document()
    document.core_properties.title = "進捗状況報告書のひな形"
    document.core_properties.author = document.core_properties.comments = ""
    set_up(document)
    _add_cover(document)
    _add_contents(document)
    _add_summary(document)
    _add_body(document)
    _add_page_numbers(document)
    content = io.BytesIO()
    document.save(content)
    return repacked(content.getvalue())


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
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _if(document, "not 確定")
    notice = "暫定版です。回答を集めている途中のため、内容が変わることがあります。"
    document.add_paragraph(notice, NOTE).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _tag(document, "endif")


def _add_contents(document: WordDocument) -> None:
    title = document.add_paragraph("目次", PART)
    title.paragraph_format.page_break_before = True
    _tag(document, "for 章 in 目次")
    for level in range(1, CONTENTS_LEVELS + 1):
        _tag(document, f"{'if' if level == 1 else 'elif'} 章.段 == {level}")
        line = document.add_paragraph("{{ 章.見出し }}\t{{ 章.計画書ページ }}\t", f"toc {level}")
        line.add_run("{{r 章.頁 }}")
    _tag(document, "endif")
    _tag(document, "endfor")
    note = document.add_paragraph("右の数字は、計画書のページ、この報告書のページの順です。", NOTE)
    note.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _add_list(document)


def _add_list(document: WordDocument) -> None:
    title = document.add_paragraph("取組の一覧", PART)
    title.paragraph_format.page_break_before = True
    table = _new_table(document, (Mm(20), Mm(80), Mm(37), Mm(19), Mm(14)))
    _set_header(table, ("整理番号", "取組", "担当課", "計画書\nページ", "頁"))
    _row_tag(table, "for 部 in 本文 if not 部.段")
    row, centred = _add_row(table), WD_ALIGN_PARAGRAPH.CENTER
    for cell, text, alignment in zip(
        row.cells,
        ("{{ 部.整理番号 }}", "{{ 部.見出し }}", "{{ 部.担当課 }}", "{{ 部.計画書ページ }}",
         "{{r 部.頁 }}"),
        (centred, None, None, centred, centred),
        strict=True,
    ):  # fmt: skip
        _write(cell, text, VALUE, alignment)
    _row_tag(table, "endfor")


def _add_summary(document: WordDocument) -> None:
    title = document.add_paragraph("集計", PART)
    title.paragraph_format.page_break_before = True
    document.add_paragraph("{{ 件数 }}")
    _if(document, "凡例")
    document.add_paragraph("評価などの意味", PART)
    table = _new_table(document, (Mm(35), Mm(25), Mm(110)))
    _set_header(table, ("項目", "記号", "意味"))
    _row_tag(table, "for 語 in 凡例")
    row = _add_row(table)
    for cell, text in zip(
        row.cells, ("{{ 語.項目名 }}", "{{ 語.値 }}", "{{ 語.意味 }}"), strict=True
    ):
        _write(cell, text, VALUE)
    _row_tag(table, "endfor")
    _tag(document, "endif")
    _tag(document, "for 表 in 集計表")
    document.add_paragraph("{{ 表.題名 }}", PART)
    _add_matrix(document)
    _add_space(document)
    _tag(document, "endfor")


def _add_matrix(document: WordDocument) -> None:
    """Add a table whose columns repeat: tc tags leave out the cell they stand in."""
    table = _new_table(document, (Mm(64), Mm(36), Mm(35), Mm(35)))
    _set_header(table, ("{{ 表.見出し }}", "{%tc for 列 in 表.列 %}", "{{ 列 }}", "{%tc endfor %}"))
    _row_tag(table, "for 行 in 表.行")
    row = _add_row(table)
    texts = ("{{ 行.見出し }}", "{%tc for 数 in 行.数 %}", "{{ 数 }}", "{%tc endfor %}")
    for cell, text in zip(row.cells, texts, strict=True):
        _write(cell, text, VALUE)
    _keep_with_next(row)
    row.cells[2].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    _row_tag(table, "endfor")


def _add_body(document: WordDocument) -> None:
    _tag(document, "for 部 in 本文")
    for level in range(1, _HEADING_LEVELS + 1):
        _tag(document, f"{'if' if level == 1 else 'elif'} 部.段 == {level}")
        _add_heading(document, level)
    _tag(document, f"elif 部.段 > {_HEADING_LEVELS}")
    _add_heading(document, _HEADING_LEVELS)
    _tag(document, "else")
    _add_item(document)
    _tag(document, "endif")
    _tag(document, "endfor")


def _add_heading(document: WordDocument, level: int) -> None:
    paragraph = document.add_paragraph("{{r 部.しおり }}", f"Heading {level}")
    paragraph.add_run("{{ 部.見出し }}")


def _add_item(document: WordDocument) -> None:
    paragraph = document.add_paragraph("{{r 部.しおり }}", ITEM)
    paragraph.add_run("{{ 部.整理番号 }}\t{{ 部.見出し }}")
    _if(document, "部.計画書ページ")
    pages = document.add_paragraph("計画書 {{ 部.計画書ページ }}ページ", NOTE)
    pages.paragraph_format.keep_with_next = True
    pages.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _tag(document, "endif")
    _tag(document, "for 答 in 部.回答")
    _add_reply(document)
    _tag(document, "endfor")


def _add_reply(document: WordDocument) -> None:
    table = _new_table(document, (_LABEL_WIDTH, Length(TEXT_WIDTH - _LABEL_WIDTH)))
    _add_pair(table, "担当課", "{{ 答.担当課 }}")
    _row_tag(table, "if not 答.回答済")
    _add_pair(table, "回答状況", "{{ 答.回答状況 }}　{{ 答.説明 }}")
    _row_tag(table, "endif")
    _row_tag(table, "for 項 in 答.項目")
    _row_tag(table, "if 項.文章")
    _add_pair(table, "{{ 項.項目名 }}", "{{ 項.内容 }}", may_break=True)
    _row_tag(table, "else")
    row = _add_pair(table, "{{ 項.項目名 }}", "{{ 項.内容 }}{% if 項.意味 %}　")
    meaning = row.cells[1].paragraphs[0].add_run("（{{ 項.意味 }}）{% endif %}")
    meaning.font.size = Pt(9)
    _row_tag(table, "endif")
    _row_tag(table, "endfor")
    _add_space(document)


def _add_space(document: WordDocument) -> None:
    """Add a little room below a table, which also ends what must stay on its page."""
    document.add_paragraph("", TAG).paragraph_format.space_after = Pt(4)


def _add_pair(table: Table, label: str, value: str, may_break: bool = False) -> _Row:
    """Add a row of an item. All rows keep together, so that an item breaks only if it must."""
    row = _add_row(table, may_break)
    _write(row.cells[0], label, LABEL)
    _shade(row.cells[0], LABEL_FILL)
    _write(row.cells[1], value, VALUE)
    _keep_with_next(row)
    return row


def _add_page_numbers(document: WordDocument) -> None:
    section = document.sections[0]
    header = section.header.paragraphs[0]
    header.text, header.style = "{{ 計画名 }}　進捗状況報告書　{{ 年度 }}", document.styles[NOTE]
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    footer = section.footer.paragraphs[0]
    footer.style, footer.alignment = document.styles[NOTE], WD_ALIGN_PARAGRAPH.CENTER
    field = element("fldSimple", instr=" PAGE ")
    field.append(footer.add_run("1")._r)
    footer._p.append(field)


def _if(document: WordDocument, condition: str) -> None:
    _tag(document, f"if {condition}")


def _tag(document: WordDocument, tag: str) -> Paragraph:
    return document.add_paragraph(f"{{%p {tag} %}}", TAG)


def _row_tag(table: Table, tag: str) -> None:
    """Add a row that only says what to do with the rows after it."""
    row = _add_row(table)
    _write(row.cells[0].merge(row.cells[-1]), f"{{%tr {tag} %}}", TAG)


def _new_table(document: WordDocument, widths: tuple[Length, ...]) -> Table:
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


def _set_header(table: Table, texts: tuple[str, ...]) -> None:
    row = _add_row(table)
    row._tr.get_or_add_trPr().append(element("tblHeader"))
    for cell, text in zip(row.cells, texts, strict=True):
        _write(cell, text, LABEL, WD_ALIGN_PARAGRAPH.CENTER)
        _shade(cell, HEADER_FILL)
        for run in cell.paragraphs[0].runs:
            run.font.color.rgb = _WHITE
    _keep_with_next(row)


def _add_row(table: Table, may_break: bool = False) -> _Row:
    row: _Row = table.add_row()
    if not may_break:
        row._tr.get_or_add_trPr().insert(0, element("cantSplit"))
    return row


def _write(cell: _Cell, text: str, style: str, alignment: WD_ALIGN_PARAGRAPH | None = None) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.text, paragraph.alignment = text, alignment
    paragraph.style = style


def _keep_with_next(row: _Row) -> None:
    for cell in row.cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def _shade(cell: _Cell, colour: str) -> None:
    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(qn("w:shd")):
        properties.remove(old)
    properties.append(element("shd", val="clear", color="auto", fill=colour.removeprefix("#")))


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
