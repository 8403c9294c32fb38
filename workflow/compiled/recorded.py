"""What the journal knows of a round: files, outcomes, outputs, plan and templates. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.returns import Outcome
from workflow.model.years import JST
from workflow.python.dataclass import dataclass
from workflow.storage.journal import EventKind, Journal
from workflow.storage.json_text import JsonText

if TYPE_CHECKING:
    from workflow.model.fields.form import Form


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file as it lay in returned/ when it was last recorded; first_seen is of this content."""

    sha256: str
    size: int
    modified: str
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Collects:
    """The number of the collect that met a content first, by its digest, and a file with it."""

    contents: dict[str, int]
    files: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a compilation rests on besides the returns, each as a digest.

    Known is that of the table of known values, "" where the plan names none. Rounds are those of
    the year that the round follows, by name. Late are no digests, but the returns that came for
    another round when that was final: it may be reopened later.
    """

    plan: str = ""
    register: str = ""
    earlier: Mapping[str, list[str]] = field(default_factory=dict)
    known: str = ""
    rounds: Mapping[str, list[str]] = field(default_factory=dict)
    late: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the digests as the journal spells them."""
        digests: dict[str, object] = {"plan": self.plan, "register": self.register}
        digests["earlier"] = dict(self.earlier)
        digests |= {"known": self.known} if self.known else {}
        digests |= {"rounds": dict(self.rounds)} if self.rounds else {}
        return digests | ({"late": list(self.late)} if self.late else {})


def recorded_files(journal: Journal) -> dict[str, RecordedFile]:
    """Return the files that lay in returned/ at the last collect, by path."""
    return _files_and_gone(journal)[0]


def _files_and_gone(journal: Journal) -> tuple[dict[str, RecordedFile], dict[str, RecordedFile]]:
    """Return the files that lay there last, and what was known of those that went, by path."""
    files: dict[str, RecordedFile] = {}
    gone: dict[str, RecordedFile] = {}
    for event in journal.of(EventKind.RECEIVED):
        for path in event.facts["gone"]:
            if path in files:
                gone[path] = files.pop(path)
        for file in event.facts["files"]:
            path, sha256 = file["path"], file["sha256"]
            known = files.get(path)
            seen = known.first_seen if known and known.sha256 == sha256 else event.at
            files[path] = RecordedFile(sha256, file["size"], file["modified"], seen)
            gone.pop(path, None)
    return files, gone


def recorded_outcomes(journal: Journal) -> dict[str, list[str | int]]:
    """Return what became of each return: its digest, outcome, department and answers."""
    outcomes: dict[str, list[str | int]] = {}
    for event in journal.of(EventKind.JUDGED):
        for path in event.facts["dropped"]:
            outcomes.pop(path, None)
        outcomes |= {path: outcome for path, *outcome in event.facts["returns"]}
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


def recorded_plan(journal: Journal) -> Mapping[str, Any] | None:
    """Return the plan the round was last judged by, as plan.json spells it, without passwords.

    Of a year that was brought in it is the plan made of the city's table.
    """
    content = plan_as_kept(journal)
    plan: Mapping[str, Any] | None = content.value if isinstance(content, JsonText) else content
    return plan


def recorded_known_values(journal: Journal) -> Mapping[str, Any] | None:
    """Return what that plan says of its known values; the rest of a large plan is not looked at."""
    content = plan_as_kept(journal)
    if isinstance(content, JsonText) and not content.holds(b'"known_values"'):
        return None
    return (recorded_plan(journal) or {}).get("known_values")


def plan_as_kept(journal: Journal) -> Mapping[str, Any] | JsonText | None:
    """Return that plan, or of a large one its text, which is not read before it is asked for."""
    plans = (e.facts["plan_content"] for e in reversed(journal.events) if "plan_content" in e.facts)
    return next(plans, None)


def recorded_form(journal: Journal) -> tuple[Form, dict[str, str]] | None:
    """Return the form of a year of several rounds, as it was last made, and its statuses.

    Those are the columns that say whether a field was answered, by the label of the field. None
    where it is no such year.
    """
    event = journal.last(EventKind.COMPILED, EventKind.FINALIZED)
    if event is None or "form" not in event.facts:
        return None
    from workflow.model.fields.form import form_from_json  # 15 ms, where a year has rounds alone

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
        tuple(facts.get("late", ())),
    )


def recorded_table(journal: Journal) -> str:
    """Return the digest of the table of known values the last judging rested on; "" for none."""
    basis = recorded_basis(journal)
    return basis.known if basis else ""


def recorded_issues(journal: Journal) -> dict[str, str]:
    """Return the digest of every template issued, by form number."""
    return {
        issue["number"]: issue["sha256"]
        for event in journal.of(EventKind.ISSUED)
        for issue in event.facts["issues"]
    }


def gone_files(journal: Journal, digests: Set[str]) -> tuple[Finding, ...]:
    """Return a warning for each return taken away; renamed ones, and what was none, do not count.

    The journal must already say what lies there now; digests are those of the returns of today.
    """
    files, gone = _files_and_gone(journal)
    if not gone:
        return ()
    on_disk = digests | {file.sha256 for file in files.values()}
    mattered, answering = _ever_returns(journal), _answering(journal)
    return tuple(
        Finding(
            Code.FILE_GONE,
            Location(file=path),
            {"received": _day(file.first_seen), "departments": answering.get(path, ())},
        )
        for path, file in gone.items()
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
