"""Whether collect and verify stay what they are when there are many more returns."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.line import Line, alone, at_most, compared
from tests.benchmarks.processes import Run, ours

_MOST_VERIFIED = 20_000
_LIMITS = {"collect": {20_000: 600, 50_000: 1_000}, "verify": {20_000: 2_000}}
"""The megabytes a command may take for itself, from a round's size on down."""


def measure(bench: Bench) -> Iterator[Line]:
    """Yield time per file beside the least round, and the memory of each process."""
    first: tuple[int, Run] | None = None
    for returns in bench.growth:
        home = bench.fresh(bench.round_of(returns)).home
        taken = ours(home, "collect")
        first = first or (returns, taken)
        yield _time_per_file(bench, returns, taken, *first)
        yield from _memory("collect", returns, taken)
        if returns <= _MOST_VERIFIED:
            yield from _memory("verify", returns, ours(home, "verify"))
        bench.clear()


def _time_per_file(bench: Bench, many: int, taken: Run, few: int, first: Run) -> Line:
    what, unit = f"collect {many:,} returns, time per file", bench.unit("ms")
    each, before = (bench.time(run) * 1000 / n for run, n in ((taken, many), (first, few)))
    if many == few:
        return alone(what, each, unit)
    return compared(f"{what}: of {few:,}", each, before, unit, at_most(1.25))


def _memory(command: str, returns: int, taken: Run) -> Iterator[Line]:
    what, own = f"{command} {returns:,} returns, memory", taken.peak_megabytes
    limit = min((mb for size, mb in _LIMITS[command].items() if returns <= size), default=None)
    yield alone(f"{what} of the process itself", own, "MB", limit)
    yield alone(f"{what} of the largest worker", taken.peak_beside, "MB")
