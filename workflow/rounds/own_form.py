"""The city's own form beside the plan: read with every guard, checked, ready to issue."""

from __future__ import annotations

from pathlib import Path

from workflow.model.errors import PlanError
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.returned.inbox import single
from workflow.returned.open import opened_book
from workflow.storage.workspace import OWN_FORM
from workflow.templates.own.workbook import OwnWorkbook, own_workbook


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
