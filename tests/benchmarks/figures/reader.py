"""Opening one clean return, guarded and whole, beside a reader that gives its values alone.

The files share nothing but the form. Each form is measured as every program saves it; what calamine
cannot read at all is set beside what it takes for the file before that program saved it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from tests.benchmarks.bench import Bench
from tests.benchmarks.cpu import least_cpu
from tests.benchmarks.line import Line, at_most, compared, left_out
from tests.benchmarks.material import YEAR
from tests.benchmarks.saved_by import PROGRAMS, Saving
from workflow.returned.inbox import Received, single
from workflow.returned.open import Opened, open_received

_DEPARTMENTS = 30
"""More than files whose parts a reader remembers."""


def measure(bench: Bench) -> Iterator[Line]:
    """Yield CPU per file: digest, guard and raw workbook against calamine alone."""
    rounds = {"our form": bench.round_of(_DEPARTMENTS), "cards": bench.cards_of(_DEPARTMENTS)}
    for form, workspace in rounds.items():
        sources = sorted(workspace.returned(YEAR).iterdir())
        for program, save in PROGRAMS.items():
            what = f"CPU per clean file of 25 items, {form} saved by {program}"
            try:
                yield _beside_calamine(bench, sources, save, what)
            except Exception as problem:
                # A program that is not installed; the others are measured all the same.
                yield left_out(what, problem)


def _beside_calamine(bench: Bench, sources: Sequence[Path], save: Saving, what: str) -> Line:
    """Return the line of the CPU time that each file takes once a program has saved it."""
    folder = bench.scratch()
    save(sources, folder)
    paths = [folder / source.name for source in sources]
    received = [single(path) for path in paths]
    readable = paths if _is_known_to_calamine(paths[0]) else sources
    seconds = least_cpu(
        {"ours": lambda: [*map(_ours, received)], "peer": lambda: [*map(_peer, readable)]},
        times=1,
        rounds=bench.rounds(8),
    )
    ours, peer = (seconds[name] * 1000 / len(paths) for name in ("ours", "peer"))
    what = f"{what}, {paths[0].stat().st_size // 1024} KB: calamine alone"
    return compared(what, ours, peer, "ms", at_most(2.5))


def _ours(received: Received) -> None:
    (opened,) = open_received(received)
    assert isinstance(opened, Opened)
    assert any(sheet.cells for sheet in opened.book.sheets)


def _peer(path: Path) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def _is_known_to_calamine(path: Path) -> bool:
    try:
        _peer(path)
    except CalamineError:
        return False
    return True
