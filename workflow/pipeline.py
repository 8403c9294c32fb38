"""The journeys, readable top to bottom: generate(), collect(), check(), status()."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.errors import WorkspaceError
from workflow.files import remove_all, replace_all
from workflow.findings import Severity
from workflow.model import Plan, PreviousAnswers, Return
from workflow.plan.load import load_plan
from workflow.templates.register import Register, load_register
from workflow.workspace import Workspace
from workflow.years import era_year, iso_time

if TYPE_CHECKING:
    from workflow.compiled.merge import Merged
    from workflow.compiled.status import DepartmentStatus
    from workflow.returned.engine import Engine
    from workflow.returned.inbox import Received
    from workflow.templates.handback import HandbackWrites
    from workflow.templates.issue import Issuance

Progress = Callable[[int, int], None]
"""Told after each file: how many are done, of how many."""


def generate(
    workspace: Workspace, year: int, now: datetime, department: str | None = None
) -> Issuance:
    """Issue a template to every department of the plan, or to one; the unchanged is left alone.

    Raises PlanError, WorkspaceError or OutputError; then nothing was issued.
    """
    from workflow.templates.issue import IssueRequest, plan_issuance

    plan = load_plan(workspace.home)
    folder = workspace.templates(year)
    request = IssueRequest(
        plan=plan,
        year=year,
        now=now,
        previous=_previous_answers(workspace, plan, year),
        department=department,
    )
    issuance = plan_issuance(request, load_register(folder, year), folder)
    replace_all(issuance.writes)
    remove_all(issuance.stale)
    return issuance


def _previous_answers(workspace: Workspace, plan: Plan, year: int) -> PreviousAnswers:
    ledger = workspace.ledger_csv(year - 1)
    if not ledger.exists():
        return {}
    import csv

    from workflow.compiled.previous import previous_answers

    try:
        return previous_answers(plan, ledger.read_bytes())
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise WorkspaceError(
            f"前年度の台帳（{ledger}）を読み取れません。"
            f"collect --year {year - 1} を実行して、作り直してください。"
        ) from error


@dataclass(frozen=True, slots=True)
class Collected:
    """What collect made of a round; kept are copies of hand-backs that people had changed."""

    document: dict[str, Any]
    statuses: tuple[DepartmentStatus, ...]
    ledger: Path
    ledger_csv: Path
    handbacks: tuple[Path, ...]
    kept: tuple[Path, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to do: every answer is there and no finding asks for a look."""
        asks = any(f["severity"] != Severity.INFO for f in self.document["findings"])
        return not asks and self.document["totals"]["missing"] == 0


def collect(
    workspace: Workspace,
    year: int,
    engine: Engine,
    progress: Progress = lambda done, total: None,
    passwords: Sequence[str] = (),
) -> Collected:
    """Judge every file that came back and compile the ledger, the matrices and the state.

    The passwords are tried, after the plan's own, on files that ask for one.
    Raises PlanError, WorkspaceError or OutputError; then the previous output is whole.
    """
    from workflow.compiled.ledger import build_ledger
    from workflow.compiled.ledger_csv import ledger_csv
    from workflow.compiled.matrix import count
    from workflow.compiled.merge import merge
    from workflow.compiled.round_json import as_bytes, round_document, status_document
    from workflow.compiled.status import department_statuses, totals
    from workflow.compiled.workbook import Compilation, workbook_bytes
    from workflow.returned.inbox import scan
    from workflow.returned.judge import Context

    plan = load_plan(workspace.home)
    register = _issued_register(workspace, year)
    files = scan(workspace.returned(year))
    if not files:
        raise WorkspaceError(f"returned/{year} に回答ファイルがありません。")
    previous = _previous_answers(workspace, plan, year)
    context = Context(plan, {year: register}, year, _known(plan, passwords), previous)
    returns = tuple(_counted(engine(files, context), len(files), progress))

    merged = merge(plan, _issued_ids(register), returns)
    ledger = build_ledger(plan, year, merged.entries)
    statuses = department_statuses(plan, register, merged)
    figures = totals(merged)
    compilation = Compilation(
        plan=plan,
        register=register,
        ledger=ledger,
        matrices=count(plan, ledger),
        statuses=statuses,
        merged=merged,
    )
    handing_back = _plan_handbacks(workspace, plan, register, merged, previous)
    state = status_document(year, statuses, figures, _seen(files), handing_back.made)
    replace_all(
        {
            **handing_back.writes,
            workspace.ledger(year): workbook_bytes(compilation),
            workspace.ledger_csv(year): ledger_csv(ledger),
            workspace.status(year): as_bytes(state),
        }
    )
    remove_all(handing_back.stale)
    document = round_document(year, merged.returns, figures, merged.findings)
    return Collected(
        document=document,
        statuses=statuses,
        ledger=workspace.ledger(year),
        ledger_csv=workspace.ledger_csv(year),
        handbacks=handing_back.current,
        kept=handing_back.kept,
    )


