"""The journey into a new fiscal year: the plan carried forward, the changes to confirm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workflow.compiled.recorded import recorded_plan
from workflow.model.errors import WorkspaceError
from workflow.model.plan import Plan
from workflow.model.years import era_year
from workflow.plan.build import build_plan
from workflow.plan.changes import Change, changes
from workflow.plan.convert import as_book_bytes, as_json_bytes
from workflow.plan.fingerprint import plan_digest
from workflow.plan.load import BOOK_NAME, JSON_NAME, load_plan_with_content
from workflow.rounds.earlier import last_answers
from workflow.storage.files import write_file
from workflow.storage.journal import load_journal
from workflow.storage.workspace import Workspace

_PASSWORDS = ("lock_password", "open_passwords")
_WRITERS = {BOOK_NAME: as_book_bytes, JSON_NAME: as_json_bytes}


@dataclass(frozen=True, slots=True)
class CarriedForward:
    """What carrying a plan forward wrote and kept, and the deadline it now names."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    deadline: date | None


@dataclass(frozen=True, slots=True)
class Succession:
    """Today's plan beside that of an earlier year.

    Asked counts what departments are asked this year (item × department), known those of which the
    template will show last year's answer.
    """

    plan: Plan
    before: int | None
    changes: tuple[Change, ...]
    asked: int
    known: int


def carry_forward(workspace: Workspace, before: int, year: int) -> CarriedForward:
    """Make the plan of a collected year the plan of a later one; the old file is kept beside it.

    Raises WorkspaceError when the year was never collected or plan.xlsx has moved on since, and
    PlanError when plan.xlsx cannot be read.
    """
    if year <= before:
        raise WorkspaceError("--year には、--from より後の年度を指定してください。")
    recorded = recorded_plan(load_journal(workspace.journal(before)))
    if recorded is None:
        raise WorkspaceError(
            f"{era_year(before)}はまだ集めていないため、計画を引き継げません。"
            f"collect --year {before} を実行してからにしてください。"
        )
    on_disk = [path for path in _paths(workspace.home) if path.exists()]
    content = _with_passwords(recorded, workspace, on_disk, before)
    forward = carried_forward(content, year - before)
    kept = {path.with_name(_kept_name(path, before)): path.read_bytes() for path in on_disk}
    for path, old in kept.items():
        if path.exists() and path.read_bytes() != old:
            raise WorkspaceError(f"{path.name} がすでにあるため、引き継ぎませんでした。")
    targets = on_disk or [workspace.home / BOOK_NAME]
    for path, new in (kept | {path: _WRITERS[path.name](forward) for path in targets}).items():
        write_file(path, new)
    return CarriedForward(tuple(targets), tuple(kept), build_plan(forward).deadline)


def is_carried_forward(workspace: Workspace, before: int) -> bool:
    """Tell whether a year's plan was kept under its own name, and today's is for a later year."""
    kept = (path.with_name(_kept_name(path, before)) for path in _paths(workspace.home))
    return any(path.exists() for path in kept)


def succession(workspace: Workspace, year: int | None) -> Succession:
    """Return today's plan beside that of the latest year collected before a year, or at all.

    Raises PlanError when today's plan has errors.
    """
    plan, _ = load_plan_with_content(workspace.home)
    asked = sum(len(item.departments) for item in plan.items)
    before = next(_years_with_a_plan(workspace, year), None)
    if before is None:
        return Succession(plan, None, (), asked, 0)
    earlier, content = before
    known = last_answers(workspace, plan, earlier + 1)
    found = changes(build_plan(content), plan)
    return Succession(plan, earlier, found, asked, len(known))


def _years_with_a_plan(
    workspace: Workspace, year: int | None
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the collected years before a year, or all, the latest first, with their plans."""
    for issued in reversed(workspace.issued_years()):
        if year is None or issued < year:
            content = recorded_plan(load_journal(workspace.journal(issued)))
            if content is not None:
                yield issued, content


def _paths(home: Path) -> tuple[Path, Path]:
    return home / BOOK_NAME, home / JSON_NAME


def _kept_name(path: Path, year: int) -> str:
    return f"{path.stem}_{era_year(year)}{path.suffix}"


def _with_passwords(
    recorded: Mapping[str, Any], workspace: Workspace, on_disk: list[Path], before: int
) -> dict[str, Any]:
    """Return the recorded plan with today's passwords, which no record holds."""
    if not on_disk:
        return dict(recorded)
    plan, content = load_plan_with_content(workspace.home)
    if plan_digest(plan) != plan_digest(build_plan(recorded)):
        names = "と".join(path.name for path in on_disk)
        raise WorkspaceError(
            f"{names} は、{era_year(before)}を集めたあとに変わっています。次の年度のために"
            f"直し始めているときは、そのまま続けてください。{era_year(before)}の計画から"
            f"始め直すときは、{names} を別の名前にしてから、もう一度実行してください。"
        )
    secrets = {key: content["plan"][key] for key in _PASSWORDS if key in content["plan"]}
    return {**recorded, "plan": {**recorded["plan"], **secrets}}


# Last year's plan as this year's begins. Pure.


def carried_forward(content: Mapping[str, Any], years: int) -> dict[str, Any]:
    """Return a plan document some years later: the same, its deadline on the same day then.

    The 29th of February becomes the 28th where there is none.
    """
    plan = dict(content["plan"])
    if plan.get("deadline"):
        plan["deadline"] = _later(date.fromisoformat(plan["deadline"]), years).isoformat()
    return {**content, "plan": plan}


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
