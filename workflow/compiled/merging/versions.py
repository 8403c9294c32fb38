"""Several returns of one department → the answer that counts for each row. Pure.

The newest return counts, as far as it is certain which that is (version_order.py). A row it leaves
blank is kept from an older one; a cell it leaves blank in a row is told of. Where one of two that
differ only seems to be the newer, it counts and both are shown. Where nothing shows it, it is not
decided here: the row is rejected and both are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from operator import attrgetter

from workflow.compiled.merging.version_order import Evidence, Older, evidence_of, is_sent_after
from workflow.compiled.recorded import Collects
from workflow.excel.xlsx.references import cell_index
from workflow.model.catalogue import Code
from workflow.model.fields.declarations import Value
from workflow.model.findings import Detail, Finding, Location
from workflow.model.plan import Plan
from workflow.model.returns import Answer, NoteKind, Outcome, Return, judged
from workflow.python.dataclass import dataclass
from workflow.templates.register import Register


@dataclass(slots=True)
class Versions:
    """The returns of one department, taken in from the newest to the oldest."""

    plan: Plan
    older: Older
    seemingly_older: Older
    chosen: dict[str, Answer] = field(default_factory=dict)
    settled: dict[str, Return] = field(default_factory=dict)
    _newest: str = ""

    def take_all(self, returns: Sequence[Return]) -> None:
        """Take in every return, and settle what becomes of each."""
        newest_first = self._newest_first(returns)
        for returned in newest_first:
            self._take(returned)
        for path, returned in self.settled.items():
            self.settled[path] = self._without_filled_blanks(returned)
        for returned in newest_first:
            if self.settled[returned.file].outcome is Outcome.SENT_BACK:
                settled = self.settled[returned.file]
                self.settled[returned.file] = with_unchanged(settled, reversed(newest_first))
        versions: dict[str, list[tuple[Return, Answer]]] = {}
        for returned in newest_first if len(newest_first) > 1 else ():
            for answer in returned.answers:
                versions.setdefault(answer.item, []).append((returned, answer))
        for item, found in versions.items():
            self._tell_of_versions(self.chosen[item], found)

    def take_copies(self, copies: Sequence[Return], register: Register, collects: Collects) -> None:
        """Tell of each old file that came once more, after a newer one that says otherwise."""
        files = (*self.settled.values(), *copies)
        came = [evidence_of(r, register, collects) for r in files] if copies else []
        latest = {copy.sha256: copy for copy in sorted(copies, key=attrgetter("received"))}
        for copy in latest.values():
            self._tell_resent(copy, came)

    def _tell_resent(self, copy: Return, came: Sequence[Evidence]) -> None:
        again = next(one for one in came if one.file == copy.file)
        for answer in copy.answers:
            chosen = self.chosen[answer.item]
            path = chosen.source.file
            newer = [one for one in came if one.digest == self.settled[path].sha256]
            if answer.values == chosen.values or not is_sent_after(again, newer):
                continue
            details = self._difference(chosen, answer)
            finding = Finding(Code.RETURN_RESENT, location_of(chosen), details)
            returned = self.settled[path]
            self.settled[path] = settled_by(returned, (*returned.findings, finding))
            superseded = Finding(Code.FILE_RESENT, Location(file=copy.file), {"newer": path})
            self.settled[copy.file] = replace(copy, findings=(*copy.findings[:-1], superseded))

    def _newest_first(self, returns: Sequence[Return]) -> Sequence[Return]:
        """Return the returns in the order they count; as a rule there is one alone."""
        return sorted(returns, key=self._rank, reverse=True) if len(returns) > 1 else returns

    def _rank(self, returned: Return) -> tuple[object, ...]:
        """Return a place in an order that keeps to what is known.

        Where that decides nothing, what is written does, so that the same answers end alike
        whatever saved them; digests and names are asked last.
        """
        path = returned.file
        answers = [(a.item, *a.written.items()) for a in returned.answers]
        written = answers, [note.text for note in returned.notes]
        return len(self.seemingly_older[path]), returned.received, written, returned.sha256, path

    def _take(self, returned: Return) -> None:
        fresh = [a for a in returned.answers if a.item not in self.chosen]
        conflicts = [a for a in returned.answers if a.item in self.chosen and self._conflicts(a)]
        for answer in fresh:
            self.chosen[answer.item] = answer
        if not self._newest:
            self.settled[returned.file] = returned
        elif not fresh and not conflicts:
            finding = self._superseded(returned)
            self.settled[returned.file] = with_finding(returned, Outcome.SUPERSEDED, finding)
        else:
            self.settled[returned.file] = self._kept_for(returned, fresh, conflicts)
        for answer in conflicts:
            self._reject_both(answer)
        if returned.answers:
            self._newest = self._newest or returned.file

    def _superseded(self, returned: Return) -> Finding:
        """Return which file counts instead of an old one, and whether it only seems to be newer."""
        rivals = [(answer, self.chosen[answer.item]) for answer in returned.answers]
        seeming = [
            rival.source.file
            for answer, rival in rivals
            if answer.values != rival.values and returned.file not in self.older[rival.source.file]
        ]
        code = Code.FILE_PRESUMED_SUPERSEDED if seeming else Code.FILE_SUPERSEDED
        files = (*seeming, *(rival.source.file for _, rival in rivals), self._newest)
        return Finding(code, Location(file=returned.file), {"other": files[0]})

    def _kept_for(self, returned: Return, fresh: list[Answer], conflicts: list[Answer]) -> Return:
        """Keep an older return for some of its rows; what was wrong with the others is past.

        Unless it shares no row with a newer one (two 係 each sent their part), say what was kept.
        """
        items = {"", *(answer.item for answer in (*fresh, *conflicts))}
        findings = tuple(f for f in returned.findings if f.location.item in items)
        if len(fresh) + len(conflicts) < len(returned.answers):
            findings += tuple(
                Finding(Code.ANSWER_KEPT, location_of(answer), {"newer": self._newest})
                for answer in fresh
                if not answer.rejected
            )
        return settled_by(returned, findings)

    def _conflicts(self, answer: Answer) -> bool:
        """Whether an answer differs from the one chosen though neither file seems the newer one."""
        rival = self.chosen[answer.item]
        is_older = answer.source.file in self.seemingly_older[rival.source.file]
        return not is_older and answer.values != rival.values

    def _reject_both(self, answer: Answer) -> None:
        rival = self.chosen[answer.item]
        for ours, theirs in ((answer, rival), (rival, answer)):
            path = ours.source.file
            details = self._difference(ours, theirs)
            finding = Finding(Code.RETURN_CONFLICT, location_of(ours), details)
            self.settled[path] = with_finding(self.settled[path], Outcome.SENT_BACK, finding)
        self.chosen[answer.item] = replace(rival, rejected=True)

    def _difference(self, ours: Answer, theirs: Answer) -> dict[str, Detail]:
        asked = self.plan.labels
        keys = [key for key in asked if ours.values.get(key) != theirs.values.get(key)]
        return {
            "other": theirs.source.file,
            "labels": tuple(keys),
            "ours": tuple(_value_text(ours, key) for key in keys),
            "theirs": tuple(_value_text(theirs, key) for key in keys),
        }

    def _tell_of_versions(self, answer: Answer, versions: Iterable[tuple[Return, Answer]]) -> None:
        """Tell what an answer that counts only seems to be newer than, and what it left blank."""
        path = answer.source.file
        certain, seeming = self.older[path], self.seemingly_older[path]
        earlier = [one for one in versions if one[0].file in certain]
        presumed = [before for r, before in versions if r.file in seeming and r.file not in certain]
        findings = tuple(
            Finding(Code.RETURN_PRESUMED_NEWER, location_of(answer), details)
            for details in (
                self._difference(answer, before)
                for before in presumed
                if before.values != answer.values
            )
        )
        findings += tuple(self._emptied(answer, earlier))
        if findings:
            returned = self.settled[path]
            self.settled[path] = settled_by(returned, (*returned.findings, *findings))

    def _emptied(
        self, answer: Answer, earlier: Sequence[tuple[Return, Answer]]
    ) -> Iterator[Finding]:
        """Yield what an answer left blank: each cell, or all of it where there is now nothing."""
        if answer.says_nothing:
            before = next((one for _, one in earlier if not one.says_nothing), None)
            if before:
                yield self._became_nothing(answer, before)
            return
        returned = self.settled[answer.source.file]
        blank = (key for key in self.plan.labels if key not in answer.written)
        for key in blank:
            for before in _emptied(returned, earlier, key):
                yield _emptied_cell(answer, key, before)

    def _became_nothing(self, answer: Answer, before: Answer) -> Finding:
        labels = self.plan.labels
        texts = tuple(f"{labels[k]}：{text}" for k, text in before.written.items() if k in labels)
        details: dict[str, Detail] = {"other": before.source.file, "before": texts}
        return Finding(Code.ANSWER_BECAME_NOTHING, location_of(answer), details)

    def _without_filled_blanks(self, returned: Return) -> Return:
        """Drop the word about a blank row that another return of the department fills."""
        if not returned.outcome.is_answer:
            return returned
        rest = tuple(
            f
            for f in returned.findings
            if f.code is not Code.ROW_BLANK or f.location.item not in self.chosen
        )
        return returned if rest == returned.findings else settled_by(returned, rest)


def is_unchanged(returned: Return, oldest_first: Iterable[Return]) -> bool:
    """Whether a hand-back came back with nothing put right, and nothing explained.

    The others are the returns of its department.
    """
    if any(note.kind is NoteKind.EXPLANATION for note in returned.notes):
        return False
    given: dict[str, Mapping[str, Value]] = {}
    for before in oldest_first:
        if returned.made_from and before.sha256.startswith(returned.made_from):
            given |= {answer.item: answer.given for answer in before.answers}
    return bool(given) and given == {answer.item: answer.given for answer in returned.answers}


def with_unchanged(returned: Return, oldest_first: Iterable[Return]) -> Return:
    """Return what is sent back, and told of where nothing was put right in it."""
    if not is_unchanged(returned, oldest_first):
        return returned
    finding = Finding(Code.RETURN_UNCHANGED, Location(file=returned.file))
    return with_finding(returned, Outcome.SENT_BACK, finding)


def location_of(answer: Answer) -> Location:
    """Return the location of a whole answer: its row."""
    source = answer.source
    return Location(file=source.file, sheet=source.sheet, row=source.row, item=answer.item)


def with_finding(returned: Return, outcome: Outcome, finding: Finding) -> Return:
    """Return a file with one more finding and the outcome it leads to."""
    return replace(returned, outcome=outcome, findings=(*returned.findings, finding))


def settled_by(returned: Return, findings: tuple[Finding, ...]) -> Return:
    """Return a file with exactly these findings and the outcome they lead to."""
    return replace(returned, outcome=judged(findings), findings=findings)


def _emptied(newer: Return, earlier: Iterable[tuple[Return, Answer]], key: str) -> Iterator[Answer]:
    """Yield the answer whose field the next one left blank, unless it was put right or seen there.

    What could not be taken as a value was to be corrected. Who got an answer back in a hand-back
    and emptied a cell of it saw what stood in it.
    """
    for returned, before in earlier:
        if key in before.written:
            if key in before.values and not returned.sha256.startswith(newer.made_from):
                yield before
            return
        newer = returned


def _cell_of(answer: Answer, key: str) -> Location:
    at = replace(location_of(answer), field_key=key)
    if key not in answer.cells:  # its column is gone
        return at
    sheet, cell = answer.cell_of(key)
    row, column = cell_index(cell)
    return replace(at, sheet=sheet, row=row, column=column)


def _emptied_cell(answer: Answer, key: str, before: Answer) -> Finding:
    """Return the word about a cell that is blank now and held a text before."""
    cell, text = before.cells[key], before.written[key]
    details = {"other": before.source.file, "cell": cell, "before": text}
    return Finding(Code.ANSWER_EMPTIED, _cell_of(answer, key), details)


def _value_text(answer: Answer, key: str) -> str:
    text = answer.written.get(key)
    return f"{answer.cells.get(key, '')}{f'「{text}」' if text else '（空欄）'}"
