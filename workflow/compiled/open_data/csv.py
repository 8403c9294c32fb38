"""The ledger as CSV: UTF-8 with a byte order mark, so that Excel reads it as Japanese."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import IO, TYPE_CHECKING, Protocol

from workflow.excel.rows import are_numbers
from workflow.model.cells import plain_number
from workflow.model.years import iso_time
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from workflow.excel.deflated import KnownPieces
    from workflow.excel.rows import LookedThrough, RowsInPieces
    from workflow.excel.table import CellValue

# Texts in a CSV that a spreadsheet opens: none becomes a formula, and each can be read back.
#
# A text that Excel would take for a formula gets an apostrophe before it, and so does one that
# already looks as if it had one; reading takes one away from each. Which beginnings are risky is
# told by https://owasp.org/www-community/attacks/CSV_Injection. Numbers are no texts: -5 stays -5.

_BYTE_ORDER_MARK = "\ufeff"
_END = "\r\n"
_LONG = 100
"""Characters from which on a text is hardly found twice."""

APOSTROPHE = "'"
"""What stands before a text that would be a formula without it."""

_RISKY = lazy_pattern(r"'*+(?:\s*+(?:[=+\-@]|[＝＋－＠].)|[\t\r\n])", re.DOTALL)


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
    content.write(_heading(table))
    stream = io.TextIOWrapper(content, encoding="utf-8", newline="")
    stream.writelines(map(_line, table.rows))
    stream.detach()  # which writes what it holds, and leaves the file open


def write_csv_in_pieces(
    table: Table,
    rows: RowsInPieces,
    made_from: Callable[[int, int], str],
    pieces: KnownPieces,
    content: IO[bytes],
) -> LookedThrough:
    """Write a large table in the same way; return what is known of its rows.

    Rows made from the same as those of a piece before are not made: their lines are taken over.
    """
    content.write(_heading(table))

    def look(index: int) -> tuple[str, Mapping[int, bool]]:
        key = pieces.key("csv", made_from(*rows.span(index)))
        known = pieces.find(key)
        is_whole = known and len(known[1]) == 1 + len(table.columns)
        lines, figures = known if known and is_whole else _lines_of(rows.piece(index))
        others, *kinds = figures
        digest = pieces.note(key, content.tell(), lines, figures)
        content.write(lines)
        return f"{digest} {others:x}", {n: kind == _NUMBER for n, kind in enumerate(kinds) if kind}

    return rows.look_through(look)


_TEXT, _NUMBER = 1, 2
"""What a column of a piece begins with; 0 where it holds nothing."""


def _lines_of(piece: Sequence[Sequence[CellValue]]) -> tuple[bytes, tuple[int, ...]]:
    """Return rows as lines, and as figures a digest of what is no text and what columns begin with.

    Lines and what is no text tell rows apart: a text is spelled there so that it can be read back.
    """
    lines = "".join(map(_line, piece)).encode()
    others = [[(n, v) for n, v in enumerate(row) if not isinstance(v, str)] for row in piece]
    digest = blake2b(repr(others).encode(), digest_size=16).digest()
    begin = {n: _NUMBER if is_number else _TEXT for n, is_number in are_numbers(piece).items()}
    kinds = (begin.get(n, 0) for n in range(len(piece[0])))
    return lines, (int.from_bytes(digest), *kinds)


def _heading(table: Table) -> bytes:
    labels = ",".join([_quoted(column.label) for column in table.columns])
    return f"{_BYTE_ORDER_MARK}{labels}{_END}".encode()


def _line(row: Iterable[CellValue]) -> str:
    """Return a row as a line, as csv.writer does it letter by letter."""
    return ",".join([_field(v) if isinstance(v, str) else format_value(v) for v in row]) + _END


def _field(text: str) -> str:
    return _known_field(text) if len(text) < _LONG else _written_field(text)


def _written_field(text: str) -> str:
    return _quoted(escape_formula(text))


_known_field = lru_cache(maxsize=4096)(_written_field)  # most hold a label that comes again


def _quoted(text: str) -> str:
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if "," in text or "\n" in text or "\r" in text else text


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
