"""What a command is, the list of them all, and the options several of them share.

Each command is one module of this package and declares itself there, as COMMAND; the desk, which
plays the others, has a package of its own. A run imports the module of the command that was typed
and no other.
"""

from __future__ import annotations

import importlib
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from workflow import SOURCE_FOLDER
from workflow.model.errors import WorkspaceError
from workflow.model.rounds.declared import Period
from workflow.model.years import parse_year
from workflow.python.dataclass import dataclass
from workflow.storage.workspace import Workspace

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2
"""Exit codes: all is well; it ran, but there are findings or missing answers; it could not run."""

NAMES = (
    "init",
    "plan",
    "convert",
    "generate",
    "collect",
    "check",
    "status",
    "watch",
    "desk",
    "remind",
    "finalize",
    "report",
    "verify",
    "demo",
    "findings",
    "bundle",
    "test",
)
"""Every command, in the order in which help shows them."""

_ELSEWHERE = {"desk": "workflow.desk.command"}
"""The module of a command that is no module of this package: the desk plays all others."""


def no_arguments(parser: ArgumentParser) -> None:
    """Add nothing to what every command takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its summary in help, its words in the menu, its options, and what it does.

    Run returns the exit code. Menu is empty for what the menu never offers. One that is long runs
    for hours, or holds workbooks that other libraries read: there the garbage collector is needed.
    """

    name: str
    summary: str
    run: Callable[[Namespace], int]
    arguments: Callable[[ArgumentParser], None] = no_arguments
    menu: str = ""
    is_long: bool = False


def command(name: str) -> Command:
    """Return a command by its name; KeyError when there is none."""
    if name not in NAMES:
        raise KeyError(name)
    found = importlib.import_module(_ELSEWHERE.get(name, f"workflow.commands.{name}")).COMMAND
    assert isinstance(found, Command)
    return found


# Options that several commands take, and what they say.


def add_year(parser: ArgumentParser, required: bool = True) -> None:
    """Add --year."""
    parser.add_argument(
        "--year",
        required=required,
        metavar="年度",
        help="年度です。2023、R5、令和5年度のどれでも構いません。",
    )


def add_round(parser: ArgumentParser) -> None:
    """Add --round."""
    parser.add_argument(
        "--round",
        default="",
        metavar="回",
        help="年度を回（上半期、二次評価など）に分けている計画で、どの回かを指定します。",
    )


def add_json(parser: ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="結果をJSONで出力します。")


def add_passwords(parser: ArgumentParser) -> None:
    """Add --password, which may be given several times."""
    parser.add_argument(
        "--password",
        action="append",
        default=[],
        metavar="パスワード",
        help="パスワード付きのファイルに試すパスワードです。何度でも指定できます。",
    )


def workspace_of(arguments: Namespace) -> Workspace:
    """Return the workspace of --home. Raises WorkspaceError when there is no such folder."""
    home: Path = getattr(arguments, "home", None) or default_home()
    if not home.is_dir():
        raise WorkspaceError(f"作業用のフォルダー「{home}」がありません。")
    return Workspace(home.resolve())


def round_workspace(arguments: Namespace, year: int) -> Workspace:
    """Return the workspace in the round that --round names, where the year has any.

    Raises WorkspaceError when none is named there, or one that is none; PlanError as plans do.
    """
    workspace, name = workspace_of(arguments), arguments.round.strip()
    if not name and workspace.is_undivided(year):
        return workspace
    from workflow.rounds.siblings.named import in_named_round  # 80 ms, where a year may have rounds

    return in_named_round(workspace, year, name)


def round_or_year(arguments: Namespace, year: int) -> Workspace:
    """Return the workspace in the round that --round names, or that of whole years without it.

    Raises WorkspaceError when a round is named that is none; PlanError as plans do.
    """
    is_named = bool(arguments.round.strip())
    return round_workspace(arguments, year) if is_named else workspace_of(arguments)


def default_home() -> Path:
    """Return the folder of run.py, or where the person is when the tool was installed."""
    return SOURCE_FOLDER or Path.cwd()


def source_folder() -> Path:
    """Return the folder of run.py. Raises WorkspaceError when the tool was installed."""
    if SOURCE_FOLDER is None:
        raise WorkspaceError(
            "この命令は、run.py のあるフォルダー（配布された一式）で実行してください。"
        )
    return SOURCE_FOLDER


def year_of(text: str) -> int:
    """Return the fiscal year that --year names. Raises WorkspaceError when it names none.

    >>> year_of("R5")
    2023
    """
    try:
        return parse_year(text)
    except ValueError:
        raise WorkspaceError(
            f"「{text}」は年度として読めません。2023、R5、令和5年度のように指定してください。"
        ) from None


def already_final(period: Period) -> WorkspaceError:
    """Return why a final round is left alone, and how to reopen it."""
    return WorkspaceError(
        f"{period}は確定しているため、変えませんでした。確定を取り消すときは、"
        f'collect {period.options} --reopen --reason "理由" を実行してください。'
    )
