"""The actual 実績値 of a year: a number in the indicator's unit, or a word; and its remark."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from workflow.model.catalogue import Code
from workflow.model.cells import folded, grouped_number, plain_number
from workflow.model.fields.base import Parsed
from workflow.model.fields.checks import Check
from workflow.model.fields.declarations import CellRules, Takes, Value
from workflow.model.fields.number import NumberField
from workflow.model.fields.text import TextField
from workflow.model.findings import Detail, Violation
from workflow.model.raw import CellKind, RawCell
from workflow.python.dataclass import dataclass

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


_TIMES, _TIMES_OF_SHARE = 500, 50
"""Beyond this a number is more likely in another unit (円 for 千円) than so much larger."""


@dataclass(frozen=True, kw_only=True)
class ActualField(NumberField):
    """The actual of an indicator; instead of a number the one word is taken as well.

    Known are its base and earlier actuals by fiscal year; one that adds up never gets smaller.
    """

    known: tuple[tuple[int, Decimal], ...] = ()
    adds_up: bool = False

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
        """Yield nothing: an actual is doubted beside the earlier ones that the plan knows."""
        return iter(())

    def doubt(self, value: Value, year: int) -> Violation | None:
        """Return that a number is far from the last one known, or below it though it adds up."""
        at, last = self._last(year)
        if last is None or not isinstance(value, Decimal):
            return None
        details: dict[str, Detail] = {
            "value": grouped_number(value),
            "before": grouped_number(last),
            "at": at,
            "unit": self.unit,
        }
        if (
            value
            and last
            and max(abs(value), abs(last)) >= self._times * min(abs(value), abs(last))
        ):
            return self._violation(Code.INDICATOR_FAR_OFF, **details)
        if self.adds_up and value < last:
            return self._violation(Code.INDICATOR_FELL, **details)
        return None

    def doubtful_when(self, cell: str, year: int) -> Iterator[str]:
        """Yield the same as formulas."""
        _, last = self._last(year)
        if last is None:
            return
        if last:
            ratio = f"ABS(LN(ABS({cell}/{plain_number(last)})))"
            yield f"ISNUMBER({cell})*IFERROR({ratio}>=LN({self._times}),FALSE)"
        if self.adds_up:
            yield f"ISNUMBER({cell})*({cell}<{plain_number(last)})"

    def _last(self, year: int) -> tuple[int, Decimal | None]:
        earlier = [pair for pair in self.known if pair[0] < year]
        return max(earlier) if earlier else (0, None)

    @property
    def _times(self) -> int:
        """How many times the last number is too many: of a share, 0.45 is soon written for 45."""
        return _TIMES_OF_SHARE if unicodedata.normalize("NFKC", self.unit) == "%" else _TIMES

    def _parse(self, cell: RawCell) -> Parsed:
        if cell.kind is CellKind.TEXT and folded(cell.shown) in _SAYS_NOT_MEASURED:
            return self._adjusted(cell, NOT_MEASURED, NOT_MEASURED)
        return super()._parse(cell)

    def check(self, value: Value) -> Violation | None:
        """Return what is wrong with a number; the word is fine."""
        return None if value == NOT_MEASURED else super().check(value)

    def _value_schema(self) -> dict[str, Any]:
        return {"anyOf": [super()._value_schema(), {"const": NOT_MEASURED}]}


@dataclass(frozen=True, kw_only=True)
class RemarkField(TextField):
    """What is to be said of an actual; it is compared with no year, and explains no rating."""

    type_name: ClassVar[str] = "remark"
    is_prose: ClassVar[bool] = False

    def checks(self) -> Iterator[Check]:
        """Yield nothing."""
        return iter(())
