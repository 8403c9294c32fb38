"""Contents of reports made directly, without a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.small import NOW, PLAN
from workflow.compiled.ledger import STATUS_LABEL, ledger_columns
from workflow.compiled.report.content import Content, content_of
from workflow.compiled.round import Stage
from workflow.model.plan import Plan

Row = Mapping[str, str]


def content(
    said: Sequence[Row], plan: Plan = PLAN, *, is_final: bool = True, as_of: datetime = NOW
) -> Content:
    """Return the content of a report; said are the fields of each assignment, {} if unanswered."""
    return content_of(plan, 2023, Stage(is_final, as_of), [_row(plan, row) for row in said])


def _row(plan: Plan, said: Row) -> Row:
    empty = {column.label: "" for column in ledger_columns(plan, 2023)}
    return {**empty, STATUS_LABEL: "回答済" if said else "未提出", **said}
