"""The journal 記録: what was done in a round and when, one line per event, chained by digests.

The file is compiled/YEAR/journal.jsonl. It only grows: it is rewritten with new lines at its end,
together with the files they describe (commit.py). Each line holds the digest of the line before it
and its own digest, so a changed, moved or missing line breaks the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from workflow import VERSION
from workflow.model.catalogue import Code
from workflow.model.dataclass import dataclass
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.model.years import iso_time
from workflow.storage.spooled import Spooled, Writable

NO_DIGEST = "0" * 64
"""What the first line carries as the digest of the line before it."""

Facts = Mapping[str, Any]
"""What an event says; only what JSON can spell."""


class EventKind(StrEnum):
    """What happened."""

    ISSUED = "issued"
    RECEIVED = "received"
    NUMBERED = "numbered"
    DECIDED = "decided"
    JUDGED = "judged"
    COMPILED = "compiled"
    FINALIZED = "finalized"
    REOPENED = "reopened"
    REPORTED = "reported"
    RESTARTED = "restarted"
    BROUGHT_IN = "brought_in"

    @property
    def label(self) -> str:
        """The event in the coordinator's words."""
        return _LABELS[self]


_LABELS = {
    EventKind.ISSUED: "発行",
    EventKind.RECEIVED: "受領",
    EventKind.NUMBERED: "確認事項の番号付け",
    EventKind.DECIDED: "確認の記録",
    EventKind.JUDGED: "審査",
    EventKind.COMPILED: "作成",
    EventKind.FINALIZED: "確定",
    EventKind.REOPENED: "確定の取消",
    EventKind.REPORTED: "報告書の作成",
    EventKind.RESTARTED: "記録の始め直し",
    EventKind.BROUGHT_IN: "持ち込み",
}
NEEDED = {
    EventKind.ISSUED: ("register", "issues"),
    EventKind.RECEIVED: ("files", "gone"),
    EventKind.NUMBERED: ("points",),
    EventKind.DECIDED: ("read", "decisions"),
    EventKind.JUDGED: ("plan", "register", "earlier", "returns", "dropped"),
    EventKind.COMPILED: ("outputs",),
    EventKind.FINALIZED: ("outputs",),
    EventKind.REOPENED: ("reason",),
    EventKind.REPORTED: ("outputs", "template"),
    EventKind.RESTARTED: ("found",),
    EventKind.BROUGHT_IN: ("file", "sha256", "wishes", "plan_content", "outputs"),
}
"""What an event of each kind must say."""

_BROKEN = "この行の前の行が、消えたか、入れ替わったか、書き換えられています"


@dataclass(frozen=True, slots=True)
class Event:
    """One line: its number from 1, when, by which version of the tool, what, and the chain."""

    number: int
    at: datetime
    tool: str
    kind: EventKind
    facts: Facts
    before: str
    digest: str


@dataclass(frozen=True, slots=True)
class Journal:
    """The events of a round, the oldest first."""

    events: tuple[Event, ...] = ()

    def last(self, *kinds: EventKind) -> Event | None:
        """Return the latest event of some kinds."""
        return next((e for e in reversed(self.events) if e.kind in kinds), None)

    def of(self, kind: EventKind) -> tuple[Event, ...]:
        """Return the events of a kind."""
        return tuple(event for event in self.events if event.kind is kind)

    @property
    def is_final(self) -> bool:
        """Whether the round was finalized and not reopened since."""
        latest = self.last(EventKind.FINALIZED, EventKind.REOPENED)
        return latest is not None and latest.kind is EventKind.FINALIZED

    def adding(self, kind: EventKind, at: datetime, facts: Facts) -> Journal:
        """Return the journal with one more event at its end."""
        before = self.events[-1].digest if self.events else NO_DIGEST
        number = self.events[-1].number + 1 if self.events else 1
        body = _body(number, iso_time(at), VERSION, kind, facts, before)
        moment = datetime.fromisoformat(iso_time(at))
        event = Event(number, moment, VERSION, kind, facts, before, _digest(body))
        return Journal((*self.events, event))

    def until(self, event: Event) -> Journal:
        """Return the journal as it stood just after one of its events."""
        return Journal(tuple(e for e in self.events if e.number <= event.number))


