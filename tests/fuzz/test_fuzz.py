"""Mutated returns: never an exception, never a hang, never another value without a word.

The second reading looks at what changed alone here; offline, without --hasty, at all that counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.programs import ROOT

CASES = 1_000
PATIENCE = 300


def test_mutated_returns_are_judged_alike_by_both_readings() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--hasty", str(CASES)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    *wrong, last = (json.loads(line) for line in done.stdout.splitlines())
    totals: dict[str, Any] = last
    assert wrong == []
    assert totals["cases"] == CASES
