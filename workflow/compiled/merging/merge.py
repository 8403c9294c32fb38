"""Many returns → one answer per assignment. Pure; what it decides it says as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workflow.compiled.merging.entries import AnswerStatus, Entry, returns_by_department
from workflow.compiled.merging.version_order import evidence_of, older_files, seemingly_older_files
from workflow.compiled.merging.versions import Versions, closed, location_of
from workflow.compiled.recorded import Collects
from workflow.compiled.round import Round
from workflow.model.catalogue import Code
from workflow.model.fields.declarations import Value
from workflow.model.findings import Finding, Location
from workflow.model.plan import Assignment, Plan
from workflow.model.returns import Answer, Outcome, Return
from workflow.templates.indicator_table import issued_indicators
from workflow.templates.layout import issued_form, issued_items
from workflow.templates.register import Register

_MOST_DIFFERENCES = 6
NONE_COLLECTED = Collects({}, {})


def merge(
    plan: Plan,
    register: Register,
    returns: Iterable[Return],
    collects: Collects = NONE_COLLECTED,
) -> Round:
    """Return the round that the judged files make, with what they say and contradict."""
    settled = _mark_duplicates(tuple(returns))
    chosen: dict[tuple[str, str], Answer] = {}
    final: dict[str, Return] = {r.file: r for r in settled}
    current = returns_by_department(r for r in settled if r.outcome.is_answer)
    copies = returns_by_department(r for r in settled if r.outcome is Outcome.DUPLICATE)
    for department in plan.departments:
        own = current.get(department.code, ())
        evidence = [evidence_of(returned, register, collects) for returned in own]
        certain = older_files(evidence)
        versions = Versions(plan, certain, seemingly_older_files(evidence, certain))
        versions.take_all(own)
        versions.take_copies(copies.get(department.code, ()), register, collects)
        final |= versions.settled
        chosen |= {(department.code, item): a for item, a in versions.chosen.items()}
    entries = tuple(entry_of(assignment, chosen) for assignment in plan.assignments())
    joint = _joint_findings(entries, chosen)
    for finding in (*joint, *_unused(entries, chosen)):
        file = finding.location.file
        final[file] = _with_warning(final[file], finding)
    issued = register.item_ids()
    unissued = tuple(
        Finding(Code.ITEM_NOT_ISSUED, Location(item=item.id))
        for item in plan.items
        if item.id not in issued
    )
    merged = tuple(final[r.file] for r in settled)
    return Round(
        plan=plan,
        register=register,
        returns=merged,
        entries=entries,
        findings=(
            *standing(merged),
            *unissued,
            *_plan_changes(plan, register),
            *_earlier_changes(plan, register),
        ),
        newest=chosen,
    )


def standing(returns: tuple[Return, ...]) -> Iterator[Finding]:
    """Yield the findings that still matter: an old version's mistakes are mended by the new one."""
    for returned in returns:
        if returned.outcome in (Outcome.SUPERSEDED, Outcome.DUPLICATE):
            yield returned.findings[-1]
        else:
            yield from returned.findings


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


def entry_of(assignment: Assignment, chosen: Mapping[tuple[str, str], Answer]) -> Entry:
    """Return what stands for an assignment, given the answers of each department by item.

    That one department of a joint item has nothing to report does not speak for the others: it may
    leave the report to them.
    """
    answers = _answers_to(assignment, chosen)
    reporting = [answer for answer in answers if answer.rejected or not answer.says_nothing]
    accepted = [answer for answer in reporting if not answer.rejected]
    if accepted:
        return Entry(assignment, AnswerStatus.ANSWERED, accepted[0])
    if reporting:
        return Entry(assignment, AnswerStatus.SENT_BACK, reporting[0])
    if answers and len(answers) == len(assignment.departments):
        return Entry(assignment, AnswerStatus.NOTHING, answers[0])
    return Entry(assignment, AnswerStatus.MISSING, None)


def _answers_to(
    assignment: Assignment, chosen: Mapping[tuple[str, str], Answer]
) -> tuple[Answer, ...]:
    """Return the answers of the departments asked, in the plan's order: the first one leads."""
    keys = ((d.code, assignment.item.id) for d in assignment.departments)
    return tuple(chosen[key] for key in keys if key in chosen)


def _joint_findings(
    entries: Iterable[Entry], chosen: Mapping[tuple[str, str], Answer]
) -> Iterator[Finding]:
    for entry in entries:
        answers = _answers_to(entry.assignment, chosen)
        accepted = [a for a in answers if not (a.rejected or a.says_nothing)]
        differing = _differing_keys(accepted) if len(accepted) > 1 else []
        if not differing:
            continue
        names = {d.code: d.name for d in entry.assignment.departments}
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


def _unused(
    entries: Iterable[Entry], chosen: Mapping[tuple[str, str], Answer]
) -> tuple[Finding, ...]:
    """Return a finding for each answer nobody asks for any more: the plan changed after issue."""
    asked = {(d.code, e.assignment.item.id) for e in entries for d in e.assignment.departments}
    return tuple(
        Finding(Code.ANSWER_NOT_ASKED, location_of(answer))
        for key, answer in chosen.items()
        if key not in asked
    )
