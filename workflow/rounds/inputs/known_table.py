"""The table of known values of a round: read in a worker process, kept as it was read.

The city goes on to change its table, next year at the latest. What a round was made from is kept
beside what was made of it, so that a final version can be made and verified again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workflow.model.catalogue import Code
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.model.known_values import KnownValues
from workflow.model.plan import Plan
from workflow.model.wording import Wording
from workflow.model.years import era_year
from workflow.plan.known_table import known_table
from workflow.returned.inbox import single
from workflow.returned.workers.engine import TableOpener, open_table_in_worker
from workflow.storage.files import sha256
from workflow.storage.workspace import Workspace

_DIGITS = 8


def with_known_table(
    workspace: Workspace, plan: Plan, open_table: TableOpener = open_table_in_worker
) -> Plan:
    """Return a plan with what the table it names says today; one that names none as it is.

    Raises PlanError with every finding when the table has errors or cannot be read.
    """
    known = plan.known_values
    return plan if known is None else _with(plan, known, workspace.home / known.file, open_table)


def with_recorded_table(
    workspace: Workspace,
    plan: Plan,
    year: int,
    digest: str,
    open_table: TableOpener = open_table_in_worker,
    *,
    again: bool = False,
) -> Plan:
    """Return a plan with the table a round was made from, given its digest; again by other readers.

    Raises WorkspaceError when nothing holds those bytes any more.
    """
    known = plan.known_values
    if known is None or not digest:
        return plan
    for path in (workspace.home / known.file, _copy(workspace, year, known, digest)):
        if table_digest(path) == digest:
            return _with(plan, known, path, open_table, again=again)
    raise WorkspaceError(
        f"{era_year(year)}を集めたときの既知の値の表「{known.file}」が、どこにもありません"
        f"（照合用の値が{digest[:_DIGITS]}…のもの）。控えから戻してください。"
    )


def copy_to_keep(workspace: Workspace, year: int, plan: Plan) -> dict[Path, bytes]:
    """Return the copy of the table to write, by its path; nothing where it is kept already.

    Raises WorkspaceError when the table is another one than was read.
    """
    known, table = plan.known_values, plan.known_table
    if known is None or table is None:
        return {}
    copy = _copy(workspace, year, known, table.sha256)
    if table_digest(copy) == table.sha256:
        return {}
    path = workspace.home / known.file
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content) != table.sha256:
        raise WorkspaceError(
            f"既知の値の表「{known.file}」が、読み取っている間に変わりました。"
            "もう一度実行してください。"
        )
    return {copy: content}


def table_digest(path: Path) -> str:
    """Return the SHA-256 of a file; "" where there is none to read."""
    try:
        return sha256(path.read_bytes())
    except OSError:
        return ""


def _with(
    plan: Plan, known: KnownValues, path: Path, open_table: TableOpener, *, again: bool = False
) -> Plan:
    if not path.is_file():
        raise _unreadable(known, "ファイルがありません")
    found = open_table(single(path), plan.limits, again)
    if isinstance(found, Finding):
        raise _unreadable(known, Wording().problem(found).rstrip("。"))
    return replace(plan, known_table=known_table(plan, known, found.sha256, found.book))


def _unreadable(known: KnownValues, reason: str) -> PlanError:
    location = Location(file=known.file)
    finding = Finding(Code.KNOWN_FILE, location, {"value": known.file, "reason": reason})
    return PlanError(f"既知の値の表「{known.file}」を読み取れません。", (finding,))


def _copy(workspace: Workspace, year: int, known: KnownValues, digest: str) -> Path:
    # Under its own name: a text file is called as its only sheet.
    return workspace.known_tables(year) / digest[:_DIGITS] / known.file
