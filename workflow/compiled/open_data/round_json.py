"""The JSON of collect and check (a contract), and of status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflow.compiled.corrections import HandBack, outstanding_requests
from workflow.compiled.points.point import Point
from workflow.compiled.round import Round
from workflow.compiled.summaries.status import DepartmentStatus, Totals, totals
from workflow.model.findings import Finding
from workflow.model.returns import Return
from workflow.model.wording import Wording
from workflow.model.years import iso_time


def round_document(
    year: int | None,
    returns: Iterable[Return],
    figures: Totals,
    findings: Iterable[Finding],
    points: Iterable[Point],
    wording: Wording,
) -> dict[str, Any]:
    """Return what collect and check print: files, totals, findings that stand, points."""
    return {
        "year": year,
        "files": [file_document(returned, wording) for returned in returns],
        "totals": figures.as_json(),
        "findings": list(map(wording.as_json, findings)),
        "points": [point.as_json(wording) for point in points],
    }


def status_document(
    round_: Round,
    statuses: Iterable[DepartmentStatus],
    hand_backs: Iterable[HandBack],
    made: Mapping[str, str],
    wording: Wording,
) -> dict[str, Any]:
    """Return the state of a round, with the files it was made from.

    Seen are those files by name, size and time, to know what has come since. Made are the
    hand-backs by name, with their digest: what we may take away again. Asked is what each
    department has still to do, by its code: what letters to it say.
    """
    asked = outstanding_requests(round_, hand_backs)
    # An archive is one file, whatever it gives.
    seen = {(r.on_disk.file, r.on_disk.size, iso_time(r.received)) for r in round_.returns}
    return {
        "year": round_.year,
        "departments": list(map(department_document, statuses)),
        "totals": totals(round_.returns, round_.entries, round_.points).as_json(),
        "points": [point.as_json(wording) for point in round_.points],
        "seen": sorted(seen),
        "made": dict(made),
        "asked": {code: requests.as_json() for code, requests in asked.items()},
    }


def file_document(returned: Return, wording: Wording) -> dict[str, Any]:
    """Return what became of a file, as collect and check tell it."""
    return {
        "path": returned.file,
        "sha256": returned.sha256,
        "outcome": returned.outcome.value,
        "department": returned.department,
        "answers": len(returned.answers),
        "findings": list(map(wording.as_json, returned.findings)),
    }


def department_document(status: DepartmentStatus) -> dict[str, Any]:
    """Return where a department stands, as status and collect tell it."""
    return {
        "code": status.department.code,
        "name": status.department.name,
        "number": str(status.issue.number) if status.issue else "",
        "returns": status.returns,
        "received": iso_time(status.received) if status.received else "",
        "outcome": status.outcome.value if status.outcome else "",
        "answered": status.answered,
        "sent_back": status.sent_back,
        "missing": status.missing,
        "nothing_to_report": status.nothing_to_report,
        "lost": list(status.lost),
        **({"is_review": True} if status.is_review else {}),
    }
