"""Decisions about points → what follows from them in a round. Pure.

A round is merged as if nobody had decided anything; here the answers that count, the findings and
the outcomes follow what was decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace

from workflow.compiled.merging.entries import AnswerStatus, Entry, Newest, entry_for, entry_of
from workflow.compiled.merging.merge import standing
from workflow.compiled.merging.versions import (
    is_unchanged,
    location_of,
    settled_by,
    with_finding,
    with_unchanged,
)
from workflow.compiled.points.point import Handling, Point, settled_findings
from workflow.compiled.round import Round
from workflow.model.catalogue import Code, Severity
from workflow.model.findings import Finding, Location
from workflow.model.returns import Answer, Outcome, Return
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import Changed

_SEND_BACK_REASON = "内容をもう一度確かめ、正しい内容に直してください。"


def applied(round_: Round, points: Iterable[Point]) -> Round:
    """Return a round as it is once its points are decided; what nobody decided stays as it was."""
    decided = [point for point in points if point.handling]
    settling = {point.item for point in decided if point.handling is Handling.NOTHING}
    entries = _entries_of(round_, settling)
    applying = _Applying(round_, settled_findings(decided), entries)
    # Of three departments, that one's answer is kept against another does not undo what is taken.
    for point in sorted(decided, key=lambda one: one.handling is Handling.TAKE_OTHER):
        applying.take(point)
    return applying.result() if decided else round_


def _entries_of(round_: Round, items: Collection[str]) -> dict[str, list[Entry]]:
    """Return the entries of some items, by item: there are none where no item is named."""
    found: dict[str, list[Entry]] = {}
    for entry in round_.entries if items else ():
        if entry.item.id in items:
            found.setdefault(entry.item.id, []).append(entry)
    return found


def with_lost(points: Iterable[Point], round_: Round) -> tuple[Point, ...]:
    """Return points that blame nobody for an answer that may stand in a file that was lost here.

    The round is as it is once its points are decided: what was withdrawn is not lost.
    """
    lost = round_.lost
    waiting = {
        (entry.item.id, entry.assignment.departments[0].code)
        for entry in (round_.entries if lost else ())
        if entry.status is AnswerStatus.MISSING and entry.is_asked_of_any(lost)
    }
    return tuple(_as_lost(p) if (p.item, p.department) in waiting else p for p in points)


def _as_lost(point: Point) -> Point:
    return replace(
        point,
        findings=tuple(
            replace(f, code=Code.ANSWER_LOST) if f.code is Code.ANSWER_MISSING else f
            for f in point.findings
        ),
    )


@dataclass(slots=True)
class _Applying:
    """One round in the making: what changes of its findings and of its answers."""

    round: Round
    settled: frozenset[tuple[Code, Location]]
    entries: Mapping[str, Sequence[Entry]]
    chosen: dict[tuple[str, str], Answer] = field(default_factory=dict)
    preferred: dict[tuple[str, str], Answer] = field(default_factory=dict)
    nothing: dict[tuple[str, str], int] = field(default_factory=dict)
    replaced: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    added: dict[str, list[Finding]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def take(self, point: Point) -> None:
        """Take in one decision."""
        match point.handling:
            case Handling.TAKE_THIS if point.this_answer:
                self._adopt(point, point.this_answer)
            case Handling.TAKE_OTHER if point.other_answer:
                self._adopt(point, point.other_answer)
            case Handling.SEND_BACK:
                self._send_back(point)
            case Handling.NOTHING:
                self._settle(point)
            case Handling.ASK if not point.explanation:
                self.asked.add(point.department)
            case Handling.WITHDRAWN:
                gone = point.findings[0]
                details = {"received": gone.details["received"], "point": str(point.number)}
                self._replace(gone, Finding(Code.FILE_WITHDRAWN, gone.location, details))

    def _adopt(self, point: Point, answer: Answer) -> None:
        whole = self._as_judged(answer)
        for finding in point.findings:
            if finding.code is Code.RETURN_CONFLICT:
                self._replace(finding)
        self.preferred[whole.department, whole.item] = whole
        if point.code is not Code.JOINT_DIFFERS:
            self.chosen[whole.department, whole.item] = whole
        adopted = Finding(Code.ANSWER_ADOPTED, location_of(whole), {"point": str(point.number)})
        self.added.setdefault(whole.source.file, []).append(adopted)

    def _as_judged(self, answer: Answer) -> Answer:
        """Return an answer as its own file was judged: a dispute alone does not reject it."""
        for returned in self.round.returns:
            if returned.file == answer.source.file:
                return next((a for a in returned.answers if a.item == answer.item), answer)
        return answer

    def _send_back(self, point: Point) -> None:
        reason = point.decision.reason or _SEND_BACK_REASON
        is_joint = point.code is Code.JOINT_DIFFERS
        for finding in point.findings:
            if finding.severity is Severity.WARNING:
                code = Code.JOINT_SENT_BACK if is_joint else finding.code
                self._replace(finding, replace(finding, code=code, returned_for=reason))
        for answer in (point.this_answer, point.other_answer if is_joint else None):
            if answer is not None:
                rejected = replace(self._as_judged(answer), rejected=True)
                self.chosen[answer.department, answer.item] = rejected

    def _settle(self, point: Point) -> None:
        """Note an assignment as one with nothing to report, for everybody who is asked it.

        Where another department of a joint item reports something, that counts.
        """
        for entry in self.entries.get(point.item, ()):
            codes = [department.code for department in entry.assignment.departments]
            if point.department not in codes:
                continue
            if point.code is not Code.JOINT_DIFFERS and self._has_other_answer(point, codes):
                answer = self.round.newest[point.department][point.item]
                self.chosen[point.department, point.item] = replace(answer, rejected=True)
            else:
                self.nothing |= {(code, point.item): point.number for code in codes}

    def _has_other_answer(self, point: Point, codes: Iterable[str]) -> bool:
        others = (self.round.newest_answer(c, point.item) for c in codes if c != point.department)
        has_own = self.round.newest_answer(point.department, point.item) is not None
        return has_own and any(answer and not answer.rejected for answer in others)

    def _replace(self, finding: Finding, *instead: Finding) -> None:
        self.replaced[id(finding)] = instead

    def result(self) -> Round:
        """Return the round that follows."""
        newest = self._newest()
        entries = self._entries(newest)
        returns = tuple(map(self._as_it_came_back, map(self._settled, self.round.returns)))
        returns = tuple(_without_use(r, entries, self.preferred) for r in returns)
        returns = tuple(map(self._as_checked, returns))
        of_returns = {
            id(finding) for returned in self.round.returns for finding in returned.findings
        }
        homeless = [f for f in self.round.findings if id(f) not in of_returns]
        findings = (*standing(returns), *self._changed(homeless))
        counting = (e.answer for e in entries if e.answer and e.status is AnswerStatus.ANSWERED)
        joint = {answer.item: self._name(answer) for answer in counting}
        renamed = {id(f): _used(f, joint) for f in findings}
        returns = tuple(
            replace(r, findings=tuple(renamed.get(id(f), f) for f in r.findings)) for r in returns
        )
        return replace(
            self.round,
            entries=entries,
            returns=returns,
            findings=tuple(renamed[id(f)] for f in findings),
            newest=newest,
        )

    def _newest(self) -> Newest:
        """Return what each department said last, with the answers that were decided for it."""
        newest = dict(self.round.newest)
        for (code, item), answer in self.chosen.items():
            newest[code] = {**newest.get(code, {}), item: answer}
        return newest

    def _entries(self, newest: Newest) -> Sequence[Entry]:
        """Return the entries, of which those that something was decided about are others."""
        decided = {item for _, item in (*self.chosen, *self.preferred, *self.nothing)}
        found = enumerate(self.round.entries)
        own = ((n, entry) for n, entry in found if entry.item.id in decided)
        return Changed(self.round.entries, {n: self._entry(entry, newest) for n, entry in own})

    def _as_checked(self, returned: Return) -> Return:
        """Return a file as 採用 where nothing is left to check of it."""
        asks = (f for f in returned.findings if f.severity is Severity.WARNING)
        is_checked = all((f.code, f.location) in self.settled for f in asks)
        if returned.outcome is Outcome.ACCEPTED_WITH_WARNINGS and is_checked:
            return replace(returned, outcome=Outcome.ACCEPTED)
        return returned

    def _name(self, answer: Answer) -> str:
        department = self.round.plan.successor(answer.department)
        return department.name if department else answer.department

    def _entry(self, entry: Entry, newest: Newest) -> Entry:
        assignment = entry.assignment
        item, codes = assignment.item.id, [d.code for d in assignment.departments]
        again = entry
        if any((code, item) in self.chosen for code in codes):
            again = entry_of(assignment, newest)
        for (code, about), preferred in self.preferred.items():
            if about == item and code in codes and not preferred.rejected:
                again = entry_for(assignment, preferred)
        if any((code, item) in self.nothing for code in codes):
            again = replace(again, status=AnswerStatus.NOTHING)
        return again

    def _as_it_came_back(self, returned: Return) -> Return:
        """Return a file; one that was to explain something and does not says so."""
        is_asked = returned.department in self.asked and returned.outcome.is_answer
        if not is_asked or returned.outcome is Outcome.SENT_BACK:
            return returned
        own = (r for r in self.round.returns if r.department == returned.department)
        if not is_unchanged(returned, sorted(own, key=lambda r: (r.received, r.file))):
            return returned
        location = Location(file=returned.file)
        return with_finding(returned, returned.outcome, Finding(Code.RETURN_UNEXPLAINED, location))

    def _settled(self, returned: Return) -> Return:
        """Return a file with the findings that follow, and the outcome they lead to."""
        found = tuple(self._changed(self._needed(returned)))
        added = tuple(self.added.get(returned.file, ()))
        if returned.outcome is Outcome.SUPERSEDED and added:
            items = {finding.location.item for finding in added}
            found = tuple(f for f in found if f.location.item in items)
            return settled_by(returned, (*found, *added))
        found = (*found, *added)
        if found == returned.findings or not returned.outcome.is_answer:
            return returned
        settled = settled_by(returned, found)
        was_sent_back = returned.outcome is Outcome.SENT_BACK
        if settled.outcome is Outcome.SENT_BACK and not was_sent_back:
            own = [r for r in self.round.returns if r.department == returned.department]
            return with_unchanged(settled, sorted(own, key=lambda r: (r.received, r.file)))
        return settled

    def _needed(self, returned: Return) -> Iterable[Finding]:
        """Yield the findings of a file but for what is wrong where nothing is to be reported."""
        noted: set[str] = set()
        for finding in returned.findings:
            item = finding.location.item
            number = self.nothing.get((returned.department, item))
            if number is None or finding.severity is not Severity.ERROR:
                yield finding
            elif item not in noted:
                noted.add(item)
                yield Finding(Code.ANSWER_NOT_NEEDED, finding.location, {"point": str(number)})

    def _changed(self, findings: Iterable[Finding]) -> Iterable[Finding]:
        for finding in findings:
            yield from self.replaced.get(id(finding), (finding,))


def _used(finding: Finding, used: Mapping[str, str]) -> Finding:
    """Return what is said of a joint item, naming the department whose answer counts now."""
    item = finding.location.item
    name = used.get(item, finding.details.get("used"))
    if finding.code is not Code.JOINT_DIFFERS or name == finding.details["used"]:
        return finding
    return replace(finding, details={**finding.details, "used": used[item]})


def _without_use(
    returned: Return, entries: Sequence[Entry], preferred: Mapping[tuple[str, str], Answer]
) -> Return:
    """Return a file as 旧版 where it stood against another and no row of it counts any more."""
    keys = [(returned.department, answer.item) for answer in returned.answers]
    own = [preferred[key] for key in keys if key in preferred]
    if not own or not returned.outcome.is_answer:
        return returned
    used = {entry.answer.source.file for entry in entries if entry.answer}
    if returned.file in used or any(a.source.file == returned.file for a in own):
        return returned
    location = Location(file=returned.file)
    details = {"other": own[0].source.file}
    return with_finding(
        returned, Outcome.SUPERSEDED, Finding(Code.FILE_SUPERSEDED, location, details)
    )
