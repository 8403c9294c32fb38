"""The plan: who is asked what, and by which form. No input or output here."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import repeat

from workflow.model.fields.base import Field
from workflow.model.fields.form import Form
from workflow.model.indicators.indicator import Indicator, indicator_labels
from workflow.model.known_values import KnownTable, KnownValues
from workflow.model.limits import USUAL, Limits
from workflow.model.rounds.column_group import WHOLE, ColumnGroup, Combined
from workflow.model.rounds.declared import (
    DeclaredRound,
    Period,
    Respondent,
    reviewers_of,
    rounds_before,
)
from workflow.model.rounds.earlier import EarlierRound
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import LazySequence, Repeated

PreviousAnswers = Mapping[tuple[str, str], Mapping[str, str]]
"""Last year's answers: (item id, department code) → field label → text as the ledger spells it."""


JOINT_SEPARATOR = "・"
"""Between the departments of a joint item, as the city's own reports write it."""


@dataclass(frozen=True, slots=True)
class Department:
    """Who answers; formerly holds names or codes from before a reorganisation.

    Reviewer is the code of who reviews its items, where a round asks reviewers.
    """

    code: str
    name: str
    formerly: tuple[str, ...] = ()
    external: bool = False
    email: str = ""
    reviewer: str = ""


class AnswerRule(StrEnum):
    """Whether one department's answer settles a joint item, or each must answer."""

    ANY = "any"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class Item:
    """One 取組内容. The path holds the levels above it, from the top.

    Respondents are who answers in a round that does not ask its departments.
    """

    id: str
    path: tuple[str, ...]
    title: str
    departments: tuple[str, ...]
    pages: str = ""
    answer: AnswerRule = AnswerRule.ANY
    respondents: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """One text per level of the plan, the item's own title last."""
        return (*self.path, self.title)

    @property
    def asked(self) -> tuple[str, ...]:
        """The codes of those who answer about it."""
        return self.respondents or self.departments


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item that is read when it is looked at."""

    items: Sequence[Item]
    place: int

    def read(self) -> Item:
        """Return the item. Raises OutputError when it cannot be read any more."""
        return self.items[self.place]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One answer the plan asks for: one row of the ledger.

    Held is the item, or what reads it. Departments are those who answer: in some rounds that is a
    reviewer, or another person.
    """

    held: Item | StoredItem
    departments: tuple[Department, ...]

    @property
    def item(self) -> Item:
        """The item; asked for twice, it may be read twice."""
        return self.held.read() if isinstance(self.held, StoredItem) else self.held

    @property
    def department_label(self) -> str:
        """The departments as one text, in the plan's order."""
        return JOINT_SEPARATOR.join([d.name for d in self.departments])


