"""What a field type declares, as plain values that readers and writers above apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum, auto
from typing import TypeVar

from workflow.python.dataclass import dataclass

Value = str | Decimal | date
"""One stored answer: prose or a declared choice (str), a number (Decimal) or a day (date)."""

BoundT = TypeVar("BoundT", Decimal, date)

# The columns of plan.xlsx in which a field is declared.


class Kind(Enum):
    """How a value is spelled in a cell of plan.xlsx."""

    NAME = auto()  # a text of one line; blanks around it do not count
    HEADING = auto()  # a text that may have several lines
    PROSE = auto()  # a text kept as it is, which is not read from a number
    LATIN = auto()  # a text of ASCII letters, digits and signs
    PAGES = auto()
    LINES = auto()  # a list of names, one per line
    CITY = auto()  # the code of a municipality
    DEPARTMENT = auto()  # a department, by its code or anything it is called
    DEPARTMENTS = auto()  # a list of departments
    PERSON = auto()  # one of the departments that is asked for himself, by name or code
    FLAG = auto()  # はい / いいえ
    NUMBER = auto()
    DAY = auto()
    BOUND = auto()  # a number or a day, as the field's type asks
    YEAR = auto()  # a fiscal year
    BANDS = auto()  # the grades of an indicator, one per line

    @property
    def is_text(self) -> bool:
        """Whether a cell of this kind must hold text, not a number or a date."""
        return self not in (Kind.FLAG, Kind.NUMBER, Kind.DAY, Kind.BOUND, Kind.YEAR)

    @property
    def takes_numbers(self) -> bool:
        """Whether a number in a cell of this kind is the text that one sees; of prose it is not.

        A telephone number or a password that became a number may have lost its first digits.
        """
        return self.is_text and self is not Kind.PROSE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanColumn:
    """One column of a table of plan.xlsx; the key is a JSON pointer inside the row's object.

    Words are what people write for the stored values, spellings (folded) what else is read as one
    of these values. Blank is what an empty cell stands for; None
    leaves the key out. Width is in full-width characters. An optional column may be missing: the
    workbook is older than the column. A rare column stands in the workbook only where it is used.
    Named_by is the label of the column whose text makes the value of a blank cell. Offers are words
    to choose from where others are taken too.
    """

    label: str
    key: str
    hint: str
    width: float
    example: str = ""
    kind: Kind = Kind.NAME
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    spellings: Mapping[str, str] = field(default_factory=dict, hash=False)
    blank: str | None = None
    optional: bool = False
    is_rare: bool = False
    named_by: str = ""
    offers: tuple[str, ...] = ()


MINIMUM, MAXIMUM = (
    PlanColumn(
        label=label, key=key, kind=Kind.BOUND, width=5, hint="数値か日付のときだけ使います。"
    )
    for label, key in (("最小", "/minimum"), ("最大", "/maximum"))
)
"""The inclusive bounds of numbers and days."""


# The cells of a template.

FONT_SIZE = 9.0
"""Points of the text on a template."""


class Takes(StrEnum):
    """What Excel lets people type into a cell."""

    TEXT = "length"
    LISTED = "list"
    WHOLE_NUMBER = "integer"
    NUMBER = "decimal"
    DAY = "date"
    NUMBER_OR_WORD = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRules:
    """How the cells of a field look on a template, and what Excel takes in them.

    Width is in full-width characters of font_size, which is in points; number_format is Excel's.
    Bounds are inclusive: of a text they bound its length, of a list there are none. Instruction is
    a sentence for whoever fills the cell.
    """

    width: float
    takes: Takes
    number_format: str
    instruction: str
    minimum: float | date | None = None
    maximum: float | date | None = None
    align: str = ""
    font_size: float = FONT_SIZE


def widest_bounds(
    minimums: Sequence[BoundT | None], maximums: Sequence[BoundT | None]
) -> dict[str, BoundT]:
    """Return the widest of some bounds; one that is open anywhere stays open."""
    lows = [bound for bound in minimums if bound is not None]
    highs = [bound for bound in maximums if bound is not None]
    lowest = {"minimum": min(lows)} if len(lows) == len(minimums) else {}
    return lowest | ({"maximum": max(highs)} if len(highs) == len(maximums) else {})


# What a compiled value looks like to a reader.


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """A field's label, what was answered, and what a chosen value means, as the report shows it.

    Text is exactly as the ledger holds it; a number has its unit, a day is in Japanese. Before is
    what was chosen the year before on the same scale: of a rating always, else where it differs.
    """

    label: str
    text: str
    meaning: str = ""
    is_prose: bool = False
    is_blank: bool = False
    before: str = ""
