"""The layout of one department's template: a plan, or what was issued, in; cells out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from workflow.excel.measures import lines_of, most_lines, text_width
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import FONT_SIZE
from workflow.model.fields.form import Form, checks_as_json, form_as_json
from workflow.model.indicators.indicator import Indicator
from workflow.model.known_values import known_texts
from workflow.model.plan import JOINT_SEPARATOR, Department, Item, Plan, PreviousAnswers
from workflow.model.rounds.earlier import (
    earlier_columns,
    earlier_texts,
    holds_prose,
    is_of_earlier_round,
    says_who,
)
from workflow.templates.indicator_table import (
    INDICATOR_ID_LABEL,
    INDICATOR_SHEET,
    LOCKED,
    NAMING,
    REMARK_KEY,
    fields_to_fill,
    issued_indicators,
    locked_texts,
)
from workflow.templates.layout import (
    DEPARTMENT_LABEL,
    HEADER_ROW,
    ID_LABEL,
    Band,
    Column,
    ColumnKind,
    EntryRow,
    Layout,
)
from workflow.templates.register import FormNumber, Issue, IssuedForm, IssuedItem, canonical_digest

if TYPE_CHECKING:
    from workflow.templates.own.form import OwnForm


_INDICATOR_HEIGHT = 36.0
"""The least points of a row of an indicator."""
_ACTUAL_WIDTH, _REMARK_WIDTH = 9.5, 9.0
_NUMBER_WIDTH, _TEXT_WIDTH, _HEADING_ROOM = 5.5, 9.0, 0.5
"""Full-width characters of a column of known values; a heading, 予算額（千円）, takes one line."""
_FEW_LINES, _LEAST_PROSE, _USUAL_PROSE, _WIDEST_PROSE = 12, 18.0, 24.0, 60.0
"""Lines that an earlier answer takes at best, and full-width characters of its column."""
_WHO_WIDTH = 7.0

_LOOK_VERSION = 2
"""Raised when templates of an unchanged plan should be issued anew because they look different.

Forms of the look before are read as well, so a look alone raises it no more: a round under way
would be issued anew to everybody. New plans and new years get the new look.
"""


def issued_form(plan: Plan) -> IssuedForm:
    """Return the columns of every template of a plan."""
    known = (*plan.known_fields, *earlier_columns(plan.earlier))
    return IssuedForm(plan.levels, plan.form, known)


def issued_items(plan: Plan, department: Department) -> tuple[IssuedItem, ...]:
    """Return the items of a department as its template shows them."""
    return tuple(_issued(plan, item, department) for item in plan.items_of(department.code))


def content_digest(
    plan: Plan,
    department: Department,
    year: int,
    previous: PreviousAnswers,
    own: OwnForm | None = None,
) -> str:
    """Return the digest of everything a template asks and says, without its number and date."""
    form = issued_form(plan)
    items = issued_items(plan, department)
    return canonical_digest(
        {
            "look": _LOOK_VERSION,
            "year": year,
            "title": plan.title,
            "municipality": [plan.municipality.name, plan.municipality.code],
            "department": [department.code, department.name],
            "coordinator": plan.department(plan.coordinator).name,
            "deadline": plan.deadline.isoformat() if plan.deadline else "",
            "contact": plan.contact,
            "paper": plan.paper,
            "lock_password": plan.lock_password,
            "levels": plan.levels,
            "fields": form_as_json(plan.form),
            "items": [
                [i.id, i.labels, i.pages, i.departments, _previous(form, i, department, previous)]
                for i in items
            ],
            **checks_as_json(plan.form),
            **_plain_indicators(plan, department, year),
            **({"own": own.digest} if own else {}),
            **({"round": plan.round.name} if plan.round else {}),
            **_known_content(form, items),
        }
    )


def _plain_indicators(plan: Plan, department: Department, year: int) -> dict[str, list[Any]]:
    """Return what a template asks and says of indicators; nothing where there are none."""
    items = {item.id: item for item in issued_items(plan, department)}
    asked = [
        [*locked_texts(one, items[one.item], year), [f.as_json() for f in one.fields]]
        for one in issued_indicators(plan, department)
    ]
    return {"indicators": asked} if asked else {}


def _known_content(form: IssuedForm, items: Sequence[IssuedItem]) -> dict[str, object]:
    """Return what a template says that is known already; nothing where nothing is."""
    if not form.known:
        return {}
    # An earlier round that became final changes no form: what it says of that is no content.
    headings = [f.key if is_of_earlier_round(f.key) else f.heading for f in form.known]
    return {"known": [headings, [list(item.known) for item in items]]}


def lay_out(
    plan: Plan,
    department: Department,
    number: FormNumber,
    issued_at: datetime,
    previous: PreviousAnswers,
    own: OwnForm | None = None,
) -> Layout:
    """Return the layout of one department's template."""
    layout = _laid_out(
        plan,
        department,
        number,
        issued_at,
        content_digest(plan, department, number.year, previous, own),
        issued_form(plan),
        issued_items(plan, department),
        previous,
    )
    layout = replace(layout, own=own)
    return _with_indicators(layout, issued_indicators(plan, department))


