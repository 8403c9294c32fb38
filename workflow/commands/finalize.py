"""finalize: what was last collected made the final version, read-only."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import datetime

from workflow.commands.collect import show_collected
from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_passwords,
    add_round,
    add_year,
    round_or_year,
    year_of,
)
from workflow.commands.status import what_is_open
from workflow.compiled.recorded import recorded_table
from workflow.compiled.summaries.status import totals
from workflow.model.errors import WorkspaceError
from workflow.model.wording import Wording
from workflow.model.years import JST, to_the_second
from workflow.rounds.anew import with_news
from workflow.rounds.collected import Collected
from workflow.rounds.inputs.known_table import with_recorded_table
from workflow.rounds.load import load_round, not_collected, plan_as_recorded, stage_of
from workflow.rounds.options import ReadOptions, in_workers
from workflow.rounds.points import written_copies
from workflow.rounds.write import compilation_of, write_final
from workflow.rounds.write_year import bring_up_year, finalize_year
from workflow.storage.journal import EventKind, load_journal
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace
from workflow.terminal.output import progress_bar, say


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser)
    add_round(parser)
    add_passwords(parser)
    parser.add_argument(
        "--accept-open",
        default="",
        metavar="理由",
        help="確認事項や未提出のものが残っていても確定するときの理由です。凡例と作業の記録に残ります。",
    )


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year)
    workspace = round_or_year(arguments, year)
    with progress_bar("回答を読み直しています") as progress:
        options = in_workers(arguments.password, progress)
        reason = arguments.accept_open.strip()
        collected = finalize(workspace, year, datetime.now(JST), options, reason)
    show_collected(workspace, year, collected)
    say(
        f"{workspace.period(year)}を確定しました。確定した内容を後で照合するための一覧：{workspace.digest_list(year)}"
    )
    return CLEAN if collected.is_clean else FINDINGS


COMMAND = Command(
    name="finalize",
    summary="集めた内容を確定し、確定版を作ります。",
    menu="確定する",
    arguments=_arguments,
    run=_run,
)


def finalize(
    workspace: Workspace, year: int, now: datetime, options: ReadOptions, accepted_open: str = ""
) -> Collected:
    """Make what was last collected the final version; one that is final already is made again.

    The plan is the one it was collected with, whatever plan.xlsx says by now. Accepted_open is why
    points or answers may stay open.
    Raises WorkspaceError when anything came or was issued since the last collect, when something is
    open and nobody says why, and as collect.
    """
    if not workspace.round and workspace.round_names(year):
        return finalize_year(workspace, year, now, options)
    made = _final(workspace, year, now, options, accepted_open)
    if not workspace.round:
        return made
    return replace(made, of_year=bring_up_year(workspace, year, now, options))


def _final(
    workspace: Workspace, year: int, now: datetime, options: ReadOptions, accepted_open: str
) -> Collected:
    with at_work(workspace, year, f"finalize {workspace.period(year).options}", now):
        now, period = to_the_second(now), workspace.period(year)
        journal = load_journal(workspace.journal(year))
        if not journal.last(EventKind.COMPILED):
            raise not_collected(workspace, year)

        plan, content = plan_as_recorded(workspace, journal)
        digest, opener = recorded_table(journal), options.open_table
        plan = with_recorded_table(workspace, plan, year, digest, opener)
        round_ = load_round(workspace, plan, year, options, journal)
        written = written_copies(workspace, year, options, plan, journal)
        news = with_news(journal, now, round_, content, written)
        round_ = news.round
        if news.journal != journal:
            raise WorkspaceError(
                f"{period}は、前回の collect のあとに、回答か調査票、"
                "または「確認の記録」が変わっています。"
                f"collect {period.options} を実行して内容を確かめてから、もう一度実行してください。"
            )

        figures = totals(round_.returns, round_.entries, round_.points).as_json()
        points = [point.as_json(Wording()) for point in round_.points]
        left = what_is_open({"totals": figures, "points": points})
        if left and not (accepted_open or journal.is_final):
            raise WorkspaceError(
                f"{left}が残っているため、確定しませんでした。残したまま確定するときは、"
                f'finalize {period.options} --accept-open "理由" を実行してください。'
            )
        stage = stage_of(journal, now, accepted_open if left else "")
        compilation = compilation_of(workspace, round_, journal, stage)
        return write_final(workspace, compilation, journal, journal)
