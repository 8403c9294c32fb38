"""What the journal knows of a round's files, and what a collect has to add to it. Pure.

Events say only what is new, so the journal grows with what comes in, not with each collect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from workflow.compiled.merging.version_order import Collects
from workflow.compiled.round import Basis, Round
from workflow.compiled.summaries.status import totals
from workflow.model.catalogue import Code
from workflow.model.dataclass import dataclass
from workflow.model.fields.form import Form, form_from_json
from workflow.model.findings import Finding, Location
from workflow.model.returns import Outcome, Return
from workflow.model.years import JST, iso_time
from workflow.storage.journal import Event, EventKind, Facts, Journal
from workflow.templates.register import Register

_PASSWORDS = ("lock_password", "open_passwords")
_CHANGES = ("returns", "dropped", "plan_content")
_BEFORE_JUDGING = (EventKind.REOPENED, EventKind.NUMBERED, EventKind.DECIDED)
"""What is judged anew also where no file and no outcome is another."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file as it lay in returned/ when it was last recorded; first_seen is of this content."""

    sha256: str
    size: int
    modified: str
    first_seen: datetime


def recorded_files(journal: Journal) -> dict[str, RecordedFile]:
    """Return the files that lay in returned/ at the last collect, by path."""
    files: dict[str, RecordedFile] = {}
    for event in journal.of(EventKind.RECEIVED):
        for path in event.facts["gone"]:
            files.pop(path, None)
        for file in event.facts["files"]:
            files[file["path"]] = recorded_file(file, files.get(file["path"]), event.at)
    return files


def recorded_file(
    said: Mapping[str, Any], known: RecordedFile | None, at: datetime
) -> RecordedFile:
    """Return what the journal says of a file, given what it said before and when it says so."""
    same = known is not None and known.sha256 == said["sha256"]
    seen = known.first_seen if known and same else at
    return RecordedFile(said["sha256"], said["size"], said["modified"], seen)


def recorded_outcomes(journal: Journal) -> dict[str, list[str | int]]:
    """Return what became of each return: its digest, outcome, department and answers."""
    outcomes: dict[str, list[str | int]] = {}
    for event in journal.of(EventKind.JUDGED):
        for path in event.facts["dropped"]:
            outcomes.pop(path, None)
        outcomes |= {path: said for path, *said in event.facts["returns"]}
    return outcomes


def recorded_collects(journal: Journal) -> Collects:
    """Return which collect met each content first, and which each file with it."""
    collects = Collects({}, {})
    for event in journal.of(EventKind.JUDGED):
        for path, digest, *_ in event.facts["returns"]:
            collects.contents.setdefault(digest, event.number)
            collects.files.setdefault((path, digest), event.number)
    return collects


def recorded_outputs(journal: Journal) -> dict[str, str]:
    """Return the files last written to compiled/YEAR, with their digests."""
    event = journal.last(EventKind.COMPILED, EventKind.FINALIZED)
    return dict(event.facts["outputs"]) if event else {}


def is_made_by(journal: Journal, tool: str) -> bool:
    """Whether what was last written to compiled/YEAR was made by the tool of a digest."""
    event = journal.last(EventKind.COMPILED, EventKind.FINALIZED)
    return event is not None and event.facts.get("made_by") == tool


def has_parquet_recorded(journal: Journal) -> bool:
    """Whether the ledger was last written as Parquet too."""
    return any(name.endswith(".parquet") for name in recorded_outputs(journal))


def every_output(journal: Journal) -> frozenset[tuple[str, str]]:
    """Return name and digest of everything ever written to compiled/YEAR."""
    kinds = (EventKind.COMPILED, EventKind.FINALIZED, EventKind.REPORTED)
    made = (event for kind in kinds for event in journal.of(kind))
    return frozenset(pair for event in made for pair in event.facts["outputs"].items())


def reported_outputs(journal: Journal) -> dict[str, str]:
    """Return the files of the report as they were last written, with their digests."""
    event = journal.last(EventKind.REPORTED)
    return dict(event.facts["outputs"]) if event else {}


def receipts(journal: Journal, returns: Iterable[Return]) -> Facts | None:
    """Return what to record of the files that are new, changed or gone; None if there are none."""
    known = recorded_files(journal)
    on_disk = {r.on_disk.file: _file(r) for r in returns}
    changed = [file for path, file in on_disk.items() if not _is_recorded(known.get(path), file)]
    gone = [path for path in known if path not in on_disk]
    return {"files": changed, "gone": gone} if changed or gone else None


def judgement(journal: Journal, round_: Round, plan_content: Mapping[str, Any]) -> Facts | None:
    """Return what to record of the outcomes; None when nothing differs from the last time.

    The plan's content goes with it when it is new: plan.xlsx will be another next year.
    """
    known = recorded_outcomes(journal)
    basis = round_.basis
    outcomes = {r.file: _outcome(r) for r in round_.returns}
    changed = [[path, *said] for path, said in outcomes.items() if known.get(path) != said]
    dropped = [path for path in known if path not in outcomes]
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
    return facts | ({"plan_content": without_passwords(plan_content)} if is_new_plan else {})


