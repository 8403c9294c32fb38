"""Which of today's departments a ledger's 担当課 speaks of, also after a reorganisation. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflow.model.plan import JOINT_SEPARATOR, Plan


@dataclass(frozen=True, slots=True)
class NamedDepartment:
    """One name as a ledger wrote it, and the codes of the departments that answer to it today."""

    name: str
    codes: frozenset[str]


class KnownNames:
    """Whom a plan's departments are known as, today and before; each text is read once."""

    def __init__(self, plan: Plan) -> None:
        self._codes = _known_names(plan)
        self._read: dict[str, tuple[NamedDepartment, ...]] = {}

    def named(self, text: str) -> tuple[NamedDepartment, ...]:
        """Return the departments of a ledger's 担当課: one name, or several joined.

        A name may hold the separator itself, so the whole text is tried first, then the longest
        run.
        """
        if text not in self._read:
            self._read[text] = tuple(self._departments(text.split(JOINT_SEPARATOR)))
        return self._read[text]

    def _departments(self, parts: list[str]) -> Iterator[NamedDepartment]:
        while parts:
            runs = range(len(parts), 1, -1)
            length = next((n for n in runs if _joined(parts[:n]) in self._codes), 1)
            name = _joined(parts[:length])
            yield NamedDepartment(name, self._codes.get(name, frozenset()))
            parts = parts[length:]


def _joined(parts: list[str]) -> str:
    return JOINT_SEPARATOR.join(parts)


def _known_names(plan: Plan) -> Mapping[str, frozenset[str]]:
    """Return who answers to a name; after a department was split these are several."""
    known: dict[str, frozenset[str]] = {}
    for department in plan.departments:
        for name in (department.name, *department.formerly):
            known[name] = known.get(name, frozenset()) | {department.code}
    return known
