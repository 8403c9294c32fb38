"""Which columns the rounds of a year need: one set a round, or one for each person it asks. Pure.

Where a round asks several people of every row, each has columns of his own. Where reviewers differ
from row to row, the first one of each row shares one set, and a second one has the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.round import Round
from workflow.model.fields.base import Field
from workflow.model.plan import AnswerRule, Assignment, Plan
from workflow.model.returns import Answer
from workflow.model.rounds.column_group import ColumnGroup, Combined, with_person
from workflow.model.rounds.declared import DeclaredRound, Respondent
from workflow.python.dataclass import dataclass

COMBINED_KEY = "@"
"""What ends the key of a field that nobody answers: the answers of several, made one."""


@dataclass(frozen=True, slots=True)
class RoundColumns:
    """What one round adds to a year: its groups, its fields in them, and its entries row by row.

    Entries[row][n] is what the n-th group says of a row.
    """

    column_groups: tuple[ColumnGroup, ...]
    fields: tuple[Field, ...]
    combined: tuple[Combined, ...]
    entries: tuple[tuple[Entry, ...], ...]


def columns_of(part: Round, rows: Sequence[Assignment], first: int) -> RoundColumns:
    """Return what a round adds to a year of some rows; first is the index of its first group."""
    declared = part.plan.round
    assert declared
    by_item: dict[str, list[Entry]] = {}
    for entry in part.entries:
        by_item.setdefault(entry.item.id, []).append(entry)
    answering = _Answering(part, declared, by_item)
    found = [answering.of(row) for row in rows]
    people = _people(part.plan, declared, found)
    groups = tuple(_groups(part.plan, declared, people, first))
    whose = tuple(zip(people, groups, strict=True))
    return RoundColumns(
        column_groups=groups,
        fields=tuple(_fields(part.plan, declared, groups)),
        combined=tuple(_combined(part.plan, declared, groups)),
        entries=tuple(
            tuple(_of_group(row, own, one, group, n) for n, (one, group) in enumerate(whose))
            for row, own in zip(rows, found, strict=True)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Answering:
    """The entries of a round, found by the rows of a year."""

    part: Round
    declared: DeclaredRound
    by_item: Mapping[str, Sequence[Entry]]

    def of(self, row: Assignment) -> tuple[Entry, ...]:
        """Return the entries that belong to a row, in the order in which people were asked."""
        entries = tuple(self.by_item.get(row.item.id, ()))
        if self.declared.respondent is Respondent.DEPARTMENT:
            codes = {department.code for department in row.departments}
            return tuple(entry for entry in entries if entry.is_asked_of_any(codes))[:1]
        if self.declared.respondent is Respondent.PEOPLE or row.item.answer is AnswerRule.ANY:
            return entries
        of_row = replace(row.item, departments=tuple(d.code for d in row.departments))
        reviewing = self.part.plan.reviewers_in(self.declared, of_row)
        return tuple(entry for entry in entries if entry.is_asked_of_any(reviewing))


def rows_of_departments(part: Round) -> Iterator[Assignment]:
    """Yield the rows a round has of a year: what departments answer or have others answer about."""
    for entry in part.entries:
        item = entry.item
        if not item.respondents:
            yield entry.assignment
            continue
        codes = (c for c in item.departments if c in {d.code for d in part.plan.departments})
        departments = tuple(part.plan.department(code) for code in codes)
        yield Assignment(replace(item, respondents=(), answer=AnswerRule.ANY), departments)


# Who is asked, and what the columns are called after.


@dataclass(frozen=True, slots=True)
class _Person:
    """Whose columns a group has: one person's by code, or the next of each row's own."""

    code: str = ""
    label: str = ""

    def key_of(self, key: str) -> str:
        """Return the key of a field in the year's form."""
        own = self.code or self.label
        return f"{key}@{own}" if own else key


