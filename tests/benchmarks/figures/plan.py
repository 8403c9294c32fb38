"""Loading a plan and its register, as large as a round: the first time, and unchanged again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.benchmarks.bench import Bench
from tests.benchmarks.cpu import least_cpu
from tests.benchmarks.line import Line, alone
from tests.benchmarks.material import YEAR
from workflow.python.garbage import without_garbage_collection
from workflow.rounds.inputs.known_plan import known_plan
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_register

_MOST_SECONDS = 0.5
"""For 25,000 items."""


def measure(bench: Bench) -> Iterator[Line]:
    """Yield the CPU seconds that a collect spends on both before it reads a file."""
    workspace = bench.fresh(bench.round_of(bench.returns))
    seconds = least_cpu(
        {"new": partial(_load, workspace, False), "known": partial(_load, workspace, True)},
        times=1,
        rounds=bench.rounds(3),
    )
    items = len(known_plan(workspace, YEAR, use_kept=True).plan.items)
    what = f"load a plan of {items:,} items and its register"
    yield alone(f"{what}, changed", seconds["new"], "s of CPU")
    yield alone(f"{what}, unchanged", seconds["known"], "s of CPU", _MOST_SECONDS)


def _load(workspace: Workspace, use_kept: bool) -> None:
    with without_garbage_collection():
        known_plan(workspace, YEAR, use_kept)
        load_register(workspace.templates(YEAR), YEAR, by_line=True)
