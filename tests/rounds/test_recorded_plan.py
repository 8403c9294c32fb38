"""The plan a round was judged by: read from the journal, with the passwords of today's plan."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from workflow.compiled.recording import recorded_plan_content
from workflow.model.plain_text import json_bytes
from workflow.model.years import JST
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document
from workflow.rounds.load import plan_as_recorded
from workflow.storage import journal as journals
from workflow.storage.journal import NEEDED, EventKind, Journal, load_journal
from workflow.storage.json_text import JsonText
from workflow.storage.workspace import Workspace

NOON = datetime(2024, 5, 20, 12, tzinfo=JST)


def document(*passwords: str) -> dict[str, Any]:
    made = sample_document()
    made["plan"]["open_passwords"] = list(passwords)
    return made


@pytest.fixture(params=[1, 1 << 20], ids=["left in its file", "read with its line"])
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Journal:
    """Return a journal that was read from disk, and whose only event holds the sample plan."""
    monkeypatch.setattr(journals, "PIECE", request.param)
    facts: dict[str, Any] = dict.fromkeys(NEEDED[EventKind.JUDGED], "")
    facts |= {"plan_content": recorded_plan_content(sample_document())}
    made = Journal().adding(EventKind.JUDGED, NOON, facts)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(journals._line(made.events[0])))
    return load_journal(path)


@pytest.mark.parametrize("large", [0, 30_000_000])
def test_it_has_the_passwords_of_today(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr("workflow.plan.large._LARGE", large)
    (tmp_path / "plan.json").write_bytes(json_bytes(document("一", "二")))
    plan, text = plan_as_recorded(Workspace(tmp_path), journal)
    assert plan == replace(build_plan(sample_document()), open_passwords=("一", "二"))
    assert isinstance(text, JsonText)
    assert text.value == sample_document()


@pytest.mark.parametrize("large", [0, 30_000_000])
@pytest.mark.parametrize("today", [None, b"{", json.dumps({"plan": {}}).encode()])
def test_a_plan_that_cannot_be_read_today_has_none(
    tmp_path: Path,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    large: int,
    today: bytes | None,
) -> None:
    monkeypatch.setattr("workflow.plan.large._LARGE", large)
    if today is not None:
        (tmp_path / "plan.json").write_bytes(today)
    plan, _ = plan_as_recorded(Workspace(tmp_path), journal)
    assert plan == build_plan(sample_document())


def test_without_a_recorded_plan_it_is_that_of_today(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(json_bytes(document("ひみつの語")))
    plan, text = plan_as_recorded(Workspace(tmp_path), Journal())
    assert plan == build_plan(document("ひみつの語"))
    assert "ひみつの語" not in json.dumps(text.value, ensure_ascii=False)
