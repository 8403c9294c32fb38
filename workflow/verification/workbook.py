"""A compiled workbook, sheet by sheet and row by row: no sheet of a large one is in memory.

Whatever looks at a sheet looks at its rows as they come by, all at once: to read a ledger of a
large round takes longer than anything that is done with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

from workflow.compiled.ledger import LEDGER_SHEET, Ledger
from workflow.compiled.sheets.summary.layout import MatrixLayout
from workflow.model.raw import BookByRows, NotRowByRowError, RawCell, RawRow, RawSheet
from workflow.python.dataclass import dataclass
from workflow.verification import compare
from workflow.verification.differences import Differences
from workflow.verification.recount import AgainstAnswers
from workflow.verification.stored_answers import StoredAnswers
from workflow.verification.tally import Tally, headings

_ROWS_AT_ONCE = 1_000


class _Reader(Protocol):
    """What looks at the rows of a sheet as they come by."""

    def take(self, rows: Sequence[RawRow]) -> None:
        """Take the next rows."""

    def end(self) -> None:
        """Know that none will come any more."""


ReaderT = TypeVar("ReaderT", bound=_Reader)


@dataclass(frozen=True, slots=True)
class ReadWorkbook:
    """What a workbook says otherwise than it must, and the sheets that were asked for."""

    differing: Differences
    ledger: LedgerRows | None
    kept: Mapping[str, RawSheet]


def read_workbook(
    file: str,
    book: BookByRows,
    must: BookByRows | None,
    ledger: Callable[[], LedgerRows] | None,
    kept: Sequence[str],
    *,
    every: bool,
) -> ReadWorkbook:
    """Read the ledger's sheet and those that are kept; every other, or only those.

    UnreadableBookError where one that is read is damaged.
    """
    differing = Differences(compare.orders(file, must.names, book.names) if must else ())
    others = (*(must.names if must else ()), *book.names) if every else ()
    wanted = (*kept, *((LEDGER_SHEET,) if ledger else ()))
    rows: LedgerRows | None = None
    sheets: dict[str, RawSheet] = {}
    for name in dict.fromkeys((*others, *wanted)):
        if ledger and name == LEDGER_SHEET:
            unlike, rows = _read_sheet(file, name, book, must, ledger)
        elif name in kept:
            unlike, sheet = _read_sheet(file, name, book, must, partial(_Kept, name))
            sheets[name] = sheet.sheet
        else:
            unlike, _ = _read_sheet(file, name, book, must, _Unasked)
        differing.add(unlike.reported(file))
    return ReadWorkbook(differing, rows, sheets)


def _read_sheet(
    file: str,
    sheet: str,
    book: BookByRows,
    must: BookByRows | None,
    reader: Callable[[], ReaderT],
) -> tuple[Differences, ReaderT]:
    """Return what a sheet says otherwise than one it must be like, and who has read its rows.

    UnreadableBookError where the sheet is damaged. One that is not there has no rows.
    """
    while True:
        try:
            return _read_once(file, sheet, book, must, reader())
        except NotRowByRowError:  # once at most for each book, which reads it as a whole now
            continue


def _read_once(
    file: str, sheet: str, book: BookByRows, must: BookByRows | None, reader: ReaderT
) -> tuple[Differences, ReaderT]:
    differing = Differences()
    rows = _rows(book, sheet)
    if must and sheet in must.names:
        rows = compare.passed_on(file, sheet, must.rows(sheet), rows, differing)
    while some := tuple(islice(rows, _ROWS_AT_ONCE)):
        reader.take(some)
    reader.end()
    return differing, reader


def _rows(book: BookByRows, sheet: str) -> Iterator[RawRow]:
    return book.rows(sheet) if sheet in book.names else iter(())


class _Unasked:
    """A sheet of which nothing is asked but whether it is whole and as it must be."""

    def take(self, rows: Sequence[RawRow]) -> None:
        """Forget some rows."""

    def end(self) -> None:
        """Do nothing."""


class _Kept:
    """A small sheet, all of it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._cells: dict[tuple[int, int], RawCell] = {}

    def take(self, rows: Sequence[RawRow]) -> None:
        """Keep some rows."""
        for row, cells in rows:
            self._cells |= {(row, column): cell for column, cell in cells.items()}

    def end(self) -> None:
        """Do nothing."""

    @property
    def sheet(self) -> RawSheet:
        """The sheet."""
        return RawSheet(self._name, self._cells)


class LedgerRows:
    """The rows of a ledger sheet: against a second reading, against the schema, and counted."""

    def __init__(
        self,
        file: str,
        again: Ledger,
        entries: Sequence[int],
        stored: StoredAnswers,
        matrices: Sequence[MatrixLayout],
    ) -> None:
        self.contradicted, self.refused = Differences(), Differences()
        self.tally = Tally(matrices)
        self._against, self._stored = AgainstAnswers(file, again, entries), stored
        self._file = file
        self._columns: Mapping[str, int] = {}

    def take(self, rows: Sequence[RawRow]) -> None:
        """Look at the next rows; the first of a sheet holds the headings."""
        if rows[0][0] == 1:
            self._columns, rows = headings(rows[0][1]), rows[1:]
        self.contradicted.add(self._against.differences(rows))
        self.refused.add(self._stored.in_rows(self._file, LEDGER_SHEET, self._columns, rows))
        self.tally.add(self._columns, (cells for _, cells in rows))

    def end(self) -> None:
        """Miss the rows that did not come."""
        self.contradicted.add(self._against.missing())
