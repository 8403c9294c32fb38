"""What a compilation is written to: journal, compiled files, hand-backs and the state of the round.

All of it is written or none (commit.py), so what is there is always what the journal says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workflow.compiled.compilation import Compilation, compile_round
from workflow.compiled.corrections import handback_name
from workflow.compiled.open_data.package import digest_list, final_digests
from workflow.compiled.open_data.parquet import is_available
from workflow.compiled.open_data.round_json import (
    department_document,
    round_document,
    status_document,
)
from workflow.compiled.outputs import begin_csv, output_files
from workflow.compiled.recorded import every_output, has_parquet_recorded, recorded_outputs
from workflow.compiled.round import Round, Stage
from workflow.compiled.summaries.status import totals
from workflow.model.errors import HeldOpenError, OutputError, WorkspaceError
from workflow.model.plain_text import json_bytes
from workflow.plan.load import load_plan
from workflow.rounds.collected import Collected
from workflow.rounds.earlier import earlier_ledgers, former_final
from workflow.rounds.inputs.known_table import copy_to_keep
from workflow.rounds.inputs.own_form import issued_workbook
from workflow.rounds.inputs.pieces import keep_pieces, pieces_before
from workflow.rounds.load import load_round, stage_of
from workflow.rounds.options import in_workers
from workflow.storage.commit import Changes, commit
from workflow.storage.files import sha256, write_file
from workflow.storage.journal import EventKind, Journal, lengthened, load_journal
from workflow.storage.own_files import (
    KEPT_FOLDER,
    OwnWrites,
    blocked_copy,
    no_longer_made,
    old_final,
    plan_writes,
    remove_blocked_copies,
    set_aside,
)
from workflow.storage.spooled import Writable, digest_of
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace
from workflow.templates.workbook import handback_bytes

_LEFT_OVER = {"unplaced", "texts", "unread"}
"""What is recorded of 確認の記録 besides decisions."""


def compilation_of(
    workspace: Workspace, round_: Round, journal: Journal, stage: Stage
) -> Compilation:
    """Return everything the compiled files of a round show."""
    last = journal.last(EventKind.JUDGED)
    assert last
    earlier = earlier_ledgers(workspace, round_.year)
    former = former_final(workspace, round_.year, journal)
    return compile_round(round_, journal.until(last), stage, earlier, former)


def compilation_without_returns(workspace: Workspace, year: int, now: datetime) -> Compilation:
    """Return what a collect would compile before anything came; nothing is read or written.

    Raises PlanError, or WorkspaceError when no template was issued.
    """
    plan = load_plan(workspace.home, workspace.round)
    journal = load_journal(workspace.journal(year))
    round_ = load_round(workspace, plan, year, in_workers(), journal, known=())
    return compile_round(round_, journal, Stage(False, now), earlier_ledgers(workspace, year))


def write_provisional(
    workspace: Workspace, round_: Round, before: Journal, journal: Journal, now: datetime
) -> tuple[Collected, Journal]:
    """Compile a round and write a 暫定版; return it with the journal that is on disk now.

    Before is the journal as it was, journal what it is to become, but for what is made here.
    Raises OutputError; then the previous version is whole.
    """
    year, has_parquet = round_.year, is_available()
    folder = workspace.compiled(year)
    with pieces_before(workspace, year) as pieces:
        begun = begin_csv(round_, pieces.__getitem__)
        compilation = compilation_of(workspace, round_, journal, stage_of(journal))
        outputs = output_files(compilation, has_parquet, pieces.__getitem__, begun)
    edited = edited_copies(workspace, year, outputs, before)
    copies = _copies_of_record(workspace, year, before, journal)
    stale = no_longer_made(folder, outputs, recorded_outputs(before))
    handing_back = _plan_handbacks(workspace, compilation)
    reopened = before.is_final
    if reopened or digests_of(outputs) != recorded_outputs(journal):
        journal = journal.adding(EventKind.COMPILED, now, facts_of(outputs, edited))
    writes = {
        **(kept_final(workspace, year, before) if reopened else {}),
        **edited,
        **copies,
        **handing_back.writes,
        **in_folder(folder, outputs),
        **copy_to_keep(workspace, year, round_.plan),
        workspace.status(year): _state(compilation, handing_back.made),
        **lengthened(workspace.journal(year), before, journal),
    }
    old_list = (workspace.digest_list(year),) if reopened else ()
    changes = Changes(writes=writes, removals=(*handing_back.stale, *old_list, *stale))
    held_open = commit_or_lay_beside(workspace, year, changes)
    keep_pieces(workspace, year, pieces)
    collected = collected_of(folder, compilation, edited | copies, has_parquet)
    made = replace(
        collected,
        handbacks=handing_back.current,
        kept=handing_back.kept,
        held_open=held_open,
    )
    return made, journal


def write_final(
    workspace: Workspace, compilation: Compilation, before: Journal, journal: Journal
) -> Collected:
    """Write the 確定版, read-only, with the list of the digests it rests on.

    Raises OutputError, or WorkspaceError when it was final before and would now differ.
    """
    year = compilation.round.year
    has_parquet = has_parquet_recorded(before) if before.is_final else is_available()
    folder, outputs = workspace.compiled(year), output_files(compilation, has_parquet)
    edited = edited_copies(workspace, year, outputs, before)
    if not before.is_final:
        at, facts = compilation.stage.as_of, facts_of(outputs, edited)
        if compilation.stage.accepted_open:
            facts |= {"accepted_open": compilation.stage.accepted_open}
        journal = journal.adding(EventKind.FINALIZED, at, facts)
    elif digests_of(outputs) != recorded_outputs(journal):
        raise WorkspaceError(
            "確定版を作り直すと、確定したときと違うものになります（道具の版か、前の年度の台帳が"
            "変わっています）。残っている確定版をそのままお使いください。"
        )
    digests = final_digests(workspace, compilation.round, journal)
    final = {**in_folder(folder, outputs), workspace.digest_list(year): digest_list(digests)}
    recorded = lengthened(workspace.journal(year), before, journal)
    commit(workspace, year, Changes(writes={**edited, **final, **recorded}, read_only=final))
    return collected_of(folder, compilation, edited, has_parquet)


def collected_of(
    folder: Path, compilation: Compilation, edited: Mapping[Path, bytes], has_parquet: bool
) -> Collected:
    """Return what a run is to show, but for the hand-backs."""
    round_ = compilation.round
    figures = totals(round_.returns, round_.entries, round_.points)
    parts = tuple(folder / part.file for part in compilation.ledger.parts)
    open_ids = set(map(id, round_.open_findings))
    return Collected(
        settled=frozenset(n for n, f in enumerate(round_.findings) if id(f) not in open_ids),
        document=round_document(
            round_.year,
            round_.returns,
            figures,
            round_.findings,
            round_.points,
            compilation.wording,
        ),
        departments=tuple(department_document(status) for status in compilation.statuses),
        set_aside=tuple(edited),
        parts=parts,
        lacks_parquet=bool(parts) and not has_parquet,
    )


def edited_copies(
    workspace: Workspace, year: int, outputs: Mapping[str, Writable], before: Journal
) -> dict[Path, bytes]:
    """Return copies of what people changed; what they wrote in 確認の記録 was read already."""
    others = {name: c for name, c in outputs.items() if name != workspace.record(year).name}
    return set_aside(workspace.compiled(year), others, every_output(before))


def _copies_of_record(
    workspace: Workspace, year: int, before: Journal, journal: Journal
) -> dict[Path, bytes]:
    """Return a copy of 確認の記録 where something in it finds no place in the one written anew."""
    path = workspace.record(year)
    folder = path.parent / KEPT_FOLDER
    copies = {}
    for event in journal.events[len(before.events) :]:
        if event.kind is EventKind.DECIDED and _LEFT_OVER & event.facts.keys():
            digest = event.facts["read"].get(path.name)
            content = path.read_bytes() if digest and path.is_file() else b""
            if sha256(content) == digest:
                copies[folder / f"{path.stem}_{digest[:8]}{path.suffix}"] = content
    return copies


def commit_or_lay_beside(workspace: Workspace, year: int, changes: Changes) -> tuple[Path, ...]:
    """Commit a 暫定版; where somebody has the workbook open, write the new one beside it.

    Returned is 確認の記録 where it is open and only it: then all else is written.
    Raises OutputError. The journal knows nothing of a workbook beside: it goes with the next
    collect, unless somebody wrote into it.
    """
    ledger, record = workspace.ledger(year), workspace.record(year)
    remove_blocked_copies(ledger)
    try:
        return _commit_but_for(workspace, year, changes, record)
    except HeldOpenError as error:
        beside = blocked_copy(ledger, changes.writes[ledger])
        try:
            write_file(beside, changes.writes[ledger])
        except OutputError:
            raise error from None
        raise HeldOpenError(
            f"{error}今回の結果は「{beside.name}」で見られます（作業の記録には載りません）。"
        ) from error


def _commit_but_for(
    workspace: Workspace, year: int, changes: Changes, record: Path
) -> tuple[Path, ...]:
    """Commit all changes, or all but that to a file that is open; return what was left."""
    try:
        commit(workspace, year, changes)
    except HeldOpenError:
        if record not in changes.writes:
            raise
        others = {path: c for path, c in changes.writes.items() if path != record}
        commit(workspace, year, replace(changes, writes=others))
        return (record,)
    return ()


def in_folder(folder: Path, outputs: Mapping[str, Writable]) -> dict[Path, Writable]:
    """Return what was made by the path it is written to."""
    return {folder / name: content for name, content in outputs.items()}


def digests_of(outputs: Mapping[str, Writable]) -> dict[str, str]:
    """Return the digests of what was made, by name."""
    return {name: digest_of(content) for name, content in outputs.items()}


def facts_of(outputs: Mapping[str, Writable], edited: Mapping[Path, bytes]) -> dict[str, Any]:
    """Return what the journal says of what was made."""
    kept = [path.name for path in edited]
    return {"outputs": digests_of(outputs), "set_aside": kept, "made_by": tool_digest()}


def kept_final(workspace: Workspace, year: int, before: Journal) -> dict[Path, bytes]:
    """Return the copies that keep a final version which is being reopened."""
    final = before.last(EventKind.FINALIZED)
    assert final
    folder, digests = workspace.compiled(year), workspace.digest_list(year)
    return old_final(folder, [*final.facts["outputs"], digests.name], final.at)


def _state(compilation: Compilation, made: Mapping[str, str]) -> bytes:
    """Return the state of the round, for status, letters and the next collect."""
    round_, wording = compilation.round, compilation.wording
    statuses, handbacks = compilation.statuses, compilation.handbacks
    return json_bytes(status_document(round_, statuses, handbacks, made, wording))


def _plan_handbacks(workspace: Workspace, compilation: Compilation) -> OwnWrites:
    round_ = compilation.round
    year, plan = round_.year, round_.plan
    contents = {
        handback_name(h.department, round_.period): handback_bytes(
            plan,
            h.department,
            h.issue,
            round_.previous,
            h.filling,
            issued_workbook(workspace, h.issue),
        )
        for h in compilation.handbacks
    }
    stored = workspace.status(year)
    try:
        made = json.loads(stored.read_bytes()).get("made", {}) if stored.exists() else {}
    except (OSError, ValueError):
        made = {}  # then every file there is taken for a stranger's
    return plan_writes(workspace.handbacks(year), contents, made)
