"""A real watch: a file copied slowly is reported once it is whole, and Ctrl+C ends it."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.city import City, full_texts
from tests.programs import TOOL, hear_ctrl_c, slowness

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses signals")

WITHIN = 2.0
"""Seconds in which a whole file is reported, where nothing else keeps the machine busy."""

PATIENTLY = 120.0
"""Seconds a line is waited for on a busy machine; what must be quick is asserted by itself."""

STALLED = 0.5
"""Seconds between two looks: a copy that rests for so long may be taken for a whole file."""


class Running:
    """A watch in a process of its own, its lines as they come."""

    def __init__(self, city: City) -> None:
        self.process = subprocess.Popen(
            [*TOOL, "watch", "--year", "2023", "--home", city.home],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
            preexec_fn=hear_ctrl_c,
        )
        self._lines: queue.Queue[tuple[float, str]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put((time.monotonic(), line.rstrip("\n")))

    def line(self) -> tuple[float, str]:
        return self._lines.get(timeout=PATIENTLY)

    def lines_until(self, ending: str) -> list[str]:
        """Return the lines up to and with the first that holds an ending."""
        lines = [self.line()[1]]
        while ending not in lines[-1]:
            lines.append(self.line()[1])
        return lines

    def is_quiet(self) -> bool:
        return self._lines.empty()


@contextlib.contextmanager
def watching(city: City) -> Iterator[Running]:
    running = Running(city)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def copied_slowly(source: Path, target: Path, seconds: float) -> tuple[float, float]:
    """Copy a file piece by piece; return when it was whole, and the longest rest between pieces."""
    content = source.read_bytes()
    pieces, written, rest = 20, time.monotonic(), 0.0
    size = -(-len(content) // pieces)
    with target.open("wb") as stream:
        for start in range(0, len(content), size):
            stream.write(content[start : start + size])
            stream.flush()
            now = time.monotonic()
            rest, written = max(rest, now - written), now
            time.sleep(seconds / pieces)
    return time.monotonic(), rest


def test_a_file_copied_slowly_is_reported_once_it_is_whole(city: City, tmp_path: Path) -> None:
    city.generate()
    texts = full_texts(city.plan)
    city.send_back("ICT", texts)
    made = city.send_back("GAKKO", texts).rename(tmp_path / "made.xlsx")
    with watching(city) as running:
        assert str(city.workspace.returned(2023)) in running.line()[1]
        assert "1件です（採用1）" in running.line()[1]
        page = city.workspace.overview(2023)
        before, took = page.read_bytes(), []
        happening = "届きました"
        for _ in range(5):
            whole, rest = copied_slowly(made, city.returned("GAKKO.xlsx"), seconds=2.0)
            if rest >= STALLED and not running.is_quiet():
                running.lines_until("→ 採用")  # half a file was taken for a whole one, as it must
            else:
                assert running.is_quiet()
                at, line = running.line()
                assert f"{happening}：GAKKO.xlsx → 採用（学校教育課、回答2件）" in line
                assert city.statuses()["1-1"] == "回答済"
                took.append((at - whole) / slowness())
            happening = "差し替えられました"
            if took and took[-1] < WITHIN:
                break
        assert page.read_bytes() != before
        assert min(took) < WITHIN
        running.process.send_signal(signal.SIGINT)
        interrupted = time.monotonic()
        at, line = running.line()
        assert "終わりました" in line
        assert (at - interrupted) / slowness() < 1.0
        assert running.process.wait(PATIENTLY) == 0
        assert running.process.stderr
        assert running.process.stderr.read() == ""
