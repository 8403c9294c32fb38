"""The actual 実績値 of a year: a number in the indicator's unit, or the word that there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from workflow.model.cells import folded
from workflow.model.fields.base import Parsed
from workflow.model.fields.checks import Check
from workflow.model.fields.declarations import CellRules, Takes, Value
from workflow.model.fields.number import NumberField
from workflow.model.findings import Violation
from workflow.model.raw import CellKind, RawCell

NOT_MEASURED = "未測定"
"""What stands in place of an actual that is not measured this year."""

_SAYS_NOT_MEASURED = frozenset(
    map(
        folded,
        (
            *(NOT_MEASURED, "測定なし", "測定せず", "測定していない", "測定していません"),
            *("調査なし", "未調査", "調査未実施", "調査していない", "未実施", "実施せず"),
            *("未集計", "集計中", "未確定", "未公表", "公表前", "データなし"),
        ),
    )
)
"""How departments write it, among others."""


@dataclass(frozen=True, kw_only=True)
class ActualField(NumberField):
    """The actual of an indicator; instead of a number the one word is taken as well."""

    type_name: ClassVar[str] = "actual"
    type_word: ClassVar[str] = "実績値"

    @property
    def cell_rules(self) -> CellRules:
        """A cell that takes numbers and that word."""
        word = f"測定していないときは「{NOT_MEASURED}」と記入してください。"
        rules = super().cell_rules
        return replace(rules, takes=Takes.NUMBER_OR_WORD, instruction=f"{rules.instruction}{word}")

    def wrong_when(self, cell: str, listed: str) -> Iterator[str]:
        """Yield what a number yields, but for the word."""
        for formula in super().wrong_when(cell, listed):
            yield f'AND({cell}<>"{NOT_MEASURED}",{formula})'

    def checks(self) -> Iterator[Check]:
        """Yield nothing: an actual is compared with the indicator's earlier actuals."""
        return iter(())

    def _parse(self, cell: RawCell) -> Parsed:
        if cell.kind is CellKind.TEXT and folded(cell.shown) in _SAYS_NOT_MEASURED:
            return self._adjusted(cell, NOT_MEASURED, NOT_MEASURED)
        return super()._parse(cell)

    def check(self, value: Value) -> Violation | None:
        """Return what is wrong with a number; the word is fine."""
        return None if value == NOT_MEASURED else super().check(value)

    def _value_schema(self) -> dict[str, Any]:
        return {"anyOf": [super()._value_schema(), {"const": NOT_MEASURED}]}
