"""Files that were received once and lie in returned/ no more: evidence somebody took away. Pure.

The journal tells, so every collect after the one that missed a file says the same of it, until the
file, or one of the same content, is there again.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import PurePosixPath

from workflow.compiled.recorded import (
    RecordedFile,
    recorded_file,
    recorded_files,
    recorded_outcomes,
)
from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.plan import Outcome
from workflow.model.years import JST
from workflow.storage.journal import EventKind, Journal


def gone_files(journal: Journal) -> tuple[Finding, ...]:
    """Return a warning for each return that is gone; renamed ones, and what was none, do not count.

    The journal must already say what lies there now.
    """
    on_disk = {file.sha256 for file in recorded_files(journal).values()}
    on_disk |= {str(said[0]) for said in recorded_outcomes(journal).values()}  # also within a zip
    mattered = _ever_returns(journal)
    return tuple(
        Finding(Code.FILE_GONE, Location(file=path), {"received": _day(file.first_seen)})
        for path, file in _gone(journal).items()
        if file.sha256 and file.sha256 not in on_disk and path in mattered
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(JST).date()


def _gone(journal: Journal) -> dict[str, RecordedFile]:
    """Return what was last known of each file that went and did not come back, by path."""
    known: dict[str, RecordedFile] = {}
    gone: dict[str, RecordedFile] = {}
    for event in journal.of(EventKind.RECEIVED):
        for path in event.facts["gone"]:
            if path in known:
                gone[path] = known.pop(path)
        for file in event.facts["files"]:
            known[file["path"]] = recorded_file(file, known.get(file["path"]), event.at)
            gone.pop(file["path"], None)
    return gone


def _ever_returns(journal: Journal) -> frozenset[str]:
    """Return the files that once were, or held, something else than 対象外."""
    found: set[str] = set()
    for event in journal.of(EventKind.JUDGED):
        for path, _, outcome, *_ in event.facts["returns"]:
            if outcome != Outcome.NOT_A_RETURN:
                found |= {path, *map(str, PurePosixPath(path).parents)}
    return frozenset(found)
