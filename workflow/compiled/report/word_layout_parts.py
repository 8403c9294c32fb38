"""What several layouts of the report's Word template have: front page, contents, choices."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from docx.table import _Cell

from workflow.compiled.report.word_styles import (
    COVER_TEXT,
    FRONT_TITLE,
    NOTE,
    PART,
    VALUE,
)
from workflow.compiled.report.word_tables import (
    add_cell_text,
    tag,
)

_CENTER = WD_ALIGN_PARAGRAPH.CENTER


def add_front(document: WordDocument) -> None:
    """Add what the first page says: what this is and how it went."""
    document.add_paragraph("{{ 計画名 }}　進捗状況報告書", FRONT_TITLE)
    document.add_paragraph("{{ 年度と西暦 }}　　{{ 団体名 }}", COVER_TEXT)
    document.add_paragraph("{{ 時点 }}", NOTE).alignment = _CENTER
    add_notice(document)
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


def add_notice(document: WordDocument) -> None:
    """Add what a version that is not final says of itself."""
    tag(document, "if not 確定")
    notice = "暫定版です。報告を集めている途中のため、内容が変わることがあります。"
    document.add_paragraph(notice, NOTE).alignment = _CENTER
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