def _plan_handbacks(
    workspace: Workspace,
    plan: Plan,
    register: Register,
    merged: Merged,
    previous: PreviousAnswers,
) -> HandbackWrites:
    from workflow.compiled.handback import hand_backs
    from workflow.templates.handback import handback_bytes, handback_name, plan_writes

    year = register.year
    contents = {
        handback_name(h.department, year): handback_bytes(
            plan, h.department, h.issue, previous, h.filling
        )
        for h in hand_backs(plan, register, merged)
    }
    stored = workspace.status(year)
    try:
        made = json.loads(stored.read_bytes()).get("made", {}) if stored.exists() else {}
    except (OSError, ValueError):
        made = {}  # then every file lying there is taken for a stranger's
    return plan_writes(workspace.handbacks(year), contents, made)


def check(
    workspace: Workspace,
    paths: Sequence[Path],
    year: int | None,
    engine: Engine,
    passwords: Sequence[str] = (),
) -> dict[str, Any]:
    """Judge some files, wherever they lie, without collecting them.

    Raises PlanError, or WorkspaceError when a file is not there or no template was issued.
    """
    from workflow.compiled.merge import Merged
    from workflow.compiled.round_json import round_document
    from workflow.compiled.status import totals
    from workflow.returned.inbox import single
    from workflow.returned.judge import Context

    plan = load_plan(workspace.home)
    years = workspace.issued_years() if year is None else (year,)
    registers = {y: _issued_register(workspace, y) for y in years}
    if not registers:
        raise WorkspaceError("調査票はまだ発行していません。先に generate を実行してください。")
    absent = [str(path) for path in paths if not path.exists()]
    if absent:
        raise WorkspaceError(f"ファイルが見つかりません：{'、'.join(absent)}。")
    context = Context(plan, registers, year, _known(plan, passwords))
    files = [single(path) for path in paths]
    returns = tuple(_counted(engine(files, context), len(files), lambda done, total: None))
    findings = tuple(finding for returned in returns for finding in returned.findings)
    figures = totals(Merged(returns, (), findings))
    asked, answered = _asked_of(plan, returns)
    document = round_document(_common_year(returns, year), returns, figures, findings)
    document["totals"] |= {
        "assignments": asked,
        "answered": answered,
        "missing": asked - answered,
    }
    return document


def status(workspace: Workspace, year: int) -> dict[str, Any]:
    """Return the state the last collect left, and how many files have come or changed since.

    Raises PlanError, or WorkspaceError when no template was issued for the year.
    """
    from workflow.returned.inbox import scan

    register = _issued_register(workspace, year)
    stored = workspace.status(year)
    if stored.exists():
        document = _stored_status(stored)
    else:
        document = _status_before_collect(load_plan(workspace.home), year, register)
    document.pop("made", None)
    seen = {tuple(entry) for entry in document.pop("seen")}
    lying = {tuple(entry) for entry in _seen(scan(workspace.returned(year)))}
    return document | {"uncollected": len(lying ^ seen)}


def _seen(files: Iterable[Received]) -> list[list[str | int]]:
    """Return the files as they lie there: an archive is one file, whatever it gives."""
    return [[file.name, file.size, iso_time(file.received)] for file in files]


def _known(plan: Plan, passwords: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*plan.open_passwords, *passwords)))


def _stored_status(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"前回の結果（{path}）を読み取れません。collect をもう一度実行してください。"
        ) from error
    return document


def _status_before_collect(plan: Plan, year: int, register: Register) -> dict[str, Any]:
    from workflow.compiled.merge import merge
    from workflow.compiled.round_json import status_document
    from workflow.compiled.status import department_statuses, totals

    merged = merge(plan, _issued_ids(register), ())
    statuses = department_statuses(plan, register, merged)
    return status_document(year, statuses, totals(merged), (), {})


def _issued_register(workspace: Workspace, year: int) -> Register:
    register = load_register(workspace.templates(year), year)
    if not register.issues:
        raise WorkspaceError(
            f"{era_year(year)}の調査票はまだ発行していません。"
            f"先に generate --year {year} を実行してください。"
        )
    return register


def _issued_ids(register: Register) -> frozenset[str]:
    return frozenset(item.id for issue in register.current() for item in issue.items)


def _counted(
    judged: Iterable[tuple[Return, ...]], total: int, progress: Progress
) -> Iterator[Return]:
    for done, returns in enumerate(judged, start=1):
        progress(done, total)
        yield from returns


def _asked_of(plan: Plan, returns: Iterable[Return]) -> tuple[int, int]:
    """Return how many rows the checked files' departments are asked, and how many they answer."""
    departments = {r.department for r in returns if r.department}
    asked = {(code, item.id) for code in departments for item in plan.items_of(code)}
    answered = {(r.department, a.item) for r in returns for a in r.accepted_answers}
    return len(asked), len(asked & answered)


def _common_year(returns: Iterable[Return], year: int | None) -> int | None:
    from workflow.templates.register import FormNumber

    numbers = (FormNumber.parse(r.number) for r in returns)
    found = {number.year for number in numbers if number}
    return found.pop() if year is None and len(found) == 1 else year
