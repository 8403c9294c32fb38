"""Fill and recalculate workbooks with LibreOffice, driven over UNO by the system's Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.programs import SYSTEM_PYTHON

_SCRIPT = Path(__file__).with_name("office_script.py")


def run_jobs(jobs: list[dict[str, Any]]) -> list[Any]:
    """Return the answer to each job; see office_script.py for what a job is."""
    done = subprocess.run(
        [SYSTEM_PYTHON, str(_SCRIPT)],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers
