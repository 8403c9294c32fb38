"""Who gets what handed back: a round's result → the answers and corrections per department. Pure.

A department gets a hand-back when a return of its own that counts was sent back. It shows, item
by item, the answer that counts in the ledger when that is the department's own, or else what the
newest of its returns says. What an older return had wrong is not asked again once a newer return
answers that item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workflow.compiled.merging.entries import (
    AnswerStatus,
    Entry,
    entries_by_department,
    returns_by_department,
    statuses_of,
)
from workflow.compiled.points.point import Handling, Point
from workflow.compiled.round import Round
from workflow.model.catalogue import Severity
from workflow.model.findings import Finding
from workflow.model.plan import Department
from workflow.model.returns import Answer, NoteKind, Outcome, Return
from workflow.model.rounds.declared import Period
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass
from workflow.storage.workspace import department_file
from workflow.templates.filling import Correction, Filling, Question
from workflow.templates.register import Issue

_CHECK_FORM = "この調査票の記入を確かめ、足りないところや違うところを直してください。"
_CHECK_OFFERED = (
    "書かれていた内容を、この調査票に入れてあります。今年度の内容になっているか確かめ、"
    "足りないところや違うところを直してください。"
)
_EXPLAIN = "添付の調査票のシート「修正のお願い」の「説明」の欄に、お答えを記入してください。"
_CHECK_ROW = "この行の記入を確かめ、正しい内容に直してください。"


@dataclass(frozen=True, slots=True)
class HandBack:
    """What one department gets back, on the form it was last issued."""

    department: Department
    issue: Issue
    filling: Filling


def handback_name(department: Department, period: Period) -> str:
    """Return the name of a department's hand-back."""
    return department_file(department, period, "xlsx", "差戻し")


def hand_backs(round_: Round, wording: Wording) -> tuple[HandBack, ...]:
    """Return what every department with something to correct gets, in the plan's order."""
    current = returns_by_department(r for r in round_.returns if r.outcome.is_answer)
    before = returns_by_department(r for r in round_.returns if r.outcome is Outcome.SUPERSEDED)
    entries = entries_by_department(round_.entries)
    found = (
        _hand_back(
            round_,
            d,
            current.get(d.code, []),
            before.get(d.code, []),
            entries.get(d.code, ()),
            wording,
        )
        for d in round_.plan.departments
    )
    return tuple(hand_back for hand_back in found if hand_back)


def _hand_back(
    round_: Round,
    department: Department,
    own: list[Return],
    before: list[Return],
    entries: Sequence[Entry],
    wording: Wording,
) -> HandBack | None:
    issue = round_.register.latest_for(department)
    questions = _questions(round_.points, department, wording)
    is_sent_back = any(returned.outcome is Outcome.SENT_BACK for returned in own)
    if issue is None or not (is_sent_back or questions):
        return None
    counting = dict(round_.newest.get(department.code, {}))
    for answer in (entry.answer for entry in entries):
        if answer and answer.department == department.code:
            counting[answer.item] = answer
    corrections = tuple(dict.fromkeys(_corrections(own, counting, issue, wording)))
    if not own or not (corrections or questions):
        return None
    offered = {answer.item: answer for returned in own for answer in returned.offered}
    filling = Filling(
        answers={item: answer.given for item, answer in (offered | counting).items()},
        corrections=corrections,
        questions=questions,
        made_from=tuple(sorted({returned.sha256 for returned in (*own, *before)})),
        as_of=max(returned.received for returned in own),
        respondent=_respondent((*own, *before)),
    )
    return HandBack(department, issue, filling)


def _questions(
    points: Iterable[Point], department: Department, wording: Wording
) -> tuple[Question, ...]:
    """Return what a department is asked and has not explained yet."""
    codes = (department.code, *department.formerly)
    return tuple(
        Question(
            number=point.number,
            item=point.item,
            field_key=point.field_key,
            label=wording.labels.get(point.field_key, point.field_key),
            text=point.decision.reason or wording.problem(point.findings[0]),
        )
        for point in points
        if point.handling is Handling.ASK and point.department in codes and not point.explanation
    )


def _respondent(returns: Iterable[Return]) -> str:
    """Return who filled in the newest return that says so, for them to find it filled in again."""
    newest_first = sorted(returns, key=lambda r: (r.received, r.sha256, r.file), reverse=True)
    named = (
        "　".join(note.text for note in returned.notes if note.kind is NoteKind.RESPONDENT)
        for returned in newest_first
    )
    return next(filter(None, named), "")


