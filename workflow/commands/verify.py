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
from workflow.model.errors import BusyError
from workflow.model.wording import Wording
from workflow.rounds.options import ReadOptions, in_workers
from workflow.storage.files import file_digest
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
    is_long=True,
)


def verify(workspace: Workspace, year: int, options: ReadOptions) -> Report:
    """Recompute a round from plan, register, originals and journal; report every difference.

    Of a whole year of several rounds, each of them is recomputed, and then the year.
    Raises PlanError or WorkspaceError when there is nothing to recompute it from, and BusyError
    when another run made it anew meanwhile: files of two states differ without being wrong.
    """
    refuse_unfinished(workspace, year)
    before = _journals(workspace, year)
    report = _verified(workspace, year, options)
    refuse_unfinished(workspace, year)
    if _journals(workspace, year) != before:
        raise BusyError("照合しているあいだに、別の実行が記録や台帳を書き換えました。")
    return report


def _verified(workspace: Workspace, year: int, options: ReadOptions) -> Report:
    from workflow.verification.verify import verified  # 2,800 ms (pandas), for this command alone

    if not workspace.round and workspace.round_names(year):
        from workflow.verification.year import verified_year  # 2 ms more

        return verified_year(workspace, year, options)
    return verified(workspace, year, options)


def _journals(workspace: Workspace, year: int) -> tuple[str, ...]:
    """Return the digests of the journals: whatever a run does to a round, it writes there."""
    below = () if workspace.round else workspace.round_names(year)
    journals = (w.journal(year) for w in (workspace, *map(workspace.in_round, below)))
    return tuple(file_digest(journal) if journal.exists() else "" for journal in journals)


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
