"""Reading on Dask workers of this machine beside our own workers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.line import NONE, Line, compared
from tests.benchmarks.processes import Start, ours


def measure(bench: Bench) -> Iterator[Line]:
    """Yield what collect takes with --engine dask against the usual."""
    workspace = bench.round_of(bench.returns)
    starts: dict[str, Start] = {
        "ours": lambda: ours(bench.fresh(workspace).home, "collect"),
        "dask": lambda: ours(bench.fresh(workspace).home, "collect", "--engine", "dask"),
    }
    seconds = bench.fastest(starts, 2)
    what = f"collect {bench.returns:,} returns: with --engine dask"
    yield compared(what, seconds["ours"], seconds["dask"], bench.unit("s"), NONE)
