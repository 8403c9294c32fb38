"""report: what was last collected, for publication, as a Word document and as pages."""

from __future__ import annotations

import csv
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_round,
    add_year,
    round_or_year,
    year_of,
)
from workflow.compiled.content import Content, content_of
from workflow.compiled.ledger import YEAR_LABEL
from workflow.compiled.recorded import every_output, recorded_outputs
from workflow.compiled.report.pages import report_pages
from workflow.compiled.report.word import word_report
from workflow.compiled.report.word_papers import brief_paper
from workflow.compiled.report.word_template import USUAL_LAYOUT, template_document
from workflow.compiled.round import Stage
from workflow.compiled.summaries.brief import brief_of
from workflow.compiled.years.past import Row, read_ledger
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.plan import Plan
from workflow.model.years import JST, to_the_second
from workflow.plan.load import load_plan
from workflow.python.dataclass import dataclass
from workflow.rounds.earlier import past_years
from workflow.rounds.load import not_collected, plan_as_recorded, stage_of
from workflow.rounds.options import ReadOptions, in_workers
from workflow.rounds.siblings.named import collect_command
from workflow.rounds.year import as_last_made, loaded, stage_of_year, united_year, year_on_disk
from workflow.storage.commit import Changes, commit
from workflow.storage.files import sha256, write_file
from workflow.storage.journal import EventKind, Journal, lengthened, load_journal
from workflow.storage.own_files import set_aside
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace
from workflow.terminal.output import say


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser)
    add_round(parser)


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year)
    reported = report(round_or_year(arguments, year), year, datetime.now(JST))
    _show(reported)
    return CLEAN if reported.content.is_complete else FINDINGS


