"""A hand-back: the template a department was issued, with its answers and what to correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workflow.files import safe_name, sha256
from workflow.model import Department, Filling, Plan, PreviousAnswers
from workflow.templates.layout import lay_out_issue
from workflow.templates.register import Issue
from workflow.templates.workbook import template_bytes
from workflow.years import era_year

KEPT_FOLDER = "上書き前"


@dataclass(frozen=True, slots=True)
class HandbackWrites:
    """What to write in 差戻し/ and what to take away; made are our files there, with digests.

    What a person changed or put there is never lost: it stays, or a copy is kept of it. What is
    stale stays recorded as ours until it is gone, should Excel hold it open.
    """

    current: tuple[Path, ...]
    writes: Mapping[Path, bytes]
    kept: tuple[Path, ...]
    stale: tuple[Path, ...]
    made: Mapping[str, str]


def plan_writes(
    folder: Path, contents: Mapping[str, bytes], made: Mapping[str, str]
) -> HandbackWrites:
    """Decide what to write, having looked at what lies in 差戻し/ and what we made there."""
    writes: dict[Path, bytes] = {}
    copies: dict[Path, bytes] = {}
    for name, content in contents.items():
        path = folder / name
        lying = path.read_bytes() if path.is_file() else None
        if lying == content:
            continue
        if lying is not None and made.get(name) != sha256(lying):
            copies[folder / KEPT_FOLDER / f"{path.stem}_{sha256(lying)[:8]}.xlsx"] = lying
        writes[path] = content
    stale = {
        name: digest
        for name, digest in made.items()
        if name not in contents and _is_untouched(folder / name, digest)
    }
    return HandbackWrites(
        current=tuple(folder / name for name in contents),
        writes={**copies, **writes},
        kept=tuple(copies),
        stale=tuple(folder / name for name in stale),
        made={name: sha256(content) for name, content in contents.items()} | stale,
    )


def _is_untouched(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path.read_bytes()) == digest


def handback_name(department: Department, year: int) -> str:
    """Return the name of a department's hand-back."""
    return f"{department.code}_{safe_name(department.name)}_差戻し_{era_year(year)}.xlsx"


def handback_bytes(
    plan: Plan, department: Department, issue: Issue, previous: PreviousAnswers, filling: Filling
) -> bytes:
    """Return a hand-back as an .xlsx file; the same answers and corrections give the same bytes."""
    return template_bytes(lay_out_issue(plan, department, issue, previous), filling)
