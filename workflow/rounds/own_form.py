"""The city's own form beside the plan: read with every guard, checked, ready to issue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workflow.model.catalogue import Code, Severity
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.model.plan import Plan
from workflow.model.wording import Wording
from workflow.returned.inbox import single
from workflow.returned.workers.engine import TableOpener, open_table_in_worker
from workflow.storage.files import sha256
from workflow.storage.workspace import OWN_FOLDER, OWN_FORM, Workspace
from workflow.templates.layout import issued_form
from workflow.templates.own.checks import check_own_form
from workflow.templates.own.places import words_of
from workflow.templates.own.workbook import OwnWorkbook, own_copy_name, own_workbook
from workflow.templates.register import Issue


def load_own_workbook(
    home: Path, plan: Plan, open_table: TableOpener = open_table_in_worker
) -> OwnWorkbook | None:
    """Return the city's own form; None where there is none.

    Raises PlanError with every finding when it has errors or cannot be read.
    """
    path = home / OWN_FORM
    if not path.exists():
        return None
    own = _opened(path, plan, open_table)
    findings = check_own_form(own, words_of(issued_form(plan)), plan.indicators)
    if any(found.severity is Severity.ERROR for found in findings):
        wrong = tuple(found for found in findings if found.severity is Severity.ERROR)
        raise PlanError(f"{OWN_FORM}に直すところが{len(wrong)}か所あります。", wrong)
    return replace(own, notes=findings)


def issued_workbook(workspace: Workspace, issue: Issue) -> OwnWorkbook | None:
    """Return the city's own form as a template was made of it; None where it was not.

    Raises WorkspaceError when the copy that generate kept is gone.
    """
    if issue.own is None:
        return None
    name = own_copy_name(issue.own)
    path = workspace.templates(issue.number.year) / OWN_FOLDER / name
    if not path.exists():
        raise WorkspaceError(
            f"発行したときの様式ひな形「{path.parent.name}/{name}」がないため、差戻し用の調査票を"
            f"作れません。バックアップから、{path.parent} に戻してください。"
        )
    return OwnWorkbook(issue.own, path.read_bytes())


def _opened(path: Path, plan: Plan, open_table: TableOpener) -> OwnWorkbook:
    found = open_table(single(path), plan.limits, False)
    if isinstance(found, Finding):
        raise _unreadable(Wording().problem(found).rstrip("。"))
    content = path.read_bytes()
    if sha256(content) != found.sha256:
        raise _unreadable("読み取っている間に変わりました")
    if not content.startswith(b"PK"):
        raise _unreadable("Excel ブック（.xlsx）ではありません")
    return own_workbook(found.book, content)


def _unreadable(reason: str) -> PlanError:
    finding = Finding(Code.OWN_FORM_UNREADABLE, Location(file=OWN_FORM), {"reason": reason})
    return PlanError(f"{OWN_FORM}を読み取れません。", (finding,))
