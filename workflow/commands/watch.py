"""watch: returned/YEAR looked after, and collected whenever a file came."""

from __future__ import annotations

import contextlib
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from workflow.commands.collect import collect
from workflow.commands.command import (
    CLEAN,
    Command,
    add_passwords,
    add_round,
    add_year,
    round_workspace,
    year_of,
)
from workflow.model.errors import WorkspaceError
from workflow.model.years import JST
from workflow.plan.load import load_plan
from workflow.rounds.collected import Collected
from workflow.rounds.options import ReadOptions, in_workers
from workflow.storage.journal import load_journal
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_issued_register
from workflow.terminal.output import say
from workflow.watch.watch import look_after


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser)
    add_round(parser)
    add_passwords(parser)


def _run(arguments: Namespace) -> int:
    options, year = in_workers(arguments.password), year_of(arguments.year)
    with contextlib.suppress(KeyboardInterrupt):
        watch(round_workspace(arguments, year), year, options, _say_at_once)
    say("見張りを終わりました。")
    return CLEAN


COMMAND = Command(
    name="watch",
    summary="届くファイルを見張り、届くたびに集めます。終わるときは Ctrl+C を押します。",
    menu="届くのを見張り、届くたびに集める",
    arguments=_arguments,
    run=_run,
    is_long=True,
)


def watch(
    workspace: Workspace, year: int, options: ReadOptions, report: Callable[[str], None]
) -> None:
    """Look after a round until interrupted. The round is locked only while it is collected.

    Raises PlanError or WorkspaceError when it cannot be collected to begin with.
    """
    load_plan(workspace.home, workspace.round)
    load_issued_register(workspace.templates(year), year, workspace.round)
    if load_journal(workspace.journal(year)).is_final:
        period = workspace.period(year)
        raise WorkspaceError(f"{period}は確定しているため、見張る必要はありません。")
    options.get_ready()

    def collect_without(under_way: frozenset[str]) -> Collected:
        chosen = replace(options, use_cache=True, skipped=under_way)
        return collect(workspace, year, datetime.now(JST), chosen)

    look_after(workspace.returned(year), collect_without, report, workspace.round)


def _say_at_once(sentence: str) -> None:
    """Say a sentence at once, with the time of day."""
    say(f"{datetime.now(JST):%H:%M:%S}　{sentence}")
    sys.stdout.flush()
