"""datamaps 1.1.9, a tool of the same trade: cells of returned workbooks into one master."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.material import Places
from tests.benchmarks.processes import Run, run
from workflow.templates.layout import ENTRY_SHEET

VERSION = "1.1.9"


def install(folder: Path) -> Path:
    """Return the datamaps command, installed once. Raises RuntimeError without an index."""
    command = folder / "bin" / "datamaps"
    if not command.exists():
        run([sys.executable, "-m", "venv", "--clear", folder])
        run([folder / "bin" / "python", "-m", "pip", "install", f"datamaps=={VERSION}"])
    return command


def to_master(command: Path, home: Path, files: Sequence[Path], places: Places) -> Run:
    """Run datamaps over some returns; home is where it finds and leaves everything."""
    inputs = home / "input"
    inputs.mkdir(exist_ok=True)
    for file in files:
        (inputs / file.name).unlink(missing_ok=True)
        os.link(file, inputs / file.name)
    datamap = inputs / "datamap.csv"
    with datamap.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(("cell_key", "template_sheet", "cell_reference", "type"))
        for (item, label), cell in places.items():
            lines.writerow((f"{item} {label}", ENTRY_SHEET, cell, "TEXT"))
    places_given = ("--inputdir", inputs, "-d", datamap)
    return run([command, "import", "templates", "-m", *places_given], changed={"HOME": str(home)})
