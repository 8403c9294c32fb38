"""A workbook as it came: cells as they stand, whichever reader found them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime, time
from decimal import Decimal
from enum import Enum
from typing import Protocol

from workflow.model.cells import as_excel_keeps, is_nothing_to_see, plain_number
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

_PICTURE = lazy_pattern(r"=(?:_xlfn\.)*(?:DISPIMG|IMAGE)\(", re.IGNORECASE)
"""How a formula begins that shows a picture in its cell: WPS Office writes DISPIMG, Excel IMAGE."""


class CellKind(Enum):
    """What a cell holds."""

    TEXT = "文字"
    NUMBER = "数値"
    BOOLEAN = "論理値"
    DATE = "日付"
    ERROR = "エラー値"
    FORMULA = "数式"
    PICTURE = "画像"
    MALFORMED = "壊れた値"


TEXT, FORMULA = CellKind.TEXT, CellKind.FORMULA
"""Asked for once where every cell is looked at: an enumeration takes its time to answer."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a person sees of a cell where that is something else than what is stored in it.

    Shown is what its number format makes of it, None for the same, and number_format the format's
    code, where it is known. Left is the text that is not struck through, None where nothing is.
    Faint letters cannot be told from what is behind them. May_differ says that it hangs on a
    condition, which was not computed, whether the cell looks otherwise.
    """

    shown: str | None = None
    number_format: str = ""
    left: str | None = None
    is_faint: bool = False
    may_differ: bool = False


@dataclass(frozen=True, slots=True)
class RawCell:
    """One non-empty cell; text is what it holds as text, decoded as Excel shows it.

    cached is the result stored with a formula, if any; since_1904 says that a number, read as a
    day, counts from 1904; look is None where a person sees what is stored.
    """

    kind: CellKind
    text: str
    number: Decimal | None = None
    moment: datetime | None = None
    cached: RawCell | None = None
    since_1904: bool = False
    look: Look | None = None

    @classmethod
    def of_number(cls, stored: float | Decimal, since_1904: bool = False) -> RawCell:
        """Return the cell of a number as it is stored; here alone it becomes the value."""
        number = as_excel_keeps(stored)
        text = plain_number(number)
        return cls(CellKind.NUMBER, text, number=number, since_1904=since_1904)

    @classmethod
    def of_day(cls, moment: datetime) -> RawCell:
        """Return the cell of a day, or of a moment on it."""
        day_alone = moment.time() == time()
        text = moment.date().isoformat() if day_alone else moment.isoformat(" ")
        return cls(CellKind.DATE, text, moment=moment)

    @property
    def shown(self) -> str:
        """The text a person reads in the cell; where nothing is to be read, what is stored."""
        shown = self.look.shown if self.look else None
        return shown if shown and shown.strip() else self.text

    @property
    def is_unseen(self) -> bool:
        """Whether something is stored and nothing to be seen."""
        look = self.look
        return look is not None and (
            look.is_faint or (look.shown is not None and not look.shown.strip())
        )

    @property
    def has_look(self) -> bool:
        """Whether it, or the result of its formula, looks otherwise than it is stored."""
        return self.look is not None or (self.cached is not None and self.cached.look is not None)

    def looking_as(self, other: RawCell) -> RawCell:
        """Return the cell with the look that another reading found."""
        cached = self.cached
        if cached and other.cached:
            cached = replace(cached, look=other.cached.look)
        return replace(self, look=other.look, cached=cached)

    def unstruck(self) -> RawCell:
        """Return the cell without what is struck through in it."""
        if self.look is None or self.look.left is None:
            return self
        return RawCell(CellKind.TEXT, self.look.left.strip(), look=replace(self.look, left=None))

    @property
    def is_blank(self) -> bool:
        """Whether the cell holds nothing but white space and characters nobody sees."""
        return self.kind is TEXT and is_nothing_to_see(self.text)

    @property
    def is_picture(self) -> bool:
        """Whether the cell shows a picture, placed in it or by a formula."""
        if self.kind is TEXT and not self.text.startswith("="):
            return False  # told at once of nearly every cell
        return self.kind is CellKind.PICTURE or _PICTURE.match(self.text) is not None


TwoContents = tuple[RawCell, RawCell | None]
"""What a file says twice of one cell; the second may be blank."""


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A block of cells, 1-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies in the block."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def down(self, rows: int) -> Area:
        """Return the block so many rows further down."""
        return Area(self.top + rows, self.left, self.bottom + rows, self.right)


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet; cells are found by their 1-based row and column.

    filtered says that a filter is at work, which is why rows may be hidden. doubled holds the two
    contents of each cell that the file gives more than one; the first stands in cells. Hidden
    columns are the first and the last of each run of them.
    """

    name: str
    cells: Mapping[tuple[int, int], RawCell]
    merged: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    filtered: bool = False
    doubled: Mapping[tuple[int, int], TwoContents] = field(default_factory=dict)
    hidden_columns: tuple[tuple[int, int], ...] = ()
    is_hidden: bool = False

    def seen_as(self, other: RawSheet) -> RawSheet:
        """Return the sheet with what another reading knows of it and this one does not.

        That is how cells look, what is hidden, error values where nothing was found, and the two
        contents of a cell, of which the first stands.
        """
        cells = dict(self.cells)
        for at, cell in other.cells.items():
            mine = cells.get(at)
            if mine is None and (cell.cached or cell).kind is CellKind.ERROR:
                cells[at] = cell
            elif mine is not None and cell.has_look:
                cells[at] = mine.looking_as(cell)
        return replace(
            self,
            cells=cells | {at: first for at, (first, _) in other.doubled.items()},
            hidden_rows=self.hidden_rows | other.hidden_rows,
            doubled=other.doubled,
            hidden_columns=other.hidden_columns,
            is_hidden=other.is_hidden,
        )

    def hides_column(self, column: int) -> bool:
        """Whether a column is not to be seen."""
        return any(first <= column <= last for first, last in self.hidden_columns)


