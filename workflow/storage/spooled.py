"""What a file is to hold before it is written: a large one waits on disk, not in memory."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, cast

_MOST_IN_MEMORY = 8_000_000
"""Bytes of one file up to which it stays in memory: all that a usual city makes."""
_PIECE = 1 << 20


class Spooled:
    """Bytes that were written once and are read as often as needed.

    Those beyond what one file may take of the memory lie in a temporary file without a name.
    """

    def __init__(self, write: Callable[[IO[bytes]], None]) -> None:
        # Nobody else can open the file: when this object goes, so does it.
        file = tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY)  # noqa: SIM115
        self._stream = cast("IO[bytes]", file)
        write(self._stream)
        digest, self.size = hashlib.sha256(), 0
        for piece in self.pieces():
            digest.update(piece)
            self.size += len(piece)
        self.digest = digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """Yield all of it, piece by piece."""
        self._stream.seek(0)
        while piece := self._stream.read(_PIECE):
            yield piece


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
