"""Fill, print and recalculate files with LibreOffice, driven over UNO by the system's Python.

It starts once in a process and is there until the tests end: starting takes longer than most jobs.
"""

from __future__ import annotations

import json
import select
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.programs import SYSTEM_PYTHON

_SCRIPT = Path(__file__).with_name("office_script.py")
_PATIENCE = 400
_STOPPING = 60


def run_jobs(jobs: list[dict[str, Any]]) -> list[Any]:
    """Return the answer to each job; see office_script.py for what a job is."""
    if not _offices:
        _offices.append(_Office.started())
    try:
        return _offices[0].answers(jobs)
    except BaseException:
        _offices.pop().kill()
        raise


def print_all(paths: Iterable[Path]) -> None:
    """Print workbooks and Word documents, each to a .pdf beside it."""
    run_jobs(
        [
            {"do": "print", "source": str(path), "target": str(path.with_suffix(".pdf"))}
            for path in paths
        ]
    )


def end_office() -> None:
    """End LibreOffice, where it was started."""
    while _offices:
        _offices.pop().end()


@dataclass(frozen=True)
class _Office:
    """The script that drives LibreOffice: a line of jobs in, a line of answers out."""

    process: subprocess.Popen[str]
    complaints: IO[bytes]

    @classmethod
    def started(cls) -> _Office:
        complaints = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        process = subprocess.Popen(
            [SYSTEM_PYTHON, str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
        return cls(process, complaints)

    def answers(self, jobs: list[dict[str, Any]]) -> list[Any]:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin and stdout
        stdin.write(f"{json.dumps(jobs)}\n")
        stdin.flush()
        is_answered, _, _ = select.select([stdout], [], [], _PATIENCE)
        line = stdout.readline() if is_answered else ""
        assert line, self._complaints_text()
        answers: list[Any] = json.loads(line)
        return answers

    def _complaints_text(self) -> str:
        self.complaints.seek(0)
        return self.complaints.read().decode("utf-8", "replace") or f"no answer in {_PATIENCE} s"

    def end(self) -> None:
        self.process.communicate(timeout=_STOPPING)
        self.complaints.close()

    def kill(self) -> None:
        """End the script; LibreOffice goes when its own time is up, or when nobody asks it."""
        self.process.terminate()
        self.process.communicate(timeout=_STOPPING)
        self.complaints.close()


_offices: list[_Office] = []
