"""What a run of the benchmark was asked for, and the rounds it measures on."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import material
from tests.benchmarks.processes import ROOT
from workflow.storage.workspace import Workspace

_SHAPES_A_ROUND = ("workflow/model", "workflow/plan", "workflow/templates")


@dataclass(frozen=True)
class Bench:
    """One run of the benchmark."""

    folder: Path
    returns: int
    quick: bool
    large: bool

    def round_of(self, departments: int) -> Workspace:
        """Return a round all of whose departments have answered; made once and never changed."""
        plan = material.plan_of(departments)
        return self._kept(str(departments), lambda home: material.returned_round(home, plan))

    def round_of_their_own(self, departments: int) -> Workspace:
        """Return such a round in which no two departments are asked about the same item."""
        plan = material.plan_of_their_own(departments)
        return self._kept(f"own-{departments}", lambda home: material.returned_round(home, plan))

    def city(self) -> Workspace:
        """Return the round of the sample plan; made once and never changed."""
        return self._kept("city", material.returned_city)

    def rounds(self, thorough: int) -> int:
        """Return how often to repeat what is repeated so often in a thorough run."""
        return 1 if self.quick else thorough

    def scratch(self) -> Path:
        """Return a new empty folder on the disk the rounds lie on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder))

    def fresh(self, workspace: Workspace) -> Workspace:
        """Return a round's double in which nothing was collected yet."""
        home = self.scratch()
        for path in workspace.home.rglob("*"):
            if path.is_file() and workspace.compiled(material.YEAR) not in path.parents:
                target = home / path.relative_to(workspace.home)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
        return Workspace(home)

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