def read_journal(content: bytes, file: str = "") -> tuple[Journal, tuple[Finding, ...]]:
    """Return the events a journal's bytes hold, and a finding for each line that is wrong.

    A line that was changed is no event: what it says now was never recorded.
    """
    *lines, tail = content.split(b"\n")
    events: list[Event] = []
    wrong: list[Finding] = []

    def note(row: int, problem: str) -> None:
        location = Location(file=file, row=row)
        wrong.append(Finding(Code.VERIFY_JOURNAL, location, {"problem": problem}))

    for row, line in enumerate(lines, start=1):
        try:
            event = _event(line)
        except (ValueError, KeyError, TypeError, AttributeError):
            note(row, "この行は読み取れません")
            continue
        if not _is_as_written(line, event.digest):
            note(row, "この行の内容が書き換えられています")
            continue
        if event.before != (events[-1].digest if events else NO_DIGEST):
            note(row, _BROKEN)
        events.append(event)
    if tail:
        note(len(lines) + 1, "この行は途中で切れています")
    return Journal(tuple(events)), tuple(wrong)


def load_journal(path: Path) -> Journal:
    """Return the journal of a round, empty when there is none yet.

    A last line without a line end is a write that was cut short and is ignored.
    Raises WorkspaceError when the journal was changed.
    """
    journal, wrong = read_journal(_whole_lines(path))
    if wrong:
        raise WorkspaceError(
            f"作業の記録（{path}）の{wrong[0].location.row}行目が、書き換えられているか壊れています。"
            "控えから戻してください。控えがなければ、名前を変えて残したうえで、"
            "もう一度実行すると、新しい記録を始めます。"
        )
    return journal


def lengthened(path: Path, before: Journal, after: Journal) -> dict[Path, Writable]:
    """Return the new content of the journal file by path; empty if there is no new event.

    Raises WorkspaceError when the file cannot be read.
    """
    new = after.events[len(before.events) :]

    def write(stream: IO[bytes]) -> None:
        stream.write(_whole_lines(path))
        stream.writelines(map(_line, new))

    return {path: Spooled(write)} if new else {}


def _whole_lines(path: Path) -> bytes:
    if not path.exists():
        return b""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WorkspaceError(f"作業の記録（{path}）を開けません。") from error
    return content[: content.rfind(b"\n") + 1]


def _event(line: bytes) -> Event:
    """Return the event of a line. Raises KeyError when a fact that its kind requires is missing."""
    values = json.loads(line)
    kind, facts = EventKind(values["event"]), dict(values["facts"])
    for needed in NEEDED[kind]:
        facts[needed]
    return Event(
        number=int(values["number"]),
        at=datetime.fromisoformat(values["at"]),
        tool=str(values["tool"]),
        kind=kind,
        facts=facts,
        before=str(values["before"]),
        digest=str(values["digest"]),
    )


def _is_as_written(line: bytes, digest: str) -> bool:
    """Whether a line, without its own digest at its end, is what that digest is of."""
    end = f',"digest":"{digest}"}}'.encode("utf-8", "surrogatepass")
    return line.endswith(end) and digest == hashlib.sha256(line[: -len(end)] + b"}").hexdigest()


def _text_of(event: Event) -> str:
    at = event.at.isoformat()
    return _body(event.number, at, event.tool, event.kind, event.facts, event.before)


def _body(number: int, at: str, tool: str, kind: EventKind, facts: Facts, before: str) -> str:
    """Return an event as JSON without its own digest, always in the same form."""
    values = {
        "number": number,
        "at": at,
        "tool": tool,
        "event": kind.value,
        "facts": facts,
        "before": before,
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def _line(event: Event) -> bytes:
    body = _text_of(event).removesuffix("}")
    return f'{body},"digest":"{event.digest}"}}\n'.encode("utf-8", "surrogatepass")
