"""A column of a city's table, and what it becomes."""

from __future__ import annotations

from workflow.first_day.reading.indicator_words import OF_INDICATORS
from workflow.first_day.reading.tables import Cell
from workflow.first_day.reading.words import Label, Role
from workflow.model.cells import folded
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass

_EXAMPLES = 3
BY_MAP = "--map の指定"
"""Why a column is what a person said it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the source, wherever it stands, and what it becomes.

    Name is that of the level or of the field of the form; why says what the proposal rests on.
    """

    key: str
    heading: str
    label: Label
    letters: tuple[str, ...]
    cells: tuple[Cell, ...]
    role: Role = Role.UNKNOWN
    name: str = ""
    is_sure: bool = True
    why: str = ""

    @property
    def names(self) -> frozenset[str]:
        """What a person may call it: its heading, or its letters."""
        return frozenset({folded(self.heading), self.label.key, *map(folded, self.letters)})

    @property
    def became(self) -> str:
        """What it becomes, in words."""
        if self.role in (Role.ANSWER, Role.LEVEL, Role.NUMBER_OF_LEVEL):
            return f"{self.role.value}「{self.name}」"
        if self.role in OF_INDICATORS and self.role is not Role.INDICATOR:
            year = f"（{era_year(self.label.year)}）" if self.label.year else ""
            return f"指標の{self.role.value}{year}"
        return "使わない列" if self.role is Role.UNUSED else self.role.value

    @property
    def examples(self) -> tuple[str, ...]:
        """The first values in it."""
        return tuple(dict.fromkeys(cell.text for cell in self.cells))[:_EXAMPLES]
