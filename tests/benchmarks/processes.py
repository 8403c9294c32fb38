"""Whole processes and what they took: a fresh interpreter, its imports and its work."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.material import YEAR

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).with_name("peers")
USERS_PYTHON: str = getattr(sys, "_base_executable", sys.executable)
"""The Python that people type; .venv lies behind it."""

Start = Callable[[], "Run"]


@dataclass(frozen=True)
class Run:
    """What one process took with its children; peak is the memory of the largest of them."""

    seconds: float
    peak_megabytes: float


def run(
    command: Sequence[str | Path],
    accepted: Sequence[int] = (0,),
    changed: Mapping[str, str] | None = None,
) -> Run:
    """Run a command to its end. Raises RuntimeError with what it said when it fails."""
    environment = {**os.environ, **(changed or {})}
    # What is compiled at first use is kept, as it is for people, and as it is for the peers' parts.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in accepted:
            said.seek(0)
            raise RuntimeError(said.read().decode(errors="replace") or process.returncode)
    return Run(seconds, usage.ru_maxrss / 1024)


def ours(home: Path, command: str, *options: str) -> Run:
    """Run a command of the tool as people do; missing answers and findings are no failure."""
    words = ["--home", str(home), command, "--year", str(YEAR), *options]
    return run([USERS_PYTHON, ROOT / "run.py", *words], accepted=(0, 1))


def peer(script: str, *arguments: str | Path) -> Run:
    """Run one of the peers."""
    return run([sys.executable, PEERS / script, *arguments])


def fastest(starts: Mapping[str, Start], rounds: int) -> dict[str, float]:
    """Return the least seconds each took, run in turn so that all meet the same disturbances."""
    seconds: dict[str, float] = {}
    for _ in range(rounds):
        for name, start in starts.items():
            seconds[name] = min(start().seconds, seconds.get(name, float("inf")))
    return seconds
