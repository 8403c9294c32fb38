"""Where extracts are kept: segments of some hundred lines, each file named by its own digest.

A segment is written once and whole, so reading as it goes on keeps what it has, one new return
costs one small file, and whatever was cut short or changed by anybody shows by its name.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workflow.model.errors import OutputError
from workflow.storage.files import sha256, write_file

FULL = 500
_FULL_BYTES = 16_000_000
_MOST_THIN = 8
_KEY = 64


@dataclass(frozen=True, slots=True)
class _Place:
    """A line in a segment."""

    segment: str
    start: int
    end: int


@dataclass(slots=True)
class ExtractStore:
    """Lines by key, in a folder that may be deleted at any time. What fails to be kept is not."""

    folder: Path
    _places: dict[str, _Place] = field(default_factory=dict)
    _waiting: dict[str, bytes] = field(default_factory=dict)
    _waiting_bytes: int = 0

    def __post_init__(self) -> None:
        for path in self._segments():
            with contextlib.suppress(OSError):
                self._index(path.stem, path.read_bytes())

    def holds(self, key: str) -> bool:
        """Whether a line is kept under a key, as far as can be told without reading it."""
        return key in self._places

    def find(self, key: str) -> bytes | None:
        """Return the line kept under a key."""
        place = self._places.get(key)
        if place is None:
            return None
        try:
            with self._path(place.segment).open("rb") as stream:
                stream.seek(place.start)
                return stream.read(place.end - place.start)
        except OSError:
            return None

    def keep(self, key: str, line: bytes) -> None:
        """Keep a line; it is written with others."""
        self._waiting[key] = line
        self._waiting_bytes += len(line)
        if len(self._waiting) >= FULL or self._waiting_bytes >= _FULL_BYTES:
            self.write()

    def write(self) -> None:
        """Write what waits to be written."""
        lines, self._waiting, self._waiting_bytes = self._waiting, {}, 0
        if not lines:
            return
        content = b"".join(key.encode() + line + b"\n" for key, line in lines.items())
        name = sha256(content)
        with contextlib.suppress(OutputError):
            write_file(self._path(name), content, durable=False)
            self._index(name, content)

    def tidy(self, wanted: Iterable[str]) -> None:
        """Drop what is wanted no more, and put thin segments together once there are many."""
        self.write()
        self._places = {key: self._places[key] for key in wanted if key in self._places}
        counts = Counter(place.segment for place in self._places.values())
        thin = {name for name, count in counts.items() if count < FULL // 2}
        if len(thin) > _MOST_THIN:
            self._rewrite(thin)
        used = {place.segment for place in self._places.values()}
        for path in self._segments():
            if path.stem not in used:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _rewrite(self, segments: set[str]) -> None:
        moving = [key for key, place in self._places.items() if place.segment in segments]
        for key in moving:
            line = self.find(key)
            if line is not None:
                self.keep(key, line)
        self.write()

    def _index(self, name: str, content: bytes) -> None:
        if sha256(content) != name:
            return  # cut short, or written by somebody else
        start = 0
        while (end := content.find(b"\n", start)) >= 0:
            key = content[start : start + _KEY].decode("ascii", "replace")
            self._places[key] = _Place(name, start + _KEY, end)
            start = end + 1

    def _segments(self) -> Iterator[Path]:
        return self.folder.glob("*.jsonl")

    def _path(self, segment: str) -> Path:
        return self.folder / f"{segment}.jsonl"