def _people(
    plan: Plan, declared: DeclaredRound, found: Sequence[tuple[Entry, ...]]
) -> tuple[_Person, ...]:
    asked = [tuple(_codes(own)) for own in found if own]
    most = max(map(len, asked), default=1)
    if declared.respondent is Respondent.DEPARTMENT or most <= 1:
        return (_Person(),)
    if declared.people or len(set(map(frozenset, asked))) == 1:
        codes = declared.people or asked[0]
        names = [plan.department(code).name for code in codes]
        return tuple(
            _Person(code, name if names.count(name) == 1 else f"{name} {code}")
            for code, name in zip(codes, names, strict=True)
        )
    return (_Person(), *(_Person(label=f"{n}人目") for n in range(2, most + 1)))


def _codes(entries: Iterable[Entry]) -> Iterator[str]:
    return (department.code for entry in entries for department in entry.assignment.departments)


def _groups(
    plan: Plan, declared: DeclaredRound, people: Sequence[_Person], first: int
) -> Iterator[ColumnGroup]:
    keys = [field.key for field in plan.form.fields]
    for index, person in enumerate(people, start=first):
        yield ColumnGroup(
            index=index,
            round=declared.name,
            number=declared.number,
            person=person.label,
            keys=tuple((person.key_of(key), key) for key in keys),
            names_respondent=declared.respondent is not Respondent.DEPARTMENT and not person.code,
            measures=bool(plan.indicators),
        )


def in_years_form(field: Field, group: ColumnGroup) -> Field:
    """Return a field of a round as a group has it in the form of the year."""
    keys = {own: key for key, own in group.keys}
    condition = field.required_when
    if condition and condition.field in keys:
        condition = replace(condition, field=keys[condition.field])
    label = with_person(field.label, group.person)
    key = keys.get(field.key, field.key)
    return replace(field, key=key, label=label, required_when=condition)


def _fields(plan: Plan, declared: DeclaredRound, groups: Sequence[ColumnGroup]) -> Iterator[Field]:
    """Yield the fields of a round: those of several people side by side, what they come to last."""
    combined = {one.keys: one for one in _combined(plan, declared, groups)}
    for field in plan.form.fields:
        side_by_side = [in_years_form(field, group) for group in groups]
        yield from side_by_side
        made = combined.get(tuple(one.key for one in side_by_side))
        if made:
            label = with_person(field.label, made.word)
            yield replace(field, key=made.key, label=label).as_combined()


def _combined(
    plan: Plan, declared: DeclaredRound, groups: Sequence[ColumnGroup]
) -> Iterator[Combined]:
    rule = declared.combine
    for field in plan.form.fields if rule and len(groups) > 1 else ():
        assert rule
        if field.is_rating or field.is_number:
            keys = tuple(in_years_form(field, group).key for group in groups)
            yield Combined(f"{field.key}{COMBINED_KEY}", keys, rule, declared.name)


# What a group says of a row, by the keys of the year's form.


def _of_group(
    row: Assignment, own: Sequence[Entry], person: _Person, group: ColumnGroup, index: int
) -> Entry:
    """Return the entry of one group in a row; a row nobody asked about in it says so."""
    if person.code:
        entry = next((one for one in own if one.is_asked_of_any({person.code})), None)
    else:
        entry = own[index] if index < len(own) else None
    if entry is None:
        return Entry(row, AnswerStatus.NOT_ASKED, None)
    return replace(entry, held=entry.answer and in_years_keys(entry.answer, group))


def in_years_keys(answer: Answer, group: ColumnGroup) -> Answer:
    """Return an answer by the keys of the year's form; others, of indicators, stay as they are."""
    keys = {own: key for key, own in group.keys}
    return replace(
        answer,
        values={keys.get(key, key): value for key, value in answer.values.items()},
        written={keys.get(key, key): text for key, text in answer.written.items()},
        cells={keys.get(key, key): cell for key, cell in answer.cells.items()},
    )
