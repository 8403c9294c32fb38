"""number 数値: a number in the stated unit, kept exactly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, ClassVar, Self

from workflow.model.catalogue import Code
from workflow.model.cells import (
    as_excel_keeps,
    grouped_number,
    number_as_json,
    number_from_json,
    plain_number,
    without_unseen,
)
from workflow.model.fields.base import Field, Parsed
from workflow.model.fields.checks import Check, Thousandfold
from workflow.model.fields.declarations import (
    MAXIMUM,
    MINIMUM,
    CellRules,
    Kind,
    PlanColumn,
    ShownAnswer,
    Takes,
    Value,
    widest_bounds,
)
from workflow.model.findings import Violation
from workflow.model.raw import CellKind, RawCell
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

_NUMBER = lazy_pattern(r"[-+]?\s*((?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?|\.\d+)", re.ASCII)
_STORED = lazy_pattern(r"-?\d+(?:\.\d+)?", re.ASCII)
_MOST_DIGITS = 15  # before the point; Excel keeps no more
_BOUND = 1e15
_BRACKETED = lazy_pattern(r"[(（](.+)[)）]")
_NO_AMOUNT = frozenset({"-", "－", "―", "ー", "−", "–"})
_COUNTED = lazy_pattern(r"([-+△▲]?[\d,.]+)\s*(?![千万億兆百十割分厘円])[^\W\d_a-zA-Z]{1,3}")
"""A number and the word it is counted by, 12件, which is no other unit."""
_SCALES = {"千": Decimal(1000), "百万": Decimal(1_000_000)}
_MULTIPLES = {
    "千": 10**3,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "億": 10**8,
    "十億": 10**9,
    "兆": 10**12,
}
_MULTIPLE = lazy_pattern(rf"({'|'.join(_MULTIPLES)})(.+)")
_NEGATIVE = str.maketrans({"△": "-", "▲": "-", "−": "-"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField(Field):
    """A number in the stated unit; bounds are inclusive.

    Adds_to is what the numbers of several rounds of a year come to together, "" where nothing.
    """

    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = None
    adds_to: str = ""

    type_name: ClassVar[str] = "number"
    type_word: ClassVar[str] = "数値"
    plan_columns: ClassVar[tuple[PlanColumn, ...]] = (
        PlanColumn(
            label="単位", key="/unit", width=4.5, hint="数値のときだけ使います。", example="千円"
        ),
        MINIMUM,
        MAXIMUM,
        PlanColumn(
            label="小数の桁数",
            key="/decimals",
            kind=Kind.NUMBER,
            width=4.5,
            hint="数値のときだけ使います。",
        ),
        PlanColumn(
            label="足し上げ",
            key="/adds_to",
            width=6,
            hint="何回かに分けて尋ねる数を、期ごとに足していくときの名前です。足す項目に同じ名前を書きます。",
            example="相談件数",
            optional=True,
            is_rare=True,
        ),
    )
    value_type: ClassVar[type[object]] = Decimal
    is_number: ClassVar[bool] = True
    ledger_width: ClassVar[float] = 9

    @classmethod
    def _own_from_json(cls, parts: Mapping[str, Any]) -> dict[str, Any]:
        bounds = {n: number_from_json(parts[n]) for n in ("minimum", "maximum") if n in parts}
        return bounds | ({"decimals": int(parts["decimals"])} if "decimals" in parts else {})

    def _own_as_json(self) -> dict[str, Any]:
        unit = {"unit": self.unit} if self.unit else {}
        decimals = {} if self.decimals is None else {"decimals": self.decimals}
        adds_to = {"adds_to": self.adds_to} if self.adds_to else {}
        return unit | self._bounds_as_json() | decimals | adds_to

    def _bounds_as_json(self) -> dict[str, Any]:
        bounds = {"minimum": self.minimum, "maximum": self.maximum}
        return {name: number_as_json(bound) for name, bound in bounds.items() if bound is not None}

    @property
    def adds_up_to(self) -> str:
        """As the plan declares it."""
        return self.adds_to

    @property
    def counted_in(self) -> str:
        """The declared unit."""
        return self.unit

    def as_combined(self) -> Self:
        """Return the field of a mean, which has a decimal more than the numbers it is of."""
        return replace(self, required=False, required_when=None, decimals=None, adds_to="")

    @property
    def cell_rules(self) -> CellRules:
        """A cell that takes numbers alone."""
        low, high = self.minimum, self.maximum
        unit = f"単位は{self.unit}です。" if self.unit else ""
        places = f"小数点以下は{self.decimals}桁までです。" if self.decimals else ""
        shown_places = "." + "0" * self.decimals if self.decimals else ""
        return CellRules(
            width=9.0,
            takes=Takes.WHOLE_NUMBER if self.decimals == 0 else Takes.NUMBER,
            minimum=-_BOUND if low is None else float(low),
            maximum=_BOUND if high is None else float(high),
            number_format=f"#,##0{shown_places}",
            instruction=f"数字だけを記入してください。{unit}{places}{self.bounds_sentence}",
            align="right",
        )

    def wrong_when(self, cell: str, listed: str) -> Iterator[str]:
        """Yield a formula for what is no number, beyond the bounds, or has too many decimals."""
        tests = [f"NOT(ISNUMBER({cell}))"]
        tests += [] if self.minimum is None else [f"{cell}<{plain_number(self.minimum)}"]
        tests += [] if self.maximum is None else [f"{cell}>{plain_number(self.maximum)}"]
        if self.decimals is not None:
            tests.append(f"IFERROR(ROUND({cell},{self.decimals})<>{cell},FALSE)")
        yield f'AND({cell}<>"",OR({",".join(tests)}))'

    def checks(self) -> Iterator[Check]:
        """Yield whether it is a thousand times last year's number."""
        yield Thousandfold(self.key, self.unit)

    def _parse(self, cell: RawCell) -> Parsed:
        if cell.number is not None and cell.kind is CellKind.NUMBER:
            if not _is_kept_by_excel(cell.number):
                return Parsed(cell.text)
            if cell.look is None:
                return Parsed(cell.number)
            if cell.look.number_format == self.cell_rules.number_format:
                return self._rounded_by_form(cell, cell.number)
            return self._parse_shown(cell, cell.number)
        number = self.number_in(cell.shown)
        if number is None:
            return Parsed(cell.shown)
        return self._adjusted(cell, number, plain_number(number))

    def number_in(self, text: str) -> Decimal | None:
        """Return the number a text spells, with the unit or without; None where it spells none.

        >>> NumberField(key="cost", label="決算額", unit="千円").number_in("１，２３４千円")
        Decimal('1234')
        """
        unit = unicodedata.normalize("NFKC", self.unit)
        plain = without_unseen(unicodedata.normalize("NFKC", text)).strip().translate(_NEGATIVE)
        plain = plain.removesuffix(unit).rstrip()
        plain = plain.replace("¥", "", 1) if unit == "円" else plain
        # A comma that does not part thousands might be meant as a decimal point: better to ask.
        if not _NUMBER.fullmatch(plain):
            return None
        number = as_excel_keeps(Decimal(re.sub(r"[,\s]", "", plain)))
        return number if _is_kept_by_excel(number) else None

    def _rounded_by_form(self, cell: RawCell, stored: Decimal) -> Parsed:
        """Return what somebody typed, which the format of the form itself shows rounded.

        That is told; where decimals are declared, the check of them tells it.
        """
        if self.decimals is not None:
            return Parsed(stored)
        rounded = self._violation(Code.VALUE_SHOWN_ROUNDED, shown=cell.shown, stored=cell.text)
        return Parsed(stored, (rounded,))

    def _parse_shown(self, cell: RawCell, stored: Decimal) -> Parsed:
        """Return the number a person reads in a cell whose format makes another text of it.

        What is read counts as if it were typed; where it and what is stored cannot mean the same,
        it is asked.
        """
        if cell.is_unseen:
            return Parsed(stored)
        shown = self._read(cell.shown, stored)
        if shown == stored:
            return Parsed(stored)
        if shown is not None and self._is_meant(shown, stored, cell.shown):
            return self._adjusted(cell, shown, plain_number(shown))
        unclear = self._violation(
            Code.VALUE_SHOWN_UNCLEAR, shown=cell.shown, stored=cell.text, unit=self.unit
        )
        return Parsed(None, (unclear,))

    def _read(self, text: str, stored: Decimal) -> Decimal | None:
        """Return the number a person reads, who knows that brackets are a minus and a dash is 0."""
        bracketed = _BRACKETED.fullmatch(text.strip())
        if bracketed and stored < 0:
            number = self.number_in(bracketed[1])
            return None if number is None else -number
        if stored == 0 and text.strip() in _NO_AMOUNT:
            return stored
        counted = _COUNTED.fullmatch(text.strip())
        return self.number_in(counted[1] if counted and not self.unit else text)

    def _is_meant(self, shown: Decimal, stored: Decimal, text: str) -> bool:
        """Whether a number read and a number stored are the same amount, rounded at most."""
        unit = unicodedata.normalize("NFKC", self.unit)
        factors = [Decimal(1)]
        factors += [Decimal(100)] if unit == "%" and "%" in text else []
        factors += [Decimal(1) / scale for word, scale in _SCALES.items() if unit.startswith(word)]
        step = Decimal(1).scaleb(min(0, int(shown.as_tuple().exponent)))
        return any(abs(stored * factor - shown) <= step / 2 for factor in factors)

    def check(self, value: Value) -> Violation | None:
        """Return what is no number, beyond the bounds, or has too many decimals."""
        if not isinstance(value, Decimal):
            return self._violation(Code.VALUE_NOT_A_NUMBER, value=str(value), unit=self.unit)
        shown = grouped_number(value)
        if self.minimum is not None and value < self.minimum:
            return self._violation(Code.VALUE_TOO_SMALL, value=shown, bounds=self.bounds)
        if self.maximum is not None and value > self.maximum:
            return self._violation(Code.VALUE_TOO_LARGE, value=shown, bounds=self.bounds)
        if self.decimals is not None and value % _step(self.decimals):
            return self._violation(Code.VALUE_DECIMALS, value=shown, limit=self.decimals)
        return None

    @property
    def bounds(self) -> str:
        """The bounds, each where it is declared.

        >>> NumberField(key="cost", label="決算額", minimum=Decimal(0)).bounds
        '0以上の数値'
        """
        low = "" if self.minimum is None else f"{self.minimum:,f}以上"
        high = "" if self.maximum is None else f"{self.maximum:,f}以下"
        return f"{low}{high}の数値" if low or high else ""

    def _value_schema(self) -> dict[str, Any]:
        steps = (
            {} if self.decimals is None else {"multipleOf": number_as_json(_step(self.decimals))}
        )
        return {"type": "number"} | self._bounds_as_json() | steps

    def as_instance(self, stored: str) -> object:
        """Return the number a text spells as the ledger does; another text stays one.

        >>> NumberField(key="cost", label="決算額").as_instance("12.5")
        Decimal('12.5')
        """
        return Decimal(stored) if _STORED.fullmatch(stored) else stored

    def in_todays_unit(self, stored: str, before: Field) -> str:
        """Return a number in this unit, or with its own where that cannot be turned into this one.

        >>> cost = NumberField(key="cost", label="決算額", unit="千円")
        >>> cost.in_todays_unit("1234500", NumberField(key="cost", label="決算額", unit="円"))
        '1234.5'
        >>> cost.in_todays_unit("12", NumberField(key="cost", label="決算額", unit="件"))
        '12件'
        """
        if not isinstance(before, type(self)) or not _STORED.fullmatch(stored):
            return stored
        (then, of), (now, to) = _unit_parts(before.unit), _unit_parts(self.unit)
        if not of or not to or (then, of) == (now, to):
            return stored
        if of != to:
            return f"{stored}{before.unit}"
        return plain_number((Decimal(stored) * then / now).normalize())

    @classmethod
    def table_schema(cls, fields: Sequence[Self]) -> dict[str, Any]:
        """Return a number, or an integer where no form allows decimals."""
        bounds = widest_bounds([f.minimum for f in fields], [f.maximum for f in fields])
        whole = all(f.decimals == 0 for f in fields) and all(map(_is_whole, bounds.values()))
        constraints = {name: number_as_json(bound) for name, bound in bounds.items()}
        return (
            {"type": "integer" if whole else "number"}
            | ({"constraints": constraints} if constraints else {})
            | ({"torimatome:unit": fields[0].unit} if fields[0].unit else {})
        )

    @property
    def description(self) -> str:
        """The help and the unit."""
        return self.help + (f"単位は{self.unit}です。" if self.unit else "")

    @property
    def outline(self) -> str:
        """That it is a number, and its unit."""
        return f"数値（{self.unit}）" if self.unit else "数値"

    @property
    def limits(self) -> str:
        """The unit, as a sentence."""
        return f"単位は{self.unit}です。" if self.unit else "単位はありません。"

    def _in_words(self, stored: str) -> ShownAnswer:
        try:
            number = Decimal(stored)
            unit = "" if self.unit in self.label else self.unit
            return ShownAnswer(self.label, f"{number:,.{self.decimal_places(number)}f}{unit}")
        except (ValueError, InvalidOperation):
            # Answered on an older issue of the form, which asked for something else.
            return ShownAnswer(self.label, stored)

    @property
    def heading(self) -> str:
        """The label, with the unit where the label does not name it."""
        if not self.unit or self.unit in self.label:
            return self.label
        return f"{self.label}（{self.unit}）"

    def print_width(self, values: Iterable[object]) -> float:
        """Return a width for the longest number."""
        numbers = (value for value in values if isinstance(value, Decimal))
        shown = (f"{number:,.{self.decimal_places(number)}f}" for number in numbers)
        return max(4.6, 0.8 + 0.75 * max(map(len, shown), default=0))

    def decimal_places(self, number: Decimal) -> int:
        """Return how many decimals a number is shown with: those declared, or else its own."""
        if self.decimals is not None:
            return self.decimals
        return len(plain_number(number).partition(".")[2])

    def is_same(self, before: str, after: str) -> bool:
        """Whether two texts spell the same number."""
        try:
            return before == after or Decimal(before) == Decimal(after)
        except InvalidOperation:
            return False


def _is_kept_by_excel(number: Decimal) -> bool:
    return number.is_finite() and number.adjusted() < _MOST_DIGITS


def _unit_parts(unit: str) -> tuple[int, str]:
    """Return how many of which unit a unit is.

    >>> _unit_parts("百万円"), _unit_parts("人")
    ((1000000, '円'), (1, '人'))
    """
    plain = unicodedata.normalize("NFKC", unit)
    multiple = _MULTIPLE.fullmatch(plain)
    return (_MULTIPLES[multiple[1]], multiple[2]) if multiple else (1, plain)


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


@cache
def _step(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)
