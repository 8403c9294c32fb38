"""Last year's answers, from the ledger compiled then: what this year's templates show above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workflow.compiled.years.pairing import KnownNames
from workflow.compiled.years.past import Row, is_answered
from workflow.model.plan import Plan, PreviousAnswers
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL


def previous_answers(plan: Plan, last_year: Iterable[Row]) -> PreviousAnswers:
    """Return what each department of the plan answered, by item and label.

    Items are matched by id, departments by name or a former name; a ledger row that names only
    other departments is taken when it is the item's one row, since items move between them.
    """
    names = KnownNames(plan)
    rows: dict[str, list[Row]] = {}
    own: dict[tuple[str, str], Row] = {}
    for row in filter(is_answered, last_year):
        rows.setdefault(row[ID_LABEL], []).append(row)
        for code in (code for n in names.named(row[DEPARTMENT_LABEL]) for code in n.codes):
            own.setdefault((row[ID_LABEL], code), row)
    found: dict[tuple[str, str], Row] = {}
    for item in plan.items:
        for code in item.departments:
            answered = own.get((item.id, code)) or _only(rows.get(item.id, []))
            if answered is not None:
                found[item.id, code] = answered
    return found


def _only(rows: Sequence[Row]) -> Row | None:
    return rows[0] if len(rows) == 1 else None
