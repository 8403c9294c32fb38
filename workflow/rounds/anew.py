"""A round collected anew: read, judged, put into the journal with what is new, and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from workflow.compiled.points.decisions import decision_log, numbering, with_decisions
from workflow.compiled.points.on_screen import Refused, ScreenDecision, taken_on_screen
from workflow.compiled.points.point import Point
from workflow.compiled.points.record import RecordCopy, taken
from workflow.compiled.recording import issued, judgement, receipts
from workflow.compiled.round import Round
from workflow.model.errors import WorkspaceError
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import Snapshot
from workflow.rounds.collected import Collected
from workflow.rounds.inputs.known_plan import known_plan
from workflow.rounds.inputs.known_table import with_known_table
from workflow.rounds.load import decided, load_round, undecided_points, with_gone
from workflow.rounds.options import ReadOptions
from workflow.rounds.points import written_copies
from workflow.rounds.write import write_provisional
from workflow.storage.journal import EventKind, Journal
from workflow.storage.json_text import JsonText
from workflow.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CollectedAnew:
    """What a collect made, the journal as it is on disk, and whether the same gives it again."""

    collected: Collected
    journal: Journal
    is_repeatable: bool


def collect_anew(
    workspace: Workspace,
    year: int,
    now: datetime,
    options: ReadOptions,
    before: Journal,
    snapshot: Snapshot | None,
    reopening: str | None,
    on_screen: Sequence[ScreenDecision],
) -> CollectedAnew:
    """Read a round and write all that is compiled of it. Raises as collect does."""
    plan = known_plan(workspace, year, options.use_cache)
    today = with_known_table(workspace, plan.plan, options.open_table)
    round_ = load_round(workspace, today, year, options, before, snapshot, digest=plan.digest)
    if not (round_.returns or before.last(EventKind.RECEIVED)):
        folder = workspace.period(year).folder
        raise WorkspaceError(f"returned/{folder} に回答ファイルがありません。")

    journal = _restarted(workspace, year, before, now)
    if reopening is not None and before.is_final:
        journal = before.adding(EventKind.REOPENED, now, {"reason": reopening})
    copies = written_copies(workspace, year, options, plan.plan, before)
    news = with_news(journal, now, round_, plan.content, copies, on_screen)
    journal, round_ = news.journal, news.round

    collected, journal = write_provisional(workspace, round_, before, journal, now)
    shown = replace(collected, plan_notes=plan.notes, refused=news.refused)
    return CollectedAnew(shown, journal, round_.is_repeatable)


def _restarted(workspace: Workspace, year: int, before: Journal, now: datetime) -> Journal:
    """Return the journal, which says of itself that it begins anew where an older one is lost.

    Raises WorkspaceError when a final version lies there: nobody knows any more what it rests on.
    """
    made = (workspace.digest_list(year), workspace.ledger(year), workspace.status(year))
    found = [path.name for path in made if path.exists()]
    if before.events or not found:
        return before
    path = workspace.journal(year)
    if made[0].exists():
        raise WorkspaceError(
            f"{workspace.period(year)}の確定版がありますが、作業の記録（{path}）がないか、空です。"
            f"控えから戻してください。控えがなければ、{path.parent}の名前を変えて残したうえで、"
            "もう一度実行すると、新しい記録を始めます。"
        )
    return before.adding(EventKind.RESTARTED, now, {"found": found[0]})


@dataclass(frozen=True, slots=True)
class News:
    """A round with all that is new in it, its journal, and decisions that were not taken."""

    journal: Journal
    round: Round
    refused: tuple[Refused, ...] = ()


def with_news(
    journal: Journal,
    now: datetime,
    round_: Round,
    plan_content: JsonText,
    written: Sequence[RecordCopy] = (),
    on_screen: Sequence[ScreenDecision] = (),
) -> News:
    """Return the journal with what is new about issues, files, points, decisions and outcomes.

    Written are the copies of 確認の記録 that people may have written in. The round
    comes with it as the journal then has it: with what is gone, and with its points.
    """
    news = (
        (EventKind.ISSUED, issued(round_.register, round_.basis.register, journal)),
        (EventKind.RECEIVED, receipts(journal, round_)),
    )
    for kind, facts in news:
        journal = journal.adding(kind, now, facts) if facts else journal
    round_ = with_gone(round_, journal)
    points, journal = _numbered(round_, journal, now)
    log = decision_log(journal)
    decisions = taken(written, with_decisions(points, log, {}), log)
    if decisions:  # they may contradict what came since they were made
        journal = journal.adding(EventKind.DECIDED, now, decisions)
        points, journal = _numbered(round_, journal, now)
    log = decision_log(journal)
    decisions, refused = taken_on_screen(on_screen, with_decisions(points, log, {}), log)
    if decisions:
        journal = journal.adding(EventKind.DECIDED, now, decisions)
        points, journal = _numbered(round_, journal, now)
    round_ = decided(round_, points, journal)
    facts = judgement(journal, round_, plan_content)
    journal = journal.adding(EventKind.JUDGED, now, facts) if facts else journal
    return News(journal, round_, refused)


def _numbered(round_: Round, journal: Journal, now: datetime) -> tuple[tuple[Point, ...], Journal]:
    """Return the points of a round, and the journal with a number for each."""
    points = undecided_points(round_, journal)
    numbers = numbering(journal, points)
    return points, journal.adding(EventKind.NUMBERED, now, numbers) if numbers else journal
