"""The command line: what was typed is parsed and run; no traceback ever reaches a person."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from workflow import COMMAND, SOURCE_FOLDER, VERSION
from workflow.commands.command import (
    CLEAN,
    COULD_NOT_RUN,
    NAMES,
    command,
    workspace_of,
)
from workflow.model.errors import PlanError, WorkflowError
from workflow.model.wording import Wording
from workflow.python.garbage import without_garbage_collection
from workflow.terminal.output import PROGRESS_VARIABLE, complain, say
from workflow.terminal.streams import open_streams

_HOW_TO_GET_PARTS = (
    f"「{COMMAND} verify」のように操作を付けて始めると入ります。それでも足りないときは、"
    "run.py のあるフォルダーの .venv を消して、もう一度実行してください。"
    if SOURCE_FOLDER
    else "torimatome[verify] として入れ直すと、すべての部品が入ります。"
)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def start() -> int:
    """Run the command a person typed: `torimatome …` or `python -m workflow …`."""
    open_streams()
    if PROGRESS_VARIABLE in os.environ:
        # The desk stops a command by an interrupt; one started in the background ignores it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.disable()  # woken when a command is done, it would look through all that was made: 0.2 s
    try:
        return main(sys.argv[1:])
    finally:
        gc.freeze()  # Python would look through all modules three times as it ends: 18 ms


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; whatever happens, no traceback is shown."""
    try:
        code = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()  # nobody reads any more
    except KeyboardInterrupt:
        complain("中断しました。以前の結果はそのまま残っています。")
    except Exception as error:
        _explain(error)
    else:
        return code
    return COULD_NOT_RUN


def _explain(error: Exception) -> None:
    """Say why the run could not go on; what is our fault is written to a log."""
    if isinstance(error, PlanError):
        complain(str(error))
        wording = Wording()
        for findings in wording.together(error.findings):
            first = findings[0]
            file = f"{first.location.file}　" if first.location.file else ""
            complain(f"・{file}{wording.message_of_all(findings)}{wording.remedy(first)}")
    elif isinstance(error, WorkflowError):
        complain(str(error))
    elif isinstance(error, ModuleNotFoundError) and _is_of_others(error):
        complain(
            f"この操作に要る部品「{error.name}」が入っていないため、実行できません。{_HOW_TO_GET_PARTS}"
        )
    elif isinstance(error, OSError) and error.errno in _NO_ROOM:
        _forget_output()
        complain(
            "書き込む先に空きがないため、続けられませんでした。以前の結果はそのまま残っています。"
        )
    else:
        complain(f"思わぬ不具合のため続けられませんでした。記録は「{_write_log()}」にあります。")


def _is_of_others(error: ModuleNotFoundError) -> bool:
    """Whether a module that is missing is no part of this tool: then it can be installed."""
    return error.name is not None and error.name.partition(".")[0] != "workflow"


def _forget_output() -> None:
    """Lead standard output nowhere: what is still buffered must not complain on the way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(argv: Sequence[str]) -> int:
    with without_garbage_collection():
        arguments = parsed(argv)
        typed = command(arguments.command) if arguments.command else None
        if typed and not typed.is_long:
            return typed.run(arguments)
    gc.enable()  # a long command goes on for hours
    if typed:
        return typed.run(arguments)
    from workflow.menu.menu import Person, run_menu, show_menu  # 79 ms: all its commands

    given = ("--home", str(arguments.home)) if "home" in arguments else ()
    person = Person(say=say, ask=input, run=main, given=given)
    if sys.stdin.isatty():
        run_menu(workspace_of(arguments), person)
    else:
        show_menu(workspace_of(arguments), person)
    return CLEAN


class _Parser(argparse.ArgumentParser):
    """A parser that complains in one Japanese sentence."""

    def error(self, message: str) -> NoReturn:
        complain(f"指定が正しくありません。使い方は {COMMAND} --help で確かめられます。")
        raise SystemExit(COULD_NOT_RUN)


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Return what was typed; command is its name, None for the menu.

    SystemExit after help or a complaint.
    """
    parser = _Parser(
        prog=COMMAND,
        description="計画の進捗状況を、Excelの調査票で集め、台帳と集計表にまとめます。",
        add_help=False,
    )
    _add_shared(parser)
    parser.add_argument("--version", action="version", version=VERSION, help="版を示します。")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(metavar="命令", title="命令")
    for name in _names_needed(argv):
        found = command(name)
        added = commands.add_parser(
            name, help=found.summary, description=found.summary, add_help=False
        )
        _add_shared(added)
        added.set_defaults(command=name)
        found.arguments(added)
    return parser.parse_args(argv)


def _names_needed(argv: Sequence[str]) -> tuple[str, ...]:
    """Return the commands the parser must know: the one typed, or all for help and complaints."""
    first = _Parser(add_help=False)
    first.add_argument("--home")
    first.add_argument("typed", nargs="?")
    typed: str | None = first.parse_known_args(argv)[0].typed
    return (typed,) if typed in NAMES else NAMES


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-h", "--help", action="help", help="使い方を示します。")
    parser.add_argument(
        "--home",
        type=Path,
        metavar="フォルダー",
        default=argparse.SUPPRESS,
        help="作業用のフォルダー（指定がなければ run.py のある場所、"
        "インストールしたときは今いるフォルダー）です。",
    )


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


if __name__ == "__main__":
    sys.exit(start())
