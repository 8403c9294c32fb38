"""Departments with items of their own: nothing known of one file helps with the next."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures.reader import beside_calamine
from tests.benchmarks.line import NONE, Line, compared
from tests.benchmarks.material import YEAR
from tests.benchmarks.processes import fastest, ours

_RETURNS = 200


def measure(bench: Bench) -> Iterator[Line]:
    """Yield CPU per file against bare calamine, and collect against departments that share."""
    returns = 20 if bench.quick else _RETURNS
    own, shared = bench.round_of_their_own(returns), bench.round_of(returns)
    what = "departments with items of their own"
    yield beside_calamine(bench, own.returned(YEAR), f"{what}, CPU per clean file", NONE)
    seconds = fastest(
        {
            "own": lambda: ours(bench.fresh(own).home, "collect"),
            "shared": lambda: ours(bench.fresh(shared).home, "collect"),
        },
        bench.rounds(3),
    )
    what = f"{what}, collect {returns} returns: items shared by ten"
    yield compared(what, seconds["own"], seconds["shared"], "s", NONE)
