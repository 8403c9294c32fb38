"""What lies in returned/YEAR. Only names and sizes are looked at; nothing is opened or changed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workflow.years import from_timestamp


@dataclass(frozen=True, slots=True)
class Received:
    """One file as it lies there; name is its path below the round's folder, with slashes."""

    name: str
    path: Path
    size: int
    received: datetime
    regular: bool


def scan(folder: Path) -> tuple[Received, ...]:
    """Return every file below a folder in a fixed order; links are listed, never followed."""
    found = [
        _received(folder, Path(parent) / name)
        for parent, folders, names in os.walk(folder, followlinks=False)
        for name in (*names, *(f for f in folders if (Path(parent) / f).is_symlink()))
    ]
    return tuple(sorted(found, key=lambda received: received.name))


def single(path: Path) -> Received:
    """Return one file named by the coordinator, wherever it lies."""
    return _received(path.parent, path)


def _received(folder: Path, path: Path) -> Received:
    status = path.lstat()
    shown = path.relative_to(folder).as_posix().encode("utf-8", "replace").decode()
    return Received(
        name=shown,
        path=path,
        size=status.st_size,
        received=from_timestamp(status.st_mtime),
        regular=stat.S_ISREG(status.st_mode),
    )
