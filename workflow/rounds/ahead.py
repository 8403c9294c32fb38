"""Judging ahead of a collect: while files still come in, each that is there is judged already."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from workflow.returned.inbox import take_snapshot
from workflow.rounds.inputs.known_plan import known_plan
from workflow.rounds.inputs.known_table import with_known_table
from workflow.rounds.load import load_round
from workflow.rounds.options import ReadOptions
from workflow.storage.journal import load_journal
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace


def judge_ahead(workspace: Workspace, year: int, options: ReadOptions, now: datetime) -> None:
    """Judge the files of a round that were not judged before, for the collect that follows.

    Nothing is compiled, and nothing but the cache is written: collect finds there what it would
    judge. Raises PlanError or WorkspaceError, as collect will.
    """
    options = replace(options, use_cache=True)
    with at_work(workspace, year, f"desk --year {year}", now):
        plan = known_plan(workspace, year, use_kept=True)
        today = with_known_table(workspace, plan.plan, options.open_table)
        journal = load_journal(workspace.journal(year))
        snapshot = take_snapshot(workspace.returned(year)).without(options.skipped)
        load_round(workspace, today, year, options, journal, snapshot, digest=plan.digest)
