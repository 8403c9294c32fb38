"""Whether collect stays what it is when there are many more returns."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.line import NONE, Line, at_most, compared
from tests.benchmarks.processes import Run, ours

_USUAL, _LARGE = (1, 5), (20, 50)


def measure(bench: Bench) -> Iterator[Line]:
    """Yield time per file, and the largest process's memory, beside those of the least round."""
    first: Run | None = None
    for times in _USUAL + (_LARGE if bench.large else ()):
        returns = bench.returns * times
        taken = ours(bench.fresh(bench.round_of(returns)).home, "collect")
        first = first or taken
        if times > 1:
            yield from _grown(bench.returns, returns, first, taken)


def _grown(few: int, many: int, first: Run, taken: Run) -> Iterator[Line]:
    what = f"collect {many:,} returns: beside {few:,}"
    per_file, per_file_first = taken.seconds / many * 1000, first.seconds / few * 1000
    yield compared(f"{what}, time per file", per_file, per_file_first, "ms", at_most(1.25))
    swollen = f"{(taken.peak_megabytes - first.peak_megabytes) / (many - few) * 1024:.0f} KB"
    memory = f"{what}, memory of the largest process ({swollen} more per return)"
    yield compared(memory, taken.peak_megabytes, first.peak_megabytes, "MB", NONE)
