"""Opening one clean return, guarded and whole, beside a reader that gives its values alone."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineWorkbook

from tests.benchmarks.bench import Bench
from tests.benchmarks.cpu import least_cpu
from tests.benchmarks.line import Goal, Line, at_most, compared
from tests.benchmarks.material import YEAR
from workflow.returned.inbox import Received, single
from workflow.returned.open import Opened, open_received

_DEPARTMENTS = 100
"""So many that nothing a reader remembers of a file is still there when its turn comes again."""


def measure(bench: Bench) -> Iterator[Line]:
    """Yield CPU per file: digest, guard and raw workbook against bare calamine."""
    returned = bench.round_of(_DEPARTMENTS).returned(YEAR)
    yield beside_calamine(bench, returned, "CPU per clean file of 25 items", at_most(2.5))


def beside_calamine(bench: Bench, returned: Path, what: str, goal: Goal) -> Line:
    """Return the line of the CPU time that each file in a folder takes."""
    paths = sorted(returned.iterdir())
    received = [single(path) for path in paths]
    seconds = least_cpu(
        {"ours": lambda: [*map(_ours, received)], "peer": lambda: [*map(_peer, paths)]},
        times=1,
        rounds=bench.rounds(8),
    )
    ours, peer = (seconds[name] * 1000 / len(paths) for name in ("ours", "peer"))
    what = f"{what}, {paths[0].stat().st_size // 1024} KB: bare calamine"
    return compared(what, ours, peer, "ms", goal)


def _ours(received: Received) -> None:
    (opened,) = open_received(received)
    assert isinstance(opened, Opened)
    assert all(sheet.cells for sheet in opened.book.sheets)


def _peer(path: Path) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
