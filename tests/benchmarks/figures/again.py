"""Collecting again: what has not changed should cost next to nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.line import NONE, Goal, Line, at_most, compared
from tests.benchmarks.material import YEAR
from tests.benchmarks.processes import ours
from workflow.storage.workspace import Workspace


def measure(bench: Bench) -> Iterator[Line]:
    """Yield the time of a second collect, and of one after one more return, by the first.

    For a city both are mostly the start of Python, so nothing is promised of them.
    """
    many = bench.round_of(bench.returns)
    which = f"{bench.returns:,} returns × 25 own items"
    yield from _again(bench, many, which, at_most(0.06), at_most(0.15))
    yield from _again(bench, bench.city(), "a city's returns", NONE, NONE)


def _again(
    bench: Bench, complete: Workspace, which: str, same: Goal, one_new: Goal
) -> Iterator[Line]:
    home = bench.fresh(complete)
    returned = sorted(home.returned(YEAR).iterdir())
    late = returned[len(returned) // 2]  # so that what it answers stands between what others did
    late.unlink()
    first = bench.time(ours(home.home, "collect"))
    again = bench.fastest({"again": lambda: ours(home.home, "collect")}, 3)["again"]
    os.link(complete.returned(YEAR) / late.name, late)
    one_more = bench.time(ours(home.home, "collect"))
    what, unit = f"collect {which} again", bench.unit("s")
    yield compared(f"{what}, nothing new: the first time", again, first, unit, same)
    yield compared(f"{what}, one new: the first time", one_more, first, unit, one_new)
