"""What lies in a folder, to the letter: to see that nothing there was touched."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

_MOST = 50_000_000
"""Bytes of a file worth reading twice; a larger one is a sparse one."""


def ground(folder: Path) -> dict[str, tuple[object, ...]]:
    """Return path → what is known of it, for everything below a folder; links are not followed."""
    found = {}
    for parent, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(parent) / name
            found[os.path.relpath(path, folder)] = _known(path)
    return found


def _known(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        said: object = str(path.readlink())
    elif stat.S_ISREG(status.st_mode) and status.st_size <= _MOST:
        said = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        said = None
    return status.st_mode, status.st_size, status.st_mtime_ns, said
