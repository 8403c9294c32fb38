"""Which of today's departments a ledger's 担当課 speaks of, also after a reorganisation. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workflow.model import JOINT_SEPARATOR, Plan


@dataclass(frozen=True, slots=True)
class NamedDepartment:
    """One name as a ledger wrote it, and the codes of the departments that answer to it today."""

    name: str
    codes: frozenset[str]


def departments_named(plan: Plan, text: str) -> tuple[NamedDepartment, ...]:
    """Return the departments of a ledger's 担当課: one name, or several joined.

    A name may hold the separator itself, so the whole text is tried first, then the longest run.
    """
    known = _known_names(plan)
    parts = text.split(JOINT_SEPARATOR)
    found = []
    while parts:
        length = next((n for n in range(len(parts), 1, -1) if _joined(parts[:n]) in known), 1)
        name = _joined(parts[:length])
        found.append(NamedDepartment(name, known.get(name, frozenset())))
        parts = parts[length:]
    return tuple(found)


def _joined(parts: list[str]) -> str:
    return JOINT_SEPARATOR.join(parts)


def _known_names(plan: Plan) -> Mapping[str, frozenset[str]]:
    """Return who answers to a name; after a department was split these are several."""
    known: dict[str, frozenset[str]] = {}
    for department in plan.departments:
        for name in (department.name, *department.formerly):
            known[name] = known.get(name, frozenset()) | {department.code}
    return known
