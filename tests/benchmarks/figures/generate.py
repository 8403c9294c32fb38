"""Templates per CPU second, everything generate() does included, beside XlsxWriter alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.cpu import least_cpu
from tests.benchmarks.line import Line, at_least, compared
from tests.benchmarks.material import ISSUED_AT, YEAR
from tests.benchmarks.peers.bare_xlsxwriter import workbook_bytes
from tests.benchmarks.picture import Picture, picture_of
from workflow.commands.generate import generate
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_register

_DEPARTMENTS = 100


def measure(bench: Bench) -> Iterator[Line]:
    """Yield how many templates of 25 items each makes in a CPU second."""
    departments = 20 if bench.quick else _DEPARTMENTS
    workspace = bench.round_of(departments)
    folder = workspace.templates(YEAR)
    issues = load_register(folder, YEAR).issues
    pictures = {issue.file: picture_of(folder / issue.file) for issue in issues}
    written = bench.scratch()
    seconds = least_cpu(
        {
            "ours": lambda: _ours(bench.scratch(), workspace),
            "peer": lambda: _peer(written, pictures),
        },
        times=1,
        rounds=bench.rounds(5),
    )
    made = {name: departments / taken for name, taken in seconds.items()}
    what = "generate, templates of 25 items per CPU second: XlsxWriter alone"
    yield compared(what, made["ours"], made["peer"], "/s", at_least(0.7))


def _ours(home: Path, workspace: Workspace) -> None:
    shutil.copy(workspace.home / "plan.json", home)
    generate(Workspace(home), YEAR, ISSUED_AT)


def _peer(folder: Path, pictures: dict[str, Picture]) -> None:
    for file, picture in pictures.items():
        (folder / file).write_bytes(workbook_bytes(picture))
