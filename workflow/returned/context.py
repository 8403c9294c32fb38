"""What judging a returned file needs to know of the round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property

from workflow.model.plan import AnswerRule, Plan, PreviousAnswers
from workflow.python.dataclass import dataclass
from workflow.returned.find_tables import Named
from workflow.returned.own.sheets import own_forms
from workflow.templates.own.form import MarkedSheet
from workflow.templates.register import FormNumber, Register


@dataclass(frozen=True, slots=True)
class OtherRound:
    """Another round of the year, and what its forms ask."""

    name: str
    labels: frozenset[Named]


@dataclass(frozen=True)
class Context:
    """A round, as far as judging asks for it; year None takes each file's own year (check).

    Again has every file read with the second readers (verify). Others are the other rounds of the
    year, by the numbers on their forms.
    """

    plan: Plan
    registers: Mapping[int, Register]
    year: int | None
    passwords: tuple[str, ...] = ()
    previous: PreviousAnswers = field(default_factory=dict)
    again: bool = False
    others: Mapping[int, OtherRound] = field(default_factory=dict)

    @cached_property
    def labels(self) -> Mapping[int, frozenset[Named]]:
        """The labels of every field ever asked, by year; gathered once for all files."""
        return {year: asked_labels(register) for year, register in self.registers.items()}

    @cached_property
    def own_forms(self) -> Mapping[int, Mapping[str, tuple[MarkedSheet, ...]]]:
        """The city's own forms that were issued, by year and digest; most cities have none."""
        return {year: own_forms(register) for year, register in self.registers.items()}

    def register_of(self, found: Sequence[FormNumber]) -> Register:
        """Return the register of the year that is judged, or else of the first number's year."""
        year = self.year or (found[0].year if found else max(self.registers, default=0))
        return self.registers.get(year, Register(year))

    def of_one_file(self) -> Context:
        """Return what judging single files needs of it, which workers are given.

        Of the plan that is neither its items, but for those that several are asked about, nor what
        is known of each: what stands on a form is told by the register.
        """
        several = tuple(item for item in self.plan.items if len(item.asked) > 1)
        return replace(self, plan=replace(self.plan, items=several, known_table=None, earlier=()))

    def without_files(self) -> Context:
        """Return it with all that it would read from files of this machine when asked."""
        return replace(self, registers={y: r.in_memory() for y, r in self.registers.items()})

    @cached_property
    def answered_by_any(self) -> frozenset[str]:
        """The items whose row may stay blank: another department may answer them."""
        shared = (item for item in self.plan.items if len(item.asked) > 1)
        return frozenset(item.id for item in shared if item.answer is not AnswerRule.EACH)


def asked_labels(register: Register) -> frozenset[Named]:
    """Return the labels of every field that a register ever asked."""
    forms = {id(issue.form): issue.form for issue in register.issues}  # one for many issues
    return frozenset((f.label, f.heading) for form in forms.values() for f in form.form.fields)
