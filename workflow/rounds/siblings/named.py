"""Which round of a year a command works on: as it is named, or the only one there can be."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.cells import folded
from workflow.model.errors import PlanError, WorkflowError, WorkspaceError
from workflow.model.years import era_year
from workflow.plan.load import load_plan, may_have_rounds
from workflow.storage.journal import load_journal
from workflow.storage.workspace import Workspace


def in_named_round(workspace: Workspace, year: int, name: str) -> Workspace:
    """Return the workspace in the round that a person names; "" is the whole of a year without any.

    Raises WorkspaceError when the year has rounds and none is named, when it has no such round, or
    when it has none at all and one is named; PlanError when the plan cannot tell.
    """
    names = rounds_of(workspace, year)
    if not names and not name:
        return workspace.of_year()
    if not names:
        raise WorkspaceError(
            f"{era_year(year)}は、回に分かれていません。--round を付けずに実行してください。"
        )
    if not name:
        raise WorkspaceError(
            f"{era_year(year)}は、{_listed(names)}の回に分かれています。"
            f"どの回かを、--round {names[0]} のように指定してください。"
        )
    for known in names:
        if folded(known) == folded(name):
            return workspace.in_round(known)
    raise WorkspaceError(
        f"{era_year(year)}に「{name}」という回はありません。"
        f"{_listed(names)}のどれかを、--round で指定してください。"
    )


def rounds_of(workspace: Workspace, year: int) -> tuple[str, ...]:
    """Return the names of the rounds of a year, in the order of the plan; none where it has none.

    A round that was issued is one of them, whatever the plan says by now.
    Raises PlanError where nothing was issued and the plan cannot be read.
    """
    if workspace.is_undivided(year):
        return ()
    issued = workspace.round_names(year)
    try:
        has_any = may_have_rounds(workspace.home)  # 100 ms less where it has none
        declared = [one.name for one in load_plan(workspace.home).rounds] if has_any else []
    except PlanError:
        if not issued:
            raise
        declared = []
    return tuple(dict.fromkeys((*declared, *issued)))


def round_in_hand(workspace: Workspace, year: int) -> str:
    """Return the round of a year that is worked on: the latest one issued that is not final.

    Where all are final it is the one issued last; "" where none was issued, or the year has none.
    Raises PlanError as rounds_of does, WorkspaceError where a journal cannot be read.
    """
    found = workspace.round_names(year)
    issued = [name for name in rounds_of(workspace, year) if name in found]
    for name in reversed(issued):
        if not load_journal(workspace.in_round(name).journal(year)).is_final:
            return name
    return issued[-1] if issued else ""


def collect_command(workspace: Workspace, year: int) -> str:
    """Return how a collect is typed that makes a year, or its round, what a person misses.

    In a year of several rounds that is the one in hand, or the first where none was issued.
    """
    period = workspace.period(year)
    if not workspace.round:
        try:
            name = round_in_hand(workspace, year) or next(iter(rounds_of(workspace, year)), "")
        except WorkflowError:  # what hinders is told by whatever needs it
            name = next(iter(workspace.round_names(year)), "")
        period = workspace.in_round(name).period(year)
    return f"collect {period.options}"


def _listed(names: Sequence[str]) -> str:
    return "".join(f"「{name}」" for name in names)
