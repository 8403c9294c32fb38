"""What waits on disk and not in memory while a round is made: large files, and many things.

It lies in temporary files without a name: nobody else can open them, and they go with their owner.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Generic, TypeVar, cast

from workflow.model.errors import OutputError
from workflow.storage.parallel import ResultT, beside

_MOST_IN_MEMORY = 8_000_000
"""Bytes of one file up to which it stays in memory: all that a usual city makes."""
_PIECE = 1 << 18
_MOST_THINGS = 32_768
"""Things that stay in memory: all the answers of a usual city."""
_MOST_READ_BEFORE = 256

ThingT = TypeVar("ThingT")
PlainT = TypeVar("PlainT")


class Spooled:
    """Bytes that were written once and are read as often as needed.

    Those beyond what one file may take of the memory lie in a temporary file without a name.
    """

    def __init__(self, write: Callable[[IO[bytes]], None]) -> None:
        # Nobody else can open the file: when this object goes, so does it.
        file = tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY)  # noqa: SIM115
        self._stream = cast("IO[bytes]", file)
        write(self._stream)
        self.digest, self.size = _digest_and_size(self._stream)

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Spooled:
        """Return bytes that come piece by piece."""

        def write(stream: IO[bytes]) -> None:
            for piece in pieces:
                stream.write(piece)  # one by one, or all of them are in memory first

        return cls(write)

    @classmethod
    def beside(cls, write: Callable[[IO[bytes]], ResultT]) -> Callable[[], tuple[Spooled, ResultT]]:
        """Have bytes written by another process; return what waits for them, and for the result."""
        # Both processes hold the file, which has no name: it goes when both are done with it.
        stream = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115

        def written() -> tuple[str, int, ResultT]:
            stream.seek(0)
            stream.truncate()
            result = write(stream)
            return *_digest_and_size(stream), result

        waiting = beside(written)

        def spooled() -> tuple[Spooled, ResultT]:
            made = cls.__new__(cls)
            made._stream = stream
            made.digest, made.size, result = waiting()
            return made, result

        return spooled

    @classmethod
    def written_beside(cls, write: Callable[[IO[bytes]], object]) -> Callable[[], Spooled]:
        """Have bytes written by another process; return what waits for them."""
        waiting = cls.beside(write)
        return lambda: waiting()[0]

    def pieces(self) -> Iterator[bytes]:
        """Yield all of it, piece by piece."""
        return _pieces(self._stream)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(_PIECE):
        yield piece


def _digest_and_size(stream: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(stream):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


Writable = bytes | Spooled
"""What a file is to hold."""


def digest_of(content: Writable) -> str:
    """Return the SHA-256 of what a file is to hold."""
    if isinstance(content, Spooled):
        return content.digest
    return hashlib.sha256(content).hexdigest()


def size_of(content: Writable) -> int:
    """Return how many bytes a file is to hold."""
    return content.size if isinstance(content, Spooled) else len(content)


def pieces_of(content: Writable) -> Iterator[bytes]:
    """Yield what a file is to hold, piece by piece."""
    if isinstance(content, Spooled):
        yield from content.pieces()
    else:
        yield content


def whole(content: Writable) -> bytes:
    """Return what a file is to hold, all of it in memory."""
    return content if isinstance(content, bytes) else b"".join(content.pieces())


class SpooledThings(Generic[ThingT, PlainT]):
    """Things that are kept one after the other, and read by their numbers as often as needed.

    The first ones stay in memory as they are. All others are read anew each time, but for those
    read just before: what is read twice is equal, and need not be the same object. As_plain makes
    of a thing what is quick to write, and of_plain the thing again.
    """

    def __init__(
        self,
        as_plain: Callable[[ThingT], PlainT],
        of_plain: Callable[[PlainT], ThingT],
        weight: int = 1,
    ) -> None:
        """Keep things that weigh as much as so many answers."""
        self._as_plain, self._of_plain = as_plain, of_plain
        self._most = _MOST_THINGS // weight
        self._most_read_before = _MOST_READ_BEFORE // weight
        self._first: list[ThingT] = []
        self._ends, self._checks = array("q", [0]), array("I")
        self._stream: IO[bytes] | None = None
        self._is_writing = False
        self._read_before: dict[int, ThingT] = {}

    def __len__(self) -> int:
        """Return how many things are kept."""
        return len(self._first) + len(self._checks)

    def keep(self, thing: ThingT) -> int:
        """Keep a thing and return its number. Raises OutputError when the disk is full."""
        if len(self._first) < self._most:
            self._first.append(thing)
        else:
            self._write(pickle.dumps(self._as_plain(thing), pickle.HIGHEST_PROTOCOL))
        return len(self) - 1

    def is_in_memory(self, number: int) -> bool:
        """Whether a thing can be had without reading it."""
        return number < len(self._first)

    def __getitem__(self, number: int) -> ThingT:
        """Return the thing of a number. Raises OutputError when it cannot be read any more."""
        if number < len(self._first):
            return self._first[number]
        known = self._read_before.get(number)
        if known is None:
            if len(self._read_before) >= self._most_read_before:
                self._read_before.clear()
            known = self._read_before[number] = self._read(number - len(self._first))
        return known

    def finish(self) -> None:
        """Have all of it in the file: processes that fork later read there, and write nothing."""
        if self._stream and self._is_writing:
            try:
                self._stream.flush()
            except OSError as error:
                raise _stopped(_NO_ROOM) from error
            self._is_writing = False

    def _write(self, content: bytes) -> None:
        try:
            if self._stream is None:
                # Nobody else can open the file: when this object goes, so does it.
                self._stream = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115
            if not self._is_writing:
                self._stream.seek(self._ends[-1])
                self._is_writing = True
            self._stream.write(content)
        except OSError as error:
            raise _stopped(_NO_ROOM) from error
        self._ends.append(self._ends[-1] + len(content))
        self._checks.append(zlib.crc32(content))

    def _read(self, index: int) -> ThingT:
        self.finish()
        assert self._stream
        start, end = self._ends[index], self._ends[index + 1]
        try:
            content = _read_at(self._stream, start, end - start)
        except OSError as error:
            raise _stopped(_UNREADABLE) from error
        if zlib.crc32(content) != self._checks[index]:
            raise _stopped(_UNREADABLE)
        return self._of_plain(pickle.loads(content))  # noqa: S301 - as this process wrote it


def _read_at(stream: IO[bytes], start: int, size: int) -> bytes:
    """Return some bytes; processes that forked share one place in a file, which is not moved."""
    if hasattr(os, "pread"):
        return os.pread(stream.fileno(), size, start)
    stream.seek(start)  # on Windows, where no process forks
    return stream.read(size)


_NO_ROOM = "一時ファイルの置き場所（{place}）に空きがないか、書き込めないため"
_UNREADABLE = "途中の結果を置いた一時ファイル（{place}）を読み直せないため"


def _stopped(reason: str) -> OutputError:
    return OutputError(
        f"{reason.format(place=tempfile.gettempdir())}、続けられませんでした。"
        "以前のファイルはそのまま残っています。確かめてから、もう一度実行してください。"
    )
