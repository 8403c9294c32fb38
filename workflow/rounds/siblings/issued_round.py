"""The number a round has on its forms: its place in the plan when it was first issued."""

from __future__ import annotations

from itertools import count

from workflow.model.plan import Plan
from workflow.storage.workspace import Workspace
from workflow.templates.register import IssuedRound
from workflow.templates.register_file import load_register


def issued_round(workspace: Workspace, plan: Plan, year: int) -> IssuedRound | None:
    """Return the round of a year that a workspace is in, with its number; None without rounds.

    A round that was issued keeps its number; a new one gets that of its place in the plan, or the
    next that no other round of the year has.
    """
    if plan.round is None:
        return None
    own = _issued(workspace, year)
    if own:
        return own
    others = (_issued(workspace.in_round(name), year) for name in workspace.round_names(year))
    taken = {other.number for other in others if other}
    number = next(n for n in count(plan.round.number) if n not in taken)
    return IssuedRound(plan.round.name, number)


def _issued(workspace: Workspace, year: int) -> IssuedRound | None:
    return load_register(workspace.templates(year), year, workspace.round).round
