"""Two looks at a folder → what landed, was replaced or went. Pure.

A file has landed when two looks find it the same and it can be opened: one still being copied
grows, or its writer keeps it to himself. What stays shut, or keeps the name of a download that is
under way, is taken as it is after a while: nothing that lies there goes unmentioned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath

PATIENCE = 20
"""So many looks a file may lie unchanged and shut before it is taken as it is."""

_DOWNLOADS = frozenset({".tmp", ".temp", ".crdownload", ".part", ".partial", ".download"})
_EXCEL_SAVING = re.compile(r"[0-9A-F]{8}")
"""Excel saves into a file of such a name and renames it when all is written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells one version of a file from another: bytes, and nanoseconds since 1970."""

    size: int
    modified: int


Look = Mapping[str, Mark]
"""The files of a folder at one moment, by name."""


class Happening(Enum):
    """What happened to a file, in the words shown."""

    ARRIVED = "届きました"
    REPLACED = "差し替えられました"
    GONE = "なくなりました"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one file."""

    happening: Happening
    file: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a folder: the files that landed, the last look, and since how many looks."""

    landed: Look = field(default_factory=dict)
    seen: Look = field(default_factory=dict)
    steady: Mapping[str, int] = field(default_factory=dict)

    @property
    def under_way(self) -> frozenset[str]:
        """The files that lie there and have not landed yet as they are."""
        return frozenset(n for n, mark in self.seen.items() if self.landed.get(n) != mark)

    def after(self, look: Look, is_open: Callable[[str], bool]) -> tuple[Watched, list[Event]]:
        """Return what is known after another look, and what it shows to have happened."""
        steady = {
            name: self.steady.get(name, 0) + 1 if self.seen.get(name) == mark else 0
            for name, mark in look.items()
        }
        waiting = Watched(self.landed, look, steady).under_way
        whole = [n for n in look if n in waiting and _is_whole(n, steady[n], is_open)]
        gone = [n for n in self.landed if n not in look and n not in self.seen]
        landed = {n: mark for n, mark in self.landed.items() if n not in gone}
        landed |= {name: look[name] for name in whole}
        return Watched(landed, look, steady), list(self._events(whole, gone))

    def _events(self, whole: list[str], gone: list[str]) -> Iterator[Event]:
        for name in sorted((*whole, *gone)):
            if name in gone:
                yield Event(Happening.GONE, name)
            else:
                known = name in self.landed
                yield Event(Happening.REPLACED if known else Happening.ARRIVED, name)


def _is_whole(name: str, steady: int, is_open: Callable[[str], bool]) -> bool:
    if steady >= PATIENCE:
        return True
    return steady > 0 and not _is_unfinished(name) and is_open(name)


def _is_unfinished(name: str) -> bool:
    """Whether a file has the name of one that is still being written."""
    last = PurePosixPath(name)
    return last.suffix.casefold() in _DOWNLOADS or bool(_EXCEL_SAVING.fullmatch(last.name))
