"""Items as a city's tables have them, with their departments and last year's answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from workflow.first_day.reading.tables import Cell
from workflow.first_day.reading.words import Role
from workflow.model.cells import folded, folded_id
from workflow.python.dataclass import dataclass

NO_LEVEL = "－"
"""What stands for a level that the table leaves blank: a plan has every level of every item."""


@dataclass(slots=True)
class Answered:
    """What one line of the source answers of an item: for which departments, by column."""

    departments: list[str]
    values: dict[str, list[Cell]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftIndicator:
    """What one row says of an indicator, by column, and the column that names it; "" for none."""

    name: str
    cells: Mapping[str, Cell]


@dataclass(slots=True)
class DraftItem:
    """An item as the source has it; parts are the cells it is made of, by what they became."""

    title: list[Cell]
    path: tuple[str, ...]
    sheet: str
    number: str = ""
    pages: str = ""
    departments: dict[str, Cell | None] = field(default_factory=dict)
    answers: list[Answered] = field(default_factory=list)
    indicators: list[DraftIndicator] = field(default_factory=list)
    parts: list[tuple[Role, str, Cell]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The item's title, its lines together."""
        return "".join(cell.text for cell in self.title)

    @property
    def plain_title(self) -> str:
        """The item's title as a plan has it."""
        return plain_heading(self.text)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A cell that became nothing, and why."""

    cell: Cell
    why: str


@dataclass(frozen=True, slots=True)
class ItemList:
    """The items of all tables, the names of the levels above them, and what became nothing."""

    levels: tuple[str, ...]
    items: tuple[DraftItem, ...]
    left_out: tuple[LeftOut, ...]


def joined(items: Sequence[DraftItem]) -> Iterator[DraftItem]:
    """Yield the items; rows of one item that name other departments become one item."""
    found: dict[tuple[str, ...], DraftItem] = {}
    for item in items:
        known = found.get(_identity(item))
        if known is None or set(known.departments) & set(item.departments) or not item.departments:
            found.setdefault(_identity(item), item)
            yield item
            continue
        known.departments |= item.departments
        known.answers += item.answers
        known.indicators += item.indicators
        known.parts += item.parts


def _identity(item: DraftItem) -> tuple[str, ...]:
    return (folded_id(item.number), *map(folded, item.path), folded(item.text))


def plain_heading(text: str) -> str:
    """Return a heading without blank lines; a line that only wraps is one with the next."""
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def id_of(cell: Cell) -> str:
    """Return the number of an item as its cell has it."""
    return "".join(unicodedata.normalize("NFKC", cell.text).split())


def pages_of(text: str) -> str:
    """Return pages as plan.xlsx writes them.

    >>> pages_of("P.44～45"), pages_of("44ページ")
    ('44-45', '44')
    """
    text = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"(?i)^(?:p{1,2}\.?|ページ|頁)\s*|(?:ページ|頁)$", "", text.strip())
    return re.sub(r"\s*[~〜～―－ー–]\s*", "-", plain)
