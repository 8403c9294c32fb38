"""The city's own form beside the plan: read with every guard, checked, ready to issue."""

from __future__ import annotations

from pathlib import Path

from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.returned.inbox import single
from workflow.returned.open import opened_book
from workflow.storage.workspace import OWN_FOLDER, OWN_FORM, Workspace
from workflow.templates.own.workbook import OwnWorkbook, own_copy_name, own_workbook
from workflow.templates.register import Issue


def load_own_workbook(home: Path, plan: Plan) -> OwnWorkbook | None:
    """Return the city's own form; None where there is none.

    Raises PlanError with every finding when it has errors.
    """
    path = home / OWN_FORM
    if not path.exists():
        return None
    content = path.read_bytes()
    book = opened_book(single(path), limits=plan.limits)
    if isinstance(book, Finding):
        raise PlanError(f"{OWN_FORM}を読み取れません。", (book,))
    return own_workbook(book, content)


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
