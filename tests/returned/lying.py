"""The files of an example as they lie in returned/ before the last collect, laid out once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from tests.city import City
from tests.engine import judge_here
from tests.scenario.description import Scenario, read_scenario, scenario_folders
from tests.scenario.play import collect_json
from tests.scenario.sending import send
from tests.scenario.town import build_town
from workflow.returned.inbox import Received, scan
from workflow.returned.judge import Context
from workflow.templates.register_file import load_register

_keep = TemporaryDirectory(prefix="torimatome-lying-")


def examples_with_files() -> list[Path]:
    """Return the folders of the examples in which something was returned."""
    return [folder for folder in scenario_folders() if read_scenario(folder).files]


@cache
def lying(folder: Path) -> tuple[tuple[Received, ...], Context]:
    """Return the files of an example, and what judges them."""
    scenario = read_scenario(folder)
    base = Path(_keep.name) / folder.parent.name / folder.name
    home, desk = base / "home", base / "desk"
    home.mkdir(parents=True)
    desk.mkdir()
    town = build_town(scenario, home)
    phases = sorted({file.phase for file in scenario.files})
    for phase in phases:
        send(scenario, town, phase, desk)
        if phase != phases[-1]:  # what comes next may answer a hand-back
            with patch("workflow.returned.workers.engine.judge_in_workers", judge_here):
                collect_json(town.home, scenario)
    return scan(town.workspace.returned(scenario.year)), _context(scenario, town)


def _context(scenario: Scenario, town: City) -> Context:
    year, plan = scenario.year, town.plan
    registers = {year: load_register(town.workspace.templates(year), year)}
    passwords = (*scenario.given_passwords, *plan.open_passwords)
    return Context(plan, registers, year, passwords)
