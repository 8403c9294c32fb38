"""A whole year of several rounds: read from its rounds as they are on disk, and compiled.

What is made of the year rests on what was last recorded of its rounds, never on a plan or a file
that came since: so the same journals give the same year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflow.compiled.compilation import Compilation, compile_year
from workflow.compiled.recorded import Basis, recorded_files, recorded_plan, recorded_table
from workflow.compiled.round import Round, Stage
from workflow.compiled.year.standing import PartOfYear
from workflow.compiled.year.united import united
from workflow.model.errors import WorkspaceError
from workflow.model.fields.form import form_as_json
from workflow.model.plan import Plan
from workflow.model.rounds.declared import DeclaredRound
from workflow.plan.build import build_plan
from workflow.plan.fingerprint import plan_digest
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import take_snapshot
from workflow.rounds.earlier import earlier_digests, earlier_ledgers, former_final, past_years
from workflow.rounds.inputs.known_table import with_recorded_table
from workflow.rounds.load import as_recorded, load_round, plan_as_recorded, stage_of
from workflow.rounds.options import ReadOptions, no_progress
from workflow.storage.journal import Event, EventKind, Journal, load_journal
from workflow.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class YearOnDisk:
    """The rounds of a year as their journals have them, and the journal of the year itself.

    Plan is that of the whole year, as the round that was judged last had it.
    """

    workspace: Workspace
    year: int
    plan: Plan
    parts: tuple[PartOfYear, ...]
    journal: Journal

    @property
    def collected(self) -> tuple[PartOfYear, ...]:
        """The rounds that were collected, in the order of the year."""
        return tuple(part for part in self.parts if part.stage)

    @property
    def is_final(self) -> bool:
        """Whether every round was made final."""
        return all(part.stage and part.stage.is_final for part in self.parts)

    @property
    def state(self) -> dict[str, list[Any]]:
        """What a compilation of the year rests on: how far each round is, by its journal."""
        return {
            part.declared.name: [part.is_issued, _state_of(part.journal)] for part in self.parts
        }


def as_last_made(found: YearOnDisk) -> YearOnDisk | None:
    """Return a year with those rounds issued that were when it was last made.

    None where it was made of its rounds as they were at another time.
    """
    last = found.journal.last(EventKind.COMPILED, EventKind.FINALIZED)
    was = last.facts.get("rounds", {}) if last else {}
    known = [part for part in found.parts if part.declared.name in was]
    parts = tuple(replace(part, is_issued=was[part.declared.name][0]) for part in known)
    then = replace(found, parts=parts)
    return then if last and then.state == was and then.collected == found.collected else None


def year_on_disk(workspace: Workspace, year: int) -> YearOnDisk | None:
    """Return how far the rounds of a year are; None where none of them was collected."""
    whole = workspace.of_year()
    names = whole.round_names(year)
    journals = {name: load_journal(whole.in_round(name).journal(year)) for name in names}
    judged = {name: event for name, j in journals.items() if (event := j.last(EventKind.JUDGED))}
    if not judged:
        return None
    newest = max(judged, key=lambda name: (judged[name].at, name))
    content = recorded_plan(journals[newest])
    assert content
    plan = build_plan(content)
    in_round = whole.in_round(newest)
    plan = replace(
        plan, open_passwords=plan_as_recorded(in_round, journals[newest])[0].open_passwords
    )
    declared = (*plan.rounds, *_no_longer_declared(whole, plan, journals))
    parts = (_part(one, journals.get(one.name)) for one in declared)
    return YearOnDisk(whole, year, plan, tuple(parts), load_journal(whole.journal(year)))


def _no_longer_declared(
    whole: Workspace, plan: Plan, journals: Mapping[str, Journal]
) -> tuple[DeclaredRound, ...]:
    """Return the rounds that were collected and that the plan has no more, as they were."""
    known = {declared.name for declared in plan.rounds}
    found = []
    for name, journal in journals.items():
        if name not in known and journal.last(EventKind.JUDGED):
            declared = plan_as_recorded(whole.in_round(name), journal)[0].round
            assert declared
            found.append(declared)
    return tuple(found)


def _part(declared: DeclaredRound, journal: Journal | None) -> PartOfYear:
    if journal is None:
        return PartOfYear(declared=declared, is_issued=False, journal=Journal())
    if journal.last(EventKind.JUDGED) is None:
        return PartOfYear(declared=declared, is_issued=True, journal=Journal())
    shown = journal.last(*_SHOWN)
    assert shown
    upto = journal.until(shown)
    return PartOfYear(declared=declared, is_issued=True, journal=upto, stage=stage_of(upto))


_SHOWN = (EventKind.JUDGED, EventKind.COMPILED, EventKind.FINALIZED, EventKind.REOPENED)
"""What is done to a round and changes what its year shows: that a report is made does not."""


def _state_of(journal: Journal) -> str:
    """Return the digest of what was last done to a round that the year shows."""
    event: Event | None = journal.last(*_SHOWN)
    return event.digest if event else ""


def loaded(found: YearOnDisk, options: ReadOptions) -> YearOnDisk:
    """Return a year with every collected round read and judged as it was recorded."""
    quiet = replace(options, progress=no_progress)
    parts = (_loaded(found, part, quiet) if part.stage else part for part in found.parts)
    return replace(found, parts=tuple(parts))


def _loaded(found: YearOnDisk, part: PartOfYear, options: ReadOptions) -> PartOfYear:
    workspace, year = found.workspace.in_round(part.declared.name), found.year
    plan, _ = plan_as_recorded(workspace, part.journal)
    digest, opener = recorded_table(part.journal), options.open_table
    plan = with_recorded_table(workspace, plan, year, digest, opener, again=options.again)
    snapshot = None
    if options.use_cache:
        snapshot = take_snapshot(workspace.returned(year)).without(options.skipped)
    known = recorded_files(part.journal)
    read = load_round(workspace, plan, year, options, part.journal, snapshot, known=known)
    return replace(part, round=as_recorded(read, part.journal))


def united_year(found: YearOnDisk, rounds: Mapping[str, Round] | None = None) -> Round:
    """Return the one round that the loaded rounds of a year make.

    Rounds take the place of those loaded, by name: the same ones read by other readers.
    """
    own = {p.declared.name: p.round for p in found.parts if p.round}
    parts = tuple((rounds or own).values())
    tables = [part.plan.known_table for part in parts if part.plan.known_table]
    plan = replace(found.plan, known_table=tables[-1] if tables else None)
    whole, year = found.workspace, found.year
    basis = Basis(
        plan=plan_digest(found.plan),
        earlier=dict(earlier_digests(whole, year)),
        known=tables[-1].sha256 if tables else "",
    )
    made = united(plan, parts, basis)
    return replace(made, past=tuple(past_years(whole, year, made.plan.form)))


def compilation_of_year(
    found: YearOnDisk, year: Round, stage: Stage, *, again: bool = False
) -> Compilation:
    """Return everything the compiled files of a whole year show; again is for what was made."""
    earlier = earlier_ledgers(found.workspace, found.year)
    former = former_final(found.workspace, found.year, found.journal)
    journal = found.journal
    made = journal.last(EventKind.COMPILED, EventKind.FINALIZED)
    if again and made:
        journal = Journal(tuple(e for e in journal.events if e.number < made.number))
    return compile_year(year, found.parts, journal, stage, earlier, former)


def stage_of_year(found: YearOnDisk) -> Stage:
    """Return how far a year is: as of when its rounds are, or when it was made final."""
    final = found.journal.last(EventKind.FINALIZED) if found.journal.is_final else None
    if final:
        return Stage(True, final.at)
    return Stage(False, max(part.stage.as_of for part in found.collected if part.stage))


def form_facts(year: Round, compilation: Compilation) -> dict[str, Any]:
    """Return what a later year needs to read this one: its form, and which column answers what."""
    own = (c for c in compilation.ledger.columns if c.field and not c.is_known)
    return {
        "form": form_as_json(year.plan.form),
        "statuses": {column.label: column.status for column in own},
    }


def names_of(parts: tuple[PartOfYear, ...]) -> str:
    """Return the names of some rounds as a sentence has them."""
    return "".join(f"「{part.declared.name}」" for part in parts)


def not_all_final(found: YearOnDisk) -> WorkspaceError:
    """Return why a year cannot be made final yet: which of its rounds are not."""
    open_ = tuple(part for part in found.parts if not (part.stage and part.stage.is_final))
    return WorkspaceError(
        f"{found.workspace.period(found.year)}は、{names_of(open_)}が確定していないため、"
        f"確定しませんでした。先に finalize --year {found.year} --round "
        f"{open_[0].declared.name} のように、それぞれの回を確定してください。"
    )
