"""The report as a Word document: a city's template, filled in.

A template is somebody's own file: its tags run in Jinja's sandbox, and whatever it lacks is said
in one sentence. Answers are put in as text, after Jinja and never through it again.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC
from typing import Any

from docx.opc.exceptions import OpcError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from lxml.etree import _Element
from markupsafe import Markup

from workflow.compiled.content import Content
from workflow.compiled.report.word_chart import add_chart
from workflow.compiled.report.word_package import packed, unpacked_size
from workflow.compiled.report.word_tables import BALANCED
from workflow.compiled.report.word_tags import Tags, tags_of, word_text
from workflow.model.errors import WorkspaceError, line_of

MOST_BYTES = 100_000_000
"""How large a template may be once unpacked."""

_CHART = "図"
_SHOWN = 40
_QUOTED = re.compile("'([^']+)'")
_MARKS = re.compile(r"<[^>]+>")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


class UnsuitableError(Exception):
    """A template cannot be filled; the text says why and where."""


def word_report(template: bytes, name: str, content: Content) -> bytes:
    """Return a template, filled. The same template and content give the same bytes.

    Name is the template's file name, for complaints. Raises WorkspaceError with one sentence when
    it is no Word document, or when its tags are broken.
    """
    try:
        return _filled(template, content)
    except UnsuitableError as error:
        raise WorkspaceError(
            f"報告書のひな形（{name}）は使えません。{error}。ひな形をWordで開いて直すか、"
            "別の名前にして残してください（なければ、もとのひな形をもう一度作ります）。"
        ) from error


def _filled(template: bytes, content: Content) -> bytes:
    document = _opened(template)
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, finalize=_as_word
    )
    try:
        document.render(_values(document, content), environment, autoescape=True)
    except TemplateSyntaxError as error:
        near = _near(document.rendering, error.lineno)
        raise UnsuitableError(
            f"{near}二重の波かっこや「{{%」で囲んだ指示の書き方に誤りがあります"
        ) from error
    except UndefinedError as error:
        near = _near(document.rendering, line_of(error))
        named = _QUOTED.findall(error.message or "")
        name = f"「{named[-1]}」という" if named else ""
        raise UnsuitableError(f"{near}{name}知らない名前が使われています") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        near = _near(document.rendering, line_of(error))
        raise UnsuitableError(f"{near}指示のとおりに値を入れられません") from error
    except etree.XMLSyntaxError as error:
        raise UnsuitableError(
            "繰返しや条件の指示が、段落や表の途中で始まるか終わっています"
        ) from error
    _settle(document, content)
    return packed(document)


def _values(document: _Template, content: Content) -> Tags:
    """Return what the template can name. The chart is part of a document that shows it alone."""
    chart = Markup("")
    if content.trend and _CHART in document.get_xml():
        chart = add_chart(document.docx, content.trend)
    return tags_of(content) | {_CHART: chart}


def _opened(template: bytes) -> _Template:
    try:
        if unpacked_size(template) > MOST_BYTES:
            raise UnsuitableError("中身が大きすぎます")
        document = _Template(io.BytesIO(template))
        document.init_docx()
    except (zipfile.BadZipFile, OpcError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise UnsuitableError("Wordの文書（.docx）として読み取れません") from error
    return document


class _Template(DocxTemplate):  # type: ignore[misc]
    """A Word document with tags.

    DocxTemplate changes the text once more after it is filled in (its own spelling of braces, line
    breaks, form feeds), and lets broken XML pass; here nothing touches it any more.
    """

    rendering = ""
    """What is being filled in, a paragraph a line."""

    def render_xml_part(
        self, src_xml: str, part: object, context: dict[str, Any], jinja_env: SandboxedEnvironment
    ) -> str:
        """Return a part filled in."""
        self.rendering = re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml)
        filled = jinja_env.from_string(self.rendering).render(context)
        etree.fromstring(filled.encode(), _PARSER)  # only to see that it is XML
        return re.sub(r"\n<w:p([ >])", r"<w:p\1", filled)

    def fix_tables(self, xml: str) -> etree._Element:
        """Return the body as a tree; where a tag repeats cells, they share the room there is."""
        tree = etree.fromstring(xml.encode(), _PARSER)
        for table in tree.iter(qn("w:tbl")):
            share_width(table)
            balance(table)
        for row in tree.iter(qn("w:tr")):
            let_break(row)
        for cell in tree.iter(qn("w:tc")):
            end_with_paragraph(cell)
        return tree

    def render_properties(
        self, context: dict[str, Any], jinja_env: SandboxedEnvironment | None = None
    ) -> None:
        """Leave the properties: they are set from the content, not by tags."""


def _as_word(value: object) -> object:
    """Return what a tag stands for, as Word writes it: texts keep their lines, XML stays XML."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return word_text(value)


def _settle(document: _Template, content: Content) -> None:
    """Say whose document it is and as of when, and let Word count the pages when it opens it."""
    properties, moment = document.core_properties, content.stage.as_of.astimezone(UTC)
    properties.title = f"{content.plan.title}　進捗状況報告書"
    properties.author = properties.last_modified_by = content.plan.municipality.name
    properties.created = properties.modified = moment.replace(tzinfo=None)
    properties.comments = str(content.stage)
    properties.revision = 1
    settings = document.settings.element
    for old in settings.findall(qn("w:updateFields")):
        settings.remove(old)
    updating = OxmlElement("w:updateFields")
    updating.set(qn("w:val"), "true")
    settings.insert_element_before(updating, *_AFTER_UPDATING)


