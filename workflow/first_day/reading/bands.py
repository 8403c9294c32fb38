"""What is said of many items at once: above a table, by its sheet, between its rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workflow.first_day.reading.cards import pairs_in
from workflow.first_day.reading.tables import Cell, Grid, Table
from workflow.first_day.reading.words import Role, label_of, looks_like_department, role_of
from workflow.python.dataclass import dataclass

_OPENING, _CLOSING = "【〈《［[■◆●▼▽◎○□◇", "】〉》］]"
_LEVEL_LINE = re.compile(
    rf"[\s　（({re.escape(_OPENING)}]*"
    r"(?P<name>基本目標|基本方針|基本施策|施策の柱|重点施策|重点目標|施策目標|政策目標|政策|施策|目標|方針|分野|柱)?"
    r"[\s　]*(?:第?[\dⅠ-Ⅻ①-⑳一二三四五六七八九十IVX]{1,3}(?:章|節|部)?)"
    r"(?=[\s　:：.．、）)]|[^\dA-Za-z課])[\s　:：.．、）)]*.*",
    re.DOTALL,
)
_NUMBERINGS = (
    re.compile(r"第?[Ⅰ-ⅫIVX]+(?![a-z])"),
    re.compile(r"第?[一二三四五六七八九十]+"),
    re.compile(r"第?\d+[-－.．]\d+[-－.．]\d+"),
    re.compile(r"第?\d+[-－.．]\d+"),
    re.compile(r"第?\d+"),
    re.compile(r"[（(]\d+[)）]"),
    re.compile(r"[①-⑳]"),
)
"""The ways lines are numbered; one way is one depth."""
_UNNAMED = "区分"
LONGEST_BAND = 100


@dataclass(frozen=True, slots=True)
class Context:
    """The level and the department that a sheet speaks of as a whole, with their cells."""

    level_name: str = ""
    level: str = ""
    level_cell: Cell | None = None
    department: str = ""
    department_cell: Cell | None = None


def context_of(grid: Grid, table: Table, is_one_of_many: bool) -> Context:
    """Return what the lines above a table, or else the name of its sheet, say of all its items."""
    roles = {role_of(heading.label) for heading in table.headings}
    department, department_cell = "", None
    if Role.DEPARTMENT not in roles:
        department, department_cell = _department_of(grid, table)
    level_name, level, level_cell = "", "", None
    for cell in table.above:
        match = _LEVEL_LINE.fullmatch(cell.text)
        if match and match["name"] and len(cell.text) <= LONGEST_BAND:
            level_name, level, level_cell = match["name"], cell.text, cell
    if not level and is_one_of_many:
        match = _LEVEL_LINE.fullmatch(table.sheet)
        if match and not looks_like_department(table.sheet):
            level_name, level = match["name"] or _UNNAMED, table.sheet
    if level_name in {heading.label.text for heading in table.headings}:
        level_name, level, level_cell = "", "", None
    return Context(level_name, level, level_cell, department, department_cell)


def _department_of(grid: Grid, table: Table) -> tuple[str, Cell | None]:
    last = max((cell.location.row for cell in table.above), default=0)
    for pair in pairs_in(grid, 1, last):
        if role_of(label_of(pair.label.text)) is Role.DEPARTMENT and pair.value:
            return pair.value.text, pair.value
    alone = [cell for cell in table.above if looks_like_department(cell.text)]
    if alone:
        return alone[0].text, alone[0]
    return (table.sheet, None) if looks_like_department(table.sheet) else ("", None)


@dataclass(frozen=True, slots=True)
class Band:
    """A line between the rows that holds for all rows below it; its number may stand apart."""

    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """What it says."""
        return " ".join(cell.text for cell in self.cells)

    @property
    def unbracketed(self) -> str:
        """What it says without marks and brackets around it."""
        return self.text.strip(f"{_OPENING}{_CLOSING} 　")


def says_level(text: str) -> bool:
    """Whether a line alone reads as a level, by its name or its number.

    >>> says_level("【基本目標Ⅰ　人づくり】"), says_level("2 担い手づくり"), says_level("1-1")
    (True, True, False)
    """
    words = sum(c.isalpha() and not c.isascii() for c in text)
    return _LEVEL_LINE.fullmatch(text) is not None and words > 1


class Bands:
    """The kinds of lines between the rows that say a level, in the order they are met."""

    def __init__(self, contexts: Sequence[Context]) -> None:
        self._kinds: list[str] = []
        self._taken = {context.level_name for context in contexts} & {_UNNAMED}
        self.names: list[str] = []

    def depth(self, text: str) -> int:
        """Return how deep below the others a line stands: each kind of line is one depth."""
        match = _LEVEL_LINE.fullmatch(text)
        name = (match["name"] if match else "") or ""
        kind = name or _numbering(text)
        if kind not in self._kinds:
            self._kinds.append(kind)
            self.names.append(name or self._free_name())
        return self._kinds.index(kind)

    def _free_name(self) -> str:
        taken = self._taken.union(self.names)
        candidates = (_UNNAMED, *(f"{_UNNAMED}{n}" for n in range(2, len(taken) + 3)))
        return next(name for name in candidates if name not in taken)


def _numbering(text: str) -> str:
    stripped = text.lstrip(f"{_OPENING} 　")
    return next((str(n) for n, way in enumerate(_NUMBERINGS) if way.match(stripped)), "")


def names_above(contexts: Sequence[Context], bands: Bands) -> tuple[str, ...]:
    """Return the names of the levels that stand outside the tables, the highest first."""
    names = [context.level_name for context in contexts if context.level_name]
    return tuple(dict.fromkeys((*names[:1], *bands.names)))
