"""The rounds of a year as one round, so that what is made of a round is made of the year. Pure.

Its form has all fields in the order of the rounds, its rows are what departments are asked, and
each row holds what every round says of it. Nothing that a round has is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from workflow.compiled.merging.entries import Entry
from workflow.compiled.points.point import Point
from workflow.compiled.recorded import Basis
from workflow.compiled.round import Round
from workflow.compiled.year.between import matrices_between
from workflow.compiled.year.column_groups import (
    RoundColumns,
    columns_of,
    in_years_form,
    rows_of_departments,
)
from workflow.model.catalogue import Code
from workflow.model.fields.form import Form
from workflow.model.findings import Finding
from workflow.model.plan import Assignment, Item, Plan
from workflow.model.returns import Outcome, Return
from workflow.model.rounds.column_group import ColumnGroup
from workflow.templates.layout import DEPARTMENT_LABEL
from workflow.templates.register import Issue, Register

_ELSEWHERE = (Code.RETURN_OTHER_ROUND, Code.RETURN_CLOSED_ROUND)


def united(plan: Plan, parts: Sequence[Round], basis: Basis | None = None) -> Round:
    """Return the year that some rounds of a plan make; the plan is that of the whole year."""
    rows = tuple(_rows(plan, parts))
    columns: list[RoundColumns] = []
    for part in parts:
        columns.append(columns_of(part, rows, sum(len(one.column_groups) for one in columns)))
    whole = _plan_of_year(plan, rows, columns)
    own = {part.plan.round.name: part for part in parts if part.plan.round}
    return Round(
        plan=whole,
        register=Register(parts[0].year, tuple(_issues(whole.column_groups, own))),
        returns=tuple(_returns(own)),
        entries=tuple(_entry(row, n, columns) for n, row in enumerate(rows)),
        findings=tuple(_findings(own)),
        basis=basis or Basis(),
        points=tuple(_points(own)),
        parts=tuple(parts),
    )


def _rows(plan: Plan, parts: Sequence[Round]) -> Iterator[Assignment]:
    """Yield what departments are asked today, then what they were asked in a round and no more."""
    taken: set[tuple[str, str]] = set()
    for row in (*plan.assignments(), *(r for part in parts for r in rows_of_departments(part))):
        keys = {(row.item.id, department.code) for department in row.departments}
        if not keys & taken:
            taken |= keys
            yield row


def _plan_of_year(plan: Plan, rows: Sequence[Assignment], columns: Sequence[RoundColumns]) -> Plan:
    """Return the plan with the form of the year, and with what it asked in a round and no more."""
    fields = tuple(field for one in columns for field in one.fields)
    keys = {field.key for field in fields}
    known_codes = {department.code for department in plan.departments}
    asked = {d.code: d for row in rows for d in row.departments}
    gone = (department for code, department in asked.items() if code not in known_codes)
    known = {*plan.levels, DEPARTMENT_LABEL, *keys}
    declared = tuple(c for c in plan.form.declared if keys.issuperset(c.labels))
    whole = replace(
        plan,
        form=Form(fields, declared),
        matrices=tuple(m for m in plan.matrices if {m.rows, m.columns} <= known),
        items=(*plan.items, *_others((row.item for row in rows), plan.items)),
        rows=tuple(rows),
        departments=(*plan.departments, *gone),
        column_groups=tuple(group for one in columns for group in one.column_groups),
        indicators=plan.indicators
        if any(a.measures for one in columns for a in one.column_groups)
        else (),
        combined=tuple(combined for one in columns for combined in one.combined),
    )
    return replace(whole, matrices=(*whole.matrices, *matrices_between(whole)))


def _others(items: Iterable[Item], known: Iterable[Item]) -> Iterator[Item]:
    """Yield items, each once, that are none of the known ones."""
    taken = {item.id for item in known}
    for item in items:
        if item.id not in taken:
            taken.add(item.id)
            yield item


def _entry(row: Assignment, n: int, columns: Sequence[RoundColumns]) -> Entry:
    """Return a row with what every group says of it; the first one leads."""
    first, *others = (entry for one in columns for entry in one.entries[n])
    return replace(first, assignment=row, others=tuple(others))


def _issues(groups: Iterable[ColumnGroup], parts: Mapping[str, Round]) -> Iterator[Issue]:
    """Yield every template issued, each with its fields as the year's form has them."""
    for name, part in parts.items():
        own = [group for group in groups if group.round == name]
        for issue in part.register.issues:
            asked = issue.answer_form
            fields = tuple(in_years_form(f, group) for f in asked.fields for group in own)
            yield replace(issue, form=replace(issue.form, form=replace(asked, fields=fields)))


def _returns(parts: Mapping[str, Round]) -> Iterator[Return]:
    """Yield every file once, with the round it belongs to.

    A form that lies in another round's folder is named in both; the round it answers has it.
    """
    answering = _answering(parts)
    yielded: set[str] = set()
    for name, part in parts.items():
        for returned in part.returns:
            if returned.file in yielded or (_is_elsewhere(returned) and returned.file in answering):
                continue
            yielded.add(returned.file)
            findings = tuple(_of_round(finding, name) for finding in returned.findings)
            yield replace(returned, findings=findings, round=name)


def _answering(parts: Mapping[str, Round]) -> frozenset[str]:
    """Return the files that some round takes for its own."""
    every = (returned for part in parts.values() for returned in part.returns)
    return frozenset(returned.file for returned in every if not _is_elsewhere(returned))


def _is_elsewhere(returned: Return) -> bool:
    """Whether a file is only said to belong to another round."""
    is_other = any(finding.code in _ELSEWHERE for finding in returned.findings)
    return is_other and returned.outcome is Outcome.NOT_A_RETURN


def _findings(parts: Mapping[str, Round]) -> Iterator[Finding]:
    answering = _answering(parts)
    for name, part in parts.items():
        for finding in part.findings:
            is_other = finding.code in _ELSEWHERE
            if not (is_other and finding.location.file in answering):
                yield _of_round(finding, name)


def _of_round(finding: Finding, name: str) -> Finding:
    return replace(finding, location=replace(finding.location, round=name))


def _points(parts: Mapping[str, Round]) -> Iterator[Point]:
    for name, part in parts.items():
        for point in part.points:
            yield replace(point, findings=tuple(_of_round(f, name) for f in point.findings))