def lay_out_issue(
    plan: Plan,
    department: Department,
    issue: Issue,
    previous: PreviousAnswers,
    *,
    is_handback: bool = False,
) -> Layout:
    """Return the layout of a template that was issued, whatever the plan asks by now."""
    named = replace(department, name=issue.department_name)
    layout = _laid_out(
        plan,
        named,
        issue.number,
        issue.issued_at,
        issue.digest,
        issue.form,
        issue.items,
        previous,
    )
    layout = _with_indicators(layout, issue.indicators)
    layout = replace(layout, own=issue.own)
    if not is_handback:
        return layout
    return replace(layout, deadline=plan.correction_deadline, is_handback=True)


def _laid_out(
    plan: Plan,
    department: Department,
    number: FormNumber,
    issued_at: datetime,
    digest: str,
    form: IssuedForm,
    items: Sequence[IssuedItem],
    previous: PreviousAnswers,
) -> Layout:
    bands, rows = _lay_out_rows(form, items, department, previous)
    return Layout(
        number=number,
        period=plan.period(number.year),
        digest=digest,
        issued_at=issued_at,
        title=plan.title,
        municipality=plan.municipality.name,
        department=department,
        coordinator=plan.department(plan.coordinator).name,
        deadline=plan.deadline,
        contact=plan.contact,
        paper=plan.paper,
        lock_password=plan.lock_password,
        form=form,
        is_review=plan.is_review,
        columns=tuple(_columns(form, items)),
        bands=bands,
        rows=rows,
    )


def _with_indicators(layout: Layout, indicators: Sequence[Indicator]) -> Layout:
    """Return a layout with the sheet of the indicators; without any it stays as it is."""
    year, items = layout.number.year, {entry.item.id: entry.item for entry in layout.rows}
    asked = [one for one in indicators if one.item in items]
    if not asked:
        return layout
    fields = fields_to_fill(asked, year)
    rows = tuple(
        EntryRow(row, items[one.item], locked_texts(one, items[one.item], year), fields=one.fields)
        for row, one in enumerate(asked, start=HEADER_ROW + 1)
    )
    sheet = replace(
        layout,
        sheet=INDICATOR_SHEET,
        title=f"{layout.title}　{INDICATOR_SHEET}",
        least_height=_INDICATOR_HEIGHT,
        form=IssuedForm(tuple(column.label for column in LOCKED[1:NAMING]), Form(fields)),
        columns=tuple(_indicator_columns(fields)),
        bands=(),
        rows=rows,
    )
    return replace(layout, indicators=sheet)


def _indicator_columns(fields: Sequence[Field]) -> Iterator[Column]:
    for index, column in enumerate(LOCKED, start=1):
        kind = ColumnKind.ID if column.label == INDICATOR_ID_LABEL else ColumnKind.LEVEL
        yield Column(index, kind, column.label, column.width)
    for index, field in enumerate(fields, start=1 + len(LOCKED)):
        width = _REMARK_WIDTH if field.key == REMARK_KEY else _ACTUAL_WIDTH
        yield Column(index, ColumnKind.FIELD, field.heading, width, field=field)


