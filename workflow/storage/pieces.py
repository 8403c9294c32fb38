"""Pieces of a file that was made last, taken over where they would be made the same again.

A piece is known by the digest of what it was made from. It is kept nowhere but in the file it
stands in: what is noted beside says where it begins, and proves that it is still that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import IO

from workflow.python.dataclass import dataclass
from workflow.storage.parallel import ResultT, SharedT, can_fork, in_parallel
from workflow.storage.tool_digest import tool_digest

_DIGEST_BYTES = 16
_WORTH_PROCESSES = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a piece stands in its file, the digest of its bytes, and figures that go with it."""

    start: int
    length: int
    digest: str
    figures: tuple[int, ...] = ()


@dataclass(slots=True)
class Pieces:
    """The pieces of one file: known are those of the one before, made those of the one in work.

    Before is that file, None where there is none, or where it cannot be read.
    """

    known: Mapping[str, Piece] = field(default_factory=dict)
    before: IO[bytes] | None = None
    made: dict[str, Piece] = field(default_factory=dict)

    def key(self, *made_from: str) -> str:
        """Return the key of a piece: the digest of what it is made from, the tool included."""
        whole = hashlib.blake2b(tool_digest().encode(), digest_size=_DIGEST_BYTES)
        for part in made_from:
            content = part.encode("utf-8", "surrogatepass")
            whole.update(b"%d\n" % len(content) + content)
        return whole.hexdigest()

    def holds(self, key: str) -> bool:
        """Whether a piece was there before, as far as can be told without reading it."""
        return self.before is not None and key in self.known

    def made_of(
        self, function: Callable[[SharedT, int], ResultT], shared: SharedT, new: Sequence[int]
    ) -> Iterator[ResultT] | None:
        """Return what a function makes of new pieces, in several processes; None for few.

        They begin with all that this one knows, so rows need not be sent.
        """
        worth = can_fork() and len(new) >= _WORTH_PROCESSES
        return in_parallel(function, shared, new) if worth else None

    def find(self, key: str) -> tuple[bytes, tuple[int, ...]] | None:
        """Return a piece and its figures; None where it is to be made anew."""
        piece = self.known.get(key)
        if piece is None or self.before is None:
            return None
        try:
            self.before.seek(piece.start)
            content = self.before.read(piece.length)
        except (OSError, ValueError):
            return None
        return (content, piece.figures) if piece.digest == _digest(content) else None

    def note(self, key: str, start: int, content: bytes, figures: tuple[int, ...] = ()) -> str:
        """Note where a piece was written, for the next time; return the digest of its bytes."""
        digest = _digest(content)
        self.made[key] = Piece(start, len(content), digest, figures)
        return digest


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
