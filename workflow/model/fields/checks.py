"""Checks: what is asked of a whole answer, on the form and by collect alike.

A check tells in Excel's words when its question stands (a conditional format, a state on the cover)
and in Python's (a finding), from one declaration. Those here follow from the fields themselves and
last year's answers; `rules` holds those that a plan declares.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import grouped_number
from workflow.model.fields.declarations import Value
from workflow.model.findings import Violation
from workflow.python.dataclass import dataclass

Values = Mapping[str, Value]
"""An answer by field key; what is not there is blank."""

Before = Mapping[str, str]
"""Last year's answer by field key, as the ledger spells it."""


@dataclass(frozen=True, slots=True)
class RowCells:
    """References to the cells of an item, and to last year's below it, by field key.

    Has_before is a formula: whether last year's stand there. Lists are where the values of
    dropdowns stand.
    """

    now: Mapping[str, str]
    before: Mapping[str, str]
    has_before: str
    lists: Mapping[str, str]


class Check(ABC):
    """One question about a whole answer; key is the field at whose cell it stands."""

    key: str

    @property
    @abstractmethod
    def severity(self) -> Severity:
        """How much it weighs when the question stands."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What is asked, in words for who fills the form."""

    @property
    def needs_last_year(self) -> bool:
        """Whether it is asked only beside last year's answer."""
        return True

    @abstractmethod
    def formula(self, row: RowCells) -> str:
        """Return an Excel formula, without "=", that is no zero while the question stands.

        It holds no array constant: a conditional format takes none.
        """

    @abstractmethod
    def question(self, values: Values, before: Before) -> Violation | None:
        """Return what is to be asked about an answer; None where there is nothing."""


def as_text(value: str) -> str:
    """Return a text as a formula spells it.

    >>> as_text('12" pipe')
    '"12"" pipe"'
    """
    return '"' + value.replace('"', '""') + '"'


def is_empty(cell: str) -> str:
    """Return a formula: whether nothing, or only blanks, stands in a cell."""
    return f'LEN(TRIM(SUBSTITUTE({cell},"　","")))=0'


@dataclass(frozen=True, slots=True)
class SameText(Check):
    """Prose that says to the letter what it said last year."""

    key: str

    @property
    def severity(self) -> Severity:
        """A note: much goes on as it was."""
        return Code.VALUE_SAME_AS_LAST_YEAR.severity

    @property
    def sentence(self) -> str:
        """To look whether it is this year's."""
        return "前年度の回答とまったく同じ文章です。今年度の内容になっていますか。"

    def formula(self, row: RowCells) -> str:
        """Compare with the cell below, letter by letter."""
        now = row.now[self.key]
        return f'{row.has_before}*({now}<>"")*EXACT({now},{row.before[self.key]})'

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return that the text is last year's."""
        text = before.get(self.key)
        if not text or values.get(self.key) != text:
            return None
        return Violation(self.key, Code.VALUE_SAME_AS_LAST_YEAR)


_TIMES = Decimal(500)
"""Beyond this a number is more likely in another unit (円 for 千円) than so much larger."""


@dataclass(frozen=True, slots=True)
class Thousandfold(Check):
    """A number about a thousand times last year's, or a thousandth of it."""

    key: str
    unit: str

    @property
    def severity(self) -> Severity:
        """A doubt."""
        return Code.VALUE_THOUSANDFOLD.severity

    @property
    def sentence(self) -> str:
        """To look at the unit."""
        unit = f"単位（{self.unit}）" if self.unit else "単位や桁"
        return f"前年度の千倍ほど、または千分の一ほどの数です。{unit}は合っていますか。"

    def formula(self, row: RowCells) -> str:
        """Compare with the text of last year's number in the cell below."""
        now, then = row.now[self.key], f"VALUE({row.before[self.key]})"
        is_far = f"IFERROR(ABS(LN(ABS({now}/{then})))>=LN({_TIMES}),FALSE)"
        return f"{row.has_before}*ISNUMBER({now})*{is_far}"

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return that the number is so far from last year's."""
        now, text = values.get(self.key), before.get(self.key, "")
        try:
            then = Decimal(text) if text else Decimal(0)
        except InvalidOperation:
            return None
        if not isinstance(now, Decimal) or not now or not then:
            return None
        small, large = sorted((abs(now), abs(then)))
        if large < small * _TIMES:
            return None
        details = {
            "value": grouped_number(now),
            "before": grouped_number(then),
            "unit": self.unit,
        }
        return Violation(self.key, Code.VALUE_THOUSANDFOLD, details)
