"""The ledger as CSV: UTF-8 with a byte order mark, so that Excel reads it as Japanese."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Protocol

from workflow.model.cells import plain_number
from workflow.model.years import iso_time

if TYPE_CHECKING:
    from workflow.excel.rows import RowsInPieces
    from workflow.excel.table import CellValue
    from workflow.storage.pieces import Piece, Pieces

# Texts in a CSV that a spreadsheet opens: none becomes a formula, and each can be read back.
#
# A text that Excel would take for a formula gets an apostrophe before it, and so does one that
# already looks as if it had one; reading takes one away from each. Which beginnings are risky is
# told by https://owasp.org/www-community/attacks/CSV_Injection. Numbers are no texts: -5 stays -5.

_BYTE_ORDER_MARK = "\ufeff"

APOSTROPHE = "'"
"""What stands before a text that would be a formula without it."""

_RISKY = re.compile(r"'*+(?:\s*+(?:[=+\-@]|[＝＋－＠].)|[\t\r\n])", re.DOTALL)


def escape_formula(text: str) -> str:
    """Return a text as it stands in the CSV."""
    return APOSTROPHE + text if _RISKY.match(text) else text


def unescape_formula(stored: str) -> str:
    """Return the text that stands in the CSV."""
    return stored[1:] if stored.startswith(APOSTROPHE) and _RISKY.match(stored, 1) else stored


def ledger_csv(table: Table) -> bytes:
    """Return the ledger, or the table of its indicators, as CSV."""
    content = io.BytesIO()
    write_table_csv(table, content)
    return content.getvalue()


class Table(Protocol):
    """A ledger, or the table of its indicators: columns with labels, and a row of values each."""

    @property
    def columns(self) -> Sequence[Labelled]:
        """The columns."""

    @property
    def rows(self) -> Sequence[Sequence[CellValue]]:
        """The values."""


class Labelled(Protocol):
    """What has a label."""

    @property
    def label(self) -> str:
        """The label."""


def write_table_csv(table: Table, content: IO[bytes]) -> None:
    """Write a table; texts stand as `escape_formula` spells them, days and times in ISO 8601."""
    stream = io.TextIOWrapper(content, encoding="utf-8", newline="")
    stream.write(_heading(table))
    _write_lines(stream, table.rows)
    stream.detach()  # which writes what it holds, and leaves the file open


def write_csv_in_pieces(
    table: Table, rows: RowsInPieces, known: Pieces, content: IO[bytes]
) -> dict[str, Piece]:
    """Write a large table in the same way; what is as it was is taken over from the file before.

    Returned are the pieces it was written in.
    """
    at = content.write(_heading(table).encode())
    for n, digest in enumerate(rows.digests):
        key = known.key("csv", digest)
        kept = known.find(key)
        lines = kept[0] if kept else _lines_of(rows, n)
        known.note(key, at, lines)
        at += content.write(lines)
    return known.made


def _heading(table: Table) -> str:
    heading = io.StringIO(_BYTE_ORDER_MARK, newline="")
    heading.seek(0, io.SEEK_END)
    csv.writer(heading).writerow([column.label for column in table.columns])
    return heading.getvalue()


def _lines_of(rows: RowsInPieces, index: int) -> bytes:
    """Return the lines of a piece."""
    first, end = rows.span(index)
    lines = io.StringIO(newline="")
    _write_lines(lines, rows.rows[first:end])
    return lines.getvalue().encode()


def _write_lines(stream: IO[str], rows: Iterable[Sequence[CellValue]]) -> None:
    csv.writer(stream).writerows(map(_stored, row) for row in rows)


def _stored(value: CellValue) -> str:
    if isinstance(value, str):  # as escape_formula does, without a call for each cell
        return APOSTROPHE + value if _RISKY.match(value) else value
    return format_value(value)


def format_value(value: CellValue) -> str:
    """Return how a value is spelled as text; an empty cell is ""."""
    match value:
        case None:
            return ""
        case Decimal():
            return plain_number(value)
        case datetime():
            return iso_time(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
