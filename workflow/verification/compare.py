"""Cell by cell: the compiled workbook on disk, and what it must say."""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

from workflow.excel.table import CellValue
from workflow.model.catalogue import Code
from workflow.model.cells import as_excel_keeps, plain_number
from workflow.model.findings import Finding, Location
from workflow.model.raw import RawCell, RawRow
from workflow.storage.spooled import Writable, pieces_of
from workflow.verification.differences import Differences

Source = Writable | Path
"""What a file holds, or the file."""

_PIECE = 1 << 20
_ORDER = "シートの並び"


def orders(file: str, expected: Sequence[str], found: Sequence[str]) -> Iterator[Finding]:
    """Yield that the sheets of a workbook are not those it must have, in their order."""
    if tuple(expected) != tuple(found):
        was, now = "、".join(expected), "、".join(dict.fromkeys(found))
        yield Finding(
            Code.VERIFY_CELL, Location(file=file, part=_ORDER), {"expected": was, "found": now}
        )


def passed_on(
    file: str,
    sheet: str,
    expected: Iterator[RawRow],
    found: Iterator[RawRow],
    differing: Differences,
) -> Iterator[RawRow]:
    """Yield the rows found of a sheet; every cell that is not what it must be is a difference."""
    was, now = next(expected, None), next(found, None)
    while was or now:
        row = min(one[0] for one in (was, now) if one)
        must, is_there = _cells(was, row), _cells(now, row)
        differing.add(_in_row(file, sheet, row, must, is_there))
        if now and now[0] == row:
            yield now
            now = next(found, None)
        if was and was[0] == row:
            was = next(expected, None)


def _cells(found: RawRow | None, row: int) -> Mapping[int, RawCell]:
    return found[1] if found and found[0] == row else {}


def _in_row(
    file: str,
    sheet: str,
    row: int,
    expected: Mapping[int, RawCell],
    found: Mapping[int, RawCell],
) -> Iterator[Finding]:
    if expected == found:
        return
    for column in sorted({*expected, *found}):
        was, now = expected.get(column), found.get(column)
        if was != now:
            location = Location(file=file, sheet=sheet, row=row, column=column)
            yield Finding(Code.VERIFY_CELL, location, {"expected": shown(was), "found": shown(now)})


def is_table(source: Source) -> bool:
    """Whether something is a CSV to its end: what is none is told once, and not cell by cell."""
    try:
        deque(_rows(source), maxlen=0)
    except (UnicodeDecodeError, csv.Error):
        return False
    return True


def tables(
    file: str, expected: Source, found: Source, meaning: Callable[[str], str] = str
) -> Iterator[Finding]:
    """Yield every cell of a CSV that does not mean what it must."""
    nothing: list[str] = []
    rows = zip_longest(_rows(expected), _rows(found), fillvalue=nothing)
    for row, (was, now) in enumerate(rows, start=1):
        for column, (one, other) in enumerate(zip_longest(was, now, fillvalue=""), start=1):
            if one != other and meaning(one) != meaning(other):
                location = Location(file=file, row=row, column=column)
                yield Finding(Code.VERIFY_CELL, location, {"expected": one, "found": other})


def lines(file: str, expected: bytes, found: bytes) -> Iterator[Finding]:
    """Yield every line of a text that is not what it must be."""
    was = expected.decode("utf-8", "replace").splitlines()
    now = found.decode("utf-8", "replace").splitlines()
    for row, (one, other) in enumerate(zip_longest(was, now, fillvalue=""), start=1):
        if one != other:
            location = Location(file=file, row=row)
            yield Finding(Code.VERIFY_CELL, location, {"expected": one, "found": other})


def shown(cell: RawCell | None) -> str:
    """Return what a cell holds as one text: of a formula, its result too."""
    if cell is None:
        return ""
    return cell.text if cell.cached is None else f"{cell.text}＝{cell.cached.text}"


def stored(cell: RawCell | None) -> str:
    """Return what a cell of the ledger says, written as `format_value` writes the value."""
    if cell is None:
        return ""
    if cell.number is not None:
        return plain_number(cell.number)
    return cell.moment.isoformat(" ") if cell.moment is not None else cell.text


def format_value(value: CellValue) -> str:
    """Return how the ledger's cell must read for a value; times there are Japan's."""
    match value:
        case None:
            return ""
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ")
        case date():
            return datetime(value.year, value.month, value.day).isoformat(" ")
        case Decimal():
            return plain_number(as_excel_keeps(value))
        case _:
            return str(value)


def _rows(source: Source) -> Iterator[list[str]]:
    return csv.reader(lines_in(_pieces(source)))


def _pieces(source: Source) -> Iterator[bytes]:
    if not isinstance(source, Path):
        yield from pieces_of(source)
        return
    with source.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece


def lines_in(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of a text in UTF-8, with their ends."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    last = ""
    for piece in pieces:
        *lines, last = io.StringIO(last + decoder.decode(piece), newline="").readlines() or [""]
        yield from lines
    yield from io.StringIO(last + decoder.decode(b"", final=True), newline="")
