"""Last year's answers, from the ledger compiled then: what this year's templates show above."""

from __future__ import annotations

import csv
import io

from workflow.compiled.ledger import STATUS_LABEL
from workflow.compiled.merge import AnswerStatus
from workflow.model import Department, Plan, PreviousAnswers
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL


def previous_answers(plan: Plan, ledger_csv: bytes) -> PreviousAnswers:
    """Return what each department of the plan answered, by item and label.

    Items are matched by id, departments by name or a former name; a ledger row that names only
    other departments is taken when it is the item's one row, since items move between them.
    Raises UnicodeDecodeError, csv.Error or KeyError when the bytes are no ledger.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(ledger_csv.decode("utf-8-sig"), newline="")):
        if row[STATUS_LABEL] == AnswerStatus.ANSWERED:
            rows.setdefault(row[ID_LABEL], []).append(row)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for item in plan.items:
        for code in item.departments:
            answered = _row_of(rows.get(item.id, []), plan.department(code))
            if answered is not None:
                found[item.id, code] = answered
    return found


def _row_of(rows: list[dict[str, str]], department: Department) -> dict[str, str] | None:
    names = {department.name, *department.formerly}
    own = [row for row in rows if row[DEPARTMENT_LABEL] in names]
    if own:
        return own[0]
    return rows[0] if len(rows) == 1 else None
