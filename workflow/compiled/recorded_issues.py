"""What the journal knows of the templates issued, and what there is to add to it. Pure."""

from __future__ import annotations

from workflow.model.years import iso_time
from workflow.storage.journal import EventKind, Facts, Journal
from workflow.templates.register import Register


def issued(register: Register, digest: str, journal: Journal) -> Facts | None:
    """Return what to record of the issues of a register that the journal does not know yet."""
    last = journal.last(EventKind.ISSUED)
    if last is not None and last.facts["register"] == digest:
        return None
    known = recorded_issues(journal)
    new = [
        {"number": str(i.number), "file": i.file, "sha256": i.sha256, "at": iso_time(i.issued_at)}
        for i in register.issues
        if known.get(str(i.number)) != i.sha256
    ]
    return {"register": digest, "issues": new}


def recorded_issues(journal: Journal) -> dict[str, str]:
    """Return the digest of every template issued, by form number."""
    return {
        issue["number"]: issue["sha256"]
        for event in journal.of(EventKind.ISSUED)
        for issue in event.facts["issues"]
    }
