"""Fill a template with each program departments are known to use, by its name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.city import RECEIVED_AT
from tests.fillers.by_openpyxl import fill as fill_with_openpyxl
from tests.fillers.libreoffice import run_jobs
from tests.fillers.xml_patch import Texts, located
from tests.fillers.xml_patch import fill as fill_as_excel

Filler = Callable[[Path, Path, Texts], None]

_NODE_SCRIPT = Path(__file__).with_name("node_script.cjs")


def as_excel(template: Path, target: Path, texts: Texts) -> None:
    fill_as_excel(template, target, texts, RECEIVED_AT)


def with_openpyxl(template: Path, target: Path, texts: Texts) -> None:
    fill_with_openpyxl(template, target, texts, RECEIVED_AT)


def with_libreoffice(template: Path, target: Path, texts: Texts) -> None:
    cells = located(template, texts)
    run_jobs([{"do": "fill", "source": str(template), "target": str(target), "cells": cells}])


def with_gnumeric(template: Path, target: Path, texts: Texts) -> None:
    """Gnumeric cannot be driven from outside, so it opens and saves what Excel filled."""
    filled = target.with_suffix(".filled.xlsx")
    as_excel(template, filled, texts)
    save_in_gnumeric(filled, target)
    filled.unlink()


def save_in_gnumeric(source: Path, target: Path) -> None:
    command = ["ssconvert", "--export-type=Gnumeric_Excel:xlsx2", str(source), str(target)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)


def run_node(program: str, source: Path, target: Path, texts: Mapping[str, object]) -> None:
    """Have a program of Node fill and save a workbook."""
    job = {"program": program, "source": str(source), "target": str(target), **texts}
    subprocess.run(
        ["node", str(_NODE_SCRIPT)],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def _with_node(program: str) -> Filler:
    def fill(template: Path, target: Path, texts: Texts) -> None:
        run_node(program, template, target, {"cells": located(template, texts)})

    return fill


with_exceljs = _with_node("exceljs")
with_sheetjs = _with_node("sheetjs")