@dataclass(frozen=True, slots=True)
class Matrix:
    """A count of items: rows and columns are each a level name, 担当課 or a choice field's key."""

    rows: str
    columns: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """The city: its name and 全国地方公共団体コード (six digits)."""

    name: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole plan, already checked: every reference in it resolves.

    Known_table is what the table named in known_values says; None where it was not read. Round is
    the one of its rounds that it is the plan of, where it is; then rounds are that and those it
    follows. Earlier are the rounds of the year whose answers its forms show.

    Column groups, combined and rows are those of the plan of a whole year that has several rounds:
    whose answers the fields of its form hold, and what was asked in any of them.

    Without slots, so that what is looked up again and again is indexed once.
    """

    title: str
    municipality: Municipality
    coordinator: str
    levels: tuple[str, ...]
    departments: tuple[Department, ...]
    items: Sequence[Item]
    form: Form
    matrices: tuple[Matrix, ...] = ()
    deadline: date | None = None
    correction_deadline: date | None = None
    contact: str = ""
    paper: str = "A4"
    report_layout: str = ""
    own_form: str = ""
    lock_password: str = ""
    open_passwords: tuple[str, ...] = ()
    limits: Limits = USUAL
    indicators: tuple[Indicator, ...] = ()
    known_values: KnownValues | None = None
    known_table: KnownTable | None = None
    earlier: tuple[EarlierRound, ...] = ()
    rounds: tuple[DeclaredRound, ...] = ()
    round: DeclaredRound | None = None
    column_groups: tuple[ColumnGroup, ...] = ()
    combined: tuple[Combined, ...] = ()
    rows: tuple[Assignment, ...] = ()

    def in_round(self, name: str) -> Plan:
        """Return the plan as one of its rounds asks it. KeyError if the plan has no such round."""
        found = {one.name: one for one in self.rounds}[name]
        foreign = {field.key for field in self.form.fields} - set(found.fields)
        correction = found.correction_deadline or self._correction_deadline_after(found)
        return replace(
            self,
            items=self._items_asked_in(found),
            form=self.form.without(foreign),
            matrices=tuple(m for m in self.matrices if not foreign & {m.rows, m.columns}),
            deadline=found.deadline or self.deadline,
            correction_deadline=correction,
            indicators=self.indicators if found in self._measuring else (),
            rounds=rounds_before(self.rounds, name),
            round=found,
        )

    def period(self, year: int) -> Period:
        """Return what a fiscal year of this plan, or of the round it is of, is called."""
        return Period(year, self.round.name if self.round else "")

    @property
    def is_review(self) -> bool:
        """Whether it is the plan of a round in which people answer about the items of others."""
        return self.round is not None and self.round.respondent is not Respondent.DEPARTMENT

    @property
    def _measuring(self) -> tuple[DeclaredRound, ...]:
        """The rounds that ask for the indicators: those that say so.

        Where none does, it is the last one that asks departments.
        """
        own = tuple(one for one in self.rounds if one.respondent is Respondent.DEPARTMENT)
        return tuple(one for one in self.rounds if one.indicators) or own[-1:]

    def _correction_deadline_after(self, one: DeclaredRound) -> date | None:
        """Return the plan's deadline for corrections, unless it is over before the round is."""
        day = self.correction_deadline
        return None if day and one.deadline and day < one.deadline else day

    def _items_asked_in(self, one: DeclaredRound) -> Sequence[Item]:
        """Return the items with who answers about them in a round."""
        if one.respondent is Respondent.DEPARTMENT:
            return self.items
        return tuple(self._asked_in(one, item) for item in self.items)

    def _asked_in(self, one: DeclaredRound, item: Item) -> Item:
        codes = one.people or self.reviewers_in(one, item)
        rule = AnswerRule.EACH if len(codes) > 1 else AnswerRule.ANY
        return replace(item, respondents=codes, answer=rule)

    def reviewers_in(self, one: DeclaredRound, item: Item) -> tuple[str, ...]:
        """Return who reviews an item in a round: as the round says, or else its departments'."""
        usual = (self.department(code).reviewer for code in item.departments)
        named = reviewers_of(one, item.labels, item.departments)
        return named or tuple(dict.fromkeys(filter(None, usual)))

    def column_group(self, key: str) -> ColumnGroup:
        """Return which round, and whom in it, a field of the form is asked."""
        return self._groups_by_key.get(key, WHOLE)

    @property
    def shown_choices(self) -> tuple[Field, ...]:
        """The fields answered from a list, but for those of several people that come to one."""
        several = {key for one in self.combined for key in one.keys}
        return tuple(field for field in self.form.choice_fields if field.key not in several)

    @cached_property
    def combined_by_key(self) -> Mapping[str, Combined]:
        """The fields that nobody answers, by key."""
        return {one.key: one for one in self.combined}

    @cached_property
    def _groups_by_key(self) -> Mapping[str, ColumnGroup]:
        return {key: group for group in self.column_groups for key, _ in group.keys}

    @property
    def known_fields(self) -> tuple[Field, ...]:
        """What the city knows of every item and nobody answers."""
        return self.known_values.fields if self.known_values else ()

    def department(self, code: str) -> Department:
        """Return the department with this code; KeyError if the plan has none."""
        return self._departments_by_code[code]

    def successor(self, code: str) -> Department | None:
        """Return who answers today for a department code, also one from before a reorganisation."""
        return self._successors.get(code)

    def items_of(self, code: str) -> tuple[Item, ...]:
        """Return the items a department is asked about, in the plan's order."""
        return tuple(map(self.items.__getitem__, self._places_by_department.get(code, ())))

    @property
    def labels(self) -> dict[str, str]:
        """The labels of all that is asked, by the keys of answers."""
        return self.form.labels | indicator_labels(self.indicators)

    def indicators_of(self, items: Iterable[Item]) -> tuple[Indicator, ...]:
        """Return the indicators of some items, in the order of the items, then as declared."""
        own = self._indicators_by_item
        return tuple(one for item in items for one in own.get(item.id, ()))

    @cached_property
    def _indicators_by_item(self) -> Mapping[str, list[Indicator]]:
        found: dict[str, list[Indicator]] = {}
        for indicator in self.indicators:
            found.setdefault(indicator.item, []).append(indicator)
        return found

    @cached_property
    def _departments_by_code(self) -> Mapping[str, Department]:
        return {department.code: department for department in self.departments}

    @cached_property
    def _successors(self) -> Mapping[str, Department]:
        found: dict[str, Department] = {}
        for department in self.departments:
            for code in (department.code, *department.formerly):
                found.setdefault(code, department)
        return found

    @cached_property
    def _places_by_department(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, array[int]] = {}
        for place, item in enumerate(self.items):
            for code in dict.fromkeys(item.asked):
                found.setdefault(code, array("I")).append(place)
        return found

    def is_person(self, code: str) -> bool:
        """Whether who answers is a person: asked in this round, and in charge of no item."""
        in_charge = {department for item in self.items for department in item.departments}
        one = self.round
        is_asked = one is not None and one.respondent is not Respondent.DEPARTMENT
        return is_asked and code not in in_charge

    def assignments(self) -> Sequence[Assignment]:
        """Return one assignment per answer expected, in the plan's order."""
        return self.rows or self._assignments

    @cached_property
    def _assignments(self) -> Sequence[Assignment]:
        return _Assignments(self)


