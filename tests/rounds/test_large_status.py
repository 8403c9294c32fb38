"""status and the menu of a large round: neither the plan nor the register is parsed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.engine import HERE
from workflow.commands.collect import collect
from workflow.commands.status import status
from workflow.menu.steps import situation
from workflow.model.errors import WorkspaceError
from workflow.plan import load
from workflow.templates import register_file

YEAR = 2023


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setattr("workflow.commands.status._LARGE", 1)
    city = City.with_sample_plan(tmp_path / "課")
    city.generate()
    return city


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every reading of a plan or of a register fail."""
    for module, name in ((load, "_document"), (register_file, "read_lined")):
        monkeypatch.setattr(module, name, None)
    load.forget()


def test_after_a_collect_it_does_not_even_open_the_register(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.send_back("GAKKO", full_texts(city.plan))
    collect(city.workspace, YEAR, COLLECTED_AT, replace(HERE, use_cache=True))
    before, seen = status(city.workspace, YEAR), situation(city.workspace)
    assert seen.title == city.plan.title
    unread(monkeypatch)
    city.workspace.register(YEAR).write_bytes(b"none of ours")
    assert status(city.workspace, YEAR) == before
    assert situation(city.workspace) == seen


def test_before_the_first_collect_both_are_parsed_once(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = status(city.workspace, YEAR)
    with monkeypatch.context() as patch:
        unread(patch)
        assert status(city.workspace, YEAR) == before
    kept = city.workspace.extracts(YEAR) / "issued.json"
    kept.write_bytes(kept.read_bytes()[:-1])
    assert status(city.workspace, YEAR) == before
    register = city.workspace.register(YEAR)
    register.write_bytes(register.read_bytes() + b"\n")
    unread(monkeypatch)
    with pytest.raises(WorkspaceError):
        status(city.workspace, YEAR)
