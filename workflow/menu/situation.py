"""Where a workspace stands, as far as the menu must know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflow.commands.init import is_carried_forward
from workflow.commands.status import status
from workflow.model.errors import PlanError, WorkflowError
from workflow.model.plan import Outcome
from workflow.plan.load import load_plan, plan_paths
from workflow.storage.journal import EventKind, load_journal
from workflow.storage.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundState:
    """One round in figures; departments submitted are those of whom a return counts.

    Uncollected counts the files that came, changed or went since the last collect. Drafted are the
    mails with the templates; reported is what now counts; carried is the plan into the next year.
    """

    year: int
    departments: int
    submitted: int
    sent_back: int
    missing: int
    uncollected: int
    is_drafted: bool
    is_collected: bool
    is_final: bool
    is_reported: bool
    is_carried: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A workspace: its plan by title ("" while none can be read), its newest round, what hinders.

    Trouble is one sentence about a plan or a round that cannot be read; "" when there is none.
    """

    home: str
    has_plan: bool = False
    title: str = ""
    round: RoundState | None = None
    trouble: str = ""


def situation(workspace: Workspace) -> Situation:
    """Return where a workspace stands; what cannot be read is told, and nothing is raised."""
    home = str(workspace.home)
    try:
        plan_paths(workspace.home)
    except PlanError:
        return Situation(home=home)
    try:
        title = load_plan(workspace.home).title
    except PlanError as error:
        return Situation(home=home, has_plan=True, trouble=str(error))
    years = workspace.issued_years()
    if not years:
        return Situation(home=home, has_plan=True, title=title)
    try:
        state = _round_state(workspace, years[-1])
    except WorkflowError as error:
        return Situation(home=home, has_plan=True, title=title, trouble=str(error))
    return Situation(home=home, has_plan=True, title=title, round=state)


def _round_state(workspace: Workspace, year: int) -> RoundState:
    document = status(workspace, year)
    journal = load_journal(workspace.journal(year))
    departments = document["departments"]
    settled = journal.last(EventKind.COMPILED, EventKind.FINALIZED, EventKind.REPORTED)
    return RoundState(
        year=year,
        departments=len(departments),
        submitted=sum(bool(d["outcome"]) for d in departments),
        sent_back=_count(departments, Outcome.SENT_BACK),
        missing=document["totals"]["missing"],
        uncollected=document["uncollected"],
        is_drafted=any(workspace.distribution_drafts(year).glob("*.eml")),
        is_collected=journal.last(EventKind.COMPILED, EventKind.FINALIZED) is not None,
        is_final=journal.is_final,
        is_reported=settled is not None and settled.kind is EventKind.REPORTED,
        is_carried=is_carried_forward(workspace, year),
    )


def _count(departments: Iterable[Mapping[str, Any]], outcome: Outcome) -> int:
    return sum(d["outcome"] == outcome.value for d in departments)
