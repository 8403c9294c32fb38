"""A folder to the letter: to see afterwards that nothing in it was touched."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

Snapshot = Mapping[str, tuple[object, ...]]
"""Path → what is known of it, for everything below a folder; links are not followed."""

_READ_AT_MOST = 50_000_000
"""Bytes of a file worth reading twice; a larger one is a sparse one."""


def snapshot(folder: Path) -> Snapshot:
    """Return what a folder holds now."""
    found = {}
    for parent, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(parent) / name
            found[os.path.relpath(path, folder)] = _known(path)
    return found


def changed_paths(before: Snapshot, after: Snapshot) -> set[str]:
    """Return what was added, removed or changed between two snapshots of a folder."""
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def _known(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        content: object = str(path.readlink())
    elif stat.S_ISREG(status.st_mode) and status.st_size <= _READ_AT_MOST:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        content = None
    return status.st_mode, status.st_size, status.st_mtime_ns, content
