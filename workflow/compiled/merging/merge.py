"""Many returns → one answer per assignment; what it decides it says as findings.

Answers are looked at department by department: a large round has them on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from workflow.compiled.merging.entries import (
    AnswersByItem,
    AnswerStatus,
    Entries,
    Entry,
    Newest,
    returns_by_department,
)
from workflow.compiled.merging.version_order import evidence_of, older_files, seemingly_older_files
from workflow.compiled.merging.versions import Versions, closed, location_of
from workflow.compiled.recorded import Collects
from workflow.compiled.round import Round
from workflow.model.catalogue import Code
from workflow.model.dataclass import dataclass
from workflow.model.fields.declarations import Value
from workflow.model.findings import Finding, Location
from workflow.model.plan import Assignment, Item, Plan
from workflow.model.returns import Answer, Outcome, Return
from workflow.storage.answers import NO_ANSWER, AnswerStore, numbers_of
from workflow.templates.indicator_table import issued_indicators
from workflow.templates.lay_out import issued_form, issued_items
from workflow.templates.register import Register

_MOST_DIFFERENCES = 6
NONE_COLLECTED = Collects({}, {})


def merge(
    plan: Plan,
    register: Register,
    returns: Iterable[Return],
    collects: Collects = NONE_COLLECTED,
    answers: AnswerStore | None = None,
) -> Round:
    """Return the round that the judged files make, with what they say and contradict.

    Answers are those of the files, where they are kept already.
    """
    store = answers or AnswerStore()
    settled = _mark_duplicates(tuple(map(store.with_kept, returns)))
    newest: dict[str, AnswersByItem] = {}
    final: dict[str, Return] = {r.file: r for r in settled}
    current = returns_by_department(r for r in settled if r.outcome.is_answer)
    copies = returns_by_department(r for r in settled if r.outcome is Outcome.DUPLICATE)
    unused: list[Finding] = []
    for department in plan.departments:
        code = department.code
        own = _Own(store, current.get(code, ()))
        evidence = [evidence_of(returned, register, collects) for returned in own.returns]
        certain = older_files(evidence)
        versions = Versions(plan, certain, seemingly_older_files(evidence, certain))
        versions.take_all(own.returns)
        versions.take_copies(copies.get(code, ()), register, collects)
        final |= own.kept(versions.settled)
        if versions.chosen:
            newest[code] = own.by_item(versions.chosen)
            unused += _unused(plan.items_of(code), versions.chosen)
    entries, joint = _entries(plan.assignments(), newest, store)
    for finding in (*joint, *unused):
        file = finding.location.file
        final[file] = _with_warning(final[file], finding)
    merged = tuple(final[r.file] for r in settled)
    return Round(
        plan=plan,
        register=register,
        returns=merged,
        entries=entries,
        findings=(
            *standing(merged),
            *_unissued(plan, register),
            *_plan_changes(plan, register),
            *_earlier_changes(plan, register),
        ),
        newest=newest,
    )


@dataclass(frozen=True)
class _Own:
    """The returns of one department while they are merged, with their answers in memory."""

    store: AnswerStore
    found: Sequence[Return]

    @cached_property
    def returns(self) -> tuple[Return, ...]:
        """The returns with their answers read."""
        return tuple(replace(returned, answers=tuple(returned.answers)) for returned in self.found)

    def kept(self, settled: Mapping[str, Return]) -> dict[str, Return]:
        """Return what became of the department's files, with their answers as they are kept."""
        known = {returned.file: returned.answers for returned in self.found}
        return {
            file: replace(returned, answers=known.get(file, returned.answers))
            for file, returned in settled.items()
        }

    def by_item(self, chosen: Mapping[str, Answer]) -> AnswersByItem:
        """Return what counts of each item; what differs from every file is kept besides."""
        numbers = {
            id(answer): number
            for returned, kept in zip(self.returns, self.found, strict=True)
            for answer, number in zip(returned.answers, numbers_of(kept), strict=True)
        }
        found = (
            numbers[id(a)] if id(a) in numbers else self.store.keep_beside(a)
            for a in chosen.values()
        )
        return AnswersByItem(self.store, map(hash, chosen), found)


def standing(returns: tuple[Return, ...]) -> Iterator[Finding]:
    """Yield the findings that still matter: an old version's mistakes are mended by the new one."""
    for returned in returns:
        if returned.outcome in (Outcome.SUPERSEDED, Outcome.DUPLICATE):
            yield returned.findings[-1]
        else:
            yield from returned.findings


def _unissued(plan: Plan, register: Register) -> Iterator[Finding]:
    """Yield the items that stand on no form people have.

    Those on a form of whom they are asked are most, and need no look at the forms of all others.
    """
    wanted: set[str] = set()
    for department in plan.departments:
        issue = register.latest_for(department)
        own = {item.id for item in issue.items} if issue else set()
        wanted.update(item.id for item in plan.items_of(department.code) if item.id not in own)
    issued = register.item_ids() if wanted else frozenset()
    for item in plan.items if wanted else ():
        if item.id in wanted and item.id not in issued:
            yield Finding(Code.ITEM_NOT_ISSUED, Location(item=item.id))


