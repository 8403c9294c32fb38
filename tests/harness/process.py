"""A command run as a person runs it, watched from outside: time, memory, and who is left behind."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.programs import TOOL

_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Watched:
    """A run (exit code, stdout, stderr) as seen from outside.

    cpu_seconds is the work of all its processes, which a busy machine does not change; memory is
    the most that one of them held, in bytes.
    """

    run: tuple[int, str, str]
    cpu_seconds: float
    memory: int
    left_behind: int


def run_watched(arguments: Sequence[str], scratch: Path, seconds: float) -> Watched:
    """Run run.py in a session of its own; all it starts is in that session too."""
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONIOENCODING": "utf-8"}
    before = children_cpu()
    with subprocess.Popen(
        [*TOOL, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
        start_new_session=True,
    ) as process:
        held = _Held(process.pid)
        held.start()
        try:
            output, errors = process.communicate(timeout=seconds)
        finally:
            process.kill()
            held.done.set()
            held.join()
    most = max(held.most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
    run = (process.returncode, output, errors)
    return Watched(run, children_cpu() - before, most, _left_in(process.pid))


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Held(threading.Thread):
    """The most memory any process of a session held, looked at again and again."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self.done = threading.Event()
        self._session = session

    def run(self) -> None:
        while not self.done.wait(_PAUSE):
            for process in _processes_of(self._session):
                self.most = max(self.most, _peak(process))


def _left_in(session: int) -> int:
    """Return how many processes of a session still live a moment after its first has ended."""
    for _ in range(60):
        left = len(_processes_of(session))
        if not left:
            return 0
        time.sleep(_PAUSE)
    return left


def _processes_of(session: int) -> list[Path]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if state[3] == str(session) and state[0] != "Z":
            found.append(process)
    return found


def _peak(process: Path) -> int:
    try:
        lines = (process / "status").read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0
    most = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), "0")
    return int(most) * 1024
