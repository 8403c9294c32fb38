"""報告なし: one field of a form may say why there is nothing to report, and waives all others."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.catalogue import Code, Severity
from workflow.model.fields.base import Field
from workflow.model.fields.checks import Before, Check, RowCells, Values, is_empty
from workflow.model.findings import Violation
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Waiver:
    """The field that says why there is nothing to report, and the fields that it waives.

    Where an answer stands beside it, a word such as なし in it is no reason and waives nothing.
    """

    field: Field
    others: tuple[Field, ...]

    def holds(self, values: Values) -> bool:
        """Whether nothing else is required."""
        reason = values.get(self.field.key)
        return reason is not None and (len(values) == 1 or not self.field.is_no_reason(reason))

    def formula(self, row: RowCells) -> str:
        """Return an Excel formula: whether nothing else is required."""
        reason = row.now[self.field.key]
        is_alone = f"({self.beside(row)})=0"
        is_reason = f"NOT({self.field.no_reason_when(reason)})"
        return f"AND(NOT({is_empty(reason)}),OR({is_reason},{is_alone}))"

    def beside(self, row: RowCells) -> str:
        """Return an Excel formula: how many other fields are filled."""
        return "+".join(f"({field.filled_when(row.now[field.key])})" for field in self.others)


def waiver_of(fields: Sequence[Field]) -> Waiver | None:
    """Return what may say of a form that there is nothing to report; None where nothing may."""
    waiving = next((field for field in fields if field.waives), None)
    if waiving is None:
        return None
    return Waiver(waiving, tuple(field for field in fields if field is not waiving))


@dataclass(frozen=True, slots=True)
class NoReason(Check):
    """A word such as なし where it should be said why there is nothing to report."""

    key: str
    waiver: Waiver

    @property
    def severity(self) -> Severity:
        """To put right: nobody knows what was meant."""
        return Code.VALUE_NO_REASON.severity

    @property
    def sentence(self) -> str:
        """To say why."""
        return "「なし」などとだけ書かれています。報告がない理由を記入してください。"

    @property
    def needs_last_year(self) -> bool:
        """It asks about this year alone."""
        return False

    def formula(self, row: RowCells) -> str:
        """Such a word, and nothing in any other cell."""
        cell = row.now[self.key]
        return f"({self.waiver.field.no_reason_when(cell)})*(({self.waiver.beside(row)})=0)"

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return that nothing else is written."""
        reason = values.get(self.key)
        if reason is None or len(values) > 1 or not self.waiver.field.is_no_reason(reason):
            return None
        return Violation(self.key, Code.VALUE_NO_REASON, {"value": str(reason).strip()})


@dataclass(frozen=True, slots=True)
class BesideReason(Check):
    """A reason for reporting nothing, and an answer beside it."""

    key: str
    waiver: Waiver

    @property
    def severity(self) -> Severity:
        """A doubt: either may be meant."""
        return Code.VALUE_BESIDE_REASON.severity

    @property
    def sentence(self) -> str:
        """To leave one of both."""
        return "報告がない理由と、ほかの項目の回答が、両方あります。どちらかを消してください。"

    @property
    def needs_last_year(self) -> bool:
        """It asks about this year alone."""
        return False

    def formula(self, row: RowCells) -> str:
        """A reason, and something in any other cell."""
        cell = row.now[self.key]
        is_reason = f"NOT({is_empty(cell)})*NOT({self.waiver.field.no_reason_when(cell)})"
        return f"{is_reason}*(({self.waiver.beside(row)})>0)"

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return which fields are answered besides."""
        if len(values) < 2 or not self.waiver.holds(values):
            return None
        others = tuple(f.key for f in self.waiver.others if f.key in values)
        return Violation(self.key, Code.VALUE_BESIDE_REASON, {"labels": others})
