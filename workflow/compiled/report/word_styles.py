"""The look of the report's Word template: paper, fonts, headings, numbers of pages."""

from __future__ import annotations

from docx.document import Document
from docx.enum.section import WD_ORIENTATION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from workflow.excel.style import FONT, HEADER_FILL, INK, MUTED_INK
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper and the margin on either side of the text."""

    width: Length
    height: Length
    margin: Length

    @property
    def text_width(self) -> Length:
        """The room between the margins."""
        return Length(self.width - 2 * self.margin)


ITEM, LABEL, VALUE, NOTE, TAG = "取組", "表の見出し", "表の内容", "注", "指示"
CONTENTS_LEVELS = 3
"""Levels of headings in the table of contents."""

COVER_TITLE, COVER_TEXT, FRONT_TITLE = "表紙の題名", "表紙の文字", "題名"
PART, BAND, BLOCK = "部の見出し", "節の見出し", "取組の見出し"

_HEADINGS = (
    (16.0, HEADER_FILL, 18.0),
    (13.5, HEADER_FILL, 16.0),
    (11.5, INK, 14.0),
    (11.0, INK, 12.0),
)
"""Size in points, colour and space above of the headings, from the top."""


def element(tag: str, **attributes: str) -> BaseOxmlElement:
    """Return a WordprocessingML element with attributes of that namespace."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def set_up(document: Document, paper: Paper) -> None:
    """Give an empty document the paper and the styles of a report."""
    _set_paper(document, paper)
    _set_defaults(document)
    for level, (size, colour, above) in enumerate(_HEADINGS, start=1):
        _set_heading(document.styles[f"Heading {level}"], level, size, colour, above)
    _add_contents_styles(document, paper.text_width)
    _add_own_styles(document, paper.text_width)


def _set_paper(document: Document, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = paper.width, paper.height
    is_wide = paper.width > paper.height
    section.orientation = WD_ORIENTATION.LANDSCAPE if is_wide else WD_ORIENTATION.PORTRAIT
    section.left_margin = section.right_margin = paper.margin
    section.top_margin, section.bottom_margin = Mm(20), Mm(17)
    section.header_distance, section.footer_distance = Mm(10), Mm(8)
    section.different_first_page_header_footer = True


def _set_defaults(document: Document) -> None:
    """Set font and language for all styles, and what Word would ask or warn about."""
    properties = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))[0]
    for child in list(properties):
        properties.remove(child)
    properties.append(_fonts())
    properties.append(element("sz", val="21"))
    properties.append(element("lang", val="ja-JP", eastAsia="ja-JP"))
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.size, normal.font.color.rgb = Pt(10.5), _rgb(INK)
    normal.paragraph_format.line_spacing = 1.35
    normal.paragraph_format.space_after = Pt(4)
    normal.paragraph_format.widow_control = True
    settings = document.settings.element
    compatibility = element("compat")
    uri = "http://schemas.microsoft.com/office/word"
    mode = element("compatSetting", name="compatibilityMode", uri=uri, val="15")
    compatibility.append(mode)
    for old in settings.findall(qn("w:compat")):
        settings.replace(old, compatibility)


def _set_heading(style: ParagraphStyle, level: int, size: float, colour: str, above: float) -> None:
    properties = style.element.get_or_add_rPr()
    for child in list(properties):
        properties.remove(child)
    properties.append(_fonts())
    style.font.size, style.font.bold, style.font.color.rgb = Pt(size), True, _rgb(colour)
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(above), Pt(6)
    layout.line_spacing, layout.keep_with_next, layout.keep_together = 1.2, True, True
    if level == 1:
        _add_line(style, "bottom", HEADER_FILL, 12)
    if level == 2:
        _add_line(style, "left", HEADER_FILL, 24)
        layout.left_indent = Mm(0)


