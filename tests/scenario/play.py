"""An example, played: the city built, the files sent, collect --json run as people run it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.city import City
from tests.engine import judge_here
from tests.scenario.conservation import handed_back
from tests.scenario.description import Scenario
from tests.scenario.hostile import HARMS
from tests.scenario.outcome import told
from tests.scenario.sending import send
from tests.scenario.town import build_town, usual_answers
from workflow.__main__ import main
from workflow.model.plan import Return
from workflow.returned.inbox import Received
from workflow.returned.judge import Context
from workflow.returned.workers.engine import judge_in_workers


@dataclass(frozen=True, slots=True)
class Played:
    """One collect run: what it printed, what lay in returned/ before and after it.

    handed_back are the texts of the hand-backs that lay there when it began.
    """

    town: City
    exit_code: int
    document: dict[str, Any]
    complaints: str
    before: dict[str, str]
    after: dict[str, str]
    handed_back: frozenset[str]
    told: Any


def play(scenario: Scenario, folder: Path, workers: bool = False) -> Played:
    """Play an example in an empty folder; the last of its phases is what counts.

    Files are judged in this process, which is quick, unless workers are asked for.
    """
    home, desk = folder / "home", folder / "desk"
    home.mkdir()
    desk.mkdir()
    town = build_town(scenario, home)
    for phase in sorted({file.phase for file in scenario.files}):
        send(scenario, town, phase, desk)
        handed = handed_back(town, scenario.year)
        before = _evidence(town, scenario.year)
        with _judging(scenario, workers):
            exit_code, printed, complaints = collect_json(town.home, scenario)
    document = json.loads(printed) if printed else {"files": [], "findings": [], "totals": {}}
    assert printed, complaints
    return Played(
        town=town,
        exit_code=exit_code,
        document=document,
        complaints=complaints,
        before=before,
        after=_evidence(town, scenario.year),
        handed_back=handed,
        told=told(exit_code, document, town, _usual(scenario, town)),
    )


def _usual(scenario: Scenario, town: City) -> dict[str, dict[str, Any]]:
    plan = town.plan
    said = usual_answers(scenario.plan, [item.id for item in plan.items])
    return {
        item: {f.label: _as_ledger(row.get(f.label)) for f in plan.form.fields}
        for item, row in said.items()
    }


def _as_ledger(value: Any) -> Any:  # noqa: ANN401 - what a table can say
    return value.isoformat() if isinstance(value, date) else value


def collect_json(home: Path, scenario: Scenario) -> tuple[int, str, str]:
    """Run collect --json; return its exit code and what it wrote on stdout and stderr."""
    passwords = [word for known in scenario.given_passwords for word in ("--password", known)]
    year = ("--year", str(scenario.year))
    return run("collect", *year, "--json", "--home", str(home), *passwords)


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command in this process; return its exit code, its stdout and its stderr."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = _main(arguments)
    return code, stdout.getvalue(), stderr.getvalue()


def _main(arguments: Sequence[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as stopped:
        return int(stopped.code or 0)


@contextlib.contextmanager
def _judging(scenario: Scenario, workers: bool) -> Iterator[None]:
    """Say who judges; what harms its reader is always left to worker processes."""
    harms = {f.name: HARMS[c[0]] for f in scenario.files for c in f.changes if c[0] in HARMS}

    def judge(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        if not harms and not workers:
            return judge_here(files, context)
        impatient = replace(context.plan, limits=replace(context.plan.limits, seconds=2))
        files = [_harmful(file, harms) for file in files]
        return judge_in_workers(files, replace(context, plan=impatient))

    with patch("workflow.returned.workers.engine.judge_in_workers", judge):
        yield


def _harmful(file: Received, harms: Mapping[str, type[Path]]) -> Received:
    return replace(file, path=harms[file.name](file.path)) if file.name in harms else file


def _evidence(town: City, year: int) -> dict[str, str]:
    """Return everything in returned/ with its digest and time of change."""
    folder = town.workspace.returned(year)
    found: dict[str, str] = {}
    for parent, folders, names in os.walk(folder):
        for path in (Path(parent) / name for name in (*folders, *names)):
            status = path.lstat()
            regular = path.is_file() and not path.is_symlink()
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if regular else ""
            found[str(path.relative_to(folder))] = f"{status.st_mtime_ns} {digest}"
    return found