def recorded_plan(journal: Journal) -> Mapping[str, Any] | None:
    """Return the plan the round was last judged by, as plan.json spells it, without passwords.

    Of a year that was brought in it is the plan made of the city's table.
    """
    kinds = (EventKind.BROUGHT_IN, EventKind.JUDGED)
    events = [e for e in journal.events if e.kind in kinds and _has_plan(e)]
    plans = [e.facts["plan_content"] for e in events]
    return plans[-1] if plans else None


def recorded_form(journal: Journal) -> tuple[Form, dict[str, str]] | None:
    """Return the form of a year of several rounds, as it was last made, and its statuses.

    Those are the columns that say whether a field was answered, by the label of the field. None
    where it is no such year.
    """
    event = journal.last(EventKind.COMPILED, EventKind.FINALIZED)
    if event is None or "form" not in event.facts:
        return None
    return form_from_json(event.facts["form"]), dict(event.facts["statuses"])


def recorded_basis(journal: Journal) -> Basis | None:
    """Return what the last judging rested on."""
    last = journal.last(EventKind.JUDGED)
    if last is None:
        return None
    facts = last.facts
    return Basis(
        facts["plan"],
        facts["register"],
        facts["earlier"],
        facts.get("known", ""),
        facts.get("rounds", {}),
    )


def recorded_table(journal: Journal) -> str:
    """Return the digest of the table of known values the last judging rested on; "" for none."""
    basis = recorded_basis(journal)
    return basis.known if basis else ""


def without_passwords(plan_content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's content as it may be shown to anybody."""
    plan = {k: v for k, v in plan_content["plan"].items() if k not in _PASSWORDS}
    return {**plan_content, "plan": plan}


def _file(returned: Return) -> dict[str, str | int]:
    on_disk = returned.on_disk
    modified = iso_time(returned.received)
    return {
        "path": on_disk.file,
        "sha256": on_disk.sha256,
        "size": on_disk.size,
        "modified": modified,
    }


def _is_recorded(known: RecordedFile | None, file: Mapping[str, str | int]) -> bool:
    if known is None:
        return False
    said = {"sha256": known.sha256, "size": known.size, "modified": known.modified}
    return all(file[key] == value for key, value in said.items())


def _outcome(returned: Return) -> list[str | int]:
    answers = len(returned.answers)
    return [returned.sha256, returned.outcome.value, returned.department, answers]


def _figures(facts: Facts) -> dict[str, object]:
    return {key: said for key, said in facts.items() if key not in _CHANGES}


def _has_plan(event: Event) -> bool:
    return "plan_content" in event.facts


# What the journal knows of the templates issued, and what there is to add to it. Pure.


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


def gone_files(journal: Journal, returns: Iterable[Return]) -> tuple[Finding, ...]:
    """Return a warning for each return taken away; renamed ones, and what was none, do not count.

    The journal must already say what lies there now; the returns are those of today.
    """
    on_disk = {file.sha256 for file in recorded_files(journal).values()}
    on_disk |= {returned.sha256 for returned in returns}  # also within a zip
    mattered, answering = _ever_returns(journal), _answering(journal)
    return tuple(
        Finding(
            Code.FILE_GONE,
            Location(file=path),
            {"received": _day(file.first_seen), "departments": answering.get(path, ())},
        )
        for path, file in _gone(journal).items()
        if file.sha256 and file.sha256 not in on_disk and path in mattered
    )


def recorded_departments(journal: Journal) -> dict[str, str]:
    """Return whose file each return was, also of files that are gone; an archive is its first's."""
    found: dict[str, str] = {}
    for event in journal.of(EventKind.JUDGED):
        for path, _, _, department, *_ in event.facts["returns"]:
            if department:
                found[path] = department
                for parent in map(str, PurePosixPath(path).parents):
                    found.setdefault(parent, department)
    return found


def lost_records(journal: Journal) -> tuple[Finding, ...]:
    """Return a warning for each time the journal began anew though a round had been compiled."""
    return tuple(
        Finding(Code.JOURNAL_RESTARTED, Location(), {"at": _day(event.at)})
        for event in journal.of(EventKind.RESTARTED)
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


def _answering(journal: Journal) -> dict[str, tuple[str, ...]]:
    """Return whose answers each file, or an archive around it, held when it was judged last."""
    judged = {
        path: (str(outcome), str(department))
        for event in journal.of(EventKind.JUDGED)
        for path, _, outcome, department, _ in event.facts["returns"]
    }
    found: dict[str, tuple[str, ...]] = {}
    for path, (outcome, department) in judged.items():
        if department and Outcome(outcome).is_answer:
            for name in (path, *map(str, PurePosixPath(path).parents)):
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), department)))
    return found


def _ever_returns(journal: Journal) -> frozenset[str]:
    """Return the files that once were, or held, something else than 対象外."""
    found: set[str] = set()
    for event in journal.of(EventKind.JUDGED):
        for path, _, outcome, *_ in event.facts["returns"]:
            if outcome != Outcome.NOT_A_RETURN:
                found |= {path, *map(str, PurePosixPath(path).parents)}
    return frozenset(found)
