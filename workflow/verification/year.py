"""A whole year of several rounds: each of them verified, and then the year made of them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from workflow.model.catalogue import Code
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.rounds.load import not_collected
from workflow.rounds.options import ReadOptions
from workflow.rounds.siblings.named import rounds_of
from workflow.rounds.write_year import digests_of_year
from workflow.rounds.year import (
    YearOnDisk,
    as_last_made,
    compilation_of_year,
    stage_of_year,
    united_year,
    year_on_disk,
)
from workflow.storage.journal import EventKind, read_journal
from workflow.storage.workspace import Workspace
from workflow.verification.differences import Checked, Report
from workflow.verification.on_disk import OnDisk, is_collected
from workflow.verification.verify import Recomputed, verified_again


def verified_year(workspace: Workspace, year: int, options: ReadOptions) -> Report:
    """Return every difference between a year of several rounds on disk and the year recomputed.

    Raises PlanError, or WorkspaceError when no round was collected.
    """
    whole = workspace.of_year()
    reports: list[Report] = []
    again: dict[str, Recomputed] = {}
    for name in rounds_of(whole, year):
        if is_collected(whole.in_round(name), year):
            report, recomputed = verified_again(whole.in_round(name), year, options)
            reports.append(report)
            if recomputed:
                again[name] = recomputed
    if not reports:
        raise not_collected(whole, year)
    found = tuple(_of_year(whole, year, again, options, reports))
    checked = [report.checked for report in reports]
    summed = {f.name: sum(getattr(one, f.name) for one in checked) for f in fields(Checked)}
    differences = tuple(d for report in reports for d in report.differences)
    return Report(year=year, checked=Checked(**summed), differences=(*differences, *found))


def _of_year(
    whole: Workspace,
    year: int,
    again: dict[str, Recomputed],
    options: ReadOptions,
    reports: list[Report],
) -> Iterator[Finding]:
    """Yield what the files of the year itself are otherwise; how much was looked at is reported."""
    path = whole.journal(year)
    file = whole.shown(path)
    journal, wrong = read_journal(path if path.exists() else b"", file)
    yield from wrong
    try:
        found = year_on_disk(whole, year)
    except (WorkspaceError, PlanError) as error:
        yield Finding(Code.VERIFY_STOPPED, Location(), {"reason": str(error)})
        return
    if found is None or not _is_whole(found, again):
        return  # what is wrong with a round was told with it
    found = replace(found, journal=journal)
    made = as_last_made(found)
    if made is None:
        details = {"expected": EventKind.COMPILED.label, "what": "作成の記録"}
        yield Finding(Code.VERIFY_NOT_RECORDED, Location(file=file), details)
        return
    found = _with_rounds(made, again)
    recomputed = _recomputed(found, again, options)
    reports.append(Report(year=year, checked=recomputed.checked, differences=()))
    yield from recomputed.output_differences()
    if journal.is_final:
        yield from recomputed.list_differences(digests_of_year(found, journal))


def _is_whole(found: YearOnDisk, again: dict[str, Recomputed]) -> bool:
    """Whether every round that was collected could be recomputed."""
    return all(part.declared.name in again for part in found.collected)


def _with_rounds(found: YearOnDisk, again: dict[str, Recomputed]) -> YearOnDisk:
    """Return a year with its rounds as they were recomputed."""
    parts = tuple(
        replace(part, round=again[part.declared.name].first) if part.stage else part
        for part in found.parts
    )
    return replace(found, parts=parts)


def _recomputed(
    found: YearOnDisk, again: dict[str, Recomputed], options: ReadOptions
) -> Recomputed:
    first = united_year(found)
    second = united_year(
        found, {p.declared.name: again[p.declared.name].second for p in found.collected}
    )
    compilation = compilation_of_year(found, first, stage_of_year(found), again=True)
    on_disk = OnDisk(found.workspace, found.year, found.journal, ())
    return Recomputed.compiled(on_disk, second, compilation, options)