def _issued(plan: Plan, item: Item, department: Department) -> IssuedItem:
    names = JOINT_SEPARATOR.join(plan.department(code).name for code in item.departments)
    rows = plan.known_table.rows if plan.known_table else {}
    known = known_texts(plan.known_fields, rows.get(item.id))
    before = earlier_texts(plan.earlier, item.id, department.code)
    return IssuedItem(item.id, item.labels, item.pages, names, (*known, *before))


def _previous(
    form: IssuedForm, item: IssuedItem, department: Department, previous: PreviousAnswers
) -> tuple[tuple[str, str], ...]:
    shown = previous.get((item.id, department.code), {})
    return tuple((f.key, shown[f.label]) for f in form.form.fields if shown.get(f.label))


def _banded_levels(form: IssuedForm) -> int:
    """Return how many levels the bands show: all but the lowest two, and at least the first."""
    return max(1, len(form.levels) - 2)


def _lay_out_rows(
    form: IssuedForm,
    asked: Sequence[IssuedItem],
    department: Department,
    previous: PreviousAnswers,
) -> tuple[tuple[Band, ...], tuple[EntryRow, ...]]:
    depth = _banded_levels(form)
    bands: list[Band] = []
    rows: list[EntryRow] = []
    row = HEADER_ROW
    groups = groupby(asked, key=lambda item: item.labels[:depth])
    for labels, group in groups:
        items = tuple(group)
        row += 1
        bands.append(Band(row, _band_text(labels, items)))
        for item in items:
            shown = _previous(form, item, department, previous)
            row += 1
            texts = (item.id, *item.labels, item.departments, *item.known)
            rows.append(EntryRow(row, item, texts, shown))
            row += 1 if shown else 0
    return tuple(bands), tuple(rows)


def _band_text(labels: tuple[str, ...], items: Sequence[IssuedItem]) -> str:
    pages = "、".join(dict.fromkeys(item.pages for item in items if item.pages))
    return "■ " + "　＞　".join(labels) + (f"　（計画書 {pages}ページ）" if pages else "")


def _columns(form: IssuedForm, items: Sequence[IssuedItem]) -> Iterator[Column]:
    yield Column(1, ColumnKind.ID, ID_LABEL, 4.5)
    lowest = len(form.levels) - 1
    for depth, level in enumerate(form.levels):
        hidden = depth < min(_banded_levels(form), lowest)
        yield Column(2 + depth, ColumnKind.LEVEL, level, 11.5 if depth == lowest else 7.5, hidden)
    department = 2 + len(form.levels)
    yield Column(department, ColumnKind.DEPARTMENT, DEPARTMENT_LABEL, 5.5)
    for at, known in enumerate(form.known):
        index = department + 1 + at
        if is_of_earlier_round(known.key):
            width = _earlier_width(known, [item.known[at] for item in items])
            yield Column(index, ColumnKind.KNOWN, known.heading, width)
            continue
        least, align = (_NUMBER_WIDTH, "right") if known.is_number else (_TEXT_WIDTH, "")
        width = min(max(least, text_width(known.heading) + _HEADING_ROOM), _TEXT_WIDTH)
        yield Column(index, ColumnKind.KNOWN, known.heading, width, align=align)
    for index, field in enumerate(form.form.fields, start=department + 1 + len(form.known)):
        rules = field.cell_rules
        yield Column(
            index,
            ColumnKind.FIELD,
            field.heading,
            rules.width,
            field=field,
            font_size=rules.font_size,
        )


def _earlier_width(column: Field, texts: Sequence[str]) -> float:
    """Return the width of a column of earlier answers, so that few lines hold the longest one.

    What is very long gets a column in which no row of Excel is too low for it.
    """
    if says_who(column):
        return _WHO_WIDTH
    if not holds_prose(column):
        widest = max((text_width(one) for text in texts for one in text.split("\n")), default=0.0)
        return min(_TEXT_WIDTH, max(_NUMBER_WIDTH, _HEADING_ROOM + widest))
    most, texts = most_lines(FONT_SIZE), sorted(texts, key=len, reverse=True)
    for lines, end in ((_FEW_LINES, _USUAL_PROSE), (most, _WIDEST_PROSE)):
        width = _LEAST_PROSE
        while width < end and any(lines_of(text, width) > lines for text in texts):
            width += 1
        if all(lines_of(text, width) <= most for text in texts):
            return width
    return _WIDEST_PROSE
