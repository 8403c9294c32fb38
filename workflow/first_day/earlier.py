"""The answers of a city's own table as the ledger of an earlier year, with the file as evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.open_data.csv import ledger_csv
from workflow.compiled.recording import without_passwords
from workflow.first_day.document import BroughtIn
from workflow.first_day.draft import Draft, Wishes
from workflow.model.errors import WorkspaceError
from workflow.model.fields.declarations import Value
from workflow.model.plan import Assignment, Plan
from workflow.model.returns import Answer, Source
from workflow.model.years import era_year, iso_time
from workflow.plan.build import build_plan
from workflow.python.dataclass import dataclass
from workflow.storage.commit import Changes, commit
from workflow.storage.files import sha256
from workflow.storage.journal import EventKind, Journal, lengthened, load_journal
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Evidence:
    """The file answers were brought in from: its name, its bytes and when it was last changed."""

    name: str
    content: bytes
    changed: datetime


def brought_in_ledger(
    document: Mapping[str, Any],
    answers: Sequence[BroughtIn],
    year: int,
    evidence: tuple[str, str, datetime],
) -> Ledger:
    """Return the ledger of a year whose answers a table holds; evidence is its name and digest."""
    plan = build_plan(without_indicators(document))
    entries = tuple(
        _entry(plan, assignment, answers, evidence) for assignment in plan.assignments()
    )
    return build_ledger(plan, year, entries)


def without_indicators(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an earlier year is of a plan: what it measured stands in the plan's indicators.

    Those may still lack what the table did not say; the answers need not wait for it.
    """
    return {key: value for key, value in document.items() if key != "indicators"}


def bring_in(
    workspace: Workspace, draft: Draft, wishes: Wishes, evidence: Evidence, now: datetime
) -> None:
    """Write the year a draft brings in: its ledger, the file it came from, and the record.

    Raises WorkspaceError when the year was issued or collected here.
    """
    year = draft.year
    assert year is not None
    with at_work(workspace, year, f"init --from-table --year {year}", now):
        journal = load_journal(workspace.journal(year))
        refuse_own_year(workspace, year, journal)
        known = (evidence.name, sha256(evidence.content), evidence.changed)
        ledger = ledger_csv(brought_in_ledger(draft.document, draft.answers, year, known))
        kept = workspace.brought_in(year) / evidence.name
        written = {workspace.ledger_csv(year): ledger, kept: evidence.content}
        facts = {
            "file": evidence.name,
            "sha256": sha256(evidence.content),
            "changed": iso_time(evidence.changed),
            "wishes": _as_json(wishes, draft),
            "plan_content": without_passwords(without_indicators(draft.document)),
            "outputs": {workspace.ledger_csv(year).name: sha256(ledger)},
        }
        after = journal.adding(EventKind.BROUGHT_IN, now, facts)
        recorded = lengthened(workspace.journal(year), journal, after)
        commit(workspace, year, Changes(writes={**written, **recorded}))


def refuse_own_year(workspace: Workspace, year: int, journal: Journal) -> None:
    """Raise WorkspaceError when a year was worked on with this tool: its answers are its own."""
    own = any(event.kind is not EventKind.BROUGHT_IN for event in journal.events)
    if own or (workspace.ledger_csv(year).exists() and not journal.events):
        raise WorkspaceError(
            f"{era_year(year)}は、このフォルダーで集めた年度です。回答を持ち込めません。"
            "--year で、表に書かれている回答の年度を指定してください。"
        )


def read_again(journal: Journal) -> tuple[Wishes, str, str, datetime] | None:
    """Return how the last table was read, its name, digest and time; None when none was."""
    event = journal.last(EventKind.BROUGHT_IN)
    if event is None:
        return None
    facts = event.facts
    changed = datetime.fromisoformat(facts["changed"])
    return _from_json(facts["wishes"]), str(facts["file"]), str(facts["sha256"]), changed


def _as_json(wishes: Wishes, draft: Draft) -> dict[str, Any]:
    return {
        "sheet": wishes.sheet,
        "year": draft.year,
        "mapped": dict(wishes.mapped),
        "city": wishes.city,
        "coordinator": wishes.coordinator,
    }


def _from_json(stored: Mapping[str, Any]) -> Wishes:
    return replace(Wishes(), **stored)


def _entry(
    plan: Plan,
    assignment: Assignment,
    answers: Sequence[BroughtIn],
    evidence: tuple[str, str, datetime],
) -> Entry:
    names = {department.name for department in assignment.departments}
    found = next(
        (a for a in answers if a.item == assignment.item.id and names & set(a.departments)), None
    )
    if found is None:
        return Entry(assignment, AnswerStatus.MISSING, None)
    return Entry(assignment, AnswerStatus.BROUGHT_IN, _answer(plan, assignment, found, evidence))


def _answer(
    plan: Plan,
    assignment: Assignment,
    found: BroughtIn,
    evidence: tuple[str, str, datetime],
) -> Answer:
    name, digest, changed = evidence
    source = Source(name, found.location.sheet, found.location.row, digest, changed)
    values: dict[str, Value] = {
        field.key: Decimal(found.values[field.key]) if field.is_number else found.values[field.key]
        for field in plan.form.fields
        if field.key in found.values
    }
    department = assignment.departments[0].code
    return Answer(assignment.item.id, department, values, dict(found.values), {}, source)
