"""What lies in returned/YEAR. Only names and sizes are looked at; nothing is opened or changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from workflow.returned.strangers import WORKBOOKS, suffix
from workflow.years import from_timestamp, iso_time


@dataclass(frozen=True, slots=True)
class Received:
    """One file as it lies there; name is its path below the round's folder, with slashes.

    A folder counts only when its name is that of a workbook: somebody may look for it.
    """

    name: str
    path: Path
    size: int
    received: datetime
    regular: bool
    folder: bool = False


def scan(folder: Path) -> tuple[Received, ...]:
    """Return every file below a folder in a fixed order; links are listed, never followed.

    So are folders named like workbooks, and folders that cannot be looked into: nothing that may
    hold a return goes unmentioned.
    """
    if not folder.is_dir():
        return ()
    closed: list[Path] = []

    def note(error: OSError) -> None:
        closed.append(Path(error.filename))

    found = [
        Path(parent) / name
        for parent, folders, names in os.walk(folder, onerror=note, followlinks=False)
        for name in (*names, *(f for f in folders if _is_listed(Path(parent) / f)))
    ]
    received = [_received(folder, path) for path in found if path not in closed]
    # Opening such a folder fails as opening a locked file does, and is reported so.
    received += [replace(_received(folder, path), folder=False, regular=True) for path in closed]
    return tuple(sorted(received, key=lambda one: one.name))


def seen_files(files: Iterable[Received]) -> list[list[str | int]]:
    """Return the files as they lie there: an archive is one file, whatever it gives."""
    return [[file.name, file.size, iso_time(file.received)] for file in files]


def single(path: Path) -> Received:
    """Return one file named by the coordinator, wherever it lies."""
    return _received(path.parent, path)


def _is_listed(folder: Path) -> bool:
    return folder.is_symlink() or suffix(folder.name) in WORKBOOKS


def _received(folder: Path, path: Path) -> Received:
    status = path.lstat()
    shown = path.relative_to(folder).as_posix().encode("utf-8", "replace").decode()
    return Received(
        name=shown,
        path=path,
        size=status.st_size,
        received=from_timestamp(status.st_mtime),
        regular=stat.S_ISREG(status.st_mode),
        folder=stat.S_ISDIR(status.st_mode),
    )
