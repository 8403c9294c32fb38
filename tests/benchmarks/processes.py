"""Whole processes and what they took: a fresh interpreter, its imports and its work."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage

from tests.benchmarks.material import YEAR

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).with_name("peers")
USERS_PYTHON: str = getattr(sys, "_base_executable", sys.executable)
"""The Python that people type; .venv lies behind it."""

_PR_SET_CHILD_SUBREAPER = 36

Start = Callable[[], "Run"]


@dataclass(frozen=True)
class Run:
    """What a command took: time on the wall, CPU of all its processes, and their memory.

    Peak is of the process that was started, or what it became; peak_beside of the largest of the
    processes that it started, workers above all.
    """

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    peak_beside: float


def run(
    command: Sequence[str | Path],
    accepted: Sequence[int] = (0,),
    changed: Mapping[str, str] | None = None,
) -> Run:
    """Run a command to its end. Raises RuntimeError with its output when it fails."""
    environment = {**os.environ, **(changed or {})}
    # What is compiled at first use is kept, as it is for people, and as it is for the peers' parts.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    _adopt_orphans()
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        orphans = [*_orphans(process.pid)]
        if process.returncode not in accepted:
            output.seek(0)
            raise RuntimeError(output.read().decode(errors="replace") or process.returncode)
    return Run(
        seconds,
        sum(u.ru_utime + u.ru_stime for u in (usage, *orphans)),
        usage.ru_maxrss / 1024,
        max((u.ru_maxrss / 1024 for u in orphans), default=0.0),
    )


def _adopt_orphans() -> None:
    """Become the parent of what outlives its own, such as the process workers are forked from."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _orphans(group: int) -> Iterator[struct_rusage]:
    """Yield what each process of a group that outlived its parent took, once it has ended."""
    with contextlib.suppress(ChildProcessError):
        while True:
            yield os.wait4(-group, 0)[2]


def ours(home: Path, command: str, *options: str) -> Run:
    """Run a command of the tool as people do; missing answers and findings are no failure."""
    words = ["--home", str(home), command, "--year", str(YEAR), *options]
    return run([USERS_PYTHON, ROOT / "run.py", *words], accepted=(0, 1))


def peer(script: str, *arguments: str | Path) -> Run:
    """Run one of the peers."""
    return run([sys.executable, PEERS / script, *arguments])
