"""JSON that is not parsed before somebody asks what it says: a plan may be as large as a city."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

from workflow.python.dataclass import dataclass

PIECE = 1 << 20
"""Bytes that are read or written at once."""
_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class JsonText:
    """A value as it is spelled in a file or in memory, from one byte to before another.

    The file may get longer meanwhile, but what is there stays.

    >>> JsonText(b'{"a": [1]}', 6, 9).value
    [1]
    """

    source: Path | bytes
    start: int
    end: int

    @property
    def size(self) -> int:
        """How many bytes it is spelled in."""
        return self.end - self.start

    @property
    def digest(self) -> str:
        """The SHA-256 of what it is spelled as. Raises OSError."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    def holds(self, content: bytes) -> bool:
        """Whether some bytes stand anywhere in it. Raises OSError."""
        before = b""
        for piece in self.pieces():
            if content in before + piece:
                return True
            before = piece[-len(content) :]
        return False

    def pieces(self) -> Iterator[bytes]:
        """Yield all of it, piece by piece. Raises OSError."""
        with opened(self.source) as stream:
            stream.seek(self.start)
            left = self.size
            while left and (piece := stream.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    @property
    def value(self) -> Any:  # noqa: ANN401 - whatever JSON can spell
        """What it says. Raises OSError, or ValueError when it is no JSON."""
        return json.loads(b"".join(self.pieces()))


def json_pieces(
    document: Mapping[str, Any], long: str, *, sort_keys: bool = False
) -> Iterator[str]:
    """Yield an object as JSON without blanks; of a list that may be long, some entries at a time.

    >>> "".join(json_pieces({"a": 1, "b": iter("xy"), "c": 2}, "b"))
    '{"a":1,"b":["x","y"],"c":2}'
    """

    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))

    keys = sorted(document) if sort_keys else [*document]
    at = keys.index(long)
    before, after = ({key: document[key] for key in part} for part in (keys[:at], keys[at + 1 :]))
    yield f"{text(before)[:-1]}{',' if before else ''}{text(long)}:["
    entries, between = iter(document[long]), ""
    while some := [*islice(entries, _ENTRIES)]:
        yield f"{between}{text(some)[1:-1]}"
        between = ","
    yield f"]{',' if after else ''}{text(after)[1:]}"


def opened(source: Path | bytes) -> IO[bytes]:
    """Return a stream of the bytes of a file, or of those in memory."""
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
