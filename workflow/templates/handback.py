"""A hand-back: the template a department was issued, with its answers and what to correct."""

from __future__ import annotations

from workflow.model.plan import Department, Filling, Plan, PreviousAnswers
from workflow.templates.layout import lay_out_issue
from workflow.templates.register import Issue
from workflow.templates.workbook import template_bytes


def handback_bytes(
    plan: Plan, department: Department, issue: Issue, previous: PreviousAnswers, filling: Filling
) -> bytes:
    """Return a hand-back as an .xlsx file; the same answers and corrections give the same bytes."""
    return template_bytes(lay_out_issue(plan, department, issue, previous), filling)
