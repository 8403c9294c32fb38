"""What the rows of a city's table say of indicators, as the plan declares them. Pure.

What cannot be told stays blank or outside, and is said: an aim, a unit or a year is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Any

from workflow.first_day.names import Ids
from workflow.first_day.reading.column import Column
from workflow.first_day.reading.indicator_words import VALUES, amount_in, year_of
from workflow.first_day.reading.items import DraftIndicator, DraftItem
from workflow.first_day.reading.tables import Cell
from workflow.first_day.reading.words import NOTHING, Role, label_of
from workflow.model.cells import folded, number_as_json
from workflow.model.years import era_year
from workflow.plan.book.indicator_sheet import counting_in, direction_in, indicator_ids
from workflow.python.dataclass import dataclass

_LONGEST_NAME, _MOST_DIGITS = 255, 15
_BRACKETS_BEHIND = re.compile(r"[（(\[［][^()（）\[\]［］]*[)）\]］]$")
_NAMELESS = "どの指標のものか分からない"
_NO_NUMBER = "数値として読めないか、指標の単位と違う"
_ANOTHER = "同じ年度の違う値がもう一つある"


@dataclass(frozen=True, slots=True)
class Taken:
    """A cell that stands in the plan: of which item, in which column, and how it is written."""

    cell: Cell
    item: str
    column: str
    written: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell of an indicator that the plan does not have, and why."""

    cell: Cell
    why: str


@dataclass(slots=True)
class ImportedIndicators:
    """The indicators of a table as plan.json declares them, and what became of their cells.

    Blank are the indicators of which something cannot be told, by what that is. Aims_read are those
    whose aim is the way from base to target. Undated are the columns whose year nobody said.
    """

    declared: list[dict[str, Any]] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    blank: dict[str, list[str]] = field(default_factory=dict)
    aims_read: list[str] = field(default_factory=list)
    named_by_items: list[str] = field(default_factory=list)
    undated: dict[str, Column] = field(default_factory=dict)


def indicators_of(
    items: Sequence[DraftItem], ids: Ids, columns: Sequence[Column], year: int | None
) -> ImportedIndicators:
    """Return the indicators of all items; year is that of the table, for what says none."""
    by_key = {column.key: column for column in columns}
    found = ImportedIndicators()
    makings: dict[tuple[str, str], _Making] = {}
    for item, number in zip(items, ids.ids, strict=True):
        for draft in item.indicators:
            name = _name_of(item, draft, by_key)
            if not name:
                cells = (c for c in draft.cells.values() if c.text not in NOTHING)
                found.refused += [Refused(cell, _NAMELESS) for cell in cells]
                continue
            making = makings.setdefault(
                (number, folded(name)), _Making(number, name, by_key, year, found)
            )
            making.add(draft)
    own = _own_ids(makings.values())
    names = {number: indicator_ids(number) for number, _ in makings}
    for making in makings.values():
        id_ = making.number_cell.text.strip() if own and making.number_cell else ""
        making.finish(id_ or next(names[making.item]))
    return found


def _name_of(item: DraftItem, draft: DraftIndicator, by_key: Mapping[str, Column]) -> str:
    """Return what an indicator is called; that of an item without a column of names as its item."""
    if draft.name:
        text = draft.cells[draft.name].text
        name = "".join(text.split("\n")).strip()
        return name if len(name) <= _LONGEST_NAME and text not in NOTHING else ""
    is_named = any(column.role is Role.INDICATOR for column in by_key.values())
    title = "".join(item.plain_title.split("\n"))
    return "" if is_named or len(title) > _LONGEST_NAME else title


def _own_ids(makings: Iterable[_Making]) -> bool:
    """Whether every indicator has a number of its own."""
    ids = [m.number_cell.text.strip() if m.number_cell else "" for m in makings]
    return all(ids) and len(set(map(folded, ids))) == len(ids)


