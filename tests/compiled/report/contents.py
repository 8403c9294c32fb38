"""Contents of reports made directly, without a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.small import NOW, PLAN
from workflow.compiled.content import Content, content_of
from workflow.compiled.ledger import STATUS_LABEL, ledger_columns
from workflow.compiled.round import Stage
from workflow.compiled.years.past import PastYear
from workflow.model.plan import Plan
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

Row = Mapping[str, str]


def content(
    answers: Sequence[Row],
    plan: Plan = PLAN,
    *,
    is_final: bool = True,
    as_of: datetime = NOW,
    past: Sequence[Row] = (),
) -> Content:
    """Return the content of a report; answers are the fields of each assignment, {} if none.

    Past are those of the year before.
    """
    stage = Stage(is_final, as_of)
    before = [PastYear(2022, _rows(plan, past), plan.form)] if past else []
    return content_of(plan, 2023, stage, _rows(plan, answers), before)


def _rows(plan: Plan, answers: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(
        _row(plan, {ID_LABEL: a.item.id, DEPARTMENT_LABEL: a.department_label} | dict(row))
        for a, row in zip(plan.assignments(), answers, strict=True)
    )


def _row(plan: Plan, values: Row) -> Row:
    empty = {column.label: "" for column in ledger_columns(plan, 2023)}
    is_answered = not values.keys() <= {ID_LABEL, DEPARTMENT_LABEL}
    return {**empty, STATUS_LABEL: "回答済" if is_answered else "未提出", **values}
