"""One compiled round for all tests here, and a copy of it for each that changes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.city import City
from tests.engine import HERE
from tests.verification.rounds import (
    compiled_round,
    decided_round,
    figures_round,
    nothing_round,
    own_figures_round,
)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A round after its collect; nobody may change it."""
    return compiled_round(tmp_path_factory.mktemp("round") / "市")


@pytest.fixture(scope="session")
def decided(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A round in which every point is decided; nobody may change it."""
    return decided_round(tmp_path_factory.mktemp("decided") / "町")


@pytest.fixture(scope="session")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A round in which departments have nothing to report; nobody may change it."""
    return nothing_round(tmp_path_factory.mktemp("nothing") / "町")


@pytest.fixture(scope="session")
def figures(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A round with indicators and known values; nobody may change it."""
    return figures_round(tmp_path_factory.mktemp("figures") / "村")


@pytest.fixture(scope="session")
def own_figures(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A round with indicators on a form of the city's own; nobody may change it."""
    return own_figures_round(tmp_path_factory.mktemp("own") / "町")


@pytest.fixture
def city(compiled: City, tmp_path: Path) -> City:
    """The same round, to be changed."""
    return compiled.copy(tmp_path / "市")


@pytest.fixture(autouse=True)
def judged_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the commands their worker processes."""
    monkeypatch.setattr("workflow.returned.workers.engine.judge_in_workers", HERE.engine)
    monkeypatch.setattr("workflow.returned.workers.engine.open_in_worker", HERE.open_book)
