"""bundle: the tool with its parts in one zip, for computers without internet."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from workflow.bundle.bundle import make_bundle, starter
from workflow.bundle.wheels import target
from workflow.commands.command import CLEAN, Command, source_folder
from workflow.terminal.output import say


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--platform",
        default="win_amd64",
        metavar="種類",
        help="使うパソコンの種類（win_amd64、linux_x86_64、macosx_arm64）です。"
        "指定がなければ win_amd64 です。",
    )
    parser.add_argument(
        "--python",
        default="3.12",
        metavar="版",
        help="そのパソコンの Python の版です。指定がなければ 3.12 です。",
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="フォルダー",
        help="置き場所です。指定がなければ、run.py のある場所の bundle です。",
    )


def _run(arguments: Namespace) -> int:
    chosen = target(arguments.platform, arguments.python)
    source = source_folder()
    path = make_bundle(source, chosen, arguments.to or source / "bundle")
    say(f"{chosen.system.shown}、Python {chosen.python_text} のための一式を作りました：{path}")
    (start,) = starter(chosen)
    say(f"そのパソコンで展開し、中の {start} をダブルクリックすると、受付の画面が開きます。")
    say("導入の申請には、中の「申請用資料.html」を印刷してお使いください。")
    return CLEAN


COMMAND = Command(
    name="bundle",
    summary="インターネットにつながらないパソコンのための一式を作ります。",
    arguments=_arguments,
    run=_run,
)
