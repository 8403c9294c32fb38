"""Layout → the bytes of a locked workbook. The same layout gives the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, time
from io import BytesIO

from xlsxwriter import Workbook

from workflow.excel.workbook import ALLOWED_WHEN_LOCKED, add_sheet, new_workbook
from workflow.model.fields.declarations import FONT_SIZE
from workflow.model.plan import Department, Plan, PreviousAnswers
from workflow.model.years import JST
from workflow.templates.corrections import cell_marks, mark_cells
from workflow.templates.filling import Filling
from workflow.templates.lay_out import lay_out_issue
from workflow.templates.layout import (
    CORRECTION_SHEET,
    COVER_SHEET,
    DIGEST_PROPERTY,
    MADE_FROM_PROPERTY,
    NUMBER_NAME,
    NUMBER_PROPERTY,
    Layout,
)
from workflow.templates.own.lay_out import lay_out_own
from workflow.templates.own.workbook import OwnWorkbook
from workflow.templates.register import Issue
from workflow.templates.sheets.corrections import made_from_text, write_corrections
from workflow.templates.sheets.cover import NUMBER_CELL, write_cover
from workflow.templates.sheets.entries import write_entries

_EMPTY = Filling()


def template_bytes(
    layout: Layout, filling: Filling = _EMPTY, own: OwnWorkbook | None = None
) -> bytes:
    """Return the template as an .xlsx file; one with corrections gets a sheet that lists them.

    One on the city's own form is made of its workbook.
    """
    if own:
        from workflow.templates.own.fill import own_template_bytes  # 31 ms, with handback
        from workflow.templates.own.handback import with_corrections  # with fill

        own_layout = lay_out_own(own.form, layout)
        template = own_template_bytes(own_layout, own.content, filling)
        is_clean = not (filling.corrections or filling.questions)
        return template if is_clean else with_corrections(template, own_layout, filling)
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE, locked=True)
    _write_stamps(book, layout, filling)
    listed = [add_sheet(book, CORRECTION_SHEET)] if filling.corrections or filling.questions else []
    cover = add_sheet(book, COVER_SHEET)
    entries = [(add_sheet(book, asked.sheet), asked) for asked in layout.sheets]
    for sheet in listed:
        listed_at = write_corrections(book, sheet, layout, filling)
        marks = cell_marks(layout, filling, listed_at)
        for written, asked in entries:
            mark_cells(book, written, (m for m in marks if m.target.sheet == asked.sheet))
    choices = write_cover(book, cover, layout, filling)
    for written, asked in entries:
        write_entries(book, written, asked, choices, filling)
    for sheet in (*listed, cover, *(written for written, _ in entries)):
        sheet.protect(layout.lock_password, ALLOWED_WHEN_LOCKED)
    book.define_name(NUMBER_NAME, f"='{COVER_SHEET}'!{NUMBER_CELL}")
    book.close()
    return stream.getvalue()


def _write_stamps(book: Workbook, layout: Layout, filling: Filling) -> None:
    # Excel stores UTC: what is answered on the day of issue must not look older than the template.
    midnight = datetime.combine(layout.issued_at.date(), time(), JST)
    moment = (filling.as_of or midnight).astimezone(UTC).replace(tzinfo=None)
    book.set_properties(
        {
            "title": f"{layout.title} {layout.period} {layout.department.name}",
            "company": layout.municipality,
            "created": moment,
        }
    )
    book.set_custom_property(NUMBER_PROPERTY, str(layout.number), "text")
    book.set_custom_property(DIGEST_PROPERTY, layout.digest, "text")
    if filling.made_from:
        book.set_custom_property(MADE_FROM_PROPERTY, made_from_text(filling), "text")


# A hand-back: the template a department was issued, with its answers and what to correct.


def handback_bytes(
    plan: Plan,
    department: Department,
    issue: Issue,
    previous: PreviousAnswers,
    filling: Filling,
    own: OwnWorkbook | None = None,
) -> bytes:
    """Return a hand-back as an .xlsx file; the same answers and corrections give the same bytes.

    Own is the city's own workbook that the template was made of, where it was.
    """
    layout = lay_out_issue(plan, department, issue, previous, is_handback=True)
    return template_bytes(layout, filling, own)
