"""check: files judged wherever they are, without collecting them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_json,
    add_passwords,
    add_year,
    workspace_of,
    year_of,
)
from workflow.compiled.open_data.round_json import round_document
from workflow.compiled.points.derive import points_of
from workflow.compiled.points.point import Point
from workflow.compiled.round import Round
from workflow.compiled.summaries.status import totals
from workflow.model.catalogue import Severity
from workflow.model.errors import WorkspaceError
from workflow.model.plan import Plan
from workflow.model.returns import Outcome, Return
from workflow.plan.load import load_plan
from workflow.returned.context import Context
from workflow.returned.inbox import single
from workflow.returned.workers import engine as workers
from workflow.returned.workers.engine import Engine
from workflow.rounds.load import known_passwords
from workflow.storage.workspace import Workspace
from workflow.templates.register import FormNumber, Register, wording
from workflow.templates.register_file import load_issued_register
from workflow.terminal.output import print_json, say, show_findings


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="ファイル", help="確かめるファイルです。"
    )
    add_year(parser, required=False)
    add_passwords(parser)
    add_json(parser)


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year) if arguments.year else None
    workspace, passwords = workspace_of(arguments), arguments.password
    document = check(workspace, arguments.files, year, workers.judge_in_workers, passwords)
    if arguments.json:
        print_json(document)
    else:
        _show(document)
    asks = any(finding["severity"] != Severity.INFO for finding in document["findings"])
    return FINDINGS if asks or document["totals"]["missing"] else CLEAN


COMMAND = Command(
    name="check",
    summary="ファイルを集めずに、中身だけ確かめます。",
    arguments=_arguments,
    run=_run,
)


def check(
    workspace: Workspace,
    paths: Sequence[Path],
    year: int | None,
    engine: Engine,
    passwords: Sequence[str] = (),
) -> dict[str, Any]:
    """Judge some files, wherever they are, and return what collect would print of them.

    Raises PlanError, or WorkspaceError when a file is not there or no template was issued.
    """
    plan = load_plan(workspace.home)
    years = workspace.issued_years() if year is None else (year,)
    registers = {y: load_issued_register(workspace.templates(y), y) for y in years}
    if not registers:
        raise WorkspaceError("調査票はまだ発行していません。先に generate を実行してください。")
    absent = [str(path) for path in paths if not path.exists()]
    if absent:
        raise WorkspaceError(f"ファイルが見つかりません：{'、'.join(absent)}。")

    context = Context(plan, registers, year, known_passwords(plan, passwords))
    files = [single(path) for path in paths]
    judged = zip(files, engine(files, context), strict=True)
    returns = tuple(one.named(file.file) for file, found in judged for one in found)

    findings = tuple(finding for returned in returns for finding in returned.findings)
    points = _points(plan, registers, year, returns)
    asked, answered, nothing = _asked_of(plan, returns)
    document = round_document(
        _common_year(returns, year),
        returns,
        totals(returns, points=points),
        findings,
        points,
        wording(plan, registers.values(), returns),
    )
    document["totals"] |= {
        "assignments": asked,
        "answered": answered,
        "missing": asked - answered - nothing,
        "nothing_to_report": nothing,
    }
    return document


def _points(
    plan: Plan, registers: Mapping[int, Register], year: int | None, returns: Sequence[Return]
) -> tuple[Point, ...]:
    """Return what collect would ask of these files alone, numbered as they come."""
    newest = max(registers)
    register = registers.get(_common_year(returns, year) or newest, registers[newest])
    findings = tuple(finding for returned in returns for finding in returned.findings)
    alone = Round(
        plan=plan, register=register, returns=tuple(returns), entries=(), findings=findings
    )
    found = points_of(alone, {})
    return tuple(replace(point, number=n) for n, point in enumerate(found, start=1))


def _asked_of(plan: Plan, returns: Iterable[Return]) -> tuple[int, int, int]:
    """Return how many rows the checked files' departments are asked, and how many they answer.

    The last is of how many they say that there is nothing to report.
    """
    departments = {r.department for r in returns if r.department}
    asked = {(code, item.id) for code in departments for item in plan.items_of(code)}
    accepted = [(r.department, a) for r in returns for a in r.accepted_answers]
    answered = asked & {(code, a.item) for code, a in accepted if not a.says_nothing}
    settled = asked & {(code, a.item) for code, a in accepted}
    return len(asked), len(answered), len(settled - answered)


def _common_year(returns: Iterable[Return], year: int | None) -> int | None:
    numbers = (FormNumber.parse(r.number) for r in returns)
    found = {number.year for number in numbers if number}
    return found.pop() if year is None and len(found) == 1 else year


def _show(document: dict[str, Any]) -> None:
    for file in document["files"]:
        say(f"{file['path']}：{Outcome(file['outcome']).label}（回答{file['answers']}件）")
    show_findings(document["findings"], most=len(document["findings"]))
