"""Files that harm whoever reads them; workers import this module, so it is a light one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from workflow.returned import engine


class DeadlyPath(type(Path())):  # type: ignore[misc]
    """A file whose reading ends the process, as a fault in a parser's C code does."""

    def read_bytes(self) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class SwellingPath(type(Path())):  # type: ignore[misc]
    """A file whose reading asks for more memory than a worker may have."""

    def read_bytes(self) -> bytes:
        return bytes(engine.MEMORY_BYTES + 1)
