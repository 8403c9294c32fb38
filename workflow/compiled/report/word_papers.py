"""Short papers in Word that are no template: 一枚まとめ and 正誤表."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from itertools import groupby

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Length, Mm, Pt
from docx.table import Table

from workflow.compiled.compilation import Compilation
from workflow.compiled.content import Content
from workflow.compiled.report.word_package import packed
from workflow.compiled.report.word_styles import (
    FRONT_TITLE,
    LABEL,
    NOTE,
    PART,
    VALUE,
    Paper,
    set_up,
)
from workflow.compiled.report.word_tables import (
    add_cell_text,
    add_row,
    keep_with_next,
    new_table,
    set_header,
    shade,
    write,
)
from workflow.compiled.round import Stage
from workflow.compiled.summaries.brief import LOOKED_AT_TITLE, Brief, LookedAt, Moves
from workflow.compiled.summaries.errata import ERRATA_SHEET, Erratum
from workflow.excel.style import LABEL_FILL
from workflow.model.plain_text import legible
from workflow.model.years import era_year

_UPRIGHT = Paper(Mm(210), Mm(297), Mm(18))
_LONGEST_WHOLE = 300
"""Characters of a cell up to which its row stays on one page."""


def brief_paper(brief: Brief, content: Content) -> bytes:
    """Return the page for who has one minute."""
    document = _new_document(brief.title, content.plan.municipality.name, content.stage)
    document.sections[0].top_margin = Mm(13)
    _add_figures(document, brief)
    if brief.indicators:
        document.add_paragraph(brief.indicators, NOTE)
    if brief.moves:
        _add_moves(document, brief.moves)
    document.add_paragraph(LOOKED_AT_TITLE, PART)
    if brief.looked_at:
        _add_looked_at(document, brief.looked_at, content.plan.levels[-1])
    if brief.note:
        document.add_paragraph(brief.note, NOTE)
    return packed(document)


def errata_paper(compilation: Compilation) -> bytes:
    """Return what was put right, from what to what."""
    plan, stage = compilation.round.plan, compilation.stage
    title = f"{plan.title}　{era_year(compilation.ledger.year)}　{ERRATA_SHEET}"
    document = _new_document(title, plan.municipality.name, stage)
    heads = ("整理番号", f"{plan.levels[-1]}・担当課", "項目", "誤（前）", "正（今回）")
    for since, group in groupby(compilation.errata, key=lambda erratum: erratum.since):
        document.add_paragraph(f"{since}からの訂正", PART)
        table = new_table(document, (Mm(20), Mm(36), Mm(22), Mm(48), Mm(48)))
        set_header(table, heads)
        for _, of_item in groupby(group, key=lambda one: (one.item, one.title, one.owner)):
            for number, erratum in enumerate(of_item):
                _add_erratum(table, erratum, is_first=number == 0)
    return packed(document)


def _add_erratum(table: Table, erratum: Erratum, *, is_first: bool) -> None:
    """Add a row; what changed stands in bold, and the item is named in its first row."""
    passages = erratum.passages
    row = add_row(table, may_break=max(len(str(passage)) for passage in passages) > _LONGEST_WHOLE)
    named = "\n".join(filter(None, (erratum.title, erratum.owner))) if is_first else "同上"
    texts = (erratum.item, named, erratum.label)
    for cell, text in zip(row.cells, texts, strict=False):
        write(cell, legible(text), VALUE)
    for cell, passage in zip(row.cells[len(texts) :], passages, strict=True):
        write(cell, legible(passage.before), VALUE)
        paragraph = cell.paragraphs[0]
        changed = paragraph.add_run(legible(passage.changed))
        changed.bold = changed.underline = True
        paragraph.add_run(legible(passage.after))


def _add_figures(document: WordDocument, brief: Brief) -> None:
    width = Length(_UPRIGHT.text_width // len(brief.figures))
    table = new_table(document, tuple(width for _ in brief.figures))
    row = add_row(table)
    for cell, figure in zip(row.cells, brief.figures, strict=True):
        write(cell, figure.label, LABEL, WD_ALIGN_PARAGRAPH.CENTER)
        shade(cell, LABEL_FILL)
        value = cell.add_paragraph("", VALUE)
        run = value.add_run(figure.value)
        run.bold, run.font.size = True, Pt(18)
        note = cell.add_paragraph(figure.note, NOTE)
        value.alignment = note.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _add_moves(document: WordDocument, moves: Sequence[Moves]) -> None:
    """Add what rose and what fell, beside each other."""
    document.add_paragraph("", NOTE).paragraph_format.space_after = Pt(0)
    table = new_table(document, tuple(Length(_UPRIGHT.text_width // len(moves)) for _ in moves))
    set_header(table, tuple(f"{one.title}：{one.count:,}件" for one in moves))
    for cell, one in zip(add_row(table).cells, moves, strict=True):
        more = [f"ほか{one.left_out:,}件"] if one.left_out else []
        texts = [f"{move.item}　{move.text}" for move in one.named] + more or ["ありません。"]
        write(cell, legible(texts[0]), VALUE)
        for text in texts[1:]:
            add_cell_text(cell, legible(text), VALUE)


def _add_looked_at(document: WordDocument, items: Sequence[LookedAt], level: str) -> None:
    """Add the items to look at, each with its line below it across the table."""
    table = new_table(document, (Mm(18), Mm(80), Mm(36), Mm(40)))
    set_header(table, ("整理番号", level, "担当課", "理由"))
    for one in items:
        row = add_row(table)
        texts = (one.item, one.title, one.department, one.reason)
        for cell, text in zip(row.cells, texts, strict=True):
            write(cell, legible(text), VALUE)
        if one.line:
            keep_with_next(row)
            across = add_row(table)
            write(across.cells[0].merge(across.cells[-1]), legible(one.line), NOTE)


def _new_document(title: str, author: str, stage: Stage) -> WordDocument:
    document = Document()
    set_up(document, _UPRIGHT)
    properties, moment = document.core_properties, stage.as_of.astimezone(UTC)
    properties.title, properties.author, properties.comments = title, author, str(stage)
    properties.created = properties.modified = moment.replace(tzinfo=None)
    heading = document.add_paragraph(title, FRONT_TITLE)
    heading.runs[0].font.size = Pt(15)
    document.add_paragraph(str(stage), NOTE).alignment = WD_ALIGN_PARAGRAPH.CENTER
    return document
