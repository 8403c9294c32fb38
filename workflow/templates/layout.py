"""Where everything stands on a template: plan in, places out. Writer and collector share it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from workflow.form import form_as_json
from workflow.model import JOINT_SEPARATOR, ChoiceField, Department, Field, Item, Plan, TextField
from workflow.templates.register import FormNumber, IssuedForm, IssuedItem, canonical_digest

COVER_SHEET = "記入要領"
ENTRY_SHEET = "進捗状況"
ID_LABEL = "整理番号"
PAGES_LABEL = "計画書ページ"
DEPARTMENT_LABEL = "担当課"

NUMBER_PROPERTY = "Torimatome.Number"
DIGEST_PROPERTY = "Torimatome.Digest"
NUMBER_NAME = "torimatome_number"

FONT_SIZE = 10.5

TITLE_ROW = 1
NUMBER_ROW = 2
HEADER_ROW = 4
FIRST_ENTRY_ROW = 5

_LOOK_VERSION = 1
"""Raised when templates of an unchanged plan should be issued anew because they look different."""


class ColumnKind(Enum):
    """What a column of the entry sheet holds."""

    ID = "id"
    LEVEL = "level"
    PAGES = "pages"
    DEPARTMENT = "department"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the entry sheet; index is 1-based, width in characters."""

    index: int
    kind: ColumnKind
    label: str
    width: float
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """The row of one item; texts are its locked cells from the first column on."""

    row: int
    item: IssuedItem
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One department's template, complete but not yet written."""

    number: FormNumber
    digest: str
    issued_at: datetime
    title: str
    municipality: str
    department: Department
    coordinator: str
    deadline: date | None
    contact: str
    paper: str
    lock_password: str
    form: IssuedForm
    columns: tuple[Column, ...]
    rows: tuple[EntryRow, ...]
    shared: tuple[IssuedItem, ...]

    @property
    def field_columns(self) -> tuple[tuple[Column, Field], ...]:
        """The columns to fill, each with its field."""
        return tuple((c, c.field) for c in self.columns if c.field is not None)


def issued_items(plan: Plan, department: Department) -> tuple[IssuedItem, ...]:
    """Return the items of a department as its template shows them."""
    return tuple(_issued(plan, item) for item in plan.items_of(department.code))


def content_digest(plan: Plan, department: Department, year: int) -> str:
    """Return the digest of everything a template asks and says, without its number and date."""
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
                [i.id, i.labels, i.pages, i.departments] for i in issued_items(plan, department)
            ],
        }
    )


def lay_out(plan: Plan, department: Department, number: FormNumber, issued_at: datetime) -> Layout:
    """Return the layout of one department's template."""
    items = issued_items(plan, department)
    return Layout(
        number=number,
        digest=content_digest(plan, department, number.year),
        issued_at=issued_at,
        title=plan.title,
        municipality=plan.municipality.name,
        department=department,
        coordinator=plan.department(plan.coordinator).name,
        deadline=plan.deadline,
        contact=plan.contact,
        paper=plan.paper,
        lock_password=plan.lock_password,
        form=IssuedForm(plan.levels, plan.form),
        columns=_columns(plan),
        rows=tuple(_entry_row(FIRST_ENTRY_ROW + n, item) for n, item in enumerate(items)),
        shared=tuple(i for i in items if i.departments != department.name),
    )


def _issued(plan: Plan, item: Item) -> IssuedItem:
    names = JOINT_SEPARATOR.join(plan.department(code).name for code in item.departments)
    return IssuedItem(item.id, item.labels, item.pages, names)


def _entry_row(row: int, item: IssuedItem) -> EntryRow:
    return EntryRow(row, item, (item.id, *item.labels, item.pages, item.departments))


def _columns(plan: Plan) -> tuple[Column, ...]:
    *upper, lowest = plan.levels
    parts: list[tuple[ColumnKind, str, float, Field | None]] = [
        (ColumnKind.ID, ID_LABEL, 9, None),
        *((ColumnKind.LEVEL, level, 16, None) for level in upper),
        (ColumnKind.LEVEL, lowest, 28, None),
        (ColumnKind.PAGES, PAGES_LABEL, 8, None),
        (ColumnKind.DEPARTMENT, DEPARTMENT_LABEL, 14, None),
        *((ColumnKind.FIELD, f.label, _field_width(f), f) for f in plan.form.fields),
    ]
    return tuple(Column(n, *part) for n, part in enumerate(parts, start=1))


def _field_width(field: Field) -> float:
    if isinstance(field, TextField):
        return 46 if field.max_length > 100 else 24
    if isinstance(field, ChoiceField):
        return 12
    return 14