def _plan_changes(plan: Plan, register: Register) -> Iterator[Finding]:
    """Yield what the plan asks otherwise than the forms people have, and whose forms these are."""
    form = issued_form(plan)
    asked: dict[tuple[str, ...], list[str]] = {}
    known: dict[tuple[str, ...], list[str]] = {}
    for department in plan.departments:
        if issue := register.latest_for(department):
            items, indicators = issued_items(plan, department), issued_indicators(plan, department)
            differences = issue.differences(form, items, indicators)
            asked.setdefault(differences, []).append(department.name)
            known.setdefault(issue.known_differences(form, items), []).append(department.name)
    for differences, names in asked.items():
        if differences:
            yield Finding(
                Code.PLAN_CHANGED,
                Location(),
                {"departments": tuple(names), "what": _first(differences)},
            )
    file = plan.known_values.file if plan.known_values else ""
    for differences, names in known.items():
        if differences:
            yield Finding(
                Code.KNOWN_CHANGED,
                Location(),
                {"departments": tuple(names), "value": file, "what": _first(differences)},
            )


def _earlier_changes(plan: Plan, register: Register) -> Iterator[Finding]:
    """Yield what earlier rounds answer otherwise than stands on the forms that people have."""
    if not plan.earlier:
        return
    form, names = issued_form(plan), tuple(one.name for one in plan.earlier)
    changed: dict[tuple[str, ...], list[str]] = {}
    for department in plan.departments:
        if issue := register.latest_for(department):
            differences = issue.earlier_differences(form, issued_items(plan, department))
            changed.setdefault(differences, []).append(department.name)
    for differences, departments in changed.items():
        if differences:
            yield Finding(
                Code.ROUND_BEFORE_CHANGED,
                Location(),
                {
                    "departments": tuple(departments),
                    "rounds": names,
                    "what": _first(differences),
                },
            )


def _first(differences: tuple[str, ...]) -> tuple[str, ...]:
    more = ("ほか",) if len(differences) > _MOST_DIFFERENCES else ()
    return (*differences[:_MOST_DIFFERENCES], *more)


def _mark_duplicates(returns: tuple[Return, ...]) -> tuple[Return, ...]:
    first: dict[tuple[str, str], Return] = {}
    for returned in sorted(returns, key=lambda r: (r.received, r.file)):
        if returned.outcome.is_answer:
            first.setdefault((returned.sha256, returned.department), returned)
    return tuple(_as_duplicate(r, first.get((r.sha256, r.department))) for r in returns)


def _as_duplicate(returned: Return, original: Return | None) -> Return:
    if original is None or original.file == returned.file:
        return returned
    finding = Finding(Code.FILE_DUPLICATE, Location(file=returned.file), {"other": original.file})
    return closed(returned, Outcome.DUPLICATE, finding)


def _with_warning(returned: Return, finding: Finding) -> Return:
    clean = returned.outcome is Outcome.ACCEPTED
    outcome = Outcome.ACCEPTED_WITH_WARNINGS if clean else returned.outcome
    return closed(returned, outcome, finding)


def _entries(
    assignments: Sequence[Assignment], newest: Mapping[str, AnswersByItem], store: AnswerStore
) -> tuple[Entries, list[Finding]]:
    """Return what stands for each assignment, and where departments contradict each other."""
    entries, joint = Entries(assignments, store), list[Finding]()
    for assignment in assignments:
        item = assignment.item.id
        own = (newest[d.code].number_of(item) for d in assignment.departments if d.code in newest)
        numbers = [number for number in own if number != NO_ANSWER]
        answers = [store[number] for number in numbers]
        entry = _entry_among(assignment, answers)
        chosen = (n for n, a in zip(numbers, answers, strict=True) if a is entry.held)
        entries.add(entry.status, next(chosen, NO_ANSWER))
        joint += _joint_findings(assignment, answers)
    return entries, joint


def entry_of(assignment: Assignment, newest: Newest) -> Entry:
    """Return what stands for an assignment, given what each department said last."""
    item = assignment.item.id
    own = (newest.get(d.code, {}).get(item) for d in assignment.departments)
    return _entry_among(assignment, [answer for answer in own if answer])


def _entry_among(assignment: Assignment, answers: Sequence[Answer]) -> Entry:
    """Return what stands for an assignment, given its departments' answers: the first one leads.

    That one department of a joint item has nothing to report does not speak for the others: it may
    leave the report to them.
    """
    reporting = [answer for answer in answers if answer.rejected or not answer.says_nothing]
    accepted = [answer for answer in reporting if not answer.rejected]
    if accepted:
        return Entry(assignment, AnswerStatus.ANSWERED, accepted[0])
    if reporting:
        return Entry(assignment, AnswerStatus.SENT_BACK, reporting[0])
    if answers and len(answers) == len(assignment.departments):
        return Entry(assignment, AnswerStatus.NOTHING, answers[0])
    return Entry(assignment, AnswerStatus.MISSING, None)


def _joint_findings(assignment: Assignment, answers: Sequence[Answer]) -> Iterator[Finding]:
    accepted = [a for a in answers if not (a.rejected or a.says_nothing)]
    differing = _differing_keys(accepted) if len(accepted) > 1 else []
    if not differing:
        return
    names = {d.code: d.name for d in assignment.departments}
    for answer in accepted:
        yield Finding(
            Code.JOINT_DIFFERS,
            location_of(answer),
            {
                "departments": tuple(names[a.department] for a in accepted),
                "labels": tuple(differing),
                "used": names[accepted[0].department],
            },
        )


def _differing_keys(answers: list[Answer]) -> list[str]:
    keys = dict.fromkeys(key for answer in answers for key in answer.values)
    said: dict[str, set[Value | None]] = {k: {a.values.get(k) for a in answers} for k in keys}
    return [key for key, values in said.items() if len(values) > 1]


def _unused(items: Iterable[Item], chosen: Mapping[str, Answer]) -> Iterator[Finding]:
    """Yield a finding for each answer nobody asks for any more: the plan changed after issue."""
    asked = {item.id for item in items}
    for item, answer in chosen.items():
        if item not in asked:
            yield Finding(Code.ANSWER_NOT_ASKED, location_of(answer))
