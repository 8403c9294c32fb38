"""What each department returned and is asked, looked up by its code. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from workflow.model.plan import Assignment, Return


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
