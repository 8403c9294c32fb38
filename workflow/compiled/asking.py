"""What is still to be asked of each department: items nobody answered, and what to correct. Pure.

The state of a round (status.json) keeps it, for the letters that ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflow.compiled.by_department import entries_by_department
from workflow.compiled.corrections import HandBack
from workflow.compiled.merge import AnswerStatus, Merged
from workflow.model.plan import Plan
from workflow.templates.register import Register


@dataclass(frozen=True, slots=True)
class ToCorrect:
    """One thing to put right; item and label are blank for what concerns the file as a whole."""

    item: str
    label: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What one department is still asked: ids of items without an answer, and corrections."""

    missing: tuple[str, ...] = ()
    corrections: tuple[ToCorrect, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as the state of the round keeps it."""
        lines = [[c.item, c.label, c.problem, c.remedy] for c in self.corrections]
        return {"missing": list(self.missing), "corrections": lines}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Asking:
        """Return what as_json spelled. KeyError or TypeError for anything else."""
        corrections = tuple(ToCorrect(*line) for line in stored["corrections"])
        return cls(tuple(stored["missing"]), corrections)


def asking(
    plan: Plan, register: Register, merged: Merged, hand_backs: Iterable[HandBack]
) -> dict[str, Asking]:
    """Return what is still asked, by department code; who has done everything is not in it.

    What stands on no template anybody was given is not asked: nobody could answer it.
    """
    issued = register.item_ids()
    entries = entries_by_department(merged.entries)
    wrong = {one.department.code: _corrections(one) for one in hand_backs}
    found = {}
    for department in plan.departments:
        missing = tuple(
            entry.assignment.item.id
            for entry in entries.get(department.code, ())
            if entry.status is AnswerStatus.MISSING and entry.assignment.item.id in issued
        )
        asked = Asking(missing, wrong.get(department.code, ()))
        if asked != Asking():
            found[department.code] = asked
    return found


def _corrections(hand_back: HandBack) -> tuple[ToCorrect, ...]:
    labels = {field.key: field.label for field in hand_back.issue.form.form.fields}
    return tuple(
        ToCorrect(c.item, labels.get(c.field, ""), c.problem, c.remedy)
        for c in hand_back.filling.corrections
    )
