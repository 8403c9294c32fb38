"""The points of a round: as they stand, and the copies of 確認の記録 that people wrote in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from workflow.compiled.points.decisions import DecisionLog, decision_findings, decision_log
from workflow.compiled.points.point import Point
from workflow.compiled.points.record import RecordCopy, read_record
from workflow.compiled.recorded import every_output, recorded_files
from workflow.model.findings import Finding
from workflow.model.limits import COMPILED
from workflow.model.plan import Plan
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import content_digest, single, take_snapshot
from workflow.rounds.load import (
    as_recorded,
    known_passwords,
    load_round,
    not_collected,
    plan_as_recorded,
)
from workflow.rounds.options import ReadOptions
from workflow.storage.journal import EventKind, Journal, load_journal
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPoints:
    """The points of a round, by number, and the journal that says what was decided of them."""

    journal: Journal
    points: tuple[Point, ...]
    log: DecisionLog
    wording: Wording

    def find(self, number: int) -> Point | None:
        """Return a point by its number."""
        return next((point for point in self.points if point.number == number), None)

    def notes(self, point: Point) -> tuple[str, ...]:
        """Return why what was decided of a point does not stand, in words."""
        return tuple(map(self.wording.problem, decision_findings((point,), self.log)))

    def decided_at(self, point: Point) -> datetime | None:
        """Return when a point was last decided."""
        latest = self.log.latest(point.key)
        events = (e.at for e in self.journal.events if latest and e.number == latest.event)
        return next(events, None)


def load_points(
    workspace: Workspace, year: int, options: ReadOptions, now: datetime
) -> RoundPoints:
    """Return the points of what was last collected. Nothing but the cache is written.

    A file that came since is told by collect. Raises WorkspaceError when nothing was collected or
    another run is at work.
    """
    journal = load_journal(workspace.journal(year))
    if not journal.last(EventKind.JUDGED):
        raise not_collected(workspace, year)
    with at_work(workspace, year, f"desk {workspace.period(year).options}", now):
        journal = load_journal(workspace.journal(year))
        plan, _ = plan_as_recorded(workspace, journal)
        known = recorded_files(journal)
        cached = replace(options, use_cache=True)
        snapshot = take_snapshot(workspace.returned(year))
        read = load_round(workspace, plan, year, cached, journal, snapshot, known=known)
        round_ = as_recorded(read, journal)
    numbered = tuple(point for point in round_.points if point.number)
    wording = Wording(plan.labels)
    return RoundPoints(journal=journal, points=numbered, log=decision_log(journal), wording=wording)


def written_copies(
    workspace: Workspace, year: int, options: ReadOptions, plan: Plan, journal: Journal
) -> tuple[RecordCopy, ...]:
    """Return every copy of 確認の記録 that is not as we wrote it and was not taken in yet."""
    ours = {digest for _, digest in every_output(journal)} | decision_log(journal).read
    passwords = known_passwords(plan, options.passwords)
    copies = []
    for path in workspace.record_copies(year):
        received = single(path)
        digest = content_digest(received)
        if digest in ours:
            continue
        found = options.open_written(received, passwords, COMPILED)
        if isinstance(found, Finding):
            copies.append(RecordCopy(path.name, digest, reason=Wording().problem(found)))
        else:
            copies.append(read_record(path.name, digest, found))
    return tuple(copies)
