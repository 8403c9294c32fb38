"""One look at a folder: names, sizes and times. It works on network shares, and nothing is read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from workflow.returned.inbox import opened_file, shown_name
from workflow.returned.intake.not_workbooks import is_litter
from workflow.watch.landing import Look, Mark


def glance(folder: Path) -> Look | None:
    """Return the files below a folder, without litter; None when the folder cannot be seen."""
    try:
        return dict(_below(folder, ""))
    except OSError:
        return None


def can_be_opened(path: Path) -> bool:
    """Whether nobody keeps a file to himself; what is no regular file need not be opened."""
    try:
        if not path.is_symlink() and path.is_file():
            opened_file(path).close()
    except OSError:
        return False
    return True


def _below(folder: Path | str, prefix: str) -> Iterator[tuple[str, Mark]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{prefix}{shown_name(entry.name)}"
            if entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):  # collect tells of a folder nobody can look into
                    yield from _below(entry.path, f"{name}/")
            elif not is_litter(entry.name):
                with contextlib.suppress(FileNotFoundError):  # it went while it was listed
                    status = entry.stat(follow_symlinks=False)
                    yield name, Mark(status.st_size, status.st_mtime_ns)
