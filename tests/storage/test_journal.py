"""The journal is only added to, and whatever is done to it afterwards shows."""

from __future__ import annotations

import json
import random
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.compiled.recorded import recorded_plan
from workflow.model.errors import WorkspaceError
from workflow.model.years import JST
from workflow.storage.journal import (
    NEEDED,
    NO_DIGEST,
    EventKind,
    Journal,
    lengthened,
    load_journal,
    read_journal,
)
from workflow.storage.json_text import JsonText
from workflow.storage.spooled import whole

NOON = datetime(2024, 5, 20, 12, 0, 0, 123456, tzinfo=JST)
facts = st.dictionaries(
    st.text(max_size=5), st.text(max_size=20) | st.integers() | st.lists(st.text(max_size=5))
)


def made(*facts: dict[str, object]) -> Journal:
    journal = Journal()
    for n, one in enumerate(facts):
        kind = list(EventKind)[n % len(EventKind)]
        needed: dict[str, object] = dict.fromkeys(NEEDED[kind], "")
        journal = journal.adding(kind, NOON + timedelta(hours=n), needed | one)
    return journal


def on_disk(path: Path, journal: Journal) -> bytes:
    append(path, Journal(), journal)
    return path.read_bytes()


def append(path: Path, before: Journal, after: Journal) -> None:
    for target, content in lengthened(path, before, after).items():
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(whole(content))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "2023" / "journal.jsonl"


@given(st.lists(facts, max_size=5))
def test_what_was_added_is_read_back(facts: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = made(*facts)
        path = Path(folder) / "journal.jsonl"
        append(path, Journal(), journal)
        assert load_journal(path) == journal


def test_each_line_carries_the_digest_of_the_line_before(path: Path) -> None:
    lines = [json.loads(line) for line in on_disk(path, made({}, {}, {})).splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert [line["before"] for line in lines] == [NO_DIGEST, *(x["digest"] for x in lines[:2])]
    assert lines[0]["at"] == "2024-05-20T12:00:00+09:00"


def test_adding_leaves_the_lines_before_as_they_are(path: Path) -> None:
    first = made({"a": 1})
    before = on_disk(path, first)
    append(path, first, first.adding(EventKind.REOPENED, NOON, {"reason": "誤り"}))
    assert path.read_bytes().startswith(before)
    assert len(load_journal(path).events) == 2


def test_nothing_new_writes_nothing(path: Path) -> None:
    append(path, Journal(), Journal())
    assert not path.exists()


def test_a_line_cut_short_never_counted_and_is_written_over(path: Path) -> None:
    first = made({"a": 1})
    complete = on_disk(path, first)
    path.write_bytes(complete + b'{"number":2,"at":"2024')
    assert load_journal(path) == first
    append(path, first, first.adding(EventKind.REOPENED, NOON, {"reason": ""}))
    assert path.read_bytes().startswith(complete)
    assert len(load_journal(path).events) == 2


def mutations(content: bytes) -> list[bytes]:
    """Return the bytes with every line dropped, doubled, swapped with the next, and with noise."""
    lines = content.splitlines(keepends=True)
    found = []
    for n in range(len(lines) - 1):
        found.append(b"".join(lines[:n] + lines[n + 1 :]))
        found.append(b"".join([*lines[:n], lines[n + 1], lines[n], *lines[n + 2 :]]))
    found += [b"".join(lines[: n + 1] + lines[n:]) for n in range(len(lines))]
    noise = random.Random(1)
    for _ in range(200):
        at = noise.randrange(len(content))
        found.append(
            content[:at] + bytes([content[at] ^ (1 << noise.randrange(7))]) + content[at + 1 :]
        )
    return found


@pytest.mark.parametrize("piece", [7, 100, 1 << 20])
def test_a_change_of_any_line_shows(
    path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr("workflow.storage.journal.PIECE", piece)
    content = on_disk(path, made({"a": "あ"}, {"files": ["い"], **PLAN}, {"b": 3}))
    assert read_journal(content)[1] == ()
    for mutated in mutations(content):
        assert read_journal(mutated)[1], mutated
        path.write_bytes(mutated)
        if mutated.endswith(b"\n"):
            with pytest.raises(WorkspaceError, match="行目"):
                load_journal(path)


PLAN: dict[str, Any] = {
    "plan_content": {"plan": {"title": '計画,"plan_content":'}, "items": [{"id": "1-1"}]}
}


@pytest.mark.parametrize(
    ("kind", "facts", "is_late"),
    [
        (EventKind.JUDGED, PLAN, True),
        (EventKind.JUDGED, {"a": "x" * 400}, False),
        (EventKind.BROUGHT_IN, PLAN | {"outputs": {}}, False),
    ],
)
def test_a_long_plan_is_parsed_where_it_is_asked_for(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: EventKind,
    facts: dict[str, Any],
    is_late: bool,
) -> None:
    needed = dict.fromkeys(NEEDED[kind], "")
    content = on_disk(path, made({}).adding(kind, NOON, needed | facts))
    monkeypatch.setattr("workflow.storage.journal.PIECE", 100)
    read = load_journal(path)
    assert isinstance(read.events[1].facts.get("plan_content"), JsonText) is is_late
    assert recorded_plan(read) == facts.get("plan_content")
    path.unlink()
    again = Journal()
    for event in read_journal(content)[0].events:  # the plan as it is written there
        again = again.adding(event.kind, event.at, event.facts)
    assert on_disk(path, again) == content


def test_a_line_that_is_wrong_is_named_by_its_number(path: Path) -> None:
    lines = on_disk(path, made({}, {}, {})).splitlines(keepends=True)
    _, wrong = read_journal(lines[0] + lines[2])
    assert [finding.location.row for finding in wrong] == [2]
    _, wrong = read_journal(lines[0] + b"x\n" + lines[2])
    assert [finding.location.row for finding in wrong] == [2, 3]


def test_a_round_is_final_until_it_is_reopened() -> None:
    journal = Journal()
    assert not journal.is_final
    journal = journal.adding(EventKind.FINALIZED, NOON, {})
    assert journal.is_final
    assert not journal.adding(EventKind.REOPENED, NOON, {}).is_final
