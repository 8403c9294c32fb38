"""verify: the round recomputed from the originals by other readers, and compared."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_json,
    add_passwords,
    add_round,
    add_year,
    round_or_year,
    year_of,
)
from workflow.model.catalogue import Severity
from workflow.model.wording import Wording
from workflow.rounds.options import ReadOptions, in_workers
from workflow.storage.recover import refuse_unfinished
from workflow.storage.workspace import Workspace
from workflow.terminal.output import print_json, progress_bar, say
from workflow.verification.differences import Report


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser)
    add_round(parser)
    add_passwords(parser)
    add_json(parser)


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year)
    workspace = round_or_year(arguments, year)
    with progress_bar("元の回答から計算し直しています") as progress:
        options = in_workers(arguments.password, progress)
        report = verify(workspace, year, options)
    if arguments.json:
        print_json(report.as_json())
    else:
        _show(report)
    return CLEAN if report.is_clean else FINDINGS


COMMAND = Command(
    name="verify",
    summary="元の回答から計算し直し、台帳や記録と照合します。",
    menu="元の回答と照合する",
    arguments=_arguments,
    run=_run,
)


def verify(workspace: Workspace, year: int, options: ReadOptions) -> Report:
    """Recompute a round from plan, register, originals and journal; report every difference.

    Of a whole year of several rounds, each of them is recomputed, and then the year.
    Raises PlanError or WorkspaceError when there is nothing to recompute it from.
    """
    from workflow.verification.verify import verified  # 2,800 ms (pandas), for this command alone

    refuse_unfinished(workspace, year)
    if not workspace.round and workspace.round_names(year):
        from workflow.verification.year import verified_year  # 2 ms more

        return verified_year(workspace, year, options)
    return verified(workspace, year, options)


def _show(report: Report) -> None:
    """Show how much was verified, and every difference with both values and their cells."""
    checked, wording = report.checked, Wording()
    say(
        f"作業の記録{checked.events}行、回答ファイル{checked.files}件、回答{checked.answers}件、"
        f"台帳のセル{checked.cells}個、集計表の数{checked.counts}個を照合しました。"
    )
    for found in report.differences:
        file = f"{found.location.file}　" if found.location.file else ""
        mark = "違い" if found.severity is Severity.ERROR else found.severity.label
        say(f"［{mark}］{file}{wording.message(found)}→ {wording.remedy(found)}")
    if report.is_clean:
        say("すべて一致しました。")
        return
    differences = sum(found.severity is Severity.ERROR for found in report.differences)
    others = len(report.disagreeing) - differences
    more = f"確かめるところが{others}件あります。" if others else ""
    say((f"{differences}か所の違いがあります。" if differences else "違いはありません。") + more)