class _Making:
    """The making of one indicator out of the rows that speak of it."""

    def __init__(
        self,
        item: str,
        name: str,
        columns: Mapping[str, Column],
        year: int | None,
        found: ImportedIndicators,
    ) -> None:
        self.item = item
        self.number_cell: Cell | None = None
        self._name, self._columns, self._year, self._found = name, columns, year, found
        self._unit = ""
        self._words: dict[str, str] = {}
        self._base: dict[str, Any] = {}
        self._by_year: dict[Role, dict[int, Decimal]] = {Role.TARGET: {}, Role.ACTUAL: {}}

    def add(self, draft: DraftIndicator) -> None:
        """Take what a row says: first what its numbers are of, then the numbers."""
        self._take_name(draft)
        cells = [(self._columns[k], c) for k, c in draft.cells.items() if c.text not in NOTHING]
        for column, cell in cells:
            if column.role is Role.UNIT:
                self._take_unit(cell)
            elif column.role is Role.INDICATOR_ID:
                self.number_cell = cell
            elif column.role in (Role.BASE_YEAR, *_WORDS):
                self._take_word(column.role, cell)
        has_actual = any(c.role is Role.ACTUAL and c.label.year is None for c, _ in cells)
        for column, cell in cells:
            if column.role in VALUES:
                self._take_value(column, cell, has_actual)

    def finish(self, id_: str) -> None:
        """Declare the indicator."""
        targets, actuals = (self._by_year[role] for role in (Role.TARGET, Role.ACTUAL))
        declared: dict[str, Any] = {"id": id_, "item": self.item, "name": self._name}
        declared |= {"unit": self._unit} if self._unit else {}
        declared |= self._words
        if "direction" not in declared:
            aim = self._aim(targets)
            declared |= {"direction": aim} if aim else {}
            (self._found.aims_read if aim else self._blank("めざす方向")).append(self._name)
        declared |= {"base": self._base} if "value" in self._base else {}
        for key, values in (("targets", targets), ("actuals", actuals)):
            plain = {str(year): number_as_json(values[year]) for year in sorted(values)}
            declared |= {key: plain} if plain else {}
        if not self._unit:
            self._blank("単位").append(self._name)
        if "value" in self._base and "year" not in self._base:
            self._blank("基準年度").append(self._name)
        if self.number_cell and self.number_cell.text.strip() == id_:
            self._take(self.number_cell, Role.INDICATOR_ID.value, id_)
        elif self.number_cell:
            self._refuse(self.number_cell, "指標番号のないものか、同じ番号のものがある")
        self._found.declared.append(declared)

    def _blank(self, what: str) -> list[str]:
        return self._found.blank.setdefault(what, [])

    def _aim(self, targets: Mapping[int, Decimal]) -> str:
        """Return the aim that base and last target show; "" where they show none."""
        base = self._base.get("value")
        last = number_as_json(targets[max(targets)]) if targets else base
        if base is None or last is None or last == base:
            return ""
        return "up" if last > base else "down"

    def _take_name(self, draft: DraftIndicator) -> None:
        if not draft.name:
            self._found.named_by_items.append(self._name)
            return
        cell = draft.cells[draft.name]
        unit = label_of(self._name).unit
        if unit and not self._unit:
            self._unit = unit
            self._name = _BRACKETS_BEHIND.sub("", self._name).strip() or self._name
        self._take(cell, Role.INDICATOR.value, self._name)

    def _take_unit(self, cell: Cell) -> None:
        unit = "".join(cell.text.split())
        if self._unit and folded(self._unit) != folded(unit):
            self._refuse(cell, "指標の名前にある単位や上の行の単位と違う")
        else:
            self._unit = self._unit or unit
            self._take(cell, Role.UNIT.value, self._unit)

    def _take_word(self, role: Role, cell: Cell) -> None:
        if role is Role.BASE_YEAR:
            year = year_of(cell.text)
            if year is None:
                self._refuse(cell, "年度として読めない")
            elif self._base.setdefault("year", year) == year:
                self._take(cell, role.value, era_year(year))
            else:
                self._refuse(cell, _ANOTHER)
            return
        key, read = _WORDS[role]
        meaning = read(cell.text)
        if meaning is None:
            self._refuse(cell, f"{role.value}として読めない")
        elif self._words.setdefault(key, meaning[0]) == meaning[0]:
            self._take(cell, role.value, meaning[1])
        else:
            self._refuse(cell, "上の行と違う")

    def _take_value(self, column: Column, cell: Cell, has_actual: bool) -> None:
        if column.role is Role.TARGET and direction_in(cell.text):
            self._take_word(Role.AIM, cell)
            return
        read = amount_in(cell.text, self._unit or column.label.unit)
        is_other_unit = (
            self._unit and column.label.unit and folded(self._unit) != folded(column.label.unit)
        )
        if read is None or is_other_unit or len(read[0].as_tuple().digits) > _MOST_DIGITS:
            self._refuse(cell, _NO_NUMBER)
            return
        value, unit, year = read
        self._unit = self._unit or column.label.unit or unit
        year = year or column.label.year
        written = str(number_as_json(value))
        if column.role is Role.BASE:
            self._take_base(cell, value, year, written)
            return
        if column.role is Role.ACTUAL or has_actual:
            year = year or self._year
        if year is None:
            self._found.undated[column.key] = column
            self._refuse(cell, f"何年度の{column.role.value}か分からない")
        elif self._by_year[column.role].setdefault(year, value) == value:
            self._take(cell, f"{column.role.value}（{era_year(year)}）", written)
        else:
            self._refuse(cell, _ANOTHER)

    def _take_base(self, cell: Cell, value: Decimal, year: int | None, written: str) -> None:
        same_year = year is None or self._base.setdefault("year", year) == year
        number = number_as_json(value)
        if same_year and self._base.setdefault("value", number) == number:
            self._take(cell, Role.BASE.value, written)
        else:
            self._refuse(cell, _ANOTHER)

    def _take(self, cell: Cell, column: str, written: str) -> None:
        self._found.taken.append(Taken(cell, self.item, column, written))

    def _refuse(self, cell: Cell, why: str) -> None:
        self._found.refused.append(Refused(cell, why))


_WORDS = {Role.AIM: ("direction", direction_in), Role.COUNTING: ("kind", counting_in)}