def _corrections(
    own: Iterable[Return], counting: dict[str, Answer], issue: Issue, wording: Wording
) -> Iterator[Correction]:
    items = {item.id for item in issue.items}
    labels = issue.labels
    for returned in own:
        if returned.outcome is not Outcome.SENT_BACK:
            continue
        for finding in returned.findings:
            if finding.severity is not Severity.ERROR or _is_answered_anew(finding, counting):
                continue
            at = finding.location
            if at.item in items:
                # Only what is wrong with a cell has a remedy that speaks to who wrote it.
                key = at.field_key if at.field_key in labels else ""
                speaks_to_them = key or finding.returned_for
                remedy = wording.remedy(finding) if speaks_to_them else _CHECK_ROW
                # Without the place in the file they sent: in ours it stands elsewhere.
                problem = wording.problem(finding)
                yield Correction(at.item, key, labels.get(key, ""), problem, remedy)
            else:
                problem = f"お送りいただいた「{at.file}」について：{wording.message(finding)}"
                check = _CHECK_OFFERED if returned.offered else _CHECK_FORM
                remedy = finding.returned_for or check
                yield Correction("", "", "", problem, remedy)


def _is_answered_anew(finding: Finding, counting: dict[str, Answer]) -> bool:
    answer = counting.get(finding.location.item)
    return answer is not None and answer.source.file != finding.location.file


# What is still to be asked of each department: items nobody answered, and what to correct. Pure.
#
# The state of a round (status.json) keeps it, for the letters that ask.


@dataclass(frozen=True, slots=True)
class OutstandingRequests:
    """What one department is still asked: ids of items without an answer, corrections, questions.

    A question is spelled as a correction: its remedy is to explain. Is_lost says that what is
    missing was sent once, and is lost here.
    """

    missing: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    questions: tuple[Correction, ...] = ()
    is_lost: bool = False

    @property
    def has_handback(self) -> bool:
        """Whether the department gets its answers back, to correct or to explain them."""
        return bool(self.corrections or self.questions)

    def as_json(self) -> dict[str, Any]:
        """Return it as the state of the round keeps it: for letters, so by labels, not by keys."""
        asked: dict[str, Any] = {
            "missing": list(self.missing),
            "corrections": _lines(self.corrections),
        }
        asked |= {"questions": _lines(self.questions)} if self.questions else {}
        return asked | ({"is_lost": True} if self.is_lost else {})

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> OutstandingRequests:
        """Return what as_json wrote. KeyError, TypeError or ValueError for anything else."""
        corrections, questions = stored["corrections"], stored.get("questions", ())
        missing, is_lost = tuple(stored["missing"]), bool(stored.get("is_lost"))
        return cls(missing, _from_lines(corrections), _from_lines(questions), is_lost)


def _lines(corrections: Iterable[Correction]) -> list[list[str]]:
    return [[c.item, c.label, c.problem, c.remedy] for c in corrections]


def _from_lines(lines: Iterable[Iterable[str]]) -> tuple[Correction, ...]:
    return tuple(
        Correction(item, "", label, problem, remedy) for item, label, problem, remedy in lines
    )


def _as_request(question: Question) -> Correction:
    """Return a question as letters ask it."""
    return Correction(question.item, "", question.label, question.text, _EXPLAIN)


def outstanding_requests(
    round_: Round, hand_backs: Iterable[HandBack]
) -> dict[str, OutstandingRequests]:
    """Return what is still asked, by department code; who has done everything is not in it.

    What stands on no template anybody was given is not asked: nobody could answer it. Nor is what
    may have been answered in a file that came and is sought here, nor a joint item of whoever said
    that it has nothing to report: the others are asked.
    """
    sought = round_.sought
    is_missing = AnswerStatus.MISSING in statuses_of(round_.entries)
    issued = round_.register.item_ids() if is_missing else frozenset()
    entries = entries_by_department(round_.entries)
    handed_back = {one.department.code: one.filling for one in hand_backs}
    found = {}
    for department in round_.plan.departments:
        missing = tuple(
            entry.item.id
            for entry in entries.get(department.code, ())
            if entry.status is AnswerStatus.MISSING
            and entry.item.id in issued
            and not entry.is_asked_of_any(sought)
            and not _says_nothing(round_, department, entry)
        )
        filling = handed_back.get(department.code, Filling())
        questions = tuple(map(_as_request, filling.questions))
        is_lost = bool(missing) and department.code in round_.lost
        requests = OutstandingRequests(missing, filling.corrections, questions, is_lost)
        if requests != OutstandingRequests():
            found[department.code] = requests
    return found


def _says_nothing(round_: Round, department: Department, entry: Entry) -> bool:
    answer = round_.newest_answer(department.code, entry.item.id)
    return answer is not None and answer.says_nothing
