"""convert: the plan between plan.json and plan.xlsx, its form from XLSForm and Table Schema."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from workflow.commands.command import CLEAN, Command
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.plain_text import json_bytes
from workflow.plan.book.cells import read_sheets
from workflow.plan.book.writer import written_book
from workflow.plan.document import empty_document
from workflow.plan.exchange import (
    CHOICES,
    SURVEY,
    ImportedForm,
    form_of_table_schema,
    form_of_xlsform,
    is_table_schema,
    table_schema_of,
)
from workflow.plan.load import load_document, validated
from workflow.storage.files import write_file
from workflow.terminal.output import note_lines, say

_SCHEMA_ENDS = "schema.json"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "source",
        type=Path,
        metavar="元",
        help="元の計画、または様式（XLSForm の .xlsx、Table Schema の .json）です。",
    )
    parser.add_argument(
        "target",
        type=Path,
        metavar="先",
        help="作る計画です。名前が schema.json で終わるときは、様式を Table Schema にします。",
    )
    parser.add_argument(
        "--plan",
        type=Path,
        metavar="計画",
        help="様式を読み込むとき、様式のほかを写す計画です。指定がなければ空のひな形です。",
    )


def _run(arguments: Namespace) -> int:
    target: Path = arguments.target
    if target.suffix.casefold() not in (".json", ".xlsx"):
        raise WorkspaceError("計画は .json か .xlsx の名前で作ります。")
    if target.exists():
        raise WorkspaceError(f"{target} がすでにあるため、作りませんでした。")
    imported = _imported_form(arguments.source)
    if imported is None:
        document = load_document(arguments.source)
        validated(document)
        content, notes = document.content, document.findings
    else:
        base = dict(load_document(arguments.plan).content if arguments.plan else empty_document())
        if base.pop("rounds", None):
            imported.leave_out("シート「回」", "項目が変わるため、回に分け直してください")
        content, notes = {**base, "form": {"fields": imported.fields}, "matrices": []}, ()
    write_file(target, _written(target, content))
    if target.name.casefold().endswith(_SCHEMA_ENDS):
        say(f"様式の Table Schema を作りました：{target}")
    else:
        say(f"計画を作りました：{target}")
    for line in note_lines(notes):
        say(line)
    if imported is not None:
        _show(imported)
    return CLEAN


COMMAND = Command(
    name="convert",
    summary="計画を plan.json と plan.xlsx の間で移します。様式は XLSForm などからも作れます。",
    arguments=_arguments,
    run=_run,
)


def _written(target: Path, content: dict[str, Any]) -> bytes:
    if target.name.casefold().endswith(_SCHEMA_ENDS):
        return table_schema_of(content["form"]["fields"])
    return (json_bytes if target.suffix.casefold() == ".json" else written_book)(content)


def _imported_form(source: Path) -> ImportedForm | None:
    """Return the form of an XLSForm or a Table Schema; None of what is a plan, or nothing at all.

    Raises PlanError when a workbook cannot be read.
    """
    try:
        content = source.read_bytes()
    except OSError:
        return None  # to be told of like a plan that cannot be opened
    if source.suffix.casefold() == ".json":
        try:
            document = json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None
        return form_of_table_schema(document) if is_table_schema(document) else None
    sheets = read_sheets(content, source.name, (SURVEY, CHOICES))
    if SURVEY not in sheets:
        return None
    found = form_of_xlsform(sheets[SURVEY], sheets.get(CHOICES))
    if not found.fields:
        raise PlanError(f"{source.name}のシート「{SURVEY}」に、様式にできる項目がありません。")
    return found


def _show(imported: ImportedForm) -> None:
    """Say how many fields were made, and everything that was left out."""
    say(f"様式の項目を{len(imported.fields)}件読み取りました。")
    if imported.left_out:
        say("次のものは、様式にできないため、入れていません。")
    for name, what in imported.left_out:
        say(f"・{name}：{what}")
