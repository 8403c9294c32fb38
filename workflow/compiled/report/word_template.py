"""The Word templates of the report as they are first handed to a city, which makes them its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH

from workflow.compiled.report.word_layout_sections import add_blocks_layout, add_rows_layout
from workflow.compiled.report.word_layout_tables import add_tables_layout
from workflow.compiled.report.word_package import packed
from workflow.compiled.report.word_styles import NOTE, element

USUAL_LAYOUT = "門真型"
LAYOUTS: Mapping[str, Callable[[WordDocument], None]] = MappingProxyType(
    {USUAL_LAYOUT: add_blocks_layout, "一覧型": add_rows_layout, "縦型": add_tables_layout}
)


def template_document(layout: str) -> bytes:
    """Return the template of a layout, always the same."""
    document = Document()
    document.core_properties.title = "進捗状況報告書のひな形"
    document.core_properties.author = document.core_properties.comments = ""
    LAYOUTS[layout](document)
    _add_page_numbers(document)
    return packed(document)


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
