"""The command line as it is spelled: every command, its options and their help."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from workflow import COMMAND, VERSION

_COULD_NOT_RUN = 2


class _Parser(argparse.ArgumentParser):
    """A parser that complains in one Japanese sentence."""

    def error(self, message: str) -> NoReturn:
        said = f"指定が正しくありません。使い方は {COMMAND} --help で確かめられます。"
        sys.stderr.write(f"{said}\n")
        raise SystemExit(_COULD_NOT_RUN)


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Return what was asked for: command names it. SystemExit after help or a complaint."""
    parser = _Parser(
        prog=COMMAND,
        description="計画の進捗状況を、Excelの調査票で集め、台帳と集計表にまとめます。",
        add_help=False,
    )
    _add_shared(parser)
    parser.add_argument("--version", action="version", version=VERSION, help="版を示します。")
    parser.set_defaults(command="menu")  # of no name: what a start without a command does
    commands = parser.add_subparsers(metavar="命令", title="命令")
    _add_plan_commands(commands)
    _add_round_commands(commands)
    _add_closing_commands(commands)
    _add_house_commands(commands)
    return parser.parse_args(argv)


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


Commands = Any  # argparse's own type for this is private


def _add(commands: Commands, name: str, help_text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help_text, description=help_text, add_help=False
    )
    _add_shared(parser)
    parser.set_defaults(command=name)
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
    init = _add(commands, "init", "計画のひな形（plan.xlsx）を作ります。")
    init.add_argument("--sample", action="store_true", help="見本の計画（25件）を入れます。")
    init.add_argument(
        "--from",
        dest="source_year",
        metavar="前の年度",
        help="この年度の計画を、--year の年度に引き継ぎます。今の plan.xlsx は別の名前で残します。",
    )
    _add_year(init, required=False)
    plan = _add(commands, "plan", "計画を確かめ、一覧と、前の年度から変わるところを示します。")
    _add_year(plan, required=False)
    convert = _add(commands, "convert", "計画を plan.json と plan.xlsx の間で移します。")
    convert.add_argument("source", type=Path, metavar="元", help="元の計画です。")
    convert.add_argument("target", type=Path, metavar="先", help="作る計画です。")


def _add_round_commands(commands: Commands) -> None:
    generate = _add(commands, "generate", "担当課ごとの調査票を作ります。")
    _add_year(generate)
    generate.add_argument(
        "--department", metavar="コード", help="この課の調査票だけを作ります（課のコードです）。"
    )
    generate.add_argument(
        "--mail",
        action="store_true",
        help="調査票を添付したメールの下書きも、担当課ごとに作ります。送信はしません。",
    )
    collect = _add(commands, "collect", "届いた回答を集め、台帳と集計表を作ります。")
    _add_year(collect)
    _add_password(collect)
    _add_json(collect)
    collect.add_argument(
        "--reopen", action="store_true", help="確定した年度を取り消して、集め直します。"
    )
    collect.add_argument("--reason", default="", metavar="理由", help="確定を取り消す理由です。")
    _add_engine(collect)
    check = _add(commands, "check", "ファイルを集めずに、中身だけ確かめます。")
    check.add_argument(
        "files", nargs="+", type=Path, metavar="ファイル", help="確かめるファイルです。"
    )
    _add_year(check, required=False)
    _add_password(check)
    _add_json(check)
    status = _add(commands, "status", "どの課から届いているかを示します。")
    _add_year(status)
    _add_json(status)
    watch = _add(
        commands,
        "watch",
        "届くファイルを見張り、届くたびに集めます。終わるときは Ctrl+C を押します。",
    )
    _add_year(watch)
    _add_password(watch)
    remind = _add(
        commands, "remind", "まだの課への催促と、修正のお願いの下書きを作ります。送信はしません。"
    )
    _add_year(remind)


def _add_closing_commands(commands: Commands) -> None:
    finalize = _add(commands, "finalize", "集めた内容を確定し、確定版を作ります。")
    _add_year(finalize)
    _add_password(finalize)
    report = _add(
        commands,
        "report",
        "公表用の進捗状況報告書を、Wordの文書とウェブページで作ります。"
        "Wordのひな形（報告書ひな形.docx）は、はじめて実行したときに作業用のフォルダーにできます。",
    )
    _add_year(report)
    verify = _add(commands, "verify", "元の回答から計算し直し、台帳や記録と照合します。")
    _add_year(verify)
    _add_password(verify)
    _add_json(verify)


def _add_house_commands(commands: Commands) -> None:
    _add(commands, "demo", "見本の計画で、一連の流れを demo フォルダーに作ります。")
    findings = _add(commands, "findings", "指摘の一覧（意味と対応）を示します。")
    findings.add_argument(
        "--update",
        type=Path,
        metavar="説明書",
        help="画面に出さずに、説明書（README.ja.md）の中の一覧を書き直します。",
    )
    bundle = _add(
        commands,
        "bundle",
        "インターネットにつながらないパソコンのための一式を作ります。",
    )
    bundle.add_argument(
        "--platform",
        default="win_amd64",
        metavar="種類",
        help="使うパソコンの種類（win_amd64、linux_x86_64、macosx_arm64）です。"
        "指定がなければ win_amd64 です。",
    )
    bundle.add_argument(
        "--python",
        default="3.12",
        metavar="版",
        help="そのパソコンの Python の版です。指定がなければ 3.12 です。",
    )
    bundle.add_argument(
        "--to",
        type=Path,
        metavar="フォルダー",
        help="置き場所です。指定がなければ、run.py のある場所の bundle です。",
    )
    test = _add(commands, "test", "このツール自身の試験をします。")
    test.add_argument("arguments", nargs=argparse.REMAINDER, help="pytest に渡す指定です。")
