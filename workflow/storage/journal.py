"""The journal 記録: what was done in a round and when, one line per event, chained by digests.

The file is compiled/YEAR/journal.jsonl. It only grows: it is rewritten with new lines at its end,
together with the files they describe (commit.py). Each line holds the digest of the line before it
and its own digest, so a changed, moved or missing line breaks the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from workflow import VERSION
from workflow.model.catalogue import Code
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.model.years import iso_time
from workflow.python.dataclass import dataclass
from workflow.storage.json_text import PIECE, JsonText, opened
from workflow.storage.spooled import Spooled, Writable

NO_DIGEST = "0" * 64
"""What the first line carries as the digest of the line before it."""

Facts = Mapping[str, Any]
"""What an event says; only what JSON can spell, a plan as JsonText where it is long."""


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
        digest = hashlib.sha256()
        for piece in _body(number, iso_time(at), VERSION, kind, facts, before):
            digest.update(piece)
        moment = datetime.fromisoformat(iso_time(at))
        event = Event(number, moment, VERSION, kind, facts, before, digest.hexdigest())
        return Journal((*self.events, event))

    def until(self, event: Event) -> Journal:
        """Return the journal as it stood just after one of its events."""
        return Journal(tuple(e for e in self.events if e.number <= event.number))


def read_journal(source: bytes | Path, file: str = "") -> tuple[Journal, tuple[Finding, ...]]:
    """Return the events that bytes, or a file, hold, and a finding for each line that is wrong.

    A line that was changed is no event: what it says now was never recorded.
    """
    events: list[Event] = []
    wrong: list[Finding] = []

    def note(row: int, problem: str) -> None:
        location = Location(file=file, row=row)
        wrong.append(Finding(Code.VERIFY_JOURNAL, location, {"problem": problem}))

    for row, line in enumerate(_lines(source), start=1):
        if not line.is_whole:
            note(row, _CUT_SHORT)
            continue
        try:
            event = _event(line.values())
        except (ValueError, KeyError, TypeError, AttributeError):
            note(row, "この行は読み取れません")
            continue
        if not line.is_as_written(event.digest):
            note(row, "この行の内容が書き換えられています")
            continue
        if event.before != (events[-1].digest if events else NO_DIGEST):
            note(row, _BROKEN)
        events.append(event)
    return Journal(tuple(events)), tuple(wrong)


def load_journal(path: Path) -> Journal:
    """Return the journal of a round, empty when there is none yet.

    A last line without a line end is a write that was cut short and is ignored.
    Raises WorkspaceError when the journal was changed.
    """
    if not path.exists():
        return Journal()
    try:
        journal, wrong = read_journal(path)
    except OSError as error:
        raise _not_opened(path) from error
    wrong = tuple(one for one in wrong if one.details["problem"] != _CUT_SHORT)
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
        for piece in _whole_lines(path):
            stream.write(piece)
        for event in new:
            for piece in _line(event):  # one by one, or all of them are in memory first
                stream.write(piece)

    return {path: Spooled(write)} if new else {}


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Yield what a journal holds up to its last line end, piece by piece."""
    if not path.exists():
        return
    try:
        for line in _lines(path):
            if line.is_whole:
                yield from line.text.pieces()
    except OSError as error:
        raise _not_opened(path) from error


def _not_opened(path: Path) -> WorkspaceError:
    return WorkspaceError(f"作業の記録（{path}）を開けません。")


_CUT_SHORT = "この行は途中で切れています"
_LATE = "plan_content"
"""The fact that is parsed only where it is asked for, if a line is long: all of a plan."""
_LATE_KEY = b',"plan_content":'  # within a text a quotation mark is escaped
_BEFORE = b'},"before":"'
_END = len(b',"digest":""}') + len(NO_DIGEST)
"""How long the end of a line is that holds its own digest."""
_TAIL = len(_BEFORE) + len(NO_DIGEST) + len(b'"') + _END
"""How long that is which follows the facts of an event."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a journal: where it is, its end, and the digest of what stands before that."""

    text: JsonText
    is_whole: bool
    end: bytes
    digest: str
    late: int

    def is_as_written(self, digest: str) -> bool:
        """Whether the line, without its own digest at its end, is what that digest is of."""
        end = f',"digest":"{digest}"}}'.encode("utf-8", "surrogatepass")
        return digest == self.digest and self.end == end

    def values(self) -> Any:  # noqa: ANN401 - what JSON says
        """Return what the line says. Raises ValueError when it is no JSON."""
        if self.late < 0:
            return self.text.value
        source, start, end = self.text.source, self.text.start, self.text.end - 1
        facts = JsonText(source, start, self.late)
        tail = JsonText(source, end - _TAIL, end)
        try:
            values = json.loads(b"".join((*facts.pieces(), *tail.pieces())))
        except ValueError:
            return self.text.value
        if values["event"] != EventKind.JUDGED:  # of others it may not be the last fact
            return self.text.value
        values["facts"][_LATE] = JsonText(source, self.late + len(_LATE_KEY), end - _TAIL)
        return values


def _lines(source: bytes | Path) -> Iterator[_Line]:
    with opened(source) as stream:
        start = 0
        while size := (line := _read_line(source, stream, start)).text.size:
            yield line
            start += size


def _read_line(source: bytes | Path, stream: IO[bytes], start: int) -> _Line:
    """Return the line that starts where a stream is; that of no length is none.

    A short one is kept, a long one stays where it is.
    """
    digest, end, position, late = hashlib.sha256(), b"", start, -1
    head: bytes = b""
    while piece := stream.readline(PIECE):
        position += len(piece)
        is_whole = piece.endswith(b"\n")
        is_short = is_whole and position - start == len(piece)
        if late < 0 and not is_short:
            head += piece
            at = head.find(_LATE_KEY)
            late = start + at if at >= 0 else -1
        end += piece[:-1] if is_whole else piece
        digest.update(end[:-_END])
        end = end[-_END:]
        if is_whole:
            digest.update(b"}")
            text = JsonText(piece, 0, len(piece)) if is_short else JsonText(source, start, position)
            return _Line(text, True, end, digest.hexdigest(), late)
    return _Line(JsonText(source, start, position), False, b"", "", -1)


def _event(values: Mapping[str, Any]) -> Event:
    """Return an event of what its line says. KeyError when a fact its kind requires is missing."""
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


def _body(
    number: int, at: str, tool: str, kind: EventKind, facts: Facts, before: str
) -> Iterator[bytes]:
    """Yield an event as JSON without its own digest, always in the same form, piece by piece."""
    late = {key: value for key, value in facts.items() if isinstance(value, JsonText)}
    values: dict[str, Any] = {"number": number, "at": at, "tool": tool, "event": kind.value}
    values["facts"] = {key: value for key, value in facts.items() if key not in late}
    if late:
        yield _json(values).removesuffix(b"}}")
        for key, value in late.items():
            yield b",%s:" % _json(key)
            yield from value.pieces()
        yield b"},%s" % _json({"before": before}).removeprefix(b"{")
    else:
        yield _json(values | {"before": before})


def _json(plain: object) -> bytes:
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _line(event: Event) -> Iterator[bytes]:
    at = event.at.isoformat()
    last = b""
    for piece in _body(event.number, at, event.tool, event.kind, event.facts, event.before):
        yield last
        last = piece
    yield last.removesuffix(b"}")
    yield b',"digest":%s}\n' % _json(event.digest)
