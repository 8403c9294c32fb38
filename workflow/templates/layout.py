"""Where everything stands on a template, as values that writer and collector share."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

from workflow.model.cells import column_letters
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import FONT_SIZE
from workflow.model.fields.form import Form
from workflow.model.plan import Department
from workflow.model.rounds.declared import Period
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass
from workflow.templates.register import FormNumber, IssuedForm, IssuedItem

if TYPE_CHECKING:
    from workflow.templates.own.form import OwnForm


COVER_SHEET = "記入要領"
ENTRY_SHEET = "進捗状況"
CORRECTION_SHEET = "修正のお願い"
CORRECTION_TABLE_ROW, CORRECTION_FIRST_COLUMN, CORRECTION_LAST_COLUMN = 11, 2, 11
CORRECTION_CHECK_COLUMN = 12
"""Hidden; beside each printed line it tells what is printed there (`printed_checks`)."""
CORRECTION_AUTHOR = "とりまとめ"
"""Whose comments mark the cells to correct in a hand-back."""
CORRECTION_MARK = f"【{CORRECTION_SHEET}】"
"""How those comments begin; some programs lose their author."""

EXPLANATION_COLUMN = 8
"""Where a department explains what it was asked, in a row whose number begins with the sign."""
QUESTION_SIGN = "問"

ID_LABEL = "整理番号"
NUMBER_LABEL = "様式番号"
PAGES_LABEL = "計画書ページ"
DEPARTMENT_LABEL = "担当課"
PREVIOUS_LABEL = "前年度"
RESPONDENT_LABEL = "記入者・内線"

NUMBER_PROPERTY = "Torimatome.Number"
DIGEST_PROPERTY = "Torimatome.Digest"
MADE_FROM_PROPERTY = "Torimatome.MadeFrom"
NUMBER_NAME = "torimatome_number"
MADE_FROM_LABEL = "もとにした回答（照合用の記号）："
DIGEST_DIGITS = 16
"""How much of a digest a hand-back shows of each return it was made from."""

TITLE_ROW = 1
NUMBER_ROW = 2
MARK_ROW = 3
HEADER_ROW = 4


class ColumnKind(Enum):
    """What a column of the entry sheet holds."""

    ID = "id"
    LEVEL = "level"
    DEPARTMENT = "department"
    KNOWN = "known"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the entry sheet; index is 1-based, width in full-width characters.

    A hidden column holds a level that the bands already show; it keeps each row complete. The field
    of a column is one to fill: what is known already is locked.
    """

    index: int
    kind: ColumnKind
    label: str
    width: float
    hidden: bool = False
    field: Field | None = None
    font_size: float = FONT_SIZE
    align: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A row that heads a group of items: the upper levels and the pages of the plan."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """The row of one item; texts are its locked cells from the first column on.

    previous maps field keys to last year's answers, which stand in the row below it, if any. Fields
    are those of this row, where each row has its own.
    """

    row: int
    item: IssuedItem
    texts: tuple[str, ...]
    previous: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def previous_row(self) -> int:
        """The row of last year's answers, where there are any."""
        return self.row + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One department's template, complete but not yet written.

    The deadline of a hand-back is that of corrections. Indicators have a layout of their own, where
    there are any; sheet is which of the entry sheets a layout is of. Own is the
    city's own form, where it takes the place of the entry sheet. A review is filled in by a person
    about the items of others.
    """

    number: FormNumber
    period: Period
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
    bands: tuple[Band, ...]
    rows: tuple[EntryRow, ...]
    is_handback: bool = False
    sheet: str = ENTRY_SHEET
    least_height: float = 54.0
    indicators: Layout | None = None
    own: OwnForm | None = None
    is_review: bool = False

    @property
    def answer_form(self) -> Form:
        """The fields that are answered, beside the levels and what is known already."""
        return self.form.form

    @property
    def sheets(self) -> tuple[Layout, ...]:
        """The layouts of all entry sheets; a city's own form has none of the indicators."""
        return (self, self.indicators) if self.indicators and not self.own else (self,)

    def fields_in(self, entry: EntryRow) -> tuple[tuple[Column, Field], ...]:
        """Return the cells to fill in a row, each with its field."""
        columns = self.field_columns
        if not entry.fields:
            return columns
        return tuple((c, f) for (c, _), f in zip(columns, entry.fields, strict=False))

    @property
    def every_field(self) -> tuple[Field, ...]:
        """Each field that any row has."""
        own = tuple(field for entry in self.rows for field in entry.fields)
        return own or tuple(field for _, field in self.field_columns)

    @property
    def field_columns(self) -> tuple[tuple[Column, Field], ...]:
        """The columns to fill, each with its field."""
        return tuple((c, c.field) for c in self.columns if c.field is not None)

    @property
    def shared(self) -> tuple[IssuedItem, ...]:
        """The joint items, which other departments are asked about too."""
        if self.is_review:
            return ()
        return tuple(r.item for r in self.rows if r.item.departments != self.department.name)


def previous_label(year: int) -> str:
    """Return what stands before last year's answers on a form of a fiscal year.

    >>> previous_label(2024)
    '前年度（令和5年度）の回答'
    """
    return f"{PREVIOUS_LABEL}（{era_year(year - 1)}）の回答"


def printed_checks(texts: Mapping[int, str]) -> str:
    """Return the beginnings of the digests of the texts printed in a row, by their columns.

    >>> printed_checks({2: "1", 3: "全体"})
    'B6b86b2 C08b602'
    """
    return " ".join(f"{column_letters(at)}{_check(text)}" for at, text in sorted(texts.items()))


def is_as_printed(checks: str, column: int, text: str) -> bool:
    """Whether a text is the one printed in a column, white space aside."""
    return f"{column_letters(column)}{_check(text)}" in checks.split()


def _check(text: str) -> str:
    plain = unicodedata.normalize("NFC", "".join(text.split()))
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:6]