def _add_contents_styles(document: Document, text_width: Length) -> None:
    for level in range(1, CONTENTS_LEVELS + 1):
        style = _new_style(document, f"toc {level}")
        style.paragraph_format.left_indent = Mm(6 * (level - 1))
        style.paragraph_format.space_before = Pt(8 if level == 1 else 1)
        style.paragraph_format.space_after = Pt(1)
        style.paragraph_format.line_spacing = 1.2
        stops = style.paragraph_format.tab_stops
        stops.add_tab_stop(text_width, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        style.font.size, style.font.bold = Pt(10.5 if level < 3 else 9.5), level == 1


def _add_own_styles(document: Document, text_width: Length) -> None:
    item = _new_style(document, ITEM)
    item.font.size, item.font.bold = Pt(11), True
    layout = item.paragraph_format
    layout.space_before, layout.space_after = Pt(10), Pt(3)
    layout.line_spacing, layout.keep_with_next, layout.keep_together = 1.2, True, True
    layout.left_indent, layout.first_line_indent = Mm(17), Mm(-17)
    layout.tab_stops.add_tab_stop(Mm(17))
    block = _new_style(document, BLOCK)
    block.font.size, block.font.bold = Pt(10.5), True
    block.paragraph_format.space_after, block.paragraph_format.line_spacing = Pt(3), 1.2
    block.paragraph_format.keep_with_next = True
    for style in (item, block):
        style.element.get_or_add_pPr().append(element("outlineLvl", val="4"))
    for name, size, bold, spacing in (
        (LABEL, 9.5, True, 1.25),
        (VALUE, 10, False, 1.25),
        (NOTE, 9, False, 1.25),
        (TAG, 7, False, 1.0),
    ):
        style = _new_style(document, name)
        style.font.size, style.font.bold = Pt(size), bold
        style.paragraph_format.line_spacing = spacing
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(2)
    for name in (NOTE, TAG):
        _style(document, name).font.color.rgb = _rgb(MUTED_INK)
    _add_cover_styles(document)
    _add_part_styles(document, text_width)


def _add_cover_styles(document: Document) -> None:
    title = _new_style(document, COVER_TITLE)
    title.font.size, title.font.bold, title.font.color.rgb = Pt(26), True, _rgb(HEADER_FILL)
    front = _new_style(document, FRONT_TITLE)
    front.font.size, front.font.bold, front.font.color.rgb = Pt(20), True, _rgb(HEADER_FILL)
    text = _new_style(document, COVER_TEXT)
    text.font.size = Pt(13)
    for style in (title, front, text):
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        style.paragraph_format.line_spacing = 1.3
        style.paragraph_format.space_after = Pt(8)


def _add_part_styles(document: Document, text_width: Length) -> None:
    part = _new_style(document, PART)
    part.font.size, part.font.bold, part.font.color.rgb = Pt(14), True, _rgb(HEADER_FILL)
    part.paragraph_format.keep_with_next = True
    part.paragraph_format.space_before, part.paragraph_format.space_after = Pt(14), Pt(6)
    part.paragraph_format.tab_stops.add_tab_stop(text_width, WD_TAB_ALIGNMENT.RIGHT)
    band = _new_style(document, BAND)
    band.font.size, band.font.bold, band.font.color.rgb = Pt(12), True, _rgb(HEADER_FILL)
    band.paragraph_format.keep_with_next = True
    band.paragraph_format.space_before, band.paragraph_format.space_after = Pt(1), Pt(2)
    band.paragraph_format.line_spacing = 1.2
    band.element.get_or_add_pPr().append(element("outlineLvl", val="1"))


def _new_style(document: Document, name: str) -> ParagraphStyle:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style = document.styles["Normal"]
    style.hidden, style.quick_style = False, True
    return style


def _style(document: Document, name: str) -> ParagraphStyle:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    return style


def _add_line(style: ParagraphStyle, side: str, colour: str, eighths: int) -> None:
    borders = element("pBdr")
    line = element(side, val="single", sz=str(eighths), space="4", color=colour.removeprefix("#"))
    borders.append(line)
    properties = style.element.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc",
        "w:outlineLvl",
    )  # fmt: skip


def _fonts() -> BaseOxmlElement:
    return element("rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT)


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.removeprefix("#"))
