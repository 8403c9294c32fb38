"""convert: the plan moved between plan.json and plan.xlsx."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from workflow.commands.command import CLEAN, Command
from workflow.commands.plan import note_lines
from workflow.model.errors import WorkspaceError
from workflow.plan.book.writer import written_book
from workflow.plan.document import as_json_bytes
from workflow.plan.load import load_document, validated
from workflow.storage.files import write_file
from workflow.terminal.output import say


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="元", help="元の計画です。")
    parser.add_argument("target", type=Path, metavar="先", help="作る計画です。")


def _run(arguments: Namespace) -> int:
    writers = {".json": as_json_bytes, ".xlsx": written_book}
    writer = writers.get(arguments.target.suffix.casefold())
    if writer is None:
        raise WorkspaceError("計画は .json か .xlsx の名前で作ります。")
    if arguments.target.exists():
        raise WorkspaceError(f"{arguments.target} がすでにあるため、作りませんでした。")
    document = load_document(arguments.source)
    validated(document)
    write_file(arguments.target, writer(document.content))
    say(f"計画を作りました：{arguments.target}")
    for line in note_lines(document.findings):
        say(line)
    return CLEAN


COMMAND = Command(
    name="convert",
    summary="計画を plan.json と plan.xlsx の間で移します。",
    arguments=_arguments,
    run=_run,
)