CELL_NAME_PREFIX = "torimatome_"
"""How the names begin that we lay on cells."""

NamedAreas = Mapping[str, tuple[tuple[str, Area], ...]]
"""The blocks that names of ours stand for, each with its sheet."""


class RemarkKind(Enum):
    """What stands beside the cells; of a picture or an object the text is its name."""

    COMMENT = "コメント"
    SHAPE = "図形"
    PICTURE = "画像"
    OBJECT = "埋め込まれたもの"
    HEADER = "ヘッダー・フッター"


@dataclass(frozen=True, slots=True)
class RawRemark:
    """What stands beside the cells of a sheet: what it says and the cell it belongs to."""

    sheet: str
    cell: str
    text: str
    author: str
    kind: RemarkKind


@dataclass(frozen=True, slots=True)
class RawBook:
    """One workbook; names maps defined names to the text of the cell they stand for.

    Named areas are the cells of a city's own form that names of ours stand for.
    Author made it and saved_by saved it last, as stored; blank where it does not say. Lost are the
    sheets it lists whose cells are not there; unread are those of which it is damaged what
    stands beside the cells, or how they look (blank: it cannot be said which).
    """

    sheets: tuple[RawSheet, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    named_areas: NamedAreas = field(default_factory=dict)
    modified: datetime | None = None
    remarks: tuple[RawRemark, ...] = ()
    author: str = ""
    saved_by: str = ""
    lost: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


RawRow = tuple[int, Mapping[int, RawCell]]
"""A row of a sheet: its number from 1, and its cells by their columns, from the left."""


class NotRowByRowError(Exception):
    """The rows of a sheet cannot be told one by one: asked again for them, the reader reads all."""


class UnreadableBookError(Exception):
    """A workbook is none, or is damaged."""


class BookByRows(Protocol):
    """A workbook that is read row by row: of a large one no more than a few are in memory."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its sheets, in their order."""

    def rows(self, sheet: str) -> Iterator[RawRow]:
        """Yield the rows of a sheet that hold anything, in their order.

        UnreadableBookError where they are damaged, NotRowByRowError.
        """
