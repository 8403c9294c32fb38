"""check: files judged wherever they are, without collecting them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_json,
    add_passwords,
    add_round,
    add_year,
    round_workspace,
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
from workflow.model.wording import Wording
from workflow.plan.load import in_scope, load_plan
from workflow.python.dataclass import dataclass
from workflow.returned.context import Context
from workflow.returned.inbox import Received, single
from workflow.returned.workers import engine as workers
from workflow.returned.workers.engine import Engine
from workflow.rounds.load import known_passwords
from workflow.rounds.siblings.of_year import rounds_of_year
from workflow.storage.workspace import Workspace
from workflow.templates.register import FormNumber, Register
from workflow.templates.register_file import load_issued_register
from workflow.terminal.output import print_json, say, show_findings


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="ファイル", help="確かめるファイルです。"
    )
    add_year(parser, required=False)
    add_round(parser)
    add_passwords(parser)
    add_json(parser)


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year) if arguments.year else None
    workspace, passwords = _workspace(arguments, year), arguments.password
    document = check(workspace, arguments.files, year, workers.judge_in_workers, passwords)
    if arguments.json:
        print_json(document)
    else:
        _show(document)
    asks = any(finding["severity"] != Severity.INFO for finding in document["findings"])
    return FINDINGS if asks or document["totals"]["missing"] else CLEAN


def _workspace(arguments: Namespace, year: int | None) -> Workspace:
    """Return the workspace, in the round that is named if one is: then the year is needed too."""
    if not arguments.round:
        return workspace_of(arguments)
    if year is None:
        raise WorkspaceError("--round は、--year と一緒に指定してください。")
    return round_workspace(arguments, year)


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

    Each is judged in the year, and in the round of it, that its form names; one that names none
    in the round in hand. Raises PlanError, or WorkspaceError when a file is not there or no
    template was issued.
    """
    plan = load_plan(workspace.home)
    scopes = tuple(_scopes(workspace, plan, year, passwords))
    if not scopes:
        raise WorkspaceError("調査票はまだ発行していません。先に generate を実行してください。")
    absent = [str(path) for path in paths if not path.exists()]
    if absent:
        raise WorkspaceError(f"ファイルが見つかりません：{'、'.join(absent)}。")

    files = [single(path) for path in paths]
    judged = tuple(_judged(files, scopes, engine))
    returns = tuple(returned for _, returned in judged)
    registers = (register for scope in scopes for register in scope.registers.values())
    issued = {number: asked for one in registers for number, asked in one.labels.items()}
    groups = [(s, [r for scope, r in judged if scope is s]) for s in scopes]

    findings = tuple(finding for returned in returns for finding in returned.findings)
    points = tuple(_numbered(_points(s, year, own) for s, own in groups if own))
    asked, answered, nothing = map(sum, zip(*(_asked_of(s, own) for s, own in groups), strict=True))
    document = round_document(
        _common_year(returns, year),
        returns,
        totals(returns, points=points),
        findings,
        points,
        Wording.of_returns(plan.labels, issued, returns),
    )
    document["totals"] |= {
        "assignments": asked,
        "answered": answered,
        "missing": asked - answered - nothing,
        "nothing_to_report": nothing,
    }
    for file, (scope, _) in zip(document["files"], judged, strict=True):
        file |= {"round": scope.round} if scope.round else {}
    return document


@dataclass(frozen=True, slots=True)
class _Scope:
    """What files are judged by: a round of a year, or all the years that have no rounds."""

    context: Context
    round: str = ""

    @property
    def plan(self) -> Plan:
        """The plan, as the round asks it."""
        return self.context.plan

    @property
    def registers(self) -> Mapping[int, Register]:
        """The registers, by year."""
        return self.context.registers

    def names(self, returned: Return) -> bool:
        """Whether a form says itself that it is of this round, or asks what only this one does."""
        number = FormNumber.parse(returned.number)
        if number is None:
            return returned.outcome.is_answer
        register = self.registers.get(number.year)
        return register is not None and register.number == number.round


def _scopes(
    workspace: Workspace, plan: Plan, year: int | None, passwords: Sequence[str]
) -> Iterator[_Scope]:
    """Yield what files may be judged by; what names no round itself is judged by the last one.

    That is the round in hand of the latest year.
    """
    years = workspace.issued_years() if year is None else (year,)
    divided = [] if workspace.round else [y for y in years if workspace.round_names(y)]
    whole = [y for y in years if y not in divided]
    if whole:
        yield _whole(workspace, plan, whole, year, passwords)
    for one in divided:
        of_year = rounds_of_year(workspace, one)
        in_hand = [r.name for r in of_year.issued if r.name != of_year.in_hand]
        for name in (*in_hand, of_year.in_hand):
            yield _whole(workspace.in_round(name), plan, [one], one, passwords)


def _whole(
    workspace: Workspace,
    plan: Plan,
    years: Sequence[int],
    year: int | None,
    passwords: Sequence[str],
) -> _Scope:
    name = workspace.round
    scoped = in_scope(plan, name)
    registers = {y: load_issued_register(workspace.templates(y), y, name) for y in years}
    others = rounds_of_year(workspace, years[0]).others if name else {}
    known = known_passwords(plan, passwords)
    return _Scope(Context(scoped, registers, year, known, others=others), name)


def _judged(
    files: Sequence[Received], scopes: Sequence[_Scope], engine: Engine
) -> Iterator[tuple[_Scope, Return]]:
    """Yield what is in some files, each with the round by which it is judged."""
    by_scope = [engine(files, scope.context) for scope in scopes]
    for file, *judged in zip(files, *by_scope, strict=True):
        found: dict[str, tuple[_Scope, Return]] = {}
        for scope, returns in zip(scopes, judged, strict=True):
            for returned in returns:
                if scope is scopes[-1] or scope.names(returned):
                    found.setdefault(returned.file, (scope, returned))
        yield from ((scope, returned.named(file.file)) for scope, returned in found.values())


def _points(scope: _Scope, year: int | None, returns: Sequence[Return]) -> tuple[Point, ...]:
    """Return what collect would ask of these files alone."""
    registers = scope.registers
    newest = max(registers)
    register = registers.get(_common_year(returns, year) or newest, registers[newest])
    findings = tuple(finding for returned in returns for finding in returned.findings)
    alone = Round(
        plan=scope.plan, register=register, returns=tuple(returns), entries=(), findings=findings
    )
    return points_of(alone, {})


def _numbered(found: Iterable[Iterable[Point]]) -> Iterator[Point]:
    points = (point for some in found for point in some)
    return (replace(point, number=n) for n, point in enumerate(points, start=1))


def _asked_of(scope: _Scope, returns: Iterable[Return]) -> tuple[int, int, int]:
    """Return how many rows the checked files' departments are asked, and how many they answer.

    The last is of how many they say that there is nothing to report.
    """
    plan = scope.plan
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
        of_round = f"「{file['round']}」、" if "round" in file else ""
        outcome = Outcome(file["outcome"]).label
        say(f"{file['path']}：{outcome}（{of_round}回答{file['answers']}件）")
    show_findings(document["findings"], most=len(document["findings"]))
