"""One city, 12 departments and 25 items: where starting up is most of the time."""

from __future__ import annotations

import pickle
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.line import Goal, Line, alone, at_most, compared
from tests.benchmarks.material import YEAR
from tests.benchmarks.picture import picture_of
from tests.benchmarks.processes import USERS_PYTHON, Run, Start, ours, peer, run
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_register

_ROUNDS = 7


def measure(bench: Bench) -> Iterator[Line]:
    """Yield times of collect, generate and status, each against its peer."""
    city = bench.city()
    yield from _starts(bench)
    yield _collect(bench, city)
    yield _generate(bench, city)
    yield _status(bench, city)


def _starts(bench: Bench) -> Iterator[Line]:
    """Yield what a plain interpreter takes, twice of which is in every command of ours."""
    starts: dict[str, Start] = {
        "the Python people type": lambda: run([USERS_PYTHON, "-c", "pass"]),
        "the Python in .venv": lambda: run([sys.executable, "-c", "pass"]),
    }
    for name, seconds in bench.fastest(starts, _ROUNDS).items():
        yield alone(f"bare start of {name}", seconds * 1000, bench.unit("ms"))


def _collect(bench: Bench, city: Workspace) -> Line:
    output = bench.scratch() / "台帳.xlsx"
    starts: dict[str, Start] = {
        "ours": lambda: ours(bench.fresh(city).home, "collect"),
        "peer": lambda: peer("naive_pandas.py", "openpyxl", city.returned(YEAR), output),
    }
    return _beside(bench, "a city's collect: pandas with openpyxl", starts, at_most(0.7))


def _generate(bench: Bench, city: Workspace) -> Line:
    """Yield generate against XlsxWriter alone, in an interpreter of its own."""
    written = bench.scratch()
    pictures = written / "pictures.pickle"
    folder = city.templates(YEAR)
    templates = [issue.file for issue in load_register(folder, YEAR).issues]
    pictures.write_bytes(pickle.dumps({file: picture_of(folder / file) for file in templates}))
    starts: dict[str, Start] = {
        "ours": lambda: _generate_anew(bench.scratch(), city),
        "peer": lambda: peer("bare_xlsxwriter.py", pictures, written),
    }
    what = f"a city's generate, {len(templates)} templates: XlsxWriter alone"
    return _beside(bench, what, starts, at_most(2))


def _generate_anew(home: Path, city: Workspace) -> Run:
    shutil.copy(city.home / "plan.xlsx", home)
    return ours(home, "generate")


def _status(bench: Bench, city: Workspace) -> Line:
    home = bench.fresh(city).home
    ours(home, "collect")
    starts: dict[str, Start] = {
        "ours": lambda: ours(home, "status"),
        "peer": lambda: run([sys.executable, "-c", "import pandas"]),
    }
    return _beside(bench, "a city's status: import pandas", starts, at_most(0.4))


def _beside(bench: Bench, what: str, starts: Mapping[str, Start], goal: Goal) -> Line:
    ours, peer = (seconds * 1000 for seconds in bench.fastest(starts, _ROUNDS).values())
    return compared(what, ours, peer, bench.unit("ms"), goal)
