"""Looking at a round without changing anything in it: check() and status()."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.model.errors import WorkspaceError
from workflow.model.plan import Plan, Return
from workflow.returned.inbox import scan, seen_files
from workflow.storage.recover import refuse_unfinished
from workflow.storage.workspace import Workspace
from workflow.templates.register import Register
from workflow.templates.register_file import load_issued_register

if TYPE_CHECKING:
    from workflow.returned.workers.engine import Engine


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
    from workflow.compiled.open_data.round_json import round_document
    from workflow.compiled.status import totals
    from workflow.plan.load import load_plan
    from workflow.returned.inbox import single
    from workflow.returned.judge import Context
    from workflow.rounds.load import known_passwords
    from workflow.templates.register import wording

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
    returns = tuple(returned for one in engine(files, context) for returned in one)
    findings = tuple(finding for returned in returns for finding in returned.findings)
    figures = totals(Merged(returns, (), findings))
    asked, answered = _asked_of(plan, returns)
    document = round_document(
        _common_year(returns, year),
        returns,
        figures,
        findings,
        wording(plan.form, registers.values(), returns),
    )
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
    document = state(workspace, year)
    for kept in ("made", "asked", "seen"):
        document.pop(kept, None)
    return document


def state(workspace: Workspace, year: int) -> dict[str, Any]:
    """Return what status does, and what else is kept: hand-backs made, files seen, what is asked.

    Before the first collect that is the state without any return. Raises as status does.
    """
    refuse_unfinished(workspace, year)
    register = load_issued_register(workspace.templates(year), year)
    stored = workspace.status(year)
    if stored.exists():
        document = _stored_status(stored)
    else:
        document = _status_before_collect(workspace, year, register)
    seen = {tuple(entry) for entry in document["seen"]}
    on_disk = {tuple(entry) for entry in seen_files(scan(workspace.returned(year)))}
    return document | {"uncollected": len(on_disk ^ seen)}


def _stored_status(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"前回の結果（{path}）を読み取れません。collect をもう一度実行してください。"
        ) from error
    return document


def _status_before_collect(workspace: Workspace, year: int, register: Register) -> dict[str, Any]:
    from workflow.compiled.corrections import asking
    from workflow.compiled.merge import merge
    from workflow.compiled.open_data.round_json import status_document
    from workflow.compiled.status import department_statuses, totals
    from workflow.plan.load import load_plan

    plan = load_plan(workspace.home)
    merged = merge(plan, register.item_ids(), ())
    statuses = department_statuses(plan, register, merged)
    asked = asking(plan, register, merged, ())
    return status_document(year, statuses, totals(merged), (), {}, asked)


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
