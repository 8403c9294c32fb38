"""What a collect gave, kept so that one that would give the same again need not be done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.compiled.open_data.parquet import is_available
from workflow.compiled.points.point import ABOUT_DECISIONS
from workflow.compiled.recorded import recorded_known_values, recorded_outputs
from workflow.model.catalogue import Code, Severity
from workflow.model.findings import Finding
from workflow.model.years import MOST_YEARS
from workflow.plan.paths import BOOK_NAME, JSON_NAME
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import Snapshot, file_identity
from workflow.rounds.inputs.kept import keep, kept, read_limited
from workflow.rounds.options import secret_digest
from workflow.storage.files import file_digest, sha256
from workflow.storage.journal import EventKind, Journal
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace

if TYPE_CHECKING:
    from workflow.compiled.points.on_screen import Refused

_RECORD = "last.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What collect or finalize made of a round; departments are as status.json spells them.

    Handbacks are to be sent. Kept are copies of hand-backs people had changed, set_aside those of
    compiled files. Held_open is what the next collect has to write. Parts are the workbooks of a
    divided ledger; it lacks Parquet where pyarrow is not installed. Settled are the findings, by
    their place in the document, of which a person decided that nothing is left to do. Plan_notes
    say how plan.xlsx was understood, where it was read anew. Refused are decisions made on a
    screen that were not taken. Of_year is what was made of the whole year that this is a round of.
    """

    document: dict[str, Any]
    departments: tuple[Mapping[str, Any], ...]
    handbacks: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    set_aside: tuple[Path, ...] = ()
    held_open: tuple[Path, ...] = ()
    parts: tuple[Path, ...] = ()
    lacks_parquet: bool = False
    settled: frozenset[int] = frozenset()
    plan_notes: tuple[Finding, ...] = ()
    refused: tuple[Refused, ...] = ()
    of_year: tuple[Path, ...] = ()

    @property
    def open_findings(self) -> list[dict[str, str]]:
        """The findings that stand, but for those a person has settled."""
        return [f for n, f in enumerate(self.document["findings"]) if n not in self.settled]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to do: all is answered and put right, and all points closed.

        Every warning is a point, but for those about what was written in 確認の記録.
        """
        totals, findings = self.document["totals"], self.document["findings"]
        asks = any(
            f["severity"] == Severity.ERROR or Code[f["code"]] in ABOUT_DECISIONS for f in findings
        )
        return not asks and totals["missing"] == 0 and totals["open_points"] == 0


def fingerprint(
    workspace: Workspace,
    year: int,
    snapshot: Snapshot,
    passwords: tuple[str, ...],
    journal: Journal,
) -> str:
    """Return the digest of every input of a collect; "" while the plan is open in Excel.

    The journal says which table of known values the plan names, as long as it is the same plan.
    """
    plans = [workspace.home / name for name in (BOOK_NAME, JSON_NAME)]
    if any(plan.with_name(f"~${plan.name}").exists() for plan in plans):
        return ""
    key_parts = [
        tool_digest(),
        year,
        [_digest(plan) for plan in plans],
        _digest(workspace.register(year)),
        [_earlier(workspace, year - back) for back in range(1, MOST_YEARS)],
        secret_digest(passwords),
        is_available(),
        [[path.name, _digest(path)] for path in _copies(workspace, year)],
        [file_identity(file, snapshot.digests[file.file]) for file in snapshot.files],
        *_known_table(workspace, journal),
        *_other_rounds(workspace, year),
    ]
    return sha256(json.dumps(key_parts).encode())


def cached_result(
    workspace: Workspace, year: int, inputs: str, journal: Journal
) -> Collected | None:
    """Return what the last collect gave, if its inputs were the same and all it made is there."""
    try:
        record = json.loads(kept(workspace.extracts(year) / _RECORD))
        status = read_limited(workspace.status(year))
        expected = _record(inputs, journal, status, record["document"], record["settled"])
        if not inputs or record != expected or not _is_whole(workspace, year, journal, status):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return None  # no record, or none of ours
    state = json.loads(status)
    return Collected(
        document=record["document"],
        settled=frozenset(record["settled"]),
        departments=tuple(state["departments"]),
        handbacks=tuple(workspace.handbacks(year) / name for name in state["made"]),
    )


def cache_result(
    workspace: Workspace, year: int, inputs: str, journal: Journal, collected: Collected
) -> None:
    """Keep what a collect gave, for the next one."""
    status = workspace.status(year).read_bytes()
    made = _record(inputs, journal, status, collected.document, sorted(collected.settled))
    keep(workspace.extracts(year) / _RECORD, json.dumps(made).encode())


def _known_table(workspace: Workspace, journal: Journal) -> list[str]:
    """Return the digest of the table the plan of the last collect names; nothing for none."""
    known = recorded_known_values(journal)
    return [_digest(workspace.home / known["file"])] if known else []


def _other_rounds(workspace: Workspace, year: int) -> list[list[str]]:
    """Return what a collect takes from the other rounds of the year; nothing where it has none."""
    names = (name for name in workspace.round_names(year) if workspace.round not in ("", name))
    others = [workspace.in_round(name) for name in names]
    return [
        [one.round, *map(_digest, (one.register(year), one.ledger_csv(year), one.journal(year)))]
        for one in others
    ]


def _record(
    inputs: str, journal: Journal, status: bytes, document: dict[str, Any], settled: list[int]
) -> dict[str, Any]:
    return {
        "grounds": inputs,
        "journal": _last_collect(journal),
        "status": sha256(status),
        "document": document,
        "settled": settled,
    }


def _last_collect(journal: Journal) -> str:
    """Return the digest of what a collect last left; that a report was made changes nothing."""
    events = (e for e in reversed(journal.events) if e.kind is not EventKind.REPORTED)
    return next(events).digest


def _is_whole(workspace: Workspace, year: int, journal: Journal, status: bytes) -> bool:
    """Whether everything that was made is there as it was made."""
    made = {workspace.handbacks(year) / n: d for n, d in json.loads(status)["made"].items()}
    made |= {workspace.compiled(year) / n: d for n, d in recorded_outputs(journal).items()}
    return all(sha256(read_limited(path)) == digest for path, digest in made.items())


def _copies(workspace: Workspace, year: int) -> list[Path]:
    """Return the copies of 確認の記録 that people made; the workbook itself is one of ours."""
    return [path for path in workspace.record_copies(year) if path != workspace.record(year)]


def _earlier(workspace: Workspace, year: int) -> list[str | bool]:
    """Return what a collect takes from an earlier year."""
    workspace = workspace.holding_ledger(year)
    ledger = workspace.ledger_csv(year)
    return [_digest(workspace.register(year)), _digest(ledger), workspace.ledger(year).exists()]


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError:
        return ""