COMMAND = Command(
    name="report",
    summary="公表用の進捗状況報告書を、Wordの文書とウェブページで作ります。"
    "Wordのひな形（報告書ひな形.docx）は、はじめて実行したときに作業用のフォルダーにできます。",
    menu="報告書を作る",
    arguments=_arguments,
    run=_run,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report that was made; template is None where the city had one already."""

    word: Path
    brief: Path
    pages: Path
    template: Path | None
    set_aside: tuple[Path, ...]
    content: Content


def report(
    workspace: Workspace, year: int, now: datetime, options: ReadOptions | None = None
) -> Reported:
    """Write the report of what was last collected, as a Word document and as pages.

    Options say how to read the rounds of a year that has several, usually in worker processes.
    Raises WorkspaceError when nothing was collected, when the ledger is not as it was compiled or
    when the template cannot be filled; OutputError when a file cannot be written. Then the previous
    report is whole.
    """
    if not workspace.journal(year).exists():
        raise not_collected(workspace, year)  # and nothing is left behind, not even a lock
    with at_work(workspace, year, f"report {workspace.period(year).options}", now):
        journal = load_journal(workspace.journal(year))
        content = _content(workspace, year, journal, options)
        layout = _layout(workspace, content.plan)
        path = workspace.report_template(layout)
        is_new = not path.exists()
        template = template_document(layout or USUAL_LAYOUT) if is_new else _read(path)
        folder = workspace.compiled(year)
        word = workspace.report(year).relative_to(folder).as_posix()
        brief = workspace.brief_paper(year).relative_to(folder).as_posix()
        outputs = {
            word: word_report(template, path.name, content),
            brief: brief_paper(brief_of(content), content),
            **report_pages(content),
        }
        edited = set_aside(folder, outputs, every_output(journal))
        after = _with_report(journal, to_the_second(now), outputs, template)
        writes = {
            **edited,
            **_differing(folder, outputs),
            **lengthened(workspace.journal(year), journal, after),
        }
        if is_new:  # it is no file of the round, and whole by itself
            write_file(path, template)
        commit(workspace, year, Changes(writes=writes))
        return Reported(
            word=folder / word,
            brief=folder / brief,
            pages=folder / next(name for name in outputs if name not in (word, brief)),
            template=path if is_new else None,
            set_aside=tuple(edited),
            content=content,
        )


def _content(
    workspace: Workspace, year: int, journal: Journal, options: ReadOptions | None
) -> Content:
    """Return what the report says: the plan, ledger and stage of the last collect or finalize.

    Raises WorkspaceError when there was none, or when the ledger's CSV is not what it made.
    """
    recorded = recorded_outputs(journal)
    if not recorded:
        raise not_collected(workspace, year)
    path, graded = workspace.ledger_csv(year), workspace.indicators_csv(year)
    on_disk = _as_compiled(path, recorded)
    indicators = _as_compiled(graded, recorded) if graded.name in recorded else b""
    if workspace.round_names(year) and not workspace.round:
        plan, stage = _united(workspace, year, options or replace(in_workers(), use_cache=True))
    else:
        (plan, _), stage = plan_as_recorded(workspace, journal), stage_of(journal)
    past = tuple(past_years(workspace, year, plan.form))
    years = read_ledger(indicators, (YEAR_LABEL,)) if indicators else ()
    return content_of(plan, year, stage, _rows(on_disk, path), past, years)


def _united(workspace: Workspace, year: int, options: ReadOptions) -> tuple[Plan, Stage]:
    """Return the plan of a year that several rounds make, and how far the year is.

    Raises WorkspaceError when the year was not made anew since one of its rounds.
    """
    found = year_on_disk(workspace, year)
    if found is None:
        raise not_collected(workspace, year)
    if as_last_made(found) is None:
        raise WorkspaceError(
            f"{workspace.period(year)}の台帳は、回を集めたあとに作り直されていません。"
            f"もう一度、{collect_command(workspace, year)} を実行してください。"
        )
    return united_year(loaded(found, options)).plan, stage_of_year(found)


def _as_compiled(path: Path, recorded: Mapping[str, str]) -> bytes:
    """Return a table as it was compiled. Raises WorkspaceError when it is another one by now."""
    on_disk = path.read_bytes() if path.is_file() else b""
    if sha256(on_disk) != recorded.get(path.name):
        raise WorkspaceError(
            f"台帳（{path}）が、集めたときのものと違うため、報告書を作りませんでした。"
            f"collect（確定した年度は finalize）を実行すると、元に戻ります。"
        )
    return on_disk


def _layout(workspace: Workspace, recorded: Plan) -> str:
    """Return the layout that plan.xlsx names today: it may be chosen after everything is final."""
    try:
        return load_plan(workspace.home).report_layout
    except PlanError:
        return recorded.report_layout


def _rows(ledger_csv: bytes, path: Path) -> tuple[Row, ...]:
    try:
        return read_ledger(ledger_csv)
    except (UnicodeDecodeError, csv.Error, KeyError) as error:
        raise WorkspaceError(f"台帳（{path}）を読み取れません。") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WorkspaceError(
            f"報告書のひな形（{path}）を開けません。Wordで開いていれば、閉じてください。"
        ) from error


def _differing(folder: Path, outputs: Mapping[str, bytes]) -> dict[Path, bytes]:
    """Return the files to write; pages that collect or finalize made already are left alone."""
    return {
        folder / name: content
        for name, content in outputs.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    }


def _with_report(
    journal: Journal, now: datetime, outputs: Mapping[str, bytes], template: bytes
) -> Journal:
    facts = {
        "outputs": {name: sha256(content) for name, content in outputs.items()},
        "template": sha256(template),
    }
    last = journal.last(EventKind.REPORTED)
    if last and last.facts == facts:
        return journal
    return journal.adding(EventKind.REPORTED, now, facts)


def _show(reported: Reported) -> None:
    """Show what was made for publication, and what to do with it."""
    if reported.template:
        say(f"Wordのひな形を作りました。体裁は、これを直して変えられます：{reported.template}")
    say(f"報告書を作りました：{reported.word}")
    say(f"部長などへの説明に使う一枚まとめ：{reported.brief}")
    say("Wordで開いたときに、フィールドの更新を尋ねられたら「はい」を選んでください。")
    say(f"ウェブページ：{reported.pages}")
    for path in reported.set_aside:
        say(f"手直しされていたファイルを、別の名前で残しました：{path}。")
    say(f"{reported.content.stage}の内容です。{reported.content.counts}")
