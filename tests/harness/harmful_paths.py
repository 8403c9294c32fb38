"""Files that harm whoever reads them; workers import this module, so it is a light one."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from workflow.model.limits import MILLION, USUAL


class DeadlyPath(type(Path())):  # type: ignore[misc]
    """A file whose reading ends the process, as a fault in a parser's C code does."""

    def __fspath__(self) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class SwellingPath(type(Path())):  # type: ignore[misc]
    """A file whose reading asks for more memory than a worker may have."""

    def __fspath__(self) -> str:
        return str(bytes(USUAL.memory_megabytes * MILLION + 1))


class EndlessPath(type(Path())):  # type: ignore[misc]
    """A file whose reading never ends."""

    def __fspath__(self) -> str:
        time.sleep(600)
        raise AssertionError


class ForbiddenPath(type(Path())):  # type: ignore[misc]
    """A file that somebody else holds open."""

    def __fspath__(self) -> str:
        raise PermissionError


HARMS: dict[str, type[Path]] = {
    "kills its reader": DeadlyPath,
    "never ends": EndlessPath,
    "held open": ForbiddenPath,
}
"""What examples call them, as the last of a file's changes."""
