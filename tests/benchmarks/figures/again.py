"""Collecting again: what has not changed should cost next to nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.line import NONE, Line, at_most, compared
from tests.benchmarks.material import YEAR
from tests.benchmarks.processes import ours


def measure(bench: Bench) -> Iterator[Line]:
    """Yield the wall time of a second collect, and of one after one more return, by the first."""
    complete = bench.round_of(bench.returns)
    home = bench.fresh(complete)
    late = sorted(home.returned(YEAR).iterdir())[-1]
    late.unlink()
    first = ours(home.home, "collect").seconds
    again = min(ours(home.home, "collect").seconds for _ in range(bench.rounds(3)))
    os.link(complete.returned(YEAR) / late.name, late)
    one_more = ours(home.home, "collect").seconds
    what = f"collect {bench.returns:,} returns again"
    yield compared(f"{what}, nothing new: the first time", again, first, "s", at_most(0.05))
    yield compared(f"{what}, one new: the first time", one_more, first, "s", NONE)
