"""A round as it lies in the workspace: everything a compilation rests on, read and judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflow.compiled.gone import gone_files
from workflow.compiled.merge import merge
from workflow.compiled.recorded import recorded_plan
from workflow.compiled.result import Basis, Result
from workflow.compiled.stage import Stage
from workflow.compiled.years.previous import previous_answers
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.plan import Plan, PreviousAnswers, Return
from workflow.model.years import era_year
from workflow.plan.build import build_plan
from workflow.plan.fingerprint import plan_digest
from workflow.plan.load import load_plan, load_plan_with_content
from workflow.returned.inbox import Received, Snapshot, scan
from workflow.returned.judge import Context
from workflow.returned.workers.cache import Extracts, is_lasting
from workflow.returned.workers.engine import Engine, Opener
from workflow.returned.workers.store import ExtractStore
from workflow.rounds.earlier import earlier_digests, earlier_ledgers, past_years
from workflow.storage.files import sha256
from workflow.storage.journal import EventKind, Journal
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_issued_register

Progress = Callable[[int, int], None]
"""Told after each file: how many are done, of how many."""

if TYPE_CHECKING:
    from workflow.compiled.compilation import Compilation


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def no_preparation() -> None:
    """Do nothing ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a round: who judges and opens, with which passwords, telling whom.

    Get_ready lets the engine start up ahead. Remembering says to keep what judging a file gave, and
    not to judge it twice; again, to read every original with another library than collect does.
    Passing over are files that are still being copied: a collect that remembers leaves them out.
    """

    engine: Engine
    open_book: Opener
    passwords: tuple[str, ...] = ()
    progress: Progress = no_progress
    get_ready: Callable[[], None] = no_preparation
    remembering: bool = False
    again: bool = False
    passing_over: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round judged: its result, the files as they lie, and last year's answers.

    Lasting says that judging the same files again would give the same again.
    """

    result: Result
    files: tuple[Received, ...]
    previous: PreviousAnswers
    lasting: bool = False


def judged_round(
    workspace: Workspace,
    plan: Plan,
    year: int,
    reading: Reading,
    snapshot: Snapshot | None = None,
    known: Container[str] | None = None,
) -> Round:
    """Read and judge everything that came back; with a snapshot, nothing known is judged again.

    Where names of files are known, nothing else is read.

    Raises WorkspaceError when nothing was issued.
    """
    register = load_issued_register(workspace.templates(year), year)
    files = snapshot.files if snapshot else scan(workspace.returned(year))
    if known is not None:
        files = tuple(file for file in files if file.file in known)
    digests = snapshot.digests if snapshot else {}
    past = tuple(past_years(workspace, year))
    previous = previous_answers(plan, past[0].rows) if past else {}
    passwords = known_passwords(plan, reading.passwords)
    context = Context(plan, {year: register}, year, passwords, previous, reading.again)
    rests_on = basis(workspace, plan, year)
    engine = reading.engine
    if snapshot:
        judged_by = _judged_by(rests_on, year, passwords)
        engine = Extracts(ExtractStore(workspace.extracts(year)), digests, judged_by).engine(engine)
    returns: list[Return] = []
    lasting = bool(snapshot)
    judging = zip(files, engine(files, context), strict=True)
    for done, (file, judged) in enumerate(judging, start=1):
        reading.progress(done, len(files))
        returns += judged
        lasting = lasting and is_lasting(file, judged, digests[file.file])
    result = Result(
        plan=plan,
        register=register,
        merged=merge(plan, register.item_ids(), returns),
        past=past,
        basis=rests_on,
    )
    return Round(result=result, files=files, previous=previous, lasting=lasting)


def with_gone(judged: Round, journal: Journal) -> Round:
    """Return a round that also tells of the files the journal knows and nobody finds any more."""
    result = judged.result
    findings = (*result.merged.findings, *gone_files(journal))
    merged = replace(result.merged, findings=findings)
    return replace(judged, result=replace(result, merged=merged))


def secret_digest(passwords: Sequence[str]) -> str:
    """Return a digest of passwords that is slow to guess them from: others can read it."""
    if not passwords:
        return ""
    plain = json.dumps(list(passwords)).encode()
    return hashlib.scrypt(plain, salt=b"torimatome", n=2**14, r=8, p=1).hex()


def _judged_by(rests_on: Basis, year: int, passwords: Sequence[str]) -> str:
    """Return the digest of everything but the file that a judgement depends on."""
    said = [tool_digest(), rests_on.as_json(), year, secret_digest(passwords)]
    return sha256(json.dumps(said, sort_keys=True).encode())


def plan_as_recorded(workspace: Workspace, journal: Journal) -> tuple[Plan, Mapping[str, Any]]:
    """Return the plan a round was last judged by, whatever plan.xlsx says today.

    The journal holds no passwords; those of today's plan are taken, if it can be read.
    """
    content = recorded_plan(journal)
    if content is None:
        return load_plan_with_content(workspace.home)
    try:
        passwords = load_plan(workspace.home).open_passwords
    except PlanError:
        passwords = ()
    return replace(build_plan(content), open_passwords=passwords), content


def not_collected(year: int) -> WorkspaceError:
    """Return why nothing can be made of a round yet."""
    return WorkspaceError(
        f"{era_year(year)}はまだ集めていません。先に collect --year {year} を実行してください。"
    )


def stage_of(journal: Journal, finalizing_at: datetime | None = None) -> Stage:
    """Return how far a round is and as of when; both come from the journal."""
    last = journal.last(EventKind.JUDGED)
    assert last
    final = journal.last(EventKind.FINALIZED) if journal.is_final else None
    as_of = final.at if final else finalizing_at
    return Stage(as_of is not None, as_of or last.at)


def compilation_of(
    workspace: Workspace, result: Result, journal: Journal, stage: Stage
) -> Compilation:
    """Return everything the compiled files of a round show."""
    from workflow.compiled.compilation import compiled

    last = journal.last(EventKind.JUDGED)
    assert last
    return compiled(result, journal.until(last), stage, earlier_ledgers(workspace, result.year))


def basis(workspace: Workspace, plan: Plan, year: int) -> Basis:
    """Return the digests of what a compilation rests on besides the returns."""
    register = workspace.register(year)
    return Basis(
        plan=plan_digest(plan),
        register=sha256(register.read_bytes()) if register.exists() else "",
        earlier=dict(earlier_digests(workspace, year)),
    )


def known_passwords(plan: Plan, given: Sequence[str]) -> tuple[str, ...]:
    """Return the plan's passwords and then those given, each once."""
    return tuple(dict.fromkeys((*plan.open_passwords, *given)))
