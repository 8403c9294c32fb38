"""A round read from the workspace: everything a compilation rests on, judged and merged."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from workflow.compiled.merging.forms import FormsHeld, form_findings
from workflow.compiled.merging.merge import merge
from workflow.compiled.points.apply import applied, with_lost
from workflow.compiled.points.decisions import (
    decision_findings,
    decision_log,
    record_findings,
    with_decisions,
)
from workflow.compiled.points.derive import points_of
from workflow.compiled.points.point import Point
from workflow.compiled.recorded import (
    Basis,
    gone_files,
    lost_records,
    plan_as_kept,
    recorded_basis,
    recorded_collects,
    recorded_departments,
)
from workflow.compiled.recording import recorded_plan_content
from workflow.compiled.round import Round, Stage
from workflow.compiled.years.pairing import previous_answers
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.plan import Plan
from workflow.model.returns import Return
from workflow.plan.fingerprint import plan_digest
from workflow.plan.large import is_large, load_large, plan_in
from workflow.plan.load import in_scope, load_written_plan
from workflow.returned.context import Context, OtherRound
from workflow.returned.inbox import Snapshot, scan
from workflow.returned.workers.cache import Extracts, is_lasting
from workflow.returned.workers.store import ExtractStore
from workflow.rounds.earlier import earlier_digests, past_years
from workflow.rounds.inputs.form_findings import known_form_findings
from workflow.rounds.options import ReadOptions, secret_digest
from workflow.rounds.siblings.before import round_digests, with_rounds_before
from workflow.rounds.siblings.named import collect_command
from workflow.rounds.siblings.of_year import as_late, rounds_of_year
from workflow.storage.answers import AnswerStore
from workflow.storage.files import file_digest, sha256
from workflow.storage.journal import EventKind, Journal
from workflow.storage.json_text import JsonText
from workflow.storage.parallel import beside
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_issued_register


def load_round(
    workspace: Workspace,
    plan: Plan,
    year: int,
    options: ReadOptions,
    journal: Journal,
    snapshot: Snapshot | None = None,
    known: Container[str] | None = None,
    digest: str = "",
) -> Round:
    """Read and judge every file of a round, and merge them into one answer per assignment.

    The journal tells which files earlier collects met. With a snapshot, files judged before are
    taken from the cache. Where names of files are known, only those are read. The plan's digest
    is taken anew unless it is known.
    Raises WorkspaceError when nothing was issued.
    """
    folder = workspace.templates(year)
    register = load_issued_register(folder, year, workspace.round, by_line=True)
    files = snapshot.files if snapshot else scan(workspace.returned(year))
    if known is not None:
        files = tuple(file for file in files if file.file in known)
    digests = snapshot.digests if snapshot else {}
    past = tuple(past_years(workspace, year, plan.form))
    previous = previous_answers(plan, past[0].rows) if past else {}
    passwords = known_passwords(plan, options.passwords)
    of_year = rounds_of_year(workspace, year) if plan.round else None
    others = of_year.others if of_year else {}
    context = Context(plan, {year: register}, year, passwords, previous, options.again, others)
    table = plan.known_table
    inputs = basis(
        workspace, plan, digest or plan_digest(plan), year, table.sha256 if table else ""
    )
    engine, judged_by = options.engine, ""
    hold_forms: FormsHeld = form_findings
    if snapshot:
        judged_by, extracts = _judged_by(inputs, year, passwords, others), workspace.extracts(year)
        engine = Extracts(ExtractStore(extracts), digests, judged_by).engine(engine)
        hold_forms = partial(known_form_findings, extracts, judged_by)
    returns: list[Return] = []
    answers = AnswerStore()
    is_repeatable = snapshot is not None
    judging = zip(files, engine(files, context), strict=True)
    for done, (file, judged) in enumerate(judging, start=1):
        options.progress(done, len(files))
        named = (answers.with_kept(one.named(file.file)) for one in judged)
        returns += (one for one in named if of_year is None or of_year.holds(one))
        is_repeatable = is_repeatable and is_lasting(file, judged, digests[file.file])
    if of_year:
        again = recorded_basis(journal) if known is not None else None
        late = again.late if again else tuple(r.file for r in returns if of_year.is_late(r))
        returns = [as_late(r) if r.file in late else r for r in returns]
        inputs = replace(inputs, late=late)
    whole = with_rounds_before(workspace, plan, year)
    return replace(
        merge(whole, register, returns, recorded_collects(journal), answers, hold_forms),
        past=past,
        previous=previous,
        basis=inputs,
        is_repeatable=is_repeatable,
        judged_by=judged_by,
    )


def with_gone(round_: Round, journal: Journal) -> Round:
    """Return a round with a finding for each file, and each journal, that was there and is gone."""
    digests = {returned.sha256 for returned in round_.returns}  # also of what a zip holds
    findings = (*round_.findings, *gone_files(journal, digests), *lost_records(journal))
    return replace(round_, findings=findings)


def undecided_points(round_: Round, journal: Journal) -> tuple[Point, ...]:
    """Return the points of a round that says already what is gone; none is decided yet."""
    return points_of(round_, recorded_departments(journal), decision_log(journal))


def decided(round_: Round, points: Iterable[Point], journal: Journal) -> Round:
    """Return a round with its points as the journal numbers and decides them, and what follows."""
    log = decision_log(journal)
    numbered = with_decisions(points, log, round_.explanations)
    after = applied(round_, numbered)
    of_decisions = (*decision_findings(numbered, log), *record_findings(log))
    findings = (*after.findings, *of_decisions)
    return replace(after, findings=findings, points=with_lost(numbered, after))


def as_recorded(round_: Round, journal: Journal) -> Round:
    """Return a round as its journal has it: with what is gone, its points and their decisions."""
    whole = with_gone(round_, journal)
    return decided(whole, undecided_points(whole, journal), journal)


def _judged_by(
    inputs: Basis, year: int, passwords: Sequence[str], others: Mapping[int, OtherRound]
) -> str:
    """Return the digest of everything but the file that a judgement depends on."""
    key_parts = [tool_digest(), inputs.as_json(), year, secret_digest(passwords)]
    key_parts += [[n, one.name, sorted(one.labels)] for n, one in others.items()]
    return sha256(json.dumps(key_parts, sort_keys=True).encode())


def plan_as_recorded(workspace: Workspace, journal: Journal) -> tuple[Plan, JsonText]:
    """Return the plan a round was last judged by, and its text, whatever plan.xlsx says today.

    The journal holds no passwords; those of today's plan are taken, if it can be read.
    """
    kept = plan_as_kept(journal)
    if kept is None:
        written = load_written_plan(workspace.home, workspace.round)
        return written.plan, recorded_plan_content(written.content)
    text = kept if isinstance(kept, JsonText) else recorded_plan_content(kept)
    plan = in_scope(plan_in(text), workspace.round)
    return replace(plan, open_passwords=_passwords_today(workspace.home)), text


def _passwords_today(home: Path) -> tuple[str, ...]:
    """Return the passwords of today's plan, if it can be read."""

    def read() -> tuple[str, ...]:
        try:
            return load_large(home).open_passwords
        except PlanError:
            return ()

    return beside(read)() if is_large(home) else read()


