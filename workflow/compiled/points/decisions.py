"""What was decided about points, as the journal holds it, and how it stands today. Pure.

The journal gives each point its number, and holds every decision once, with the answer it was made
on. A decision stands while that answer does; where the answer comes back, so does the decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from workflow.compiled.points.point import Decision, Handling, Point
from workflow.model.catalogue import Code
from workflow.model.findings import Detail, Finding, Location
from workflow.model.returns import Answer, Note, NoteKind
from workflow.python.dataclass import dataclass
from workflow.storage.journal import EventKind, Facts, Journal

ON_SCREEN = "（画面）"
"""What stands in the place of a file where something was decided on a screen."""
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision as the journal holds it: its event, the basis, and what else was written.

    Versions are the differing decisions of several people, none of which was taken. Of 報告なし,
    about are the item and the department whose answer it was made on, and that answer's digest.
    """

    event: int
    basis: str
    decision: Decision
    versions: tuple[tuple[str, Decision], ...] = ()
    about: tuple[str, str, str] = ("", "", "")

    def stands_for(self, point: Point) -> bool:
        """Whether a point still is what it was made on; of 報告なし, the whole answer is."""
        if self.basis != basis_digest(point):
            return False
        answer, on = point.this_answer, self.about[2]
        if answer is None or not on or self.decision.handling is not Handling.NOTHING:
            return True
        return answer_digest(answer) == on

    def is_about(self, item: str, codes: Container[str]) -> bool:
        """Whether it was made on what one of some departments answered to an item."""
        return self.about[0] == item and self.about[1] in codes


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Everything the journal knows of points: numbers and decisions by key, files already read.

    Notes are what people wrote in 確認の記録 besides decisions.
    """

    numbers: Mapping[str, int] = field(default_factory=dict)
    decisions: Mapping[str, tuple[Recorded, ...]] = field(default_factory=dict)
    read: frozenset[str] = frozenset()
    last_event: int = 0
    last_facts: Facts = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def latest(self, key: str) -> Recorded | None:
        """Return what was last recorded of a point."""
        found = self.decisions.get(key, ())
        return found[-1] if found else None

    def has_settled(self, key: str) -> bool:
        """Whether somebody decided about a point that there is nothing to report."""
        return any(r.decision.handling is Handling.NOTHING for r in self.decisions.get(key, ()))

    def about(self, item: str, codes: Container[str]) -> Iterator[tuple[str, Recorded]]:
        """Yield the last decision about each point made on an answer to an item, by its key."""
        for key, recorded in self.decisions.items():
            if recorded[-1].is_about(item, codes):
                yield key, recorded[-1]

    def as_of(self, key: str, event: int) -> Decision:
        """Return what was written about a point when an event of the journal was the last."""
        found = [r for r in self.decisions.get(key, ()) if r.event <= event]
        return found[-1].decision if found else Decision()


def decision_log(journal: Journal) -> DecisionLog:
    """Return what a journal knows of points."""
    numbers: dict[str, int] = {}
    for event in journal.of(EventKind.NUMBERED):
        numbers |= event.facts["points"]
    decisions: dict[str, tuple[Recorded, ...]] = {}
    read: set[str] = set()
    notes: list[Note] = []
    last = 0
    last_facts: Facts = {}
    for event in journal.of(EventKind.DECIDED):
        last = event.number
        if ON_SCREEN not in event.facts["read"]:  # no workbook was read then
            last_facts = event.facts
        notes += _notes(event.facts)
        read |= set(event.facts["read"].values())
        for facts in event.facts["decisions"]:
            key = facts["key"]
            decisions[key] = (*decisions.get(key, ()), _recorded(event.number, facts))
    return DecisionLog(numbers, decisions, frozenset(read), last, last_facts, tuple(notes))


def _notes(facts: Facts) -> Iterator[Note]:
    for file, sheet, cell, text in facts.get("texts", ()):
        yield Note(NoteKind.MARGIN, sheet, cell, text, file=file)


def record_findings(log: DecisionLog) -> Iterator[Finding]:
    """Yield what of 確認の記録 could not be read or placed when people last wrote in it."""
    for file, reason in log.last_facts.get("unread", ()):
        yield Finding(Code.DECISION_UNREAD, Location(file=file), {"reason": reason})
    for facts in log.last_facts.get("unplaced", ()):
        written = Decision(facts["word"], facts["reason"], facts["by"])
        details: dict[str, Detail] = {"row": facts["row"], "value": _in_words(written)}
        yield Finding(Code.DECISION_UNPLACED, Location(file=facts["file"]), details)


def _recorded(event: int, facts: Mapping[str, object]) -> Recorded:
    def decision(stored: object) -> Decision:
        assert isinstance(stored, Mapping)
        return Decision(str(stored["word"]), str(stored["reason"]), str(stored["by"]))

    versions = facts.get("versions", ())
    assert isinstance(versions, Sequence)
    return Recorded(
        event,
        str(facts["basis"]),
        decision(facts),
        tuple((str(v["file"]), decision(v)) for v in versions),
        _about(facts.get("about", ("", "", ""))),
    )


def _about(stored: object) -> tuple[str, str, str]:
    assert isinstance(stored, Sequence)
    item, department, answer = map(str, stored)
    return item, department, answer


def basis_digest(point: Point) -> str:
    """Return the digest of what a decision about a point is made on, as the journal keeps it."""
    return hashlib.sha256(point.basis.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def answer_digest(answer: Answer) -> str:
    """Return the digest of what an answer says, wherever it stands."""
    text = repr(sorted(answer.written.items()))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def numbering(journal: Journal, points: Iterable[Point]) -> Facts | None:
    """Return the numbers of points that have none yet, to be recorded; None when all have one."""
    known = decision_log(journal).numbers
    new = [point.key for point in points if point.key not in known]
    first = max(known.values(), default=0) + 1
    return {"points": {key: n for n, key in enumerate(new, start=first)}} if new else None


def decided_facts(
    point: Point, decision: Decision, versions: Sequence[tuple[str, Decision]] = ()
) -> dict[str, object]:
    """Return what the journal keeps of a decision."""
    facts: dict[str, object] = {
        "key": point.key,
        "point": point.number,
        "basis": basis_digest(point),
    }
    stored = [{"file": file} | one.as_json() for file, one in versions]
    on = point.this_answer if decision.handling is Handling.NOTHING else None
    about = {"about": [on.item, on.department, answer_digest(on)]} if on else {}
    return facts | decision.as_json() | ({"versions": stored} if stored else {}) | about


def with_decisions(
    points: Iterable[Point], log: DecisionLog, explanations: Mapping[int, str]
) -> tuple[Point, ...]:
    """Return points with their numbers and with the decisions that stand; by number."""
    decided = (_decided(point, log, explanations) for point in points)
    return tuple(sorted(decided, key=lambda point: point.number))


def _decided(point: Point, log: DecisionLog, explanations: Mapping[int, str]) -> Point:
    number = log.numbers.get(point.key, 0)
    numbered = replace(point, number=number, explanation=explanations.get(number, ""))
    recorded = log.latest(point.key)
    if recorded is None:
        return numbered
    stands = recorded.stands_for(point) and not recorded.versions
    return replace(numbered, decision=recorded.decision if stands else Decision())


def decision_findings(points: Iterable[Point], log: DecisionLog) -> Iterator[Finding]:
    """Yield what is to be said of decisions that could not be taken or do not stand any more."""
    details: dict[str, Detail]
    for point in points:
        recorded = log.latest(point.key)
        if recorded is None or point.handling:
            continue
        at = Location(item=point.item)
        number = str(point.number)
        if recorded.versions:
            versions = tuple(f"{file}：{_in_words(one)}" for file, one in recorded.versions)
            details = {"point": number, "versions": versions}
            yield Finding(Code.DECISION_DIFFERS, at, details)
        elif not recorded.stands_for(point):
            if not recorded.decision.is_blank:
                details = {"point": number, "value": _in_words(recorded.decision)}
                yield Finding(Code.DECISION_FELL, at, details)
        elif recorded.decision.word:
            choices = tuple(one.value for one in point.choices)
            details = {"point": number, "value": recorded.decision.word, "choices": choices}
            yield Finding(Code.DECISION_WORD, at, details)


def _in_words(decision: Decision) -> str:
    return "・".join(filter(None, (decision.word, decision.reason, decision.by))) or "（空欄）"