class _Assignments(LazySequence[Assignment]):
    """What a plan asks, made as it is looked at: a large plan has as many as it has items.

    Kept is alone which item of the plan, and which of those asked about it, each one is of.
    """

    def __init__(self, plan: Plan) -> None:
        self._items, self._departments = plan.items, plan._departments_by_code
        self._is_stored = isinstance(plan.items, LazySequence)
        self._asked_of = Repeated[tuple[str, ...]]()
        self._asked: dict[tuple[str, ...], tuple[Department, ...]] = {}
        self._of_item, self._of_asked = array("I"), array("h")
        for n, item in enumerate(plan.items):
            self._asked_of.add(item.asked)
            if item.answer is AnswerRule.EACH:
                self._of_item.extend([n] * len(item.asked))
                self._of_asked.extend(range(len(item.asked)))
            else:
                self._of_item.append(n)
                self._of_asked.append(_ALL)

    def __len__(self) -> int:
        return len(self._of_item)

    def thing(self, index: int) -> Assignment:
        """Return the assignment at an index."""
        n = self._of_item[index]
        item = StoredItem(self._items, n) if self._is_stored else self._items[n]
        return Assignment(item, self._asked_at(n, self._of_asked[index]))

    def __iter__(self) -> Iterator[Assignment]:
        """Yield every assignment."""
        items: Iterator[Item | StoredItem] = (
            map(StoredItem, repeat(self._items), self._of_item)
            if self._is_stored
            else map(self._items.__getitem__, self._of_item)
        )
        return map(Assignment, items, map(self._asked_at, self._of_item, self._of_asked))

    def _asked_at(self, n: int, which: int) -> tuple[Department, ...]:
        everybody = self._asked_of.thing(n)
        codes = everybody if which == _ALL else (everybody[which],)
        asked = self._asked.get(codes)
        if asked is None:
            known = self._departments
            asked = self._asked[codes] = tuple([known[code] for code in codes])
        return asked


_ALL = -1
"""Stands for all who are asked about an item: one answer of theirs suffices."""
