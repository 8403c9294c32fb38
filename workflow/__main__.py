"""Commands, exit codes and progress. Knows the journeys, knows no Excel.

Exit codes: 0 clean, 1 ran but there are findings or missing answers, 2 could not run.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow import SOURCE_FOLDER, VERSION
from workflow.commands.arguments import parsed
from workflow.model.errors import PlanError, WorkflowError, WorkspaceError
from workflow.model.wording import Wording
from workflow.model.years import JST, era_year, japanese_date, parse_year
from workflow.storage.workspace import Workspace
from workflow.terminal.streams import open_streams

if TYPE_CHECKING:
    from workflow.rounds.load import Reading

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2


def start() -> int:
    """Run the command a person typed: `torimatome …` or `python -m workflow …`."""
    open_streams()
    return main(sys.argv[1:])


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; whatever happens, no traceback is shown."""
    try:
        arguments = parsed(argv)
        code = _COMMANDS[arguments.command](arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more; what is still buffered must not complain on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    except PlanError as error:
        _complain(str(error))
        wording = Wording()
        for finding in error.findings:
            file = f"{finding.location.file}　" if finding.location.file else ""
            _complain(f"・{file}{wording.message(finding)}{wording.remedy(finding)}")
    except WorkflowError as error:
        _complain(str(error))
    except KeyboardInterrupt:
        _complain("中断しました。以前の結果はそのまま残っています。")
    except Exception:
        log = _write_log()
        _complain(f"思わぬ不具合のため続けられませんでした。記録は「{log}」にあります。")
    else:
        return code
    return COULD_NOT_RUN


def _menu(arguments: argparse.Namespace) -> int:
    from workflow.menu.menu import Person, run_menu, show_menu

    given = ("--home", str(arguments.home)) if "home" in arguments else ()
    person = Person(say=_say, ask=input, run=main, given=given)
    if sys.stdin.isatty():
        run_menu(_workspace(arguments), person)
    else:
        show_menu(_workspace(arguments), person)
    return CLEAN


def _init(arguments: argparse.Namespace) -> int:
    from workflow.plan.convert import as_book_bytes, empty_document, sample_document

    if arguments.source_year or arguments.year:
        return _new_year(arguments)
    workspace = _workspace(arguments)
    for name in ("plan.xlsx", "plan.json"):
        if (workspace.home / name).exists():
            raise WorkspaceError(f"{name} がすでにあるため、作りませんでした。")
    document = sample_document() if arguments.sample else empty_document()
    target = workspace.home / "plan.xlsx"
    _write(target, as_book_bytes(document))
    _say(f"計画を作りました：{target}")
    if not arguments.sample:
        _say("Excelで開いて記入し、保存して閉じてから、plan で確かめてください。")
    return CLEAN


def _new_year(arguments: argparse.Namespace) -> int:
    from workflow.commands.new_year import carry_forward

    if arguments.sample or not (arguments.source_year and arguments.year):
        raise WorkspaceError("前の年度から引き継ぐときは、--from と --year を指定してください。")
    before, year = _parsed_year(arguments.source_year), _year(arguments)
    carried = carry_forward(_workspace(arguments), before, year)
    for path in carried.kept:
        _say(f"{era_year(before)}の計画を、別の名前で残しました：{path}")
    for path in carried.written:
        _say(f"{era_year(year)}の計画を作りました：{path}")
    if carried.deadline:
        _say(f"回答期限は、{japanese_date(carried.deadline)}にしました。")
    _say(
        "課の名前、取組内容、様式、回答期限を直したら、"
        f"plan --year {year} で、前の年度から変わるところを確かめてください。"
    )
    return CLEAN


def _plan(arguments: argparse.Namespace) -> int:
    from workflow.commands.new_year import succession
    from workflow.commands.outline import outline

    year = _year(arguments) if arguments.year else None
    for line in outline(succession(_workspace(arguments), year)):
        _say(line)
    return CLEAN


def _convert(arguments: argparse.Namespace) -> int:
    from workflow.plan.convert import as_book_bytes, as_json_bytes
    from workflow.plan.load import load_document, validated

    writers = {".json": as_json_bytes, ".xlsx": as_book_bytes}
    writer = writers.get(arguments.target.suffix.casefold())
    if writer is None:
        raise WorkspaceError("計画は .json か .xlsx の名前で作ります。")
    if arguments.target.exists():
        raise WorkspaceError(f"{arguments.target} がすでにあるため、作りませんでした。")
    document = load_document(arguments.source)
    validated(document)
    _write(arguments.target, writer(document.content))
    _say(f"計画を作りました：{arguments.target}")
    return CLEAN


def _generate(arguments: argparse.Namespace) -> int:
    from workflow.commands.pipeline import generate

    workspace, year = _workspace(arguments), _year(arguments)
    issuance = generate(workspace, year, datetime.now(JST), arguments.department)
    folder = workspace.templates(year)
    if issuance.issued:
        unchanged = len(issuance.unchanged)
        _say(f"調査票を{len(issuance.issued)}件発行しました（変わらないもの{unchanged}件）。")
    else:
        _say(f"調査票は、前に作ったときから変わっていません（{len(issuance.unchanged)}件）。")
    for issue in issuance.issued:
        _say(f"・{issue.file}（様式番号 {issue.number}、{len(issue.items)}件）")
    for path in issuance.stale:
        _say(f"・{path.name} は使わなくなったため、「旧版」に移しました。")
    _say(f"置き場所：{folder}")
    if not workspace.returned(year).exists():
        _say(f"届いた回答は、次のフォルダーを作って入れてください：{workspace.returned(year)}")
    if arguments.mail:
        _draft_distribution(workspace, year)
    return CLEAN


def _draft_distribution(workspace: Workspace, year: int) -> None:
    from workflow.mail.mailing import draft_distribution
    from workflow.terminal.output import show_mailing

    show_mailing(draft_distribution(workspace, year, datetime.now(JST)))


def _remind(arguments: argparse.Namespace) -> int:
    from workflow.mail.mailing import remind
    from workflow.terminal.output import show_mailing

    mailing = remind(_workspace(arguments), _year(arguments), datetime.now(JST))
    show_mailing(mailing)
    return CLEAN if mailing.is_settled else FINDINGS


def _collect(arguments: argparse.Namespace) -> int:
    from workflow.commands.pipeline import collect
    from workflow.terminal.output import show_collected

    workspace, year = _workspace(arguments), _year(arguments)
    reason = _reason(arguments)
    chosen = _engine(arguments)
    with _reading(arguments, "回答を読み取っています") as reading:
        remembering = replace(reading, remembering=True, **chosen)
        collected = collect(workspace, year, datetime.now(JST), remembering, reason)
    if arguments.json:
        _print_json(collected.document)
    else:
        show_collected(collected)
    return CLEAN if collected.is_clean else FINDINGS


def _engine(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what of the usual reading another engine takes the place of."""
    if arguments.engine == "dask":
        from workflow.returned.workers.dask import dask_engine
        from workflow.rounds.load import no_preparation

        return {"engine": dask_engine(arguments.scheduler), "get_ready": no_preparation}
    if arguments.scheduler:
        raise WorkspaceError("--scheduler は、--engine dask と一緒に指定してください。")
    return {}


def _reason(arguments: argparse.Namespace) -> str | None:
    """Return why a final year is reopened; None when it shall not be."""
    reason: str = arguments.reason.strip()
    if arguments.reopen and not reason:
        raise WorkspaceError('確定を取り消すときは、--reason "理由" を付けてください。')
    if reason and not arguments.reopen:
        raise WorkspaceError("--reason は、--reopen と一緒に指定してください。")
    return reason or None


@contextlib.contextmanager
def _reading(arguments: argparse.Namespace, title: str) -> Iterator[Reading]:
    """Yield how to read a round: in worker processes, with a progress bar."""
    from workflow.terminal.output import progress_bar

    with progress_bar(title) as progress:
        yield replace(_in_workers(arguments), progress=progress)


def _in_workers(arguments: argparse.Namespace) -> Reading:
    from workflow.returned.workers import engine
    from workflow.returned.workers.processes import get_ready
    from workflow.rounds.load import Reading

    return Reading(
        engine=engine.judge_in_workers,
        open_book=engine.open_in_worker,
        get_ready=get_ready,
        passwords=tuple(arguments.password),
    )


def _watch(arguments: argparse.Namespace) -> int:
    from workflow.terminal.output import show_now
    from workflow.watch.watch import watch

    with contextlib.suppress(KeyboardInterrupt):
        watch(_workspace(arguments), _year(arguments), _in_workers(arguments), show_now)
    _say("見張りを終わりました。")
    return CLEAN


def _finalize(arguments: argparse.Namespace) -> int:
    from workflow.commands.pipeline import finalize
    from workflow.terminal.output import show_collected

    workspace, year = _workspace(arguments), _year(arguments)
    with _reading(arguments, "回答を読み直しています") as reading:
        collected = finalize(workspace, year, datetime.now(JST), reading)
    show_collected(collected)
    _say(f"{era_year(year)}を確定しました。ダイジェストの一覧：{workspace.digest_list(year)}")
    return CLEAN if collected.is_clean else FINDINGS


def _report(arguments: argparse.Namespace) -> int:
    from workflow.commands.pipeline import report
    from workflow.terminal.output import show_reported

    reported = report(_workspace(arguments), _year(arguments), datetime.now(JST))
    show_reported(reported)
    return CLEAN if reported.content.is_complete else FINDINGS


def _verify(arguments: argparse.Namespace) -> int:
    from workflow.commands.pipeline import verify
    from workflow.terminal.output import show_report

    workspace, year = _workspace(arguments), _year(arguments)
    with _reading(arguments, "元の回答から計算し直しています") as reading:
        report = verify(workspace, year, reading)
    if arguments.json:
        _print_json(report.as_json())
    else:
        show_report(report)
    return CLEAN if report.is_clean else FINDINGS


def _check(arguments: argparse.Namespace) -> int:
    from workflow.commands.inquiry import check
    from workflow.model.catalogue import Severity
    from workflow.returned.workers import engine
    from workflow.terminal.output import show_files

    year = _year(arguments) if arguments.year else None
    workspace, passwords = _workspace(arguments), arguments.password
    document = check(workspace, arguments.files, year, engine.judge_in_workers, passwords)
    if arguments.json:
        _print_json(document)
    else:
        show_files(document)
    asks = any(finding["severity"] != Severity.INFO for finding in document["findings"])
    return FINDINGS if asks or document["totals"]["missing"] else CLEAN


def _status(arguments: argparse.Namespace) -> int:
    from workflow.commands.inquiry import status

    workspace, year = _workspace(arguments), _year(arguments)
    document = status(workspace, year)
    if arguments.json:
        _print_json(document)
    else:
        from workflow.storage.journal import load_journal
        from workflow.terminal.output import show_overview, show_status

        show_status(document, load_journal(workspace.journal(year)).is_final)
        show_overview(workspace.overview(year))
    return CLEAN if document["totals"]["missing"] == 0 else FINDINGS


def _demo(arguments: argparse.Namespace) -> int:
    from workflow.commands.demo import play

    return play(_default_home() / "demo", _say)


def _findings(arguments: argparse.Namespace) -> int:
    from workflow.commands.findings import as_text, with_section

    manual: Path | None = arguments.update
    if manual is None:
        _say(as_text())
        return CLEAN
    try:
        _write(manual, with_section(manual.read_text("utf-8")).encode())
    except (OSError, ValueError):
        raise WorkspaceError(f"「{manual}」に指摘の一覧を書く場所が見つかりません。") from None
    _say(f"指摘の一覧を書き直しました：{manual}")
    return CLEAN


def _bundle(arguments: argparse.Namespace) -> int:
    from workflow.bundle.bundle import make_bundle
    from workflow.bundle.target import target

    asked = target(arguments.platform, arguments.python)
    source = _source_folder()
    path = make_bundle(source, asked, arguments.to or source / "bundle")
    _say(f"{asked.system.shown}、Python {asked.python_text} のための一式を作りました：{path}")
    start = "run.bat をダブルクリックする" if asked.is_windows else "python run.py を実行する"
    _say(f"そのパソコンで展開し、中の {start}と始まります。")
    _say("導入の申請には、中の「申請用資料.html」を印刷してお使いください。")
    return CLEAN


def _test(arguments: argparse.Namespace) -> int:
    from workflow.commands.test import run_suite

    return run_suite(_source_folder(), arguments.arguments)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "menu": _menu,
    "init": _init,
    "plan": _plan,
    "convert": _convert,
    "generate": _generate,
    "collect": _collect,
    "check": _check,
    "status": _status,
    "remind": _remind,
    "watch": _watch,
    "finalize": _finalize,
    "report": _report,
    "verify": _verify,
    "demo": _demo,
    "findings": _findings,
    "bundle": _bundle,
    "test": _test,
}


def _workspace(arguments: argparse.Namespace) -> Workspace:
    home: Path = getattr(arguments, "home", None) or _default_home()
    if not home.is_dir():
        raise WorkspaceError(f"作業用のフォルダー「{home}」がありません。")
    return Workspace(home.resolve())


def _default_home() -> Path:
    return SOURCE_FOLDER or Path.cwd()


def _source_folder() -> Path:
    if SOURCE_FOLDER is None:
        raise WorkspaceError(
            "この命令は、run.py のあるフォルダー（配布された一式）で実行してください。"
        )
    return SOURCE_FOLDER


def _year(arguments: argparse.Namespace) -> int:
    return _parsed_year(arguments.year)


def _parsed_year(text: str) -> int:
    try:
        return parse_year(text)
    except ValueError:
        raise WorkspaceError(
            f"「{text}」は年度として読めません。2023、R5、令和5年度のように指定してください。"
        ) from None


def _write(target: Path, content: bytes) -> None:
    from workflow.storage.files import write_file

    write_file(target, content)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _print_json(document: dict[str, Any]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # JSON for a program is UTF-8, on Windows too
    _say(json.dumps(document, ensure_ascii=False, indent=2))


def _write_log() -> str:
    try:
        return str(_logged())
    except OSError:
        return "（ディスクに書けないため残せませんでした）"


def _logged() -> Path:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="torimatome-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(f"とりまとめ {VERSION}\n{traceback.format_exc()}")
    return Path(log.name)


if __name__ == "__main__":
    sys.exit(start())
