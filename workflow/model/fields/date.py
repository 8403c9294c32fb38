"""date 日付: a calendar day, in whatever spelling or calendar it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from workflow.model.catalogue import Code
from workflow.model.cells import without_unseen
from workflow.model.fields.base import Field, Parsed
from workflow.model.fields.declarations import (
    MAXIMUM,
    MINIMUM,
    CellRules,
    PlanColumn,
    ShownAnswer,
    Takes,
    Value,
    widest_bounds,
)
from workflow.model.findings import Violation
from workflow.model.raw import RawCell
from workflow.model.years import japanese_date, western_date
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

_ISO_DATE = lazy_pattern(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERA_DATE = lazy_pattern(r"(令和|平成|R|H)\.?(元|0?[1-9]\d?)[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERAS = {"令和": 2018, "平成": 1988, "R": 2018, "H": 1988}
_SERIAL_ORIGIN, _SERIAL_ORIGIN_1904 = date(1899, 12, 30), date(1904, 1, 1)
# A number of four digits is more likely a year than a day before 1927: better to ask.
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 2_958_465  # 1927-05-18 to 9999-12-31
_USUAL_YEARS = 10  # of a plan
_FIRST_DAY, _LAST_DAY = date(1900, 3, 1), date(9999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateField(Field):
    """A calendar day; bounds are inclusive."""

    minimum: date | None = None
    maximum: date | None = None

    type_name: ClassVar[str] = "date"
    type_word: ClassVar[str] = "日付"
    plan_columns: ClassVar[tuple[PlanColumn, ...]] = (MINIMUM, MAXIMUM)
    value_type: ClassVar[type[object]] = date
    ledger_width: ClassVar[float] = 8
    print_align: ClassVar[str] = "center"

    @classmethod
    def _own_from_json(cls, parts: Mapping[str, Any]) -> dict[str, Any]:
        bounds = (name for name in ("minimum", "maximum") if name in parts)
        return {name: date.fromisoformat(parts[name]) for name in bounds}

    def _own_as_json(self) -> dict[str, Any]:
        days = {"minimum": self.minimum, "maximum": self.maximum}
        return {name: day.isoformat() for name, day in days.items() if day is not None}

    @property
    def cell_rules(self) -> CellRules:
        """A cell that takes days alone."""
        return CellRules(
            width=8.5,
            takes=Takes.DAY,
            minimum=self.minimum or _FIRST_DAY,
            maximum=self.maximum or _LAST_DAY,
            number_format="yyyy-mm-dd",
            instruction=f"日付を2024/5/1のように記入してください。{self.bounds_sentence}",
            align="right",
        )

    def wrong_when(self, cell: str, listed: str) -> Iterator[str]:
        """Yield a formula for what is no day, or beyond the bounds."""
        tests = [f"NOT(ISNUMBER({cell}))"]
        tests += [] if self.minimum is None else [f"{cell}<{_in_formula(self.minimum)}"]
        tests += [] if self.maximum is None else [f"{cell}>{_in_formula(self.maximum)}"]
        yield f'AND({cell}<>"",OR({",".join(tests)}))'

    def doubtful_when(self, cell: str, year: int) -> Iterator[str]:
        """Yield a formula for a day many years away, where no bound of the form holds it."""
        tests = [] if self.minimum else [f"YEAR({cell})<{year - _USUAL_YEARS}"]
        tests += [] if self.maximum else [f"YEAR({cell})>{year + _USUAL_YEARS}"]
        if tests:
            yield f"AND(ISNUMBER({cell}),IFERROR(OR({','.join(tests)}),FALSE))"

    def _parse(self, cell: RawCell) -> Parsed:
        if cell.moment is not None:
            return Parsed(cell.moment.date())
        shown = without_unseen(unicodedata.normalize("NFKC", cell.shown))
        written = _written_date(re.sub(r"\s", "", shown))
        counted = _counted_date(cell)
        if counted is not None and written in (None, counted):
            after = western_date(counted)
            adjusted = self._violation(Code.VALUE_ADJUSTED, before=cell.text, after=after)
            return Parsed(counted, (adjusted,))
        if written is None:
            return Parsed(cell.shown)
        if cell.text == cell.shown == written.isoformat():
            return Parsed(written)
        western = western_date(written)
        after = japanese_date(written) if cell.text == western else western
        return self._adjusted(cell, written, after)

    def check(self, value: Value) -> Violation | None:
        """Return what is no day, or beyond the bounds."""
        if not isinstance(value, date):
            return self._violation(Code.VALUE_NOT_A_DATE, value=str(value))
        shown = japanese_date(value)
        if self.minimum is not None and value < self.minimum:
            return self._violation(Code.VALUE_TOO_SMALL, value=shown, bounds=self.bounds)
        if self.maximum is not None and value > self.maximum:
            return self._violation(Code.VALUE_TOO_LARGE, value=shown, bounds=self.bounds)
        return None

    @property
    def bounds(self) -> str:
        """The bounds, as Japanese offices write days.

        >>> DateField(key="done", label="完了日", minimum=date(2023, 4, 1)).bounds
        '令和5年4月1日以降の日付'
        """
        match self.minimum, self.maximum:
            case date() as first, date() as last:
                return f"{japanese_date(first)}から{japanese_date(last)}までの日付"
            case date() as first, None:
                return f"{japanese_date(first)}以降の日付"
            case None, date() as last:
                return f"{japanese_date(last)}以前の日付"
        return ""

    def doubt(self, value: Value, year: int) -> Violation | None:
        """Return a day many years away, where the form sets no bound that holds it."""
        if not isinstance(value, date) or abs(value.year - year) <= _USUAL_YEARS:
            return None
        if (self.minimum if value.year < year else self.maximum) is not None:
            return None
        return self._violation(Code.VALUE_FAR_YEAR, value=western_date(value), year=year)

    def _value_schema(self) -> dict[str, Any]:
        # The standard has no word for these bounds; formatMinimum is that of ajv's vocabulary.
        days = {"formatMinimum": self.minimum, "formatMaximum": self.maximum}
        bounds = {name: day.isoformat() for name, day in days.items() if day}
        return {"type": "string", "format": "date"} | bounds

    @classmethod
    def table_schema(cls, fields: Sequence[Self]) -> dict[str, Any]:
        """Return a date within the widest bounds."""
        bounds = widest_bounds([f.minimum for f in fields], [f.maximum for f in fields])
        days = {name: day.isoformat() for name, day in bounds.items()}
        return {"type": "date"} | ({"constraints": days} if days else {})

    @property
    def outline(self) -> str:
        """That it is a day."""
        return "日付"

    def _in_words(self, stored: str) -> ShownAnswer:
        return ShownAnswer(self.label, self.in_sentence(stored))

    def in_sentence(self, stored: str) -> str:
        """Return a day as Japanese offices write it.

        >>> DateField(key="done", label="完了日").in_sentence("2023-04-08")
        '令和5年4月8日'
        """
        try:
            return japanese_date(date.fromisoformat(stored))
        except ValueError:
            # Answered on an older issue of the form, which asked for something else, or blank.
            return stored

    def print_width(self, values: Iterable[object]) -> float:
        """Return a width for a day."""
        return 7.5


def _in_formula(day: date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"


def _counted_date(cell: RawCell) -> date | None:
    """Return the day a number counts to, None where it is more likely something else."""
    serial = cell.number
    if serial is None or not serial.is_finite() or serial != serial.to_integral_value():
        return None
    if not _FIRST_SERIAL <= serial <= _LAST_SERIAL:
        return None
    origin = _SERIAL_ORIGIN_1904 if cell.since_1904 else _SERIAL_ORIGIN
    return origin + timedelta(days=int(serial))


def _written_date(plain: str) -> date | None:
    if match := _ISO_DATE.fullmatch(plain):
        year = int(match[1])
        month, day = match[2], match[3]
    elif match := _ERA_DATE.fullmatch(plain.upper()):
        year = _ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))
        month, day = match[3], match[4]
    else:
        return None
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None
