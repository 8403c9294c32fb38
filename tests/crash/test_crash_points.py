"""Whatever moment the power goes or the disk fails: a round is as it was, or as it shall be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, ISSUED_AT, City
from tests.crash.trial import Trial
from tests.engine import HERE
from tests.harness.cities import usual_answers
from tests.harness.snapshot import snapshot
from tests.verification.rounds import YEAR, compiled_round, verified
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.model.plain_text import json_bytes
from workflow.plan.load import load_document
from workflow.storage.commit import Changes
from workflow.storage.workspace import Workspace

LATER = COLLECTED_AT + timedelta(days=1)


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Trial:
    """Every commit is tried before it is made, between its ends at one of five operations.

    A command does the same few operations to each of its files, and never five of them.
    """
    made = Trial(every=5)
    monkeypatch.setattr("workflow.commands.generate.commit", made)
    monkeypatch.setattr("workflow.rounds.write.commit", made)
    return made


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> City:
    return compiled_round(tmp_path_factory.mktemp("round") / "市")


@pytest.fixture
def city(compiled: City, tmp_path: Path) -> City:
    return compiled.copy(tmp_path / "市")


def new_title(city: City) -> None:
    path = city.home / "plan.json"
    content = load_document(path).content
    content["items"][0]["title"] += "（改）"
    path.write_bytes(json_bytes(content))


def assert_tried(trial: Trial) -> None:
    """There was something to try, and both ways out were met."""
    assert min(trial.cuts, trial.operations) > 30
    assert trial.back
    assert trial.forth


def test_every_kind_of_change_also_where_taking_it_back_is_cut_short(
    tmp_path: Path, trial: Trial
) -> None:
    """A commit of what commands do to files: write, replace, lock, remove, in old and new folders.

    Their own commits differ from it in how many files they have, and are not tried so deeply.
    """
    workspace = Workspace(tmp_path)
    compiled, templates = workspace.compiled(YEAR), workspace.templates(YEAR)
    for folder in (compiled, templates):
        folder.mkdir(parents=True)
    for name in ("replaced", "locked", "removed"):
        (compiled / name).write_bytes(b"old " + name.encode())
    (compiled / "locked").chmod(0o444)
    new = (templates / "new", compiled / "pages" / "new", compiled / "replaced")
    locked = (compiled / "locked", templates / "new locked")
    trial.nested, trial.every = True, 1
    trial(
        workspace,
        YEAR,
        Changes(
            writes={path: b"new " + path.name.encode() for path in (*new, *locked)},
            removals=(compiled / "removed",),
            read_only=locked,
        ),
    )
    assert {path.name for path in compiled.iterdir()} == {"pages", "replaced", "locked"}
    assert_tried(trial)


def test_generate(tmp_path: Path, compiled: City, trial: Trial) -> None:
    city = City.with_plan(tmp_path, load_document(compiled.home / "plan.json").content)
    city.generate(YEAR)
    new_title(city)
    assert city.generate(YEAR, ISSUED_AT + timedelta(days=1)).issued
    assert city.generate(YEAR, ISSUED_AT + timedelta(days=2)).issued == ()
    assert_tried(trial)


def test_collect(city: City, trial: Trial) -> None:
    originals = snapshot(city.workspace.returned(YEAR))
    texts = usual_answers("small", [item.id for item in city.plan.items])
    city.send_back("B", texts, "直し.xlsx", hours=4)  # its hand-back goes
    ledger = city.workspace.ledger(YEAR)
    ledger.write_bytes(ledger.read_bytes() + b" ")  # somebody wrote into it
    received = snapshot(city.workspace.returned(YEAR))
    assert originals.items() <= received.items()
    city.collect(YEAR, LATER)
    assert snapshot(city.workspace.returned(YEAR)) == received
    assert verified(city).is_clean
    assert_tried(trial)


def test_finalize_and_reopen(city: City, trial: Trial) -> None:
    finalize(city.workspace, YEAR, LATER, HERE, "年度末のため")
    assert verified(city).is_clean
    collect(city.workspace, YEAR, LATER, HERE, reopening="評価の誤りのため")
    assert verified(city).is_clean
    assert_tried(trial)
