"""What a run of the benchmark was asked for, and the rounds it measures on."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import material
from tests.benchmarks.processes import ROOT, Run, Start
from workflow.rounds.inputs.known_plan import keep_plan
from workflow.storage.workspace import Workspace

_SHAPES_A_ROUND = ("workflow/model", "workflow/plan", "workflow/templates")


@dataclass(frozen=True)
class Bench:
    """One run of the benchmark."""

    folder: Path
    returns: int
    quick: bool
    cpu: bool
    growth: tuple[int, ...]

    def round_of(self, departments: int) -> Workspace:
        """Return a round all of whose departments have answered; made once and never changed."""
        plan = material.plan_of(departments)
        return self._kept(str(departments), lambda home: material.returned_round(home, plan))

    def cards_of(self, departments: int) -> Workspace:
        """Return such a round of a city that asks on cards of its own."""
        plan = material.plan_of(departments)
        return self._kept(f"{departments}-cards", lambda home: material.returned_cards(home, plan))

    def city(self) -> Workspace:
        """Return the round of the sample plan; made once and never changed."""
        return self._kept("city", material.returned_city)

    def rounds(self, thorough: int) -> int:
        """Return how often to repeat what is repeated so often in a thorough run."""
        return 1 if self.quick else thorough

    def time(self, run: Run) -> float:
        """Return the seconds a run took: on the wall, or of CPU where that was asked for."""
        return run.cpu_seconds if self.cpu else run.seconds

    def unit(self, name: str) -> str:
        """Return a unit of time, with the clock it is read from where that is not the wall's."""
        return f"{name} of CPU" if self.cpu else name

    def fastest(self, starts: Mapping[str, Start], rounds: int) -> dict[str, float]:
        """Return the least seconds each took, run in turn: all meet the same disturbances."""
        seconds: dict[str, float] = {}
        for _ in range(1 if self.quick else rounds):
            for name, start in starts.items():
                seconds[name] = min(self.time(start()), seconds.get(name, float("inf")))
        return seconds

    def scratch(self) -> Path:
        """Return a new empty folder on the disk the rounds lie on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder))

    def fresh(self, workspace: Workspace) -> Workspace:
        """Return a round's double as generate leaves it, in which nothing was collected yet."""
        home = self.scratch()
        for path in workspace.home.rglob("*"):
            if path.is_file() and workspace.compiled(material.YEAR) not in path.parents:
                target = home / path.relative_to(workspace.home)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
        double = Workspace(home)
        keep_plan(double, material.YEAR)
        return double

    def clear(self) -> None:
        """Remove what was measured on, but not the rounds."""
        for path in self.folder.glob("scratch-*"):
            shutil.rmtree(path)

    def _kept(self, name: str, make: Callable[[Path], Workspace]) -> Workspace:
        home = self.folder / f"{name}-{_digest()}"
        if not home.exists():
            made = make(self.scratch() / name)
            made.home.rename(home)
        return Workspace(home)


def _digest() -> str:
    """Return the digest of all that shapes a round, so that an old one is not taken for it."""
    places = [ROOT / place for place in (*_SHAPES_A_ROUND, material.__file__)]
    files = sorted(f for p in places for f in ([p] if p.is_file() else p.rglob("*.py")))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]
