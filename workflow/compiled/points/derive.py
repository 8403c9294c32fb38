"""A judged and merged round → its points, none of them decided yet. Pure.

A point is a warning, two answers that stand against each other, a file that is gone, or an
assignment without an answer. What says the same thing twice is one point: a warning about a blank
row and the answer missing for it, or two answers that each differ from the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.points.answers import RoundAnswers
from workflow.compiled.points.decisions import DecisionLog, answer_digest
from workflow.compiled.points.point import Handling, Point
from workflow.compiled.round import Round
from workflow.model.catalogue import Code, Severity
from workflow.model.findings import Finding, Location
from workflow.model.returns import Answer
from workflow.python.dataclass import dataclass

_OPEN = {
    AnswerStatus.MISSING: Code.ANSWER_MISSING,
    AnswerStatus.SENT_BACK: Code.ANSWER_SENT_BACK,
}
_ABOUT_MISSING = (Code.ROW_BLANK, Code.ROW_MISSING, Code.ITEM_NOT_ISSUED)
"""Warnings that say of an assignment only why it has no answer."""
_OF_VERSIONS = (Code.RETURN_CONFLICT, Code.RETURN_PRESUMED_NEWER, Code.RETURN_RESENT)
"""Two returns of one department that differ in a row."""
_OF_WHOLE_VERSIONS = (Code.FILE_PRESUMED_SUPERSEDED, Code.FILE_RESENT)
"""The same, said of the other file: the rows are points of their own."""
_DIGITS = 16
NO_LOG = DecisionLog()


def points_of(
    round_: Round, gone_from: Mapping[str, str], log: DecisionLog = NO_LOG
) -> tuple[Point, ...]:
    """Return the points of a round: those about answers first, then files, then what is missing.

    Gone_from are the departments whose files are gone, by file. The log tells what was decided of
    answers that are others by now.
    """
    derived = _Deriving(round_, gone_from, log)
    found = [
        *derived.joint(),
        *derived.versions(),
        *derived.warnings(),
        *derived.without_answer(),
    ]
    found += derived.against_decisions({_hashed(point.key) for point in found})
    return tuple(_with_keys_of_their_own(found))


def _with_keys_of_their_own(found: Iterable[Point]) -> Iterator[Point]:
    seen: dict[str, int] = {}
    for point in found:
        times = seen[point.key] = seen.get(point.key, 0) + 1
        key = point.key if times == 1 else f"{point.key}\x1f{times}"
        yield replace(point, key=_hashed(key))


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _key(*parts: str) -> str:
    return "\x1f".join(parts)


def _answer_key(item: str, codes: Iterable[str]) -> str:
    """Return the key of the point about what is reported of an item, or not."""
    return _key("answer", item, *codes)


@dataclass(frozen=True)
class _Deriving:
    """One pass over a round. Without slots, so that lookups are cached."""

    round: Round
    gone_from: Mapping[str, str]
    log: DecisionLog

    @cached_property
    def answers(self) -> RoundAnswers:
        """What the round's files answer."""
        return RoundAnswers(self.round)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The keys of all that is asked, actuals of indicators included."""
        return tuple(self.round.plan.labels)

    def joint(self) -> Iterator[Point]:
        """Yield a point for each department whose answer to a joint item is not the one used."""
        by_item: dict[str, list[Finding]] = {}
        for finding in self.round.findings:
            if finding.code is Code.JOINT_DIFFERS:
                by_item.setdefault(finding.location.item, []).append(finding)
        for entry in self.round.entries if by_item else ():
            findings = by_item.get(entry.item.id)
            used = entry.answer if findings else None
            if findings is None or used is None or len(entry.assignment.departments) < 2:
                continue
            own, *_ = [f for f in findings if f.location.file == used.source.file] or findings
            for other in self._rivals(entry, used):
                keys = self._differing(used, other)
                if keys:
                    key = _key(Code.JOINT_DIFFERS.name, other.department, other.item)
                    theirs = [f for f in findings if f.location.file == other.source.file]
                    yield self._against(key, (own, *theirs), used, other, keys)

    def _rivals(self, entry: Entry, used: Answer) -> Iterator[Answer]:
        """Yield what other departments report of a joint item."""
        for department in entry.assignment.departments:
            other = self.round.newest_answer(department.code, entry.item.id)
            if other is None or other.rejected or other.says_nothing:
                continue
            if other.department != used.department:
                yield other

    def versions(self) -> Iterator[Point]:
        """Yield a point for each row in which two returns of a department differ."""
        seen: set[tuple[str, str]] = set()
        for finding in self.round.findings:
            at = finding.location
            if finding.code not in _OF_VERSIONS:
                continue
            used = self.round.newest_answer(self.answers.departments.get(at.file, ""), at.item)
            file = str(finding.details["other"])
            if used is None or used.source.file != at.file:
                continue  # the other of a pair tells it
            rival = self.answers.returns.get(file)
            other = rival.answer_to(at.item) if rival else None
            if other is None or (file, at.item) in seen:
                continue
            seen.add((file, at.item))
            key = _key("versions", used.department, at.item)
            keys = self._differing(used, other)
            yield self._against(key, (finding, *self._twins(finding)), used, other, keys)

    def warnings(self) -> Iterator[Point]:
        """Yield a point for every other warning."""
        reported_elsewhere = (Code.JOINT_DIFFERS, *_OF_VERSIONS)
        rows = {str(f.details["other"]) for f in self.round.findings if f.code in _OF_VERSIONS}
        for finding in self.round.findings:
            at = finding.location
            if finding.severity is not Severity.WARNING or finding.code in reported_elsewhere:
                continue
            if finding.code in _OF_WHOLE_VERSIONS and at.file in rows:
                continue
            if finding.code in _ABOUT_MISSING and self._is_open(
                at.file, at.item or _item_in(finding)
            ):
                continue
            yield self._warning(finding)

    def without_answer(self) -> Iterator[Point]:
        """Yield a point for each assignment without an answer that counts."""
        reasons: dict[str, list[Finding]] = {}
        for finding in self.round.findings:
            if finding.code in _ABOUT_MISSING:
                item = finding.location.item or _item_in(finding)
                reasons.setdefault(item, []).append(finding)
        disputed = {
            (self.answers.departments.get(f.location.file, ""), f.location.item)
            for f in self.round.findings
            if f.code is Code.RETURN_CONFLICT
        }
        for entry in self.round.entries:
            if entry.status not in _OPEN:
                continue
            item = entry.item.id
            is_disputed = any((d.code, item) in disputed for d in entry.assignment.departments)
            if not is_disputed:
                yield self._without_answer(entry, reasons.get(item, ()))

    def against_decisions(self, open_keys: Container[str]) -> Iterator[Point]:
        """Yield a point for each answer that came after 報告なし had been decided.

        Open keys are those of the other points: where the one it was decided about still stands, it
        opens again by itself.
        """
        if not self.log.decisions:
            return
        for entry in self.round.entries:
            answer = entry.answer
            if answer is None or entry.status is not AnswerStatus.ANSWERED:
                continue
            codes = [department.code for department in entry.assignment.departments]
            if self._came_after_nothing(answer, codes, open_keys):
                yield self._contrary(_answer_key(answer.item, codes), entry, answer)

    def _came_after_nothing(
        self, answer: Answer, codes: Sequence[str], open_keys: Container[str]
    ) -> bool:
        if self.log.has_settled(_hashed(_answer_key(answer.item, codes))):
            return True
        digest = answer_digest(answer)
        settled = {
            key: one.about[2] != digest
            for key, one in self.log.about(answer.item, (answer.department,))
            if one.decision.handling is Handling.NOTHING
        }
        opens_again = any(key in open_keys for key in settled)
        return bool(settled) and all(settled.values()) and not opens_again

    def _contrary(self, key: str, entry: Entry, answer: Answer) -> Point:
        item = entry.item
        source = answer.source
        at = Location(file=source.file, sheet=source.sheet, row=source.row, item=item.id)
        return Point(
            key=key,
            findings=(Finding(Code.ANSWER_AFTER_NOTHING, at),),
            department=answer.department,
            owner=entry.assignment.department_label,
            item=item.id,
            title=item.title,
            answer=self.answers.text(answer),
            last_year=self.answers.last_year(answer.department, item.id, ""),
            this_answer=answer,
            choices=(
                Handling.CHECKED,
                *self._ask(answer.department, item.id),
                Handling.SEND_BACK,
                Handling.NOTHING,
            ),
        )

    def _without_answer(self, entry: Entry, reasons: Sequence[Finding]) -> Point:
        item, departments = entry.item, entry.assignment.departments
        codes = [department.code for department in departments]
        own = [
            f
            for f in reasons
            if not f.location.file or self.answers.departments.get(f.location.file, "") in codes
        ]
        stands = Finding(_OPEN[entry.status], Location(item=item.id))
        answer = entry.answer
        return Point(
            key=_answer_key(item.id, codes),
            findings=(*own, stands) if answer is None else (stands,),
            department=answer.department if answer else codes[0],
            owner=entry.assignment.department_label,
            item=item.id,
            title=item.title,
            answer=self.answers.text(answer) if answer else "",
            last_year=self.answers.last_year(codes[0], item.id),
            this_answer=answer,
            choices=(
                Handling.CHECKED,
                *(self._ask(answer.department, item.id) if answer else ()),
                Handling.NOTHING,
            ),
        )

    def _warning(self, finding: Finding) -> Point:
        at = finding.location
        department = self.answers.departments.get(at.file) or self.gone_from.get(at.file, "")
        returned = self.answers.returns.get(at.file)
        answer = returned.answer_to(at.item) if returned and at.item else None
        owner = self.round.plan.successor(department) if department else None
        return Point(
            key=self._key_of_warning(finding, department),
            findings=(finding,),
            department=department,
            owner=owner.name if owner else "",
            item=at.item,
            title=self.answers.titles.get(at.item, ""),
            field_key=at.field_key,
            answer=self.answers.basis_of(finding, answer),
            last_year=self.answers.last_year(
                department, at.item, [at.field_key] if at.field_key else ()
            ),
            this_answer=answer,
            choices=tuple(self._choices(finding, department, answer)),
        )

    def _key_of_warning(self, finding: Finding, department: str) -> str:
        at = finding.location
        if finding.code is Code.FILE_GONE:  # what was decided of one file is not said of another
            return _key(finding.code.name, department, at.file, str(finding.details["received"]))
        if at.item:
            return _key(finding.code.name, department, at.item, at.field_key)
        cell = (at.sheet, str(at.row), str(at.column)) if at.row else ()
        return _key(finding.code.name, department, *(() if department else (at.file,)), *cell)

    def _choices(
        self, finding: Finding, department: str, answer: Answer | None
    ) -> Iterator[Handling]:
        yield Handling.CHECKED
        if finding.code is Code.FILE_GONE:
            yield Handling.WITHDRAWN
            return
        item = finding.location.item
        yield from self._ask(department, item)
        returned = self.answers.returns.get(finding.location.file)
        if department and returned and returned.outcome.is_answer:
            yield Handling.SEND_BACK
        if answer is not None:
            yield Handling.NOTHING

    def _ask(self, department: str, item: str) -> Iterator[Handling]:
        """Yield that a department can be asked: it has a form, on which the item stands."""
        owner = self.round.plan.successor(department) if department else None
        issue = self.round.register.latest_for(owner) if owner else None
        if issue and (not item or any(one.id == item for one in issue.items)):
            yield Handling.ASK

    def _against(
        self,
        key: str,
        findings: tuple[Finding, ...],
        used: Answer,
        other: Answer,
        keys: Sequence[str],
    ) -> Point:
        department = self.round.plan.successor(used.department)
        names = [
            owner.name
            for code in dict.fromkeys((used.department, other.department))
            if (owner := self.round.plan.successor(code))
        ]
        field_key = keys[0] if len(keys) == 1 else ""
        return Point(
            key=key,
            findings=findings,
            department=department.code if department else used.department,
            owner="・".join(names),
            other_owner=names[-1] if names else "",
            item=used.item,
            title=self.answers.titles.get(used.item, ""),
            field_key=field_key,
            answer=self.answers.text(used, keys),
            other=self.answers.text(other, keys),
            last_year=self.answers.last_year(used.department, used.item, keys),
            this_answer=used,
            other_answer=other,
            choices=(
                Handling.TAKE_THIS,
                Handling.TAKE_OTHER,
                Handling.CHECKED,
                *self._ask(used.department, used.item),
                Handling.SEND_BACK,
                Handling.NOTHING,
            ),
        )

    def _twins(self, finding: Finding) -> Iterator[Finding]:
        """Yield what the other file of a pair says of the same."""
        at, other = finding.location, finding.details["other"]
        for one in self.round.findings:
            is_pair = one.location.file == other and one.details.get("other") == at.file
            if is_pair and one.code is finding.code and one.location.item == at.item:
                yield one

    def _differing(self, one: Answer, other: Answer) -> tuple[str, ...]:
        return tuple(key for key in self.asked if one.values.get(key) != other.values.get(key))

    def _is_open(self, file: str, item: str) -> bool:
        """Whether an assignment of a department has no answer that counts."""
        department = self.answers.departments.get(file, "")
        return any(
            entry.status in _OPEN
            and (not file or any(d.code == department for d in entry.assignment.departments))
            for entry in self.answers.entries.get(item, ())
        )


def _item_in(finding: Finding) -> str:
    """Return the item a warning names where it stands at no row of it."""
    return str(finding.details["value"]) if finding.code is Code.ROW_MISSING else ""