_AFTER_UPDATING = (
    "w:hdrShapeDefaults", "w:footnotePr", "w:endnotePr", "w:compat", "w:docVars", "w:rsids",
    "m:mathPr", "w:attachedSchema", "w:themeFontLang", "w:clrSchemeMapping",
    "w:doNotIncludeSubdocsInStats", "w:shapeDefaults", "w:decimalSymbol", "w:listSeparator",
)  # fmt: skip
"""What may follow w:updateFields in the settings (ECMA-376 Part 1, A.1, CT_Settings)."""


def _near(rendering: str, line: int | None) -> str:
    """Return where in the document a line of the template stands, by the words near to it."""
    lines = rendering.splitlines()
    if line is None or not 0 < line <= len(lines):
        return ""
    words = _MARKS.sub("", lines[line - 1]).strip()
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    return f"「{shown}」のあたりで、" if shown else ""


# What a Word table needs once it is filled in. Works on the elements themselves.

_LONGEST_WHOLE = 700
"""Characters of a text that fills about half a page where two stand side by side."""


def end_with_paragraph(cell: _Element) -> None:
    """End a cell as Word asks of every cell, also where tags left nothing in it."""
    if len(cell) == 0 or cell[-1].tag != qn("w:p"):
        cell.append(OxmlElement("w:p"))


def let_break(row: _Element) -> None:
    """Let a row with a long text go on over the page, rather than leave half a page empty."""
    properties = row.find(qn("w:trPr"))
    whole = None if properties is None else properties.find(qn("w:cantSplit"))
    if whole is not None and max(map(_length, row.iter(qn("w:tc")))) > _LONGEST_WHOLE:
        properties.remove(whole)


def _length(cell: _Element) -> int:
    """Return how many characters stand in a cell itself, not in tables within it."""
    texts = cell.iterfind(f"{qn('w:p')}/{qn('w:r')}/{qn('w:t')}")
    return sum(len(text.text or "") for text in texts)


_LEAST_SHARE, _MOST_SHARE = 0.3, 0.7
_BALANCED_COLUMNS = 3


def balance(table: _Element) -> None:
    """Give two texts that stand beside each other widths by their lengths, so both end together.

    Such a table has three columns: a text on the left stands over the first two, what was chosen
    stands over the first alone.
    """
    caption = table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
    if caption is None or caption.get(qn("w:val")) != BALANCED:
        return
    columns = table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
    widths = [int(column.get(qn("w:w"), "0")) for column in columns]
    rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
    beside = [row for row in rows if [_span_of(cell) for cell in row] == [2, 1]]
    if len(widths) != _BALANCED_COLUMNS or not beside:
        return
    left, right = (sum(_length(row[n]) for row in beside) for n in (0, 1))
    share = min(max(left / max(1, left + right), _LEAST_SHARE), _MOST_SHARE)
    whole, first = sum(widths), widths[0]
    wide = max(first, round(whole * share))
    widths = [first, wide - first, whole - wide]
    for column, width in zip(columns, widths, strict=True):
        column.set(qn("w:w"), str(width))
    for row in rows:
        at = 0
        for cell in row:
            span = _span_of(cell)
            _set_width(cell, sum(widths[at : at + span]))
            at += span


def _span_of(cell: _Element) -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return 1 if span is None else int(span.get(qn("w:val"), "1"))


def share_width(table: _Element) -> None:
    """Give a table as many columns as its rows have, as wide together as those it was drawn with.

    The first column keeps its width, and so do columns drawn otherwise than the second, which is
    the one that repeats; those share the rest. A table whose rows have the columns it was drawn
    with, or with cells over several columns, is left alone.
    """
    grid = table.find(qn("w:tblGrid"))
    rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
    columns = grid.findall(qn("w:gridCol")) if grid is not None else []
    counts = {len(row) for row in rows}
    if not columns or len(counts) != 1 or counts == {len(columns)} or _has_wide_cells(table):
        return
    drawn = [int(column.get(qn("w:w"), "0")) for column in columns]
    widths = _shared(drawn, [_width_of(cell) for cell in rows[0]])
    for column in columns:
        grid.remove(column)
    for width in widths:
        column = OxmlElement("w:gridCol")
        column.set(qn("w:w"), str(width))
        grid.append(column)
    for row in rows:
        for cell, width in zip(row, widths, strict=True):
            _set_width(cell, width)


def _shared(drawn: list[int], cells: list[int]) -> list[int]:
    """Return the width of each cell of a row, given those of the columns drawn."""
    repeats = [n for n, width in enumerate(cells) if n and width == cells[1]]
    kept = {n: width for n, width in enumerate(cells) if n not in repeats} | {0: drawn[0]}
    rest = max(0, sum(drawn) - sum(kept.values())) // max(1, len(repeats))
    return [kept.get(n, rest) for n in range(len(cells))]


def _width_of(cell: _Element) -> int:
    width = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    return int(width.get(qn("w:w"), "0")) if width is not None else 0


def _has_wide_cells(table: _Element) -> bool:
    return next(table.iter(qn("w:gridSpan")), None) is not None


def _set_width(cell: _Element, width: int) -> None:
    for found in cell.iterfind(f"{qn('w:tcPr')}/{qn('w:tcW')}"):
        found.set(qn("w:w"), str(width))
        found.set(qn("w:type"), "dxa")
