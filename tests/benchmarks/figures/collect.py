"""Collecting many returns, everything included, beside scripts that do a part of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import datamaps
from tests.benchmarks.bench import Bench
from tests.benchmarks.line import Goal, Line, compared, faster, left_out
from tests.benchmarks.material import YEAR, places_on
from tests.benchmarks.processes import Start, ours, peer
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_register

_PEERS: dict[str, tuple[str, tuple[str, ...], Goal]] = {
    "pandas with openpyxl": ("naive_pandas.py", ("openpyxl",), faster(4)),
    "pandas with calamine": ("naive_pandas.py", ("calamine",), faster(1.5)),
    "frictionless, validating only": ("frictionless_only.py", (), faster(5)),
}
_DATAMAPS_FILES = 200


def measure(bench: Bench) -> Iterator[Line]:
    """Yield what collect takes against each peer on the same files."""
    workspace = bench.round_of(bench.returns)
    returned, output = workspace.returned(YEAR), bench.scratch() / "台帳.xlsx"
    starts: dict[str, Start] = {"ours": lambda: ours(bench.fresh(workspace).home, "collect")}
    for name, (script, options, _) in _PEERS.items():
        starts[name] = _start(script, *options, returned, output)
    seconds = bench.fastest(starts, 2)
    what, unit = f"collect {bench.returns:,} returns × 25 items", bench.unit("s")
    for name, (_, _, goal) in _PEERS.items():
        yield compared(f"{what}: {name}", seconds["ours"], seconds[name], unit, goal)
    yield _beside_datamaps(bench, workspace, what, seconds["ours"])


def _start(script: str, *arguments: str | Path) -> Start:
    return lambda: peer(script, *arguments)


def _beside_datamaps(bench: Bench, workspace: Workspace, what: str, seconds: float) -> Line:
    files = sorted(workspace.returned(YEAR).iterdir())[:_DATAMAPS_FILES]
    what = f"{what}: datamaps {datamaps.VERSION} ({len(files)} files, scaled)"
    issue = load_register(workspace.templates(YEAR), YEAR).issues[0]
    places = places_on(workspace.templates(YEAR) / issue.file, issue)
    try:
        command = datamaps.install(bench.folder / "datamaps")
    except RuntimeError as problem:
        return left_out(what, problem)
    taken = bench.time(datamaps.to_master(command, bench.scratch(), files, places))
    scaled = taken * bench.returns / len(files)
    return compared(what, seconds, scaled, bench.unit("s"), faster(6))