def not_collected(workspace: Workspace, year: int) -> WorkspaceError:
    """Return why nothing can be made of a round, or of a whole year, yet."""
    return WorkspaceError(
        f"{workspace.period(year)}はまだ集めていません。"
        f"先に {collect_command(workspace, year)} を実行してください。"
    )


def stage_of(
    journal: Journal, finalizing_at: datetime | None = None, accepted_open: str = ""
) -> Stage:
    """Return how far a round is and as of when; both come from the journal."""
    last = journal.last(EventKind.JUDGED)
    assert last
    final = journal.last(EventKind.FINALIZED) if journal.is_final else None
    as_of = final.at if final else finalizing_at
    reason = str(final.facts.get("accepted_open", "")) if final else accepted_open
    return Stage(as_of is not None, as_of or last.at, reason)


def basis(workspace: Workspace, plan: Plan, digest: str, year: int, known: str = "") -> Basis:
    """Return the digests of what a compilation rests on besides the returns.

    Given are those of the plan and of the table of known values.
    """
    register = workspace.register(year)
    return Basis(
        plan=digest,
        register=file_digest(register) if register.exists() else "",
        earlier=dict(earlier_digests(workspace, year)),
        known=known,
        rounds=dict(round_digests(workspace, plan, year)),
    )


def known_passwords(plan: Plan, given: Sequence[str]) -> tuple[str, ...]:
    """Return the plan's passwords and then those given, each once."""
    return tuple(dict.fromkeys((*plan.open_passwords, *given)))
