"""The files of an example as they are in returned/ before the last collect, put there once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.city import City
from tests.harness.cities import build_city
from tests.harness.description import Example, read_return
from tests.harness.play import collect_arguments, collect_here
from tests.harness.sending import send
from workflow.returned.context import Context
from workflow.returned.inbox import Received, scan
from workflow.templates.register_file import load_register

_keep = TemporaryDirectory(prefix="torimatome-files-")


@cache
def files_in_returned(folder: Path) -> tuple[tuple[Received, ...], Context]:
    """Return the files of an example, and what judges them."""
    example = read_return(folder)
    base = Path(_keep.name) / folder.parent.name / folder.name
    home, desk = base / "home", base / "desk"
    home.mkdir(parents=True)
    desk.mkdir()
    city = build_city(example, home)
    phases = sorted({file.phase for file in example.files})
    for phase in phases:
        send(example, city, phase, desk)
        if phase != phases[-1]:  # what comes next may answer a hand-back
            collect_here(example, collect_arguments(example, home), desk)
    return scan(city.workspace.returned(example.year)), _context(example, city)


def _context(example: Example, city: City) -> Context:
    year, plan = example.year, city.plan
    registers = {year: load_register(city.workspace.templates(year), year)}
    passwords = (*example.given_passwords, *plan.open_passwords)
    return Context(plan, registers, year, passwords)
