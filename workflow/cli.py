"""Arguments, exit codes and progress. Knows the journeys, knows no Excel.

Exit codes: 0 clean, 1 ran but there are findings or missing answers, 2 could not run.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from workflow import VERSION
from workflow.errors import PlanError, WorkflowError, WorkspaceError
from workflow.workspace import Workspace
from workflow.years import JST, era_year, parse_year

if TYPE_CHECKING:
    from workflow.rounds import Reading

ROOT = Path(__file__).resolve().parent.parent
CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; whatever happens, no traceback is shown."""
    try:
        arguments = _parser().parse_args(argv)
        command: Callable[[argparse.Namespace], int] = arguments.run
        code = command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more; what is still buffered must not complain on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    except PlanError as error:
        _complain(str(error))
        for finding in error.findings:
            place = f"{finding.file}　" if finding.file else ""
            _complain(f"・{place}{finding.message}{finding.remedy}")
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


class _Parser(argparse.ArgumentParser):
    """A parser that complains in one Japanese sentence."""

    def error(self, message: str) -> NoReturn:
        _complain("指定が正しくありません。使い方は python run.py --help で確かめられます。")
        raise SystemExit(COULD_NOT_RUN)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python run.py",
        description="計画の進捗状況を、Excelの調査票で集め、台帳と集計表にまとめます。",
        add_help=False,
    )
    _add_shared(parser)
    parser.add_argument("--version", action="version", version=VERSION, help="版を示します。")
    commands = parser.add_subparsers(metavar="命令", required=True, title="命令")
    _add_plan_commands(commands)
    _add_round_commands(commands)
    _add_closing_commands(commands)
    _add_house_commands(commands)
    return parser


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-h", "--help", action="help", help="使い方を示します。")
    parser.add_argument(
        "--home",
        type=Path,
        metavar="フォルダー",
        default=argparse.SUPPRESS,
        help="作業用のフォルダー（指定がなければ run.py のある場所）です。",
    )


Commands = Any  # argparse's own type for this is private


def _add(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], help_text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help_text, description=help_text, add_help=False
    )
    _add_shared(parser)
    parser.set_defaults(run=run)
    return parser


def _add_year(parser: argparse.ArgumentParser, required: bool = True) -> None:
    parser.add_argument(
        "--year",
        required=required,
        metavar="年度",
        help="年度です。2023、R5、令和5年度のどれでも構いません。",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="結果をJSONで出力します。")


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password",
        action="append",
        default=[],
        metavar="パスワード",
        help="パスワード付きのファイルに試すパスワードです。何度でも指定できます。",
    )


def _add_engine(parser: argparse.ArgumentParser) -> None:
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


def _add_plan_commands(commands: Commands) -> None:
    init = _add(commands, "init", _init, "計画のひな形（plan.xlsx）を作ります。")
    init.add_argument("--sample", action="store_true", help="見本の計画（25件）を入れます。")
    convert = _add(commands, "convert", _convert, "計画を plan.json と plan.xlsx の間で移します。")
    convert.add_argument("source", type=Path, metavar="元", help="元の計画です。")
    convert.add_argument("target", type=Path, metavar="先", help="作る計画です。")


def _add_round_commands(commands: Commands) -> None:
    generate = _add(commands, "generate", _generate, "担当課ごとの調査票を作ります。")
    _add_year(generate)
    generate.add_argument(
        "--department", metavar="コード", help="この課の調査票だけを作ります（課のコードです）。"
    )
    collect = _add(commands, "collect", _collect, "届いた回答を集め、台帳と集計表を作ります。")
    _add_year(collect)
    _add_password(collect)
    _add_json(collect)
    collect.add_argument(
        "--reopen", action="store_true", help="確定した年度を取り消して、集め直します。"
    )
    collect.add_argument("--reason", default="", metavar="理由", help="確定を取り消す理由です。")
    _add_engine(collect)
    check = _add(commands, "check", _check, "ファイルを集めずに、中身だけ確かめます。")
    check.add_argument(
        "files", nargs="+", type=Path, metavar="ファイル", help="確かめるファイルです。"
    )
    _add_year(check, required=False)
    _add_password(check)
    _add_json(check)
    status = _add(commands, "status", _status, "どの課から届いているかを示します。")
    _add_year(status)
    _add_json(status)


def _add_closing_commands(commands: Commands) -> None:
    finalize = _add(commands, "finalize", _finalize, "集めた内容を確定し、確定版を作ります。")
    _add_year(finalize)
    _add_password(finalize)
    verify = _add(commands, "verify", _verify, "元の回答から計算し直し、台帳や記録と照合します。")
    _add_year(verify)
    _add_password(verify)
    _add_json(verify)


