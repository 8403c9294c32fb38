"""Assignments with the answer that counts for each, and lookups by department. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from workflow.model.plan import Answer, Assignment, Return


class AnswerStatus(StrEnum):
    """Where an assignment stands: the ledger's 回答状況."""

    ANSWERED = "回答済"
    MISSING = "未提出"
    SENT_BACK = "差戻し中"


@dataclass(frozen=True, slots=True)
class Entry:
    """One assignment with the answer that counts; a sent-back answer is kept for its source."""

    assignment: Assignment
    status: AnswerStatus
    answer: Answer | None


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
