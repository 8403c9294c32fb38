"""Real processes: killed at random moments, and two of them at the same round."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs import ROOT, TOOL, holds_lock
from tests.verification.rounds import YEAR, compiled_round
from workflow.storage.journal import load_journal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses kill -9")

KILLS = 6
PATIENCE = 300


def test_whatever_is_killed_is_whole_afterwards() -> None:
    command = [sys.executable, "-m", "tests.crash.kill", str(KILLS)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    counts = json.loads(done.stdout)
    assert (counts["kills"], counts["wrong"]) == (KILLS, 0)


def collecting(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TOOL, "collect", "--year", str(YEAR), "--home", home],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )


@contextmanager
def stopped_at_work(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A real collect that holds the lock and goes no further: what it is to read is a slow disk."""
    first = collecting(home)
    while not holds_lock(home, YEAR):
        if first.poll() is not None:  # it was done before a busy machine let us look
            shutil.rmtree(home / "compiled" / str(YEAR))
            first = collecting(home)
        time.sleep(0.001)
    os.kill(first.pid, signal.SIGSTOP)
    assert holds_lock(home, YEAR)
    try:
        yield first
    finally:
        first.kill()
        first.wait()


def test_the_second_of_two_collects_says_who_is_at_it_and_a_dead_one_holds_nothing_up(
    tmp_path: Path,
) -> None:
    city = compiled_round(tmp_path)
    shutil.rmtree(city.workspace.compiled(YEAR))
    with stopped_at_work(city.home) as first:
        second = collecting(city.home)
        message = second.communicate(timeout=PATIENCE)[1]
        assert second.returncode == 2
        assert str(first.pid) in message
        assert f"collect --year {YEAR}" in message
    third = collecting(city.home)
    assert (third.communicate(timeout=PATIENCE)[1], third.returncode) == ("", 1)
    assert load_journal(city.workspace.journal(YEAR)).events
