"""Assignments with the answer that counts for each, and lookups by department. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from workflow.model.dataclass import dataclass
from workflow.model.plan import Assignment
from workflow.model.returns import Answer, Return


class AnswerStatus(StrEnum):
    """Where an assignment stands: the ledger's 回答状況."""

    ANSWERED = "回答済"
    MISSING = "未提出"
    SENT_BACK = "差戻し中"
    NOTHING = "報告なし"
    BROUGHT_IN = "持ち込み"
    NOT_ASKED = "尋ねていない"

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to come."""
        return self in (AnswerStatus.MISSING, AnswerStatus.SENT_BACK)

    @property
    def has_answer(self) -> bool:
        """Whether an answer counts; one brought in stood in the city's own table."""
        return self in (AnswerStatus.ANSWERED, AnswerStatus.BROUGHT_IN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One assignment with the answer that counts; one that does not count is kept for its source.

    That is an answer that was sent back, or that says that there is nothing to report. In a year of
    several rounds the entry is that of the first one, and others are those of all further askings.
    """

    assignment: Assignment
    status: AnswerStatus
    answer: Answer | None
    others: tuple[Entry, ...] = ()

    @property
    def every(self) -> tuple[Entry, ...]:
        """The entry of each asking: of a year of several rounds all of them, or else itself."""
        return (self, *self.others)

    def at(self, place: int) -> Entry:
        """Return the entry of the asking of a place."""
        return self.others[place - 1] if place else self

    def is_asked_of_any(self, codes: Container[str]) -> bool:
        """Whether one of some departments is asked for it."""
        return any(department.code in codes for department in self.assignment.departments)


def entry_for(assignment: Assignment, answer: Answer) -> Entry:
    """Return an assignment with the answer that counts: one that may say there is nothing."""
    nothing, answered = AnswerStatus.NOTHING, AnswerStatus.ANSWERED
    return Entry(assignment, nothing if answer.says_nothing else answered, answer)


def returns_by_department(returns: Iterable[Return]) -> dict[str, list[Return]]:
    """Return the returns of each department, in their order."""
    found: dict[str, list[Return]] = {}
    for returned in returns:
        found.setdefault(returned.department, []).append(returned)
    return found


class Assigned(Protocol):
    """What belongs to an assignment."""

    @property
    def assignment(self) -> Assignment:
        """The assignment."""


AssignedT = TypeVar("AssignedT", bound=Assigned)


def entries_by_department(entries: Iterable[AssignedT]) -> dict[str, list[AssignedT]]:
    """Return the entries each department takes part in, in their order."""
    found: dict[str, list[AssignedT]] = {}
    for entry in entries:
        for code in dict.fromkeys(d.code for d in entry.assignment.departments):
            found.setdefault(code, []).append(entry)
    return found


def statuses_in_use(entries: Iterable[Entry]) -> tuple[AnswerStatus, ...]:
    """Return what is counted of a round: what is rare only where there is such an assignment."""
    rare = (AnswerStatus.NOTHING, AnswerStatus.BROUGHT_IN, AnswerStatus.NOT_ASKED)
    found = {entry.status for entry in entries}
    return tuple(status for status in AnswerStatus if status not in rare or status in found)


_MOST_LISTED = 60
"""Items named in one cell; more would need a row higher than Excel shows."""


def listed(items: Sequence[str]) -> str:
    """Return the ids of items as one text; of very many the first ones, and how many more.

    >>> listed(["1-1", "1-2"])
    '1-1、1-2'
    """
    more = len(items) - _MOST_LISTED
    rest = f"、ほか{more}件（台帳の「回答状況」で絞り込めます）" if more > 0 else ""
    return "、".join(items[:_MOST_LISTED]) + rest
