"""What a compilation is written to: journal, compiled files, hand-backs and the state of the round.

All of it is written or none (commit.py), so what lies there is always what the journal says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workflow.compiled.compilation import Compilation
from workflow.compiled.corrections import asking, handback_name
from workflow.compiled.open_data.digest_list import digest_list, final_digests
from workflow.compiled.open_data.parquet import is_available
from workflow.compiled.open_data.round_json import as_bytes, status_document
from workflow.compiled.outputs import output_bytes
from workflow.compiled.recorded import every_output, has_parquet_recorded, recorded_outputs
from workflow.compiled.status import totals
from workflow.model.errors import HeldOpenError, OutputError, WorkspaceError
from workflow.returned.inbox import seen_files
from workflow.rounds.load import Round
from workflow.rounds.written import Written
from workflow.storage.commit import Changes, commit
from workflow.storage.files import sha256, write_file
from workflow.storage.journal import EventKind, Journal, lengthened
from workflow.storage.own_files import OwnWrites, plan_writes
from workflow.storage.set_aside import (
    blocked_copy,
    no_longer_made,
    old_final,
    remove_blocked_copies,
    set_aside,
)
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace
from workflow.templates.workbook import handback_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A compilation on its way to the disk; before is the journal as it lies there."""

    workspace: Workspace
    judged: Round
    compilation: Compilation
    before: Journal
    journal: Journal


def write_provisional(output: Output, now: datetime) -> Written:
    """Write a 暫定版. Raises OutputError; then the previous version is whole."""
    workspace, year = output.workspace, output.judged.result.year
    has_parquet = is_available()
    folder, outputs = workspace.compiled(year), output_bytes(output.compilation, has_parquet)
    edited = set_aside(folder, outputs, every_output(output.before))
    stale = no_longer_made(folder, outputs, recorded_outputs(output.before))
    handing_back = _plan_handbacks(output)
    journal, reopened = output.journal, output.before.is_final
    if reopened or _digests(outputs) != recorded_outputs(journal):
        journal = journal.adding(EventKind.COMPILED, now, _facts(outputs, edited))
    writes = {
        **(_old_final(output) if reopened else {}),
        **edited,
        **handing_back.writes,
        **_placed(folder, outputs),
        workspace.status(year): _state(output, handing_back.made),
        **lengthened(workspace.journal(year), output.before, journal),
    }
    old_list = (workspace.digest_list(year),) if reopened else ()
    changes = Changes(writes=writes, removals=(*handing_back.stale, *old_list, *stale))
    _commit_or_lay_beside(workspace, year, changes)
    return Written(
        handbacks=handing_back.current,
        kept=handing_back.kept,
        set_aside=tuple(edited),
        parts=_parts(output),
        lacks_parquet=bool(_parts(output)) and not has_parquet,
    )


def write_final(output: Output) -> Written:
    """Write the 確定版, read-only, with the list of the digests it rests on.

    Raises OutputError, or WorkspaceError when it was final before and would now differ.
    """
    workspace, year, journal = output.workspace, output.judged.result.year, output.journal
    has_parquet = has_parquet_recorded(output.before) if output.before.is_final else is_available()
    folder, outputs = workspace.compiled(year), output_bytes(output.compilation, has_parquet)
    edited = set_aside(folder, outputs, every_output(output.before))
    if not output.before.is_final:
        at, facts = output.compilation.stage.as_of, _facts(outputs, edited)
        journal = journal.adding(EventKind.FINALIZED, at, facts)
    elif _digests(outputs) != recorded_outputs(journal):
        raise WorkspaceError(
            "確定版を作り直すと、確定したときと違うものになります（道具の版か、前の年度の台帳が"
            "変わっています）。残っている確定版をそのままお使いください。"
        )
    digests = final_digests(workspace, output.judged.result, journal)
    final = {**_placed(folder, outputs), workspace.digest_list(year): digest_list(digests)}
    recorded = lengthened(workspace.journal(year), output.before, journal)
    commit(workspace, year, Changes(writes={**edited, **final, **recorded}, read_only=final))
    return Written(
        set_aside=tuple(edited),
        parts=_parts(output),
        lacks_parquet=bool(_parts(output)) and not has_parquet,
    )


def _parts(output: Output) -> tuple[Path, ...]:
    """Return the workbooks a divided ledger stands in."""
    folder = output.workspace.compiled(output.judged.result.year)
    return tuple(folder / part.file for part in output.compilation.ledger.parts)


def _commit_or_lay_beside(workspace: Workspace, year: int, changes: Changes) -> None:
    """Commit a 暫定版; where somebody has a file open, lay the new workbook beside the old one.

    Raises OutputError. The journal knows nothing of a workbook beside: it goes with the next
    collect, unless somebody wrote into it.
    """
    ledger = workspace.ledger(year)
    remove_blocked_copies(ledger)
    try:
        commit(workspace, year, changes)
    except HeldOpenError as error:
        beside = blocked_copy(ledger, changes.writes[ledger])
        try:
            write_file(beside, changes.writes[ledger])
        except OutputError:
            raise error from None
        raise HeldOpenError(
            f"{error}今回の結果は「{beside.name}」で見られます（作業の記録には載りません）。"
        ) from error


def _placed(folder: Path, outputs: Mapping[str, bytes]) -> dict[Path, bytes]:
    return {folder / name: content for name, content in outputs.items()}


def _digests(outputs: Mapping[str, bytes]) -> dict[str, str]:
    return {name: sha256(content) for name, content in outputs.items()}


def _facts(outputs: Mapping[str, bytes], edited: Mapping[Path, bytes]) -> dict[str, Any]:
    kept = [path.name for path in edited]
    return {"outputs": _digests(outputs), "set_aside": kept, "made_by": tool_digest()}


def _old_final(output: Output) -> dict[Path, bytes]:
    """Return the copies that keep a final version which is being reopened."""
    year, final = output.judged.result.year, output.before.last(EventKind.FINALIZED)
    assert final
    folder, digests = output.workspace.compiled(year), output.workspace.digest_list(year)
    return old_final(folder, [*final.facts["outputs"], digests.name], final.at)


def _state(output: Output, made: Mapping[str, str]) -> bytes:
    """Return the state of the round, for status, letters and the next collect."""
    result, statuses = output.judged.result, output.compilation.statuses
    figures, seen = totals(result.merged), seen_files(output.judged.files)
    asked = asking(result.plan, result.register, result.merged, output.compilation.handbacks)
    return as_bytes(status_document(result.year, statuses, figures, seen, made, asked))


def _plan_handbacks(output: Output) -> OwnWrites:
    workspace, result = output.workspace, output.judged.result
    year, plan = result.year, result.plan
    contents = {
        handback_name(h.department, year): handback_bytes(
            plan, h.department, h.issue, output.judged.previous, h.filling
        )
        for h in output.compilation.handbacks
    }
    stored = workspace.status(year)
    try:
        made = json.loads(stored.read_bytes()).get("made", {}) if stored.exists() else {}
    except (OSError, ValueError):
        made = {}  # then every file there is taken for a stranger's
    return plan_writes(workspace.handbacks(year), contents, made)
