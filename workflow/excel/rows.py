"""Rows of cells as SpreadsheetML, for sheets of many thousand rows.

XlsxWriter keeps an object per cell and writes attribute by attribute, several times slower.
Rows whose cells are of the same types and formats share one template here.

Of very many rows, those that are as before are taken over as they were written: they come in pieces
whose texts stand in their cells, since the numbers of shared texts depend on all that comes before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from hashlib import blake2b
from typing import Any, NamedTuple

from xlsxwriter.format import Format

from workflow.excel.deflated import KnownPieces
from workflow.excel.texts import SharedTexts, inline_text
from workflow.model.cells import column_letters
from workflow.python.dataclass import dataclass

CellValue = str | int | Decimal | datetime | date | None
"""What one cell of a flat table holds; None is an empty cell."""

_NUMBER = "#"  # stands for the row's number in a template, which holds no other #


@dataclass(frozen=True, eq=False, slots=True)
class RowKind:
    """The formats of a row's cells. Rows that share the object also have values of the same types.

    It is known by identity, so a row costs no look at each of its cells.
    """

    formats: tuple[Format, ...]


class RowKinds(dict[tuple[object, ...], RowKind]):
    """The kinds of the rows of a sheet, each made once."""

    def of(self, values: Sequence[CellValue], formats: Sequence[Format]) -> RowKind:
        """Return the kind of a row with these formats."""
        key = (*map(type, values), *formats)
        if key not in self:
            self[key] = RowKind(tuple(formats))
        return self[key]


class FlatRow(NamedTuple):
    """One row: its height in points, and the values of its cells, which are of its kind."""

    height: float
    values: Sequence[CellValue]
    kind: RowKind


_ROWS_IN_PIECE = 500


class LookedThrough(NamedTuple):
    """What is known of rows: the digests of their pieces, and whether columns begin with a number.

    A column without values is not among those.
    """

    digests: tuple[str, ...]
    are_numbers: Mapping[int, bool]


class RowsInPieces:
    """The rows of a large table in pieces, each with the digest of what stands in it.

    Another process may look through them: then it is waited for when that is asked for.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[CellValue]],
        looking_through: Callable[[], LookedThrough] | None = None,
    ) -> None:
        self.rows = rows
        self._looking_through = looking_through or partial(self.look_through, self._looked_at)

    @cached_property
    def looked_through(self) -> LookedThrough:
        """What is known of the rows."""
        return self._looking_through()

    def look_through(self, look: Callable[[int], tuple[str, Mapping[int, bool]]]) -> LookedThrough:
        """Look through all rows, once: they may be made only when they are asked for.

        Of each piece its digest is told, which pieces that say the same share, and which of its
        columns begin with a number.
        """
        digests, are_numbers = list[str](), dict[int, bool]()
        for index in range(-(-len(self.rows) // _ROWS_IN_PIECE)):
            digest, own = look(index)
            digests.append(digest)
            are_numbers = {**own, **are_numbers}
        return LookedThrough(tuple(digests), are_numbers)

    def _looked_at(self, index: int) -> tuple[str, Mapping[int, bool]]:
        rows = self.piece(index)
        return _digest(rows), are_numbers(rows)

    def piece(self, index: int) -> Sequence[Sequence[CellValue]]:
        """Return the rows of a piece."""
        first, end = self.span(index)
        return self.rows[first:end]

    def span(self, index: int) -> tuple[int, int]:
        """Return the first row of a piece, and that behind it."""
        first = index * _ROWS_IN_PIECE
        return first, min(len(self.rows), first + _ROWS_IN_PIECE)


def are_numbers(rows: Iterable[Sequence[CellValue]]) -> dict[int, bool]:
    """Return whether the first value of each column that holds any is a number, by its index."""
    found: dict[int, bool] = {}
    for row in rows:
        new = [n for n in range(len(row)) if n not in found and row[n] is not None]
        found |= {n: isinstance(row[n], int | Decimal) for n in new}
        if len(found) == len(row):
            break
    return found


def _digest(rows: Sequence[Sequence[CellValue]]) -> str:
    # What Python writes of a value tells its type as well: 5 is not "5".
    content = repr([*map(tuple, rows)]).encode("utf-8", "surrogatepass")
    return blake2b(content, digest_size=16).hexdigest()


class FlatPiece(NamedTuple):
    """Rows that are written in one piece: how many, what they are made from, and the rows."""

    size: int
    made_from: str
    rows: Callable[[], Iterable[FlatRow]]


class FlatPieces(NamedTuple):
    """The pieces of a sheet, all formats they may use, and those of the workbook before."""

    pieces: Iterable[FlatPiece]
    formats: Sequence[Format]
    known: KnownPieces


@dataclass(frozen=True, slots=True)
class _Shape:
    """What rows of one kind have in common."""

    template: str
    formats: tuple[Callable[[Any], object], ...]
    texts: int


class RowXml:
    """Formats rows as XML.

    A text gets its shared string number when its row is formatted, or stands in its cell where
    there are no shared strings.
    """

    def __init__(self, strings: SharedTexts | None, serial: Callable[[date], float]) -> None:
        self._strings = strings
        # Not a method of its own: with that circle all of a written sheet would stay in memory.
        self._day = lru_cache(maxsize=1024)(partial(_day_number, serial))
        self._shapes: dict[RowKind, _Shape] = {}

    def format_row(self, number: int, row: FlatRow) -> str:
        """Return the row element of a 1-based row."""
        shape = self._shapes.get(row.kind)
        if shape is None:
            shape = self._shapes[row.kind] = self._shape(row)
        values = [formats(value) for formats, value in zip(shape.formats, row.values, strict=True)]
        if self._strings:
            self._strings.add(shape.texts)
        return shape.template.replace(_NUMBER, str(number)) % (row.height, *values)

    def _shape(self, row: FlatRow) -> _Shape:
        cells, formats = [], []
        for column, (value, style) in enumerate(
            zip(row.values, row.kind.formats, strict=True), start=1
        ):
            pattern, format_value = self._cell(value)
            cells.append(pattern % (f"{column_letters(column)}{_NUMBER}", style._get_xf_index()))  # type: ignore[no-untyped-call]
            formats.append(format_value)
        texts = sum(isinstance(value, str) for value in row.values)
        template = f'<row r="{_NUMBER}" ht="%g">{"".join(cells)}</row>'
        return _Shape(template, tuple(formats), texts)

    def _cell(self, value: CellValue) -> tuple[str, Callable[[Any], object]]:
        """Return the XML pattern of a type of cell and the function that formats its value."""
        match value:
            case None:
                return '<c r="%s" s="%d"/>%%.0s', _nothing
            case str() if not self._strings:
                return '<c r="%s" s="%d" t="inlineStr"><is>%%s</is></c>', inline_text
            case str():
                assert self._strings
                number: Callable[[Any], int] = self._strings.numbers.__getitem__
                return '<c r="%s" s="%d" t="s"><v>%%d</v></c>', number
            case date():
                return '<c r="%s" s="%d"><v>%%.16G</v></c>', self._day
            case _:
                return '<c r="%s" s="%d"><v>%%.16G</v></c>', float


def _day_number(serial: Callable[[date], float], value: date) -> float:
    # Excel has no time zones: times are Japan's, as the legend says.
    plain = value.replace(tzinfo=None) if isinstance(value, datetime) else value
    return serial(plain)


def _nothing(_: object) -> None:
    """Format an empty cell."""
