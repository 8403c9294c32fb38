"""Ctrl+C in the midst of a real collect: it stops at once, and what was there before is whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.city import City, full_texts
from tests.programs import TOOL, hear_ctrl_c, holds_lock, slowness
from workflow.storage.files import sha256

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses signals and /proc")

FILES = 1500


@pytest.fixture
def busy(city: City) -> City:
    """A round collected once, in which many files have come since."""
    city.generate()
    sent = city.send_back("GAKKO", full_texts(city.plan))
    city.collect()
    for number in range(FILES):
        os.link(sent, city.returned(f"写し{number:03}.xlsx"))
    return city


def collecting(city: City) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TOOL, "collect", "--year", "2023", "--home", city.home],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        start_new_session=True,
        preexec_fn=hear_ctrl_c,
    )


def digests(city: City) -> dict[str, str]:
    folder = city.workspace.compiled(2023)
    # What was read already is kept for the next run, and counts for nothing else.
    paths = [p for p in folder.rglob("*") if p.is_file() and ".extracts" not in p.parts]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()) for path in paths}


def processes_of(session: int) -> set[int]:
    """Return the processes of a session that are still running."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue  # ended meanwhile
        if int(its_session) == session and state != "Z":
            found.add(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
@pytest.mark.parametrize("seconds", [0.0, 0.4, 1.2])
@pytest.mark.parametrize("to_all", [True, False])
def test_an_interrupted_collect_leaves_the_old_result(
    busy: City, seconds: float, to_all: bool
) -> None:
    before = digests(busy)
    running = collecting(busy)
    while running.poll() is None and not holds_lock(busy.home):
        time.sleep(0.001)
    time.sleep(seconds)
    begun = time.monotonic()
    if to_all:  # as a terminal does
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=300)
    took = time.monotonic() - begun
    assert (running.returncode, stdout) == (2, ""), stderr
    (line,) = stderr.splitlines()
    assert line.endswith("。")
    assert took / slowness() < 5  # within a second where nothing else runs
    assert digests(busy) == before
    while processes_of(running.pid) and time.monotonic() - begun < 100:
        time.sleep(0.05)
    assert processes_of(running.pid) == set()
