"""A collect that would give what the last one gave: it is told by digests and not done again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow.compiled.open_data.parquet import is_available
from workflow.compiled.recorded import recorded_outputs
from workflow.model.errors import OutputError
from workflow.plan.load import BOOK_NAME, JSON_NAME
from workflow.returned.inbox import Snapshot
from workflow.returned.workers.cache import file_identity
from workflow.rounds.earlier import MOST_YEARS
from workflow.rounds.load import secret_digest
from workflow.storage.files import sha256, write_file
from workflow.storage.journal import EventKind, Journal
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace

_RECORD = "last.json"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the last collect gave: its document, its lines per department, its hand-backs."""

    document: dict[str, Any]
    departments: tuple[Mapping[str, Any], ...]
    handbacks: tuple[Path, ...]


def grounds(workspace: Workspace, year: int, snapshot: Snapshot, passwords: tuple[str, ...]) -> str:
    """Return the digest of everything a collect rests on; "" while the plan is open in Excel."""
    plans = [workspace.home / name for name in (BOOK_NAME, JSON_NAME)]
    if any(plan.with_name(f"~${plan.name}").exists() for plan in plans):
        return ""
    said = [
        tool_digest(),
        year,
        [_digest(plan) for plan in plans],
        _digest(workspace.register(year)),
        [_earlier(workspace, year - back) for back in range(1, MOST_YEARS)],
        secret_digest(passwords),
        is_available(),
        [file_identity(file, snapshot.digests[file.file]) for file in snapshot.files],
    ]
    return sha256(json.dumps(said).encode())


def recalled(workspace: Workspace, year: int, rests_on: str, journal: Journal) -> Recalled | None:
    """Return what the last collect gave, if it rested on the same and all it made is there."""
    try:
        record = json.loads((workspace.extracts(year) / _RECORD).read_bytes())
        status = workspace.status(year).read_bytes()
        expected = _record(rests_on, journal, status, record["document"])
        if not rests_on or record != expected or not _is_whole(workspace, year, journal, status):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return None  # no record, or none of ours
    state = json.loads(status)
    made = tuple(workspace.handbacks(year) / name for name in state["made"])
    return Recalled(record["document"], tuple(state["departments"]), made)


def remember(
    workspace: Workspace, year: int, rests_on: str, journal: Journal, document: dict[str, Any]
) -> None:
    """Keep what a collect gave, for the next one."""
    status = workspace.status(year).read_bytes()
    record = json.dumps(_record(rests_on, journal, status, document)).encode()
    with contextlib.suppress(OutputError):
        write_file(workspace.extracts(year) / _RECORD, record, durable=False)


def _record(
    rests_on: str, journal: Journal, status: bytes, document: dict[str, Any]
) -> dict[str, Any]:
    return {
        "grounds": rests_on,
        "journal": _last_collect(journal),
        "status": sha256(status),
        "document": document,
    }


def _last_collect(journal: Journal) -> str:
    """Return the digest of what a collect last left; that a report was made changes nothing."""
    events = (e for e in reversed(journal.events) if e.kind is not EventKind.REPORTED)
    return next(events).digest


def _is_whole(workspace: Workspace, year: int, journal: Journal, status: bytes) -> bool:
    """Whether everything that was made lies there as it was made."""
    made = {workspace.handbacks(year) / n: d for n, d in json.loads(status)["made"].items()}
    made |= {workspace.compiled(year) / n: d for n, d in recorded_outputs(journal).items()}
    return all(_digest(path) == digest for path, digest in made.items())


def _earlier(workspace: Workspace, year: int) -> list[str | bool]:
    """Return what a collect takes from an earlier year."""
    ledger = workspace.ledger_csv(year)
    return [_digest(workspace.register(year)), _digest(ledger), workspace.ledger(year).exists()]


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes())
    except OSError:
        return ""
