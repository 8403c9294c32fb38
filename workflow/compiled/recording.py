"""What a collect adds to the journal: what is new of files, outcomes and templates. Pure.

Events say only what is new, so the journal grows with what comes in, not with each collect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workflow.compiled.recorded import (
    recorded_files,
    recorded_issues,
    recorded_outcomes,
)
from workflow.model.years import iso_time
from workflow.storage.journal import EventKind, Facts, Journal
from workflow.storage.json_text import JsonText, json_pieces
from workflow.templates.register import Register

if TYPE_CHECKING:
    from workflow.compiled.round import Round

PASSWORDS = ("lock_password", "open_passwords")
"""Settings of a plan that are not recorded: anybody may read that."""
_CHANGES = ("returns", "dropped", "plan_content")
_BEFORE_JUDGING = (EventKind.REOPENED, EventKind.NUMBERED, EventKind.DECIDED)
"""What is judged anew also where no file and no outcome is another."""


def receipts(journal: Journal, round_: Round) -> Facts | None:
    """Return what to record of the files that are new, changed or gone; None if there are none."""
    known = {
        path: {"path": path, "sha256": file.sha256, "size": file.size, "modified": file.modified}
        for path, file in recorded_files(journal).items()
    }
    on_disk: dict[str, dict[str, str | int]] = {}
    for returned in round_.returns:
        file = returned.on_disk
        on_disk[file.file] = {
            "path": file.file,
            "sha256": file.sha256,
            "size": file.size,
            "modified": iso_time(returned.received),
        }
    changed = [file for path, file in on_disk.items() if known.get(path) != file]
    gone = [path for path in known if path not in on_disk]
    return {"files": changed, "gone": gone} if changed or gone else None


def judgement(journal: Journal, round_: Round, plan_content: JsonText) -> Facts | None:
    """Return what to record of the outcomes; None when nothing differs from the last time.

    The plan's content, without passwords, goes with it when it is new: plan.xlsx will be another
    next year. It is the last fact.
    """
    known = recorded_outcomes(journal)
    basis = round_.basis
    outcomes = {
        r.file: [r.sha256, r.outcome.value, r.department, len(r.answers)] for r in round_.returns
    }
    changed = [[path, *outcome] for path, outcome in outcomes.items() if known.get(path) != outcome]
    dropped = [path for path in known if path not in outcomes]
    from workflow.compiled.summaries.status import totals  # 60 ms, not where forms are issued

    figures = totals(round_.returns, round_.entries, round_.points)
    facts = basis.as_json() | {
        "returns": changed,
        "dropped": dropped,
        "assignments": figures.assignments,
        "answered": figures.answered,
        "missing": figures.missing,
    }
    if figures.nothing_to_report:
        facts["nothing_to_report"] = figures.nothing_to_report
    last = journal.last(EventKind.JUDGED)
    is_news = changed or dropped or last is None or _figures(last.facts) != _figures(facts)
    if not is_news and journal.last(*_BEFORE_JUDGING, EventKind.JUDGED) is last:
        return None
    is_new_plan = last is None or last.facts["plan"] != basis.plan
    return facts | ({"plan_content": plan_content} if is_new_plan else {})


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


def without_passwords(plan_content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's content as it may be shown to anybody."""
    plan = {k: v for k, v in plan_content["plan"].items() if k not in PASSWORDS}
    return {**plan_content, "plan": plan}


def recorded_plan_content(plan_content: Mapping[str, Any]) -> JsonText:
    """Return a plan's content as the journal records it."""
    text = b"".join(plan_content_as_json(plan_content))
    return JsonText(text, 0, len(text))


def plan_content_as_json(plan_content: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield a plan's content as the journal records it, piece by piece."""
    return map(str.encode, json_pieces(without_passwords(plan_content), "items"))


def _figures(facts: Facts) -> dict[str, object]:
    return {key: figure for key, figure in facts.items() if key not in _CHANGES}
