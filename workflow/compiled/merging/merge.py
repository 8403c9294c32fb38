"""Many returns → one answer per assignment; what it decides it says as findings.

Answers are looked at department by department: a large round has them on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from workflow.compiled.merging.entries import (
    AnswersByItem,
    Entries,
    returns_by_department,
)
from workflow.compiled.merging.forms import FormsHeld, form_findings
from workflow.compiled.merging.version_order import evidence_of, older_files, seemingly_older_files
from workflow.compiled.merging.versions import Versions, location_of, with_finding
from workflow.compiled.recorded import Collects
from workflow.compiled.round import Round
from workflow.model.catalogue import Code
from workflow.model.fields.declarations import Value
from workflow.model.findings import Finding, Location
from workflow.model.plan import Assignment, Item, Plan
from workflow.model.returns import Answer, Outcome, Return
from workflow.python.dataclass import dataclass
from workflow.storage.answers import AnswerStore, numbers_of
from workflow.storage.parallel import beside
from workflow.templates.register import Register

NONE_COLLECTED = Collects({}, {})
_WORTH_A_PROCESS = 500
"""Departments whose forms another process looks at."""


def merge(
    plan: Plan,
    register: Register,
    returns: Iterable[Return],
    collects: Collects = NONE_COLLECTED,
    answers: AnswerStore | None = None,
    hold_forms: FormsHeld = form_findings,
) -> Round:
    """Return the round that the judged files make, with what they say and contradict.

    Answers are those of the files, where they are kept already. Hold_forms holds the plan against
    the forms people have.
    """

    def held() -> tuple[Finding, ...]:
        return tuple(hold_forms(plan, register))

    # Half of the time: of a large city another process looks at the forms meanwhile.
    forms = beside(held) if len(plan.departments) >= _WORTH_A_PROCESS else held
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
            *forms(),
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

        def numbered() -> Iterator[tuple[Answer, int]]:
            for answer in chosen.values():
                number = numbers.get(id(answer))
                yield answer, self.store.keep_beside(answer) if number is None else number

        return AnswersByItem(self.store, numbered())


def standing(returns: tuple[Return, ...]) -> Iterator[Finding]:
    """Yield the findings that still matter: an old version's mistakes are mended by the new one."""
    for returned in returns:
        if returned.outcome in (Outcome.SUPERSEDED, Outcome.DUPLICATE):
            yield returned.findings[-1]
        else:
            yield from returned.findings


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
    return with_finding(returned, Outcome.DUPLICATE, finding)


def _with_warning(returned: Return, finding: Finding) -> Return:
    clean = returned.outcome is Outcome.ACCEPTED
    outcome = Outcome.ACCEPTED_WITH_WARNINGS if clean else returned.outcome
    return with_finding(returned, outcome, finding)


def _entries(
    assignments: Sequence[Assignment], newest: Mapping[str, AnswersByItem], store: AnswerStore
) -> tuple[Entries, list[Finding]]:
    """Return what stands for each assignment, and where departments contradict each other."""
    entries, joint = Entries(assignments, store), list[Finding]()
    for assignment in assignments:
        numbers = entries.add(assignment, newest)
        if len(numbers) > 1:
            joint += _joint_findings(assignment, [store[number] for number in numbers])
    return entries, joint


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
    values_of: dict[str, set[Value | None]] = {k: {a.values.get(k) for a in answers} for k in keys}
    return [key for key, values in values_of.items() if len(values) > 1]


def _unused(items: Iterable[Item], chosen: Mapping[str, Answer]) -> Iterator[Finding]:
    """Yield a finding for each answer nobody asks for any more: the plan changed after issue."""
    asked = {item.id for item in items}
    for item, answer in chosen.items():
        if item not in asked:
            yield Finding(Code.ANSWER_NOT_ASKED, location_of(answer))
