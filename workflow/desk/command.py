"""desk: the pages in the browser, on this computer alone."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from workflow.commands.command import CLEAN, Command, add_year, workspace_of, year_of


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser, required=False)
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="ブラウザーを開かずに、開くアドレスだけを示します。",
    )


def _run(arguments: Namespace) -> int:
    from workflow.desk.serve import serve  # 566 ms, for desk alone

    year = year_of(arguments.year) if arguments.year else None
    serve(workspace_of(arguments), year, opens_browser=not arguments.no_browser)
    return CLEAN


COMMAND = Command(
    name="desk",
    summary="ブラウザーの画面で、受付から報告書までを進めます。終わるときは Ctrl+C を押します。",
    menu="ブラウザーの画面で進める",
    arguments=_arguments,
    run=_run,
)