def _add_house_commands(commands: Commands) -> None:
    _add(commands, "demo", _demo, "見本の計画で、一連の流れを demo フォルダーに作ります。")
    findings = _add(commands, "findings", _findings, "指摘の一覧（意味と対応）を示します。")
    findings.add_argument(
        "--update",
        type=Path,
        metavar="説明書",
        help="画面に出さずに、説明書（README.ja.md）の中の一覧を書き直します。",
    )
    test = _add(commands, "test", _test, "このツール自身の試験をします。")
    test.add_argument("arguments", nargs=argparse.REMAINDER, help="pytest に渡す指定です。")


def _init(arguments: argparse.Namespace) -> int:
    from workflow.plan.convert import as_book_bytes, empty_document, sample_document

    workspace = _workspace(arguments)
    for name in ("plan.xlsx", "plan.json"):
        if (workspace.home / name).exists():
            raise WorkspaceError(f"{name} がすでにあるため、作りませんでした。")
    document = sample_document() if arguments.sample else empty_document()
    target = workspace.home / "plan.xlsx"
    _write(target, as_book_bytes(document))
    _say(f"計画を作りました：{target}")
    if not arguments.sample:
        _say("Excelで開いて記入し、保存してから generate を実行してください。")
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
    from workflow.pipeline import generate

    workspace, year = _workspace(arguments), _year(arguments)
    issuance = generate(workspace, year, datetime.now(JST), arguments.department)
    folder = workspace.templates(year)
    _say(
        f"調査票を{len(issuance.issued)}件発行しました（変わらないもの{len(issuance.unchanged)}件）。"
    )
    for issue in issuance.issued:
        _say(f"・{issue.file}（様式番号 {issue.number}、{len(issue.items)}件）")
    for path in issuance.stale:
        _say(f"・{path.name} は使わなくなったため、「旧版」に移しました。")
    _say(f"置き場所：{folder}")
    return CLEAN


def _collect(arguments: argparse.Namespace) -> int:
    from workflow.pipeline import collect
    from workflow.terminal import show_collected

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
        from workflow.returned.dask_engine import dask_engine
        from workflow.rounds import no_preparation

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
    from workflow.returned import engine
    from workflow.returned.processes import get_ready
    from workflow.rounds import Reading
    from workflow.terminal import progress_bar

    with progress_bar(title) as progress:
        yield Reading(
            engine=engine.judge_in_workers,
            open_book=engine.open_in_worker,
            get_ready=get_ready,
            passwords=tuple(arguments.password),
            progress=progress,
        )


def _finalize(arguments: argparse.Namespace) -> int:
    from workflow.pipeline import finalize
    from workflow.terminal import show_collected

    workspace, year = _workspace(arguments), _year(arguments)
    with _reading(arguments, "回答を読み直しています") as reading:
        collected = finalize(workspace, year, datetime.now(JST), reading)
    show_collected(collected)
    _say(f"{era_year(year)}を確定しました。ダイジェストの一覧：{workspace.digest_list(year)}")
    return CLEAN if collected.is_clean else FINDINGS


def _verify(arguments: argparse.Namespace) -> int:
    from workflow.pipeline import verify
    from workflow.terminal import show_report

    workspace, year = _workspace(arguments), _year(arguments)
    with _reading(arguments, "元の回答から計算し直しています") as reading:
        report = verify(workspace, year, reading)
    if arguments.json:
        _print_json(report.as_json())
    else:
        show_report(report)
    return CLEAN if report.is_clean else FINDINGS


def _check(arguments: argparse.Namespace) -> int:
    from workflow.findings import Severity
    from workflow.inquiry import check
    from workflow.returned import engine
    from workflow.terminal import show_files

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
    from workflow.inquiry import status

    document = status(_workspace(arguments), _year(arguments))
    if arguments.json:
        _print_json(document)
    else:
        from workflow.terminal import show_status

        show_status(document)
    return CLEAN if document["totals"]["missing"] == 0 else FINDINGS


def _demo(arguments: argparse.Namespace) -> int:
    from workflow.demo.story import play

    return play(ROOT / "demo", _say)


def _findings(arguments: argparse.Namespace) -> int:
    from workflow.catalogue import as_text, with_section

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


def _test(arguments: argparse.Namespace) -> int:
    from workflow.suite import run_suite

    return run_suite(ROOT, arguments.arguments)


def _workspace(arguments: argparse.Namespace) -> Workspace:
    home: Path = getattr(arguments, "home", ROOT)
    if not home.is_dir():
        raise WorkspaceError(f"作業用のフォルダー「{home}」がありません。")
    return Workspace(home.resolve())


def _year(arguments: argparse.Namespace) -> int:
    try:
        return parse_year(arguments.year)
    except ValueError:
        raise WorkspaceError(
            f"「{arguments.year}」は年度として読めません。2023、R5、令和5年度のように指定してください。"
        ) from None


def _write(target: Path, content: bytes) -> None:
    from workflow.files import replace_all

    replace_all({target: content})


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
    with tempfile.NamedTemporaryFile(
        "w", prefix="torimatome-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(f"とりまとめ {VERSION}\n{traceback.format_exc()}")
    return Path(log.name)
