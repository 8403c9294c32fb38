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
from markupsafe import Markup

from workflow.compiled.content import Content
from workflow.compiled.report.word_chart import add_chart
from workflow.compiled.report.word_fitting import fit_tables
from workflow.compiled.report.word_package import packed, unpacked_size
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
        fit_tables(tree)
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
