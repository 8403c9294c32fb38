"""What plan.xlsx is made of: how a value is spelled in a cell, a setting, a column, a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import Enum, auto

from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.plan.document import Node, keys
from workflow.python.dataclass import dataclass


class Spread(Enum):
    """How a setting's values lie in its row, from the column 値 to the right."""

    ONE = auto()  # one value
    ACROSS = auto()  # a list, one value per column
    ROWS = auto()  # a list of objects, one row each: its parts from left to right
    NAMED = auto()  # an object, one row per member: name, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of the sheet 計画; words are what people write for the stored values.

    Blank is what an empty cell stands for; None leaves the key out. Parts are what the cells of a
    row hold, where each row is an object. Named_by is the label of the setting whose text makes the
    value of a blank cell. A rare setting stands in the workbook only where it is used.
    """

    label: str
    pointer: str
    hint: str
    example: str = ""
    kind: Kind = Kind.NAME
    spread: Spread = Spread.ONE
    words: Mapping[str, str] = field(default_factory=dict)
    blank: str | None = None
    parts: tuple[PlanColumn, ...] = ()
    named_by: str = ""
    is_rare: bool = False


def description(entry: Setting | PlanColumn) -> str:
    """Return the description of a setting or a column, with an example where that helps."""
    made = f"空欄なら、{entry.named_by}から付けます。" if entry.named_by else ""
    example = f"例：{entry.example}" if entry.example else ""
    return f"{entry.hint}{made}{example}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet that spells a list, one row per entry. Every entry has these lists.

    Detail columns spell a list inside the entry: its first line on the entry's own row, the others
    on the rows below, where the entry's columns are blank. Levels are columns that people merge or
    write once for several entries. First_is_id: no two entries have the same first column.
    Declared_at is where plan.json holds the entries, where that is not the pointer.
    """

    sheet: str
    pointer: str
    intro: str
    columns: tuple[PlanColumn, ...]
    lists: tuple[str, ...] = ()
    detail_key: str = ""
    details: tuple[PlanColumn, ...] = ()
    levels: tuple[PlanColumn, ...] = ()
    first_is_id: bool = True
    declared_at: str = ""

    @property
    def schema_keys(self) -> tuple[str, ...]:
        """The keys that lead to the list in the schema, which plan.json may hold elsewhere."""
        return keys(self.declared_at or self.pointer)

    @property
    def all_columns(self) -> tuple[PlanColumn, ...]:
        """Every column, in the order of the sheet."""
        return self.columns + self.details

    def used_in(self, root: Node) -> Table:
        """Return the sheet as a document needs it: without the rare columns it does not use."""
        entries = root.at(self.pointer).elements
        used = (c for c in self.columns if not c.is_rare or _is_filled(entries, c.key))
        return replace(self, columns=tuple(used))


def _is_filled(entries: Iterable[Node], key: str) -> bool:
    return any(entry.at(key).value is not None for entry in entries)
