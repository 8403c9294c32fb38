"""A round: what was read of one fiscal year, judged and merged, and what that rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime

from workflow.compiled.merging.entries import Entry, Newest
from workflow.compiled.points.point import Point, settled_findings
from workflow.compiled.recorded import Basis
from workflow.compiled.years.past import PastYear
from workflow.model.catalogue import Code
from workflow.model.findings import Finding
from workflow.model.plan import Plan, PreviousAnswers
from workflow.model.returns import Answer, NoteKind, Return
from workflow.model.rounds.declared import Period
from workflow.model.years import JST, japanese_date
from workflow.python.dataclass import dataclass
from workflow.templates.layout import QUESTION_SIGN
from workflow.templates.register import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One fiscal year's round: every file with its outcome, every assignment with its answer.

    Newest is what each department said last about an item, rejected or not.
    Past are the earlier years, newest first, and previous is what departments answered the year
    before. Points are what asks for a person's judgement, with what was decided. Is_repeatable says
    that judging the same files again would give the same again. Judged_by is the digest of all but
    the files that answers follow from, "" where nobody asked for it. Parts are the rounds it was
    made of where it is a whole year of several.
    """

    plan: Plan
    register: Register
    returns: tuple[Return, ...]
    entries: Sequence[Entry]
    findings: tuple[Finding, ...]
    newest: Newest = field(default_factory=dict)
    past: tuple[PastYear, ...] = ()
    previous: PreviousAnswers = field(default_factory=dict)
    basis: Basis = Basis()
    points: tuple[Point, ...] = ()
    is_repeatable: bool = False
    judged_by: str = ""
    parts: tuple[Round, ...] = ()

    @property
    def year(self) -> int:
        """The fiscal year."""
        return self.register.year

    def newest_answer(self, department: str, item: str) -> Answer | None:
        """Return what a department said last about an item, rejected or not."""
        return self.newest.get(department, {}).get(item)

    @property
    def period(self) -> Period:
        """The fiscal year, or the round of it, and what it is called."""
        return self.plan.period(self.year)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings that stand, but for those a person has settled: they ask for nothing."""
        settled = settled_findings(self.points)
        return tuple(f for f in self.findings if (f.code, f.location) not in settled)

    @property
    def explanations(self) -> Mapping[int, str]:
        """What departments explained, by the number of the point; the newest return counts."""
        oldest_first = sorted(self.returns, key=lambda r: (r.received, r.file))
        return {
            int(note.label.removeprefix(QUESTION_SIGN)): note.text
            for returned in oldest_first
            for note in returned.notes
            if note.kind is NoteKind.EXPLANATION
        }

    @property
    def lost(self) -> Mapping[str, tuple[str, ...]]:
        """The files that a department sent and that lie there no more, by department code.

        What they answered is not there either, but it is not the department who owes it.
        """
        return _lost(self.findings)

    @property
    def sought(self) -> Mapping[str, tuple[str, ...]]:
        """Those of the lost files that somebody may still find: nobody has settled it yet."""
        return _lost(self.open_findings)


def _lost(findings: Iterable[Finding]) -> Mapping[str, tuple[str, ...]]:
    lost: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        codes = finding.details["departments"] if finding.code is Code.FILE_GONE else ()
        for code in codes if isinstance(codes, tuple) else ():
            lost[code] = (*lost.get(code, ()), finding.location.file)
    return lost


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a round is (暫定版 until finalized, then 確定版), and the moment it speaks of.

    Accepted_open is why it was made final with points or answers still open; "" where none was.
    """

    is_final: bool
    as_of: datetime
    accepted_open: str = ""

    @property
    def name(self) -> str:
        """The stage in the coordinator's words."""
        return "確定版" if self.is_final else "暫定版"

    def __str__(self) -> str:
        moment = self.as_of.astimezone(JST)
        text = f"{japanese_date(moment.date())} {moment.hour}時{moment.minute:02}分"
        return f"【{self.name}】{text}{'確定' if self.is_final else '現在'}"
