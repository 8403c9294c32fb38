"""A program in a pseudo-terminal: it shows what it shows to a person, and is typed to."""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PATIENTLY = 120.0
"""Seconds something is waited for on a busy machine."""

_IN_ITS_TERMINAL = (
    "import fcntl, os, signal, sys, termios; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Takes the terminal as its own, as a shell does: Ctrl+C arrives and is heard."""


class Terminal:
    """One running program; what it shows is kept until it was waited for."""

    def __init__(self, command: list[str], folder: Path) -> None:
        import pty  # Windows has none

        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _IN_ITS_TERMINAL, *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={**os.environ, "PYTHONUTF8": "1", "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(theirs)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._shown = ""

    def until(self, text: str) -> str:
        """Return what is shown up to and with a text."""
        deadline = time.monotonic() + PATIENTLY
        while text not in self._shown:
            assert self._read(deadline), f"no {text!r} in: {self._shown}"
        seen, _, self._shown = self._shown.partition(text)
        return seen.replace("\r\n", "\n") + text

    def exit_code(self) -> int:
        """Return how the program ended, once it has."""
        deadline = time.monotonic() + PATIENTLY
        while self._read(deadline):  # who is not listened to cannot end
            pass
        return self._process.wait(PATIENTLY)

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        os.write(self._ours, f"{line}\n".encode())

    def press_ctrl_c(self) -> None:
        """Interrupt what runs, as the keys do."""
        os.write(self._ours, b"\x03")

    def end(self) -> None:
        """End the program and whatever it started, whether it goes on or not."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._ours)

    def _read(self, deadline: float) -> bool:
        """Take in what is shown next; False when nothing more comes."""
        ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
        try:
            content = os.read(self._ours, 65536) if ready else b""
        except OSError:  # Linux says so when nobody holds the other side any more
            return False
        self._shown += self._decoder.decode(content)
        return bool(content)


@contextlib.contextmanager
def running(command: list[str], folder: Path) -> Iterator[Terminal]:
    """Yield a program in a terminal of its own; afterwards nothing of it is left."""
    terminal = Terminal(command, folder)
    try:
        yield terminal
    finally:
        terminal.end()
