"""Reading register.json line by line: what stands on a template is parsed when it is asked for.

Texts and items are the bulk of the file and stand one a line. Where a table of them begins and ends
is found without parsing it, so a register as large as a city takes eight bytes a line.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from workflow.model.errors import WorkspaceError
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import LazySequence

ThingT = TypeVar("ThingT")
Runs = list[list[int]]
"""Indexes in a table, as runs of neighbours: the first and the last of each."""

Parser = Callable[[list[Any]], Sequence[ThingT]]
"""Makes entries of what their lines say."""
Stamp = tuple[int, ...]
"""What tells a file from another that took its place."""

BROKEN = "控えがあれば戻し、なければ担当者にご相談ください。"
MISFITS = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What reading a file raises that is none of ours."""
_RECENT = 16
"""Selections a table keeps: one template is looked at several times in a row."""


class Lines(Generic[ThingT]):
    """The entries of one table of a file, which must stay as it is while they are read."""

    def __init__(self, path: Path, stamp: Stamp, parse: Parser[ThingT]) -> None:
        self._path, self._stamp, self._parse = path, stamp, parse
        self._starts = array("Q")
        self._recent: dict[bytes, tuple[ThingT, ...]] = {}

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_recent": {}}

    def add_start(self, start: int) -> None:
        """Take in where the next entry starts; after the last one, where the table ends."""
        self._starts.append(start)

    def chosen(self, runs: Runs) -> StoredEntries[ThingT]:
        """Return the entries at some indexes. ValueError for an index beyond the table."""
        for first, last in runs:
            if not 0 <= first <= last < len(self):
                raise ValueError(f"{first}–{last}")
        return StoredEntries(self, array("I", (end for run in runs for end in run)).tobytes())

    def each(self) -> Iterator[ThingT]:
        """Yield every entry, one after the other. Raises one of MISFITS when it cannot be read."""
        with self._opened() as stream:
            stream.seek(self._starts[0])
            for _ in range(len(self)):
                yield from self._parsed(stream.readline(), 1)

    def read(self, runs: bytes) -> tuple[ThingT, ...]:
        """Return the entries of packed runs. WorkspaceError when they cannot be read there."""
        known = self._recent.get(runs)
        if known is None:
            try:
                known = self._read(array("I", runs))
            except MISFITS as error:
                raise WorkspaceError(
                    f"発行台帳（{self._path}）を読み取れません。{BROKEN}"
                ) from error
            if len(self._recent) >= _RECENT:
                self._recent.pop(next(iter(self._recent)))
            self._recent[runs] = known
        return known

    def _read(self, ends: array[int]) -> tuple[ThingT, ...]:
        lines: list[bytes] = []
        size = 0
        with self._opened() as stream:
            for first, last in zip(ends[::2], ends[1::2], strict=True):
                start, end = self._starts[first], self._starts[last + 1]
                stream.seek(start)
                lines.append(stream.read(end - start).rstrip(b",\n"))
                size += last - first + 1
        return tuple(self._parsed(b",".join(lines), size))

    def _opened(self) -> IO[bytes]:
        stream = self._path.open("rb")
        if _stamp_of(stream) != self._stamp:
            stream.close()
            raise ValueError("written anew since")
        return stream

    def _parsed(self, lines: bytes, size: int) -> Sequence[ThingT]:
        parsed = self._parse(json.loads(b"[%s]" % lines.rstrip(b",\n")))
        if len(parsed) != size:
            raise ValueError("not one entry a line")
        return parsed


class StoredEntries(LazySequence[ThingT]):
    """Some entries of a table, read when they are asked for; it is hashed as the tuple of them."""

    __slots__ = ("_runs", "_table")

    def __init__(self, table: Lines[ThingT], runs: bytes) -> None:
        self._table, self._runs = table, runs

    def __len__(self) -> int:
        ends = array("I", self._runs)
        return sum(ends[1::2]) - sum(ends[::2]) + len(ends) // 2

    def thing(self, index: int) -> ThingT:
        """Return the entry at an index among them."""
        return self._table.read(self._runs)[index]

    def __iter__(self) -> Iterator[ThingT]:
        return iter(self._table.read(self._runs))

    def __hash__(self) -> int:  # type: ignore[override]  # entries of a file never change
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


@dataclass(frozen=True, slots=True)
class LinedFile:
    """A file of JSON but for its tables, each of which is empty in the document."""

    document: dict[str, Any]
    tables: dict[str, Lines[Any]]


def read_lined(path: Path, parsers: Mapping[str, Parser[Any]]) -> LinedFile:
    """Return a file whose tables are left unread where they stand as we write them.

    What an editor has laid out otherwise is read as a whole. ValueError when it is no JSON object.
    """
    openings = {f'"{name}": [\n'.encode(): name for name in parsers}
    tables: dict[str, Lines[Any]] = {}
    rest: list[bytes] = []
    with path.open("rb") as stream:
        stamp, position = _stamp_of(stream), 0
        for line in stream:
            position += len(line)
            rest.append(line)
            if line in openings:
                name = openings[line]
                tables[name] = table = Lines(path, stamp, parsers[name])
                position = _take_in(table, stream, position, rest)
    document = json.loads(b"".join(rest))
    if not isinstance(document, dict):
        raise ValueError("no object")
    return LinedFile(document, tables)


def _take_in(table: Lines[Any], stream: IO[bytes], position: int, rest: list[bytes]) -> int:
    """Find the lines of a table up to its end, and return where the file goes on."""
    for line in stream:
        table.add_start(position)
        position += len(line)
        if line.startswith(b"]"):
            rest.append(line)
            break
    return position


def _stamp_of(stream: IO[bytes]) -> Stamp:
    status = os.fstat(stream.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns
