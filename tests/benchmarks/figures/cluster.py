"""Reading on Dask workers of this machine beside our own workers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.line import NONE, Line, compared
from tests.benchmarks.processes import fastest, ours


def measure(bench: Bench) -> Iterator[Line]:
    """Yield collect's wall time with --engine dask against the usual."""
    workspace = bench.round_of(bench.returns)
    seconds = fastest(
        {
            "ours": lambda: ours(bench.fresh(workspace).home, "collect"),
            "dask": lambda: ours(bench.fresh(workspace).home, "collect", "--engine", "dask"),
        },
        bench.rounds(2),
    )
    what = f"collect {bench.returns:,} returns: with --engine dask"
    yield compared(what, seconds["ours"], seconds["dask"], "s", NONE)
