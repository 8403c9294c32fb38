"""desk: the pages in the browser, on this computer alone."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from workflow.commands.command import (
    CLEAN,
    Command,
    add_round,
    add_year,
    round_workspace,
    workspace_of,
    year_of,
)
from workflow.model.errors import WorkspaceError
from workflow.storage.workspace import Workspace


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser, required=False)
    add_round(parser)
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="ブラウザーを開かずに、開くアドレスだけを示します。",
    )


def _run(arguments: Namespace) -> int:
    from workflow.desk.serve import serve  # 566 ms, for desk alone

    year = year_of(arguments.year) if arguments.year else None
    serve(_workspace(arguments, year), year, opens_browser=not arguments.no_browser)
    return CLEAN


def _workspace(arguments: Namespace, year: int | None) -> Workspace:
    """Return the workspace in the round that is named, or as a whole where none is."""
    if not arguments.round.strip():
        return workspace_of(arguments)
    if year is None:
        raise WorkspaceError("--round は、--year と一緒に指定してください。")
    return round_workspace(arguments, year)


COMMAND = Command(
    name="desk",
    summary="ブラウザーの画面で、受付から報告書までを進めます。終わるときは Ctrl+C を押します。",
    menu="ブラウザーの画面で進める",
    arguments=_arguments,
    run=_run,
    is_long=True,
)
