"""collect: every file that came back judged, and the ledger, matrices and state compiled anew."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_json,
    add_passwords,
    add_round,
    add_year,
    already_final,
    round_workspace,
    year_of,
)
from workflow.commands.status import points_to_decide
from workflow.model.errors import WorkspaceError
from workflow.model.rounds.declared import Period
from workflow.model.years import JST, era_year, to_the_second
from workflow.plan.paths import plan_paths
from workflow.returned.inbox import take_snapshot
from workflow.rounds.collected import Collected, cache_result, cached_result, fingerprint
from workflow.rounds.options import ReadOptions, in_workers, no_preparation
from workflow.storage.journal import load_journal
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace
from workflow.terminal.output import (
    note_lines,
    print_json,
    progress_bar,
    say,
    show_departments,
    show_findings,
    show_overview,
    show_points,
    show_totals,
)

if TYPE_CHECKING:
    from pathlib import Path

    from workflow.compiled.points.on_screen import ScreenDecision
    from workflow.model.findings import Finding
    from workflow.rounds.siblings.before import RoundAfter


_MOST_CHANGES = 10
"""Changed answers that are shown of one later round."""


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser)
    add_round(parser)
    add_passwords(parser)
    add_json(parser)
    parser.add_argument(
        "--reopen", action="store_true", help="確定した年度を取り消して、集め直します。"
    )
    parser.add_argument("--reason", default="", metavar="理由", help="確定を取り消す理由です。")
    parser.add_argument(
        "--engine",
        choices=("local", "dask"),
        default="local",
        help="回答を読み取るところです。local はこのパソコン（指定がなければこちら）、"
        "dask は何台ものパソコンで手分けします。",
    )
    parser.add_argument(
        "--scheduler",
        metavar="アドレス",
        help="Daskのスケジューラーのアドレス（tcp://…）です。--engine dask と一緒に指定します。"
        "指定がなければ、このパソコンの中だけで手分けします。",
    )


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year)
    workspace = round_workspace(arguments, year)
    reason = _reason(arguments)
    options = _options(arguments)
    with progress_bar("回答を読み取っています") as progress:
        options = replace(options, progress=progress)
        collected = collect(workspace, year, datetime.now(JST), options, reason)
    if arguments.json:
        print_json(collected.document)
    else:
        _show_plan_notes(collected.plan_notes)
        show_collected(workspace, year, collected)
        if workspace.round:
            _show_rounds_after(workspace, year, is_reopened=reason is not None)
    return CLEAN if collected.is_clean else FINDINGS


def _show_rounds_after(workspace: Workspace, year: int, *, is_reopened: bool) -> None:
    """Say which issued rounds rest on this one, where it was reopened, and what changed for them.

    On their forms stands what this one answered when they were issued.
    """
    # 100 ms, where a year has several rounds alone.
    from workflow.plan.load import load_plan
    from workflow.rounds.siblings.before import rounds_after

    for after in rounds_after(workspace, load_plan(workspace.home), year):
        period = workspace.in_round(after.name).period(year)
        if after.changes:
            say(f"発行済みの「{after.name}」の調査票に載せた回答が、変わっています。")
        elif is_reopened:
            say(
                f"発行済みの「{after.name}」は、この回の回答をもとにしています（変わったところなし）。"
            )
        for what, departments in after.changes[:_MOST_CHANGES]:
            say(f"・{what}（{'、'.join(departments)}の調査票）")
        if len(after.changes) > _MOST_CHANGES:
            say(f"・ほか{len(after.changes) - _MOST_CHANGES}か所")
        for line in _remedies(after, period):
            say(line)


def _remedies(after: RoundAfter, period: Period) -> Iterator[str]:
    """Yield what to run for a later round to rest on the answers of today."""
    if after.is_final and after.is_outdated:
        yield (
            f"「{after.name}」は確定しています。新しい回答をもとにするには、"
            f'collect {period.options} --reopen --reason "理由" で確定を取り消して集め、'
            "確定し直してください。"
        )
    if after.changes and not after.is_final:
        yield f"作り直すときは generate {period.options} --reissue を実行してください。"
    if after.is_outdated and not after.is_final:
        yield (
            f"「{after.name}」は、前の回答をもとに集めたものです。"
            f"collect {period.options} を実行してください。"
        )


def _show_plan_notes(notes: Sequence[Finding]) -> None:
    """Say once of a plan.xlsx how it was understood."""
    if notes:
        for line in note_lines(notes):
            say(line)


def _reason(arguments: Namespace) -> str | None:
    """Return why a final year is reopened; None when it shall not be."""
    reason: str = arguments.reason.strip()
    if arguments.reopen and not reason:
        raise WorkspaceError('確定を取り消すときは、--reason "理由" を付けてください。')
    if reason and not arguments.reopen:
        raise WorkspaceError("--reason は、--reopen と一緒に指定してください。")
    return reason or None


def _options(arguments: Namespace) -> ReadOptions:
    """Return how to read: in processes of this computer, or on several computers."""
    options = replace(in_workers(arguments.password), use_cache=True)
    if arguments.engine == "dask":
        from workflow.returned.workers.dask import dask_engine  # 9 ms, for a cluster alone

        return replace(options, engine=dask_engine(arguments.scheduler), get_ready=no_preparation)
    if arguments.scheduler:
        raise WorkspaceError("--scheduler は、--engine dask と一緒に指定してください。")
    return options


COMMAND = Command(
    name="collect",
    summary="届いた回答を集め、台帳と集計表を作ります。",
    menu="届いた回答を集める",
    arguments=_arguments,
    run=_run,
)


def collect(
    workspace: Workspace,
    year: int,
    now: datetime,
    options: ReadOptions,
    reopening: str | None = None,
    on_screen: Sequence[ScreenDecision] = (),
) -> Collected:
    """Judge every file that came back and compile the ledger, the matrices and the state.

    After a round of a year that has several, the year is made of them anew.

    What is decided on a screen is taken with what people wrote in 確認の記録, and after it.

    A final round is left alone unless a reason to reopen it is given. Where the cache may be used
    and the last collect would give the same again, nothing is done again.
    Raises PlanError, WorkspaceError or OutputError; then the previous output is whole.
    """
    plan_paths(workspace.home)  # where there is no plan, nothing is left behind, not even a lock
    collected = _collected(workspace, year, now, options, reopening, on_screen)
    if not workspace.round:
        return collected
    from workflow.rounds.write_year import bring_up_year  # 220 ms, where a year has rounds

    return replace(collected, of_year=bring_up_year(workspace, year, now, options))


def _collected(
    workspace: Workspace,
    year: int,
    now: datetime,
    options: ReadOptions,
    reopening: str | None,
    on_screen: Sequence[ScreenDecision],
) -> Collected:
    with at_work(workspace, year, f"collect {workspace.period(year).options}", now):
        now = to_the_second(now)
        before = load_journal(workspace.journal(year))
        if before.is_final and reopening is None:
            raise already_final(workspace.period(year))

        snapshot, inputs = None, ""
        if options.use_cache:
            snapshot = take_snapshot(workspace.returned(year)).without(options.skipped)
            inputs = fingerprint(workspace, year, snapshot, options.passwords, before)
            known = None if on_screen else cached_result(workspace, year, inputs, before)
            if known:
                return known
            options.get_ready()

        # 400 ms, while the worker processes start; not at all where nothing changed.
        from workflow.rounds.anew import collect_anew

        anew = collect_anew(workspace, year, now, options, before, snapshot, reopening, on_screen)
        is_repeatable = (
            snapshot is not None
            and anew.is_repeatable
            and inputs == fingerprint(workspace, year, snapshot, options.passwords, before)
        )
        if is_repeatable:
            cache_result(workspace, year, inputs, anew.journal, anew.collected)
        return anew.collected


# What is shown of a round that was collected or made final.


def show_collected(workspace: Workspace, year: int, collected: Collected) -> None:
    """Show a round, and name every file that was made or kept."""
    show_round(collected)
    for path in (workspace.ledger(year), workspace.ledger_csv(year)):
        say(f"作成しました：{path}")
    show_overview(workspace.overview(year))
    for path in collected.of_year:
        say(f"{era_year(year)}全体：{path}")
    if not workspace.digest_list(year).exists():
        period = workspace.period(year)
        waiting = points_to_decide(collected.document["points"])
        show_points(waiting, workspace.record(year), period)
    _show_parts(collected.parts, lacks_parquet=collected.lacks_parquet)
    _show_handbacks(collected.handbacks, collected.kept)
    for path in collected.held_open:
        say(
            f"{path.name} が開かれているため、書き換えませんでした。"
            "記入された扱いは取り込みました。閉じてから、もう一度 collect を実行してください。"
        )
    for path in collected.set_aside:
        say(f"手直しされていたファイルを、別の名前で残しました：{path}。")


def show_round(collected: Collected) -> None:
    """Show where each department stands, the figures and the weightiest findings."""
    show_departments(collected.departments)
    show_totals(collected.document["totals"])
    show_findings(collected.open_findings)


def _show_parts(parts: Sequence[Path], *, lacks_parquet: bool) -> None:
    if parts:
        say(
            f"台帳の行が多いため、{len(parts)}冊に分けました。"
            "どの行がどの冊にあるかは、シート「台帳の分冊」で分かります。"
        )
    for path in parts:
        say(f"・{path.name}")
    if lacks_parquet:
        say(
            "Parquet形式の台帳は、pyarrow が入っていないため作りませんでした。"
            "要るときは、README.ja.md の「とても大きな台帳」のとおりに入れて、"
            "collect をもう一度実行してください。"
        )


def _show_handbacks(made: Sequence[Path], kept: Sequence[Path]) -> None:
    if made:
        say(f"差戻し用の調査票を{made[0].parent}に作りました（{len(made)}件）。")
    for path in made:
        say(f"・{path.name}")
    for path in kept:
        say(
            f"差戻し用の調査票が書き換えられていたため、写しを残しました：{path}。"
            "回答であれば、returned に移して collect をもう一度実行してください。"
        )
