"""collect: every file that came back judged, and the ledger, matrices and state compiled anew."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_json,
    add_passwords,
    add_round,
    add_year,
    round_workspace,
    year_of,
)
from workflow.commands.status import points_to_decide
from workflow.compiled.points.decisions import decision_log, numbering, with_decisions
from workflow.compiled.points.on_screen import Refused, ScreenDecision, taken_on_screen
from workflow.compiled.points.point import Point
from workflow.compiled.points.record import RecordCopy, taken
from workflow.compiled.recorded import issued, judgement, receipts
from workflow.compiled.round import Round
from workflow.model.dataclass import dataclass
from workflow.model.errors import WorkspaceError
from workflow.model.rounds import Period
from workflow.model.years import JST, era_year, to_the_second
from workflow.plan.load import plan_paths
from workflow.returned.inbox import take_snapshot
from workflow.rounds.collected import Collected, cache_result, cached_result, fingerprint
from workflow.rounds.known_plan import known_plan
from workflow.rounds.known_table import with_known_table
from workflow.rounds.load import (
    ReadOptions,
    decided,
    in_workers,
    load_round,
    no_preparation,
    stage_of,
    undecided_points,
    with_gone,
)
from workflow.rounds.record import written_copies
from workflow.storage.journal import EventKind, Journal, load_journal
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace
from workflow.terminal.output import (
    print_json,
    progress_bar,
    say,
    show_departments,
    show_findings,
    show_overview,
    show_points,
    show_totals,
)


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
        _show_plan_notes(collected)
        show_collected(workspace, year, collected)
    return CLEAN if collected.is_clean else FINDINGS


def _show_plan_notes(collected: Collected) -> None:
    """Say once of a plan.xlsx how it was understood."""
    if collected.plan_notes:
        from workflow.commands.plan import note_lines  # where plan.xlsx was changed alone

        for line in note_lines(collected.plan_notes):
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
    from workflow.rounds.write_year import bring_up_year  # where a year has several rounds alone

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

        # 409 ms, while the worker processes start; not at all where nothing changed.
        from workflow.rounds.write import compilation_of, write_provisional

        plan = known_plan(workspace, year, options.use_cache)
        today = with_known_table(workspace, plan.plan, options.open_table)
        round_ = load_round(workspace, today, year, options, before, snapshot, digest=plan.digest)
        if not (round_.returns or before.last(EventKind.RECEIVED)):
            raise WorkspaceError(f"returned/{year} に回答ファイルがありません。")

        journal = _restarted(workspace, year, before, now)
        if reopening is not None and before.is_final:
            journal = before.adding(EventKind.REOPENED, now, {"reason": reopening})
        copies = written_copies(workspace, year, options, plan.plan, before)
        news = with_news(journal, now, round_, plan.content, copies, on_screen)
        journal, round_ = news.journal, news.round

        compilation = compilation_of(workspace, round_, journal, stage_of(journal))
        collected, journal = write_provisional(workspace, compilation, before, journal, now)

        is_repeatable = (
            snapshot is not None
            and round_.is_repeatable
            and inputs == fingerprint(workspace, year, snapshot, options.passwords, before)
        )
        if is_repeatable:
            cache_result(workspace, year, inputs, journal, collected)
        return replace(collected, plan_notes=plan.notes, refused=news.refused)


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
    plan_content: Mapping[str, Any],
    written: Sequence[RecordCopy] = (),
    on_screen: Sequence[ScreenDecision] = (),
) -> News:
    """Return the journal with what is new about issues, files, points, decisions and outcomes.

    Written are the copies of 確認の記録 that people may have written in. The round
    comes with it as the journal then has it: with what is gone, and with its points.
    """
    news = (
        (EventKind.ISSUED, issued(round_.register, round_.basis.register, journal)),
        (EventKind.RECEIVED, receipts(journal, round_.returns)),
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


def already_final(period: Period) -> WorkspaceError:
    """Return why a final round is left alone, and how to reopen it."""
    return WorkspaceError(
        f"{period}は確定しているため、変えませんでした。確定を取り消すときは、"
        f'collect {period.options} --reopen --reason "理由" を実行してください。'
    )


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
        show_points(points_to_decide(collected.document), workspace.record(year), period)
    _show_parts(collected)
    _show_handbacks(collected)
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
    show_findings(collected.asking)


def _show_parts(collected: Collected) -> None:
    if collected.parts:
        say(
            f"台帳の行が多いため、{len(collected.parts)}冊に分けました。"
            "どの行がどの冊にあるかは、シート「台帳の分冊」で分かります。"
        )
    for path in collected.parts:
        say(f"・{path.name}")
    if collected.lacks_parquet:
        say(
            "Parquet形式の台帳は、pyarrow が入っていないため作りませんでした。"
            "要るときは、README.ja.md の「とても大きな台帳」のとおりに入れて、"
            "collect をもう一度実行してください。"
        )


def _show_handbacks(collected: Collected) -> None:
    if collected.handbacks:
        folder = collected.handbacks[0].parent
        say(f"差戻し用の調査票を{folder}に作りました（{len(collected.handbacks)}件）。")
    for path in collected.handbacks:
        say(f"・{path.name}")
    for path in collected.kept:
        say(
            f"差戻し用の調査票が書き換えられていたため、写しを残しました：{path}。"
            "回答であれば、returned に移して collect をもう一度実行してください。"
        )
