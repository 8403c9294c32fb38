"""The findings that ask for a look: those of each department, and files that belong to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflow.compiled.compilation import Compilation
from workflow.compiled.display_limits import Shown, bounded
from workflow.compiled.pages.frame import to_returned
from workflow.model.catalogue import Severity
from workflow.model.findings import Finding
from workflow.model.returns import Return
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass

_MOST_DEPARTMENTS, _MOST_PER_DEPARTMENT, _MOST_UNASSIGNED = 100, 20, 50

NOBODY = ""
"""Stands for the department where a finding belongs to none."""


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one department, those to correct first."""

    code: str
    name: str
    findings: Shown[Finding]


@dataclass(frozen=True, slots=True)
class UnassignedFile:
    """A file that belongs to no department, why, and what to do."""

    file: str
    href: str
    outcome: str
    problem: str
    remedy: str


def open_findings(compilation: Compilation) -> Mapping[str, Sequence[Finding]]:
    """Return the errors and warnings that ask for something, by department; NOBODY's are the rest.

    Departments are named by their code.
    """
    round_ = compilation.round
    owners = {r.file: _owner(compilation, r.department) for r in round_.returns}
    found: dict[str, list[Finding]] = {}
    for severity in (Severity.ERROR, Severity.WARNING):
        for finding in round_.open_findings:
            if finding.severity is severity:
                found.setdefault(owners.get(finding.location.file, NOBODY), []).append(finding)
    return found


def finding_groups(
    compilation: Compilation, findings: Mapping[str, Sequence[Finding]]
) -> Shown[FindingGroup]:
    """Return the departments that have findings, in the plan's order."""
    groups = [
        FindingGroup(
            department.code,
            department.name,
            bounded(findings[department.code], _MOST_PER_DEPARTMENT),
        )
        for department in compilation.round.plan.departments
        if findings.get(department.code)
    ]
    return bounded(groups, _MOST_DEPARTMENTS)


def of_the_plan(findings: Mapping[str, Sequence[Finding]]) -> tuple[Finding, ...]:
    """Return the findings that are about no file at all."""
    return tuple(f for f in findings.get(NOBODY, ()) if not f.location.file)


def unassigned_files(compilation: Compilation) -> Shown[UnassignedFile]:
    """Return the files that belong to no department."""
    period = compilation.ledger.period
    found = [
        _unassigned_file(r, to_returned(period, r.on_disk.file), compilation.wording)
        for r in compilation.round.returns
        if _owner(compilation, r.department) == NOBODY
    ]
    return bounded(found, _MOST_UNASSIGNED)


def _owner(compilation: Compilation, code: str) -> str:
    """Return the code of the department of the plan that stands for one today, or NOBODY."""
    owner = compilation.round.plan.successor(code)
    return owner.code if owner else NOBODY


def _unassigned_file(returned: Return, href: str, wording: Wording) -> UnassignedFile:
    return UnassignedFile(
        file=returned.file,
        href=href,
        outcome=returned.outcome.label,
        problem="".join(map(wording.problem, returned.findings)),
        remedy="".join(dict.fromkeys(map(wording.remedy, returned.findings))),
    )


def file_hrefs(compilation: Compilation) -> Mapping[str, str]:
    """Return the address of every file; what came in an archive leads to the archive."""
    period = compilation.ledger.period
    return {r.file: to_returned(period, r.on_disk.file) for r in compilation.round.returns}
