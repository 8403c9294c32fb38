"""The journeys, readable top to bottom: generate(), collect(), finalize(), verify()."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.model.catalogue import Severity
from workflow.model.errors import WorkspaceError
from workflow.model.years import era_year, to_the_second
from workflow.plan.load import load_plan, load_plan_with_content, plan_paths
from workflow.rounds.written import Written
from workflow.storage.commit import Changes, commit
from workflow.storage.files import sha256
from workflow.storage.journal import EventKind, Journal, lengthened, load_journal
from workflow.storage.recover import at_work, refuse_unfinished
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_register

if TYPE_CHECKING:
    from workflow.returned.inbox import Snapshot
    from workflow.rounds.load import Reading, Round
    from workflow.rounds.reporting import Reported
    from workflow.rounds.unchanged import Recalled
    from workflow.rounds.write import Output
    from workflow.templates.issue import Issuance
    from workflow.verification.differences import Report


def generate(
    workspace: Workspace, year: int, now: datetime, department: str | None = None
) -> Issuance:
    """Issue a template to every department of the plan, or to one; the unchanged is left alone.

    Raises PlanError, WorkspaceError or OutputError; then nothing was issued.
    """
    plan_paths(workspace.home)  # where there is no plan, nothing is left behind, not even a lock
    with at_work(workspace, year, f"generate --year {year}", now):
        return _issued_anew(workspace, year, now, department)


def _issued_anew(
    workspace: Workspace, year: int, now: datetime, department: str | None
) -> Issuance:
    from workflow.compiled.recorded import issued
    from workflow.rounds.earlier import last_answers
    from workflow.templates.issue import IssueRequest, plan_issuance

    plan = load_plan(workspace.home)
    folder = workspace.templates(year)
    journal = load_journal(workspace.journal(year))
    request = IssueRequest(
        plan=plan,
        year=year,
        now=now,
        previous=last_answers(workspace, plan, year),
        department=department,
    )
    issuance = plan_issuance(request, load_register(folder, year), folder)
    if journal.is_final and issuance.issued:
        raise _final_already(year)
    facts = issued(issuance.register, sha256(issuance.register_file), journal)
    after = journal.adding(EventKind.ISSUED, now, facts) if facts else journal
    recorded = lengthened(workspace.journal(year), journal, after)
    writes = {**issuance.writes, **recorded}
    commit(workspace, year, Changes(writes=writes, removals=issuance.stale))
    return issuance


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What collect or finalize made of a round; departments are as status.json spells them."""

    document: dict[str, Any]
    departments: tuple[Mapping[str, Any], ...]
    ledger: Path
    ledger_csv: Path
    overview: Path
    written: Written

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to do: every answer is there and no finding asks for a look."""
        asks = any(f["severity"] != Severity.INFO for f in self.document["findings"])
        return not asks and self.document["totals"]["missing"] == 0


def collect(
    workspace: Workspace, year: int, now: datetime, reading: Reading, reopening: str | None = None
) -> Collected:
    """Judge every file that came back and compile the ledger, the matrices and the state.

    A finalized round is left alone unless a reason to reopen it is given. Where the last collect
    may be remembered and would give the same again, nothing is done again.
    Raises PlanError, WorkspaceError or OutputError; then the previous output is whole.
    """
    plan_paths(workspace.home)
    with at_work(workspace, year, f"collect --year {year}", now):
        return _collected_or_recalled(workspace, year, now, reading, reopening)


def _collected_or_recalled(
    workspace: Workspace, year: int, now: datetime, reading: Reading, reopening: str | None
) -> Collected:
    from workflow.returned.inbox import take_snapshot
    from workflow.rounds.unchanged import grounds, recalled, remember

    before, now = load_journal(workspace.journal(year)), to_the_second(now)
    if before.is_final and reopening is None:
        raise _final_already(year)
    if not reading.remembering:
        return _collected_anew(workspace, year, now, reading, before, reopening)[0]
    snapshot = take_snapshot(workspace.returned(year)).without(reading.passing_over)
    rests_on = grounds(workspace, year, snapshot, reading.passwords)
    known = recalled(workspace, year, rests_on, before)
    if known:
        return _same_again(workspace, year, known)
    reading.get_ready()
    collected, lasting = _collected_anew(workspace, year, now, reading, before, reopening, snapshot)
    if lasting and rests_on == grounds(workspace, year, snapshot, reading.passwords):
        remember(
            workspace, year, rests_on, load_journal(workspace.journal(year)), collected.document
        )
    return collected


def finalize(workspace: Workspace, year: int, now: datetime, reading: Reading) -> Collected:
    """Make what was last collected the final version; one that is final already is made again.

    The plan is the one it was collected with, whatever plan.xlsx says by now.
    Raises WorkspaceError when anything came or was issued since the last collect, and as collect.
    """
    with at_work(workspace, year, f"finalize --year {year}", now):
        return _made_final(workspace, year, now, reading)


def _made_final(workspace: Workspace, year: int, now: datetime, reading: Reading) -> Collected:
    from workflow.rounds.load import judged_round, not_collected, plan_as_recorded, with_gone
    from workflow.rounds.write import write_final

    before, now = load_journal(workspace.journal(year)), to_the_second(now)
    if not before.last(EventKind.COMPILED):
        raise not_collected(year)
    plan, content = plan_as_recorded(workspace, before)
    judged = judged_round(workspace, plan, year, reading)
    if _recorded(before, now, judged, content) != before:
        raise WorkspaceError(
            f"{era_year(year)}は、前回の collect のあとに、回答か調査票が変わっています。"
            f"collect --year {year} を実行して内容を確かめてから、もう一度実行してください。"
        )
    output = _output(workspace, with_gone(judged, before), before, before, now)
    return _collected(output, write_final(output))


def report(workspace: Workspace, year: int, now: datetime) -> Reported:
    """Write the report for publication, as a Word document and as pages.

    Raises WorkspaceError when nothing was collected or the template cannot be filled, OutputError
    when a file cannot be written; then the previous report is whole.
    """
    from workflow.rounds.load import not_collected
    from workflow.rounds.reporting import write_report

    if not workspace.journal(year).exists():
        raise not_collected(year)  # and nothing is left behind, not even a lock
    with at_work(workspace, year, f"report --year {year}", now):
        journal = load_journal(workspace.journal(year))
        return write_report(workspace, year, to_the_second(now), journal)


def verify(workspace: Workspace, year: int, reading: Reading) -> Report:
    """Recompute a round from plan, register, originals and journal; report every difference.

    Raises PlanError or WorkspaceError when there is nothing to recompute it from.
    """
    from workflow.verification.verify import verified

    refuse_unfinished(workspace, year)
    return verified(workspace, year, reading)


def _collected_anew(
    workspace: Workspace,
    year: int,
    now: datetime,
    reading: Reading,
    before: Journal,
    reopening: str | None,
    snapshot: Snapshot | None = None,
) -> tuple[Collected, bool]:
    """Collect a round; also return whether doing it again would give the same."""
    from workflow.rounds.load import judged_round, with_gone
    from workflow.rounds.write import write_provisional

    plan, content = load_plan_with_content(workspace.home)
    judged = judged_round(workspace, plan, year, reading, snapshot)
    if not judged.files:
        raise WorkspaceError(f"returned/{year} に回答ファイルがありません。")
    journal = _recorded(_reopened(before, now, reopening), now, judged, content)
    output = _output(workspace, with_gone(judged, journal), before, journal)
    return _collected(output, write_provisional(output, now)), judged.lasting


def _same_again(workspace: Workspace, year: int, known: Recalled) -> Collected:
    return Collected(
        document=known.document,
        departments=known.departments,
        ledger=workspace.ledger(year),
        ledger_csv=workspace.ledger_csv(year),
        overview=workspace.overview(year),
        written=Written(handbacks=known.handbacks),
    )


def _output(
    workspace: Workspace,
    judged: Round,
    before: Journal,
    journal: Journal,
    finalized: datetime | None = None,
) -> Output:
    from workflow.rounds.load import compilation_of, stage_of
    from workflow.rounds.write import Output

    stage = stage_of(journal, finalized)
    return Output(
        workspace=workspace,
        judged=judged,
        compilation=compilation_of(workspace, judged.result, journal, stage),
        before=before,
        journal=journal,
    )


def _reopened(journal: Journal, now: datetime, reason: str | None) -> Journal:
    if not journal.is_final or reason is None:
        return journal
    return journal.adding(EventKind.REOPENED, now, {"reason": reason})


def _recorded(
    journal: Journal, now: datetime, judged: Round, plan_content: Mapping[str, Any]
) -> Journal:
    """Return the journal with what is new about issues, files and outcomes."""
    from workflow.compiled.recorded import issued, judgement, receipts

    result = judged.result
    news = (
        (EventKind.ISSUED, issued(result.register, result.basis.register, journal)),
        (EventKind.RECEIVED, receipts(journal, result.merged.returns)),
        (EventKind.JUDGED, judgement(journal, result.basis, result.merged, plan_content)),
    )
    for kind, facts in news:
        journal = journal.adding(kind, now, facts) if facts else journal
    return journal


def _collected(output: Output, written: Written) -> Collected:
    from workflow.compiled.open_data.round_json import round_document, status_document
    from workflow.compiled.status import totals

    workspace, result = output.workspace, output.judged.result
    merged = result.merged
    figures, statuses = totals(merged), output.compilation.statuses
    return Collected(
        document=round_document(
            result.year, merged.returns, figures, merged.findings, output.compilation.wording
        ),
        departments=tuple(
            status_document(result.year, statuses, figures, (), {}, {})["departments"]
        ),
        ledger=workspace.ledger(result.year),
        ledger_csv=workspace.ledger_csv(result.year),
        overview=workspace.overview(result.year),
        written=written,
    )


def _final_already(year: int) -> WorkspaceError:
    return WorkspaceError(
        f"{era_year(year)}は確定しているため、変えませんでした。確定を取り消すときは、"
        f'collect --year {year} --reopen --reason "理由" を実行してください。'
    )
