"""What plan.xlsx is made of: how a value is spelled in a cell, a setting, a column, a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Kind(Enum):
    """How a value is spelled in a cell."""

    NAME = auto()  # a text; blanks around it do not count
    PROSE = auto()  # a text kept as it is
    LINES = auto()  # a list of names, one per line
    CODES = auto()  # a list of codes, one per line or with a separator between them
    FLAG = auto()  # はい / いいえ
    NUMBER = auto()
    DAY = auto()
    BOUND = auto()  # a number or a day, as the field's type asks

    @property
    def is_text(self) -> bool:
        """Whether a cell of this kind must hold text, not a number or a date."""
        return self in (Kind.NAME, Kind.PROSE, Kind.LINES, Kind.CODES)


class Spread(Enum):
    """How a setting's values lie in its row, from the column 値 to the right."""

    ONE = auto()  # one value
    ACROSS = auto()  # a list, one value per column
    PAIRS = auto()  # a list of matrices, one row each: rows, columns
    NAMED = auto()  # an object, one row per member: name, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of the sheet 計画; words are what people write for the stored values.

    Blank is what an empty cell stands for; None leaves the key out.
    """

    label: str
    pointer: str
    hint: str
    example: str = ""
    kind: Kind = Kind.NAME
    spread: Spread = Spread.ONE
    words: Mapping[str, str] = field(default_factory=dict)
    blank: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table, as a setting is; the key is a pointer inside the row's object."""

    label: str
    key: str
    hint: str
    width: int
    example: str = ""
    kind: Kind = Kind.NAME
    words: Mapping[str, str] = field(default_factory=dict)
    blank: str | None = None


def told(entry: Setting | Column) -> str:
    """Return what is said about a setting or a column, with an example where that helps."""
    return f"{entry.hint}例：{entry.example}" if entry.example else entry.hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet that spells a list, one row per entry. Every entry has these lists.

    Detail columns spell a list inside the entry: its first line on the entry's own row, the others
    on the rows below, where the entry's columns are blank.
    """

    sheet: str
    pointer: str
    intro: str
    columns: tuple[Column, ...]
    lists: tuple[str, ...] = ()
    detail_key: str = ""
    details: tuple[Column, ...] = ()

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column, in the order of the sheet."""
        return self.columns + self.details
