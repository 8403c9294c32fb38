"""What generate has to do: which templates to issue anew, which to leave. Plans every write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workflow import VERSION
from workflow.errors import WorkspaceError
from workflow.files import safe_name, sha256
from workflow.model import Department, Plan
from workflow.templates.layout import content_digest, issued_items, lay_out
from workflow.templates.register import (
    REGISTER_NAME,
    FormNumber,
    Issue,
    IssuedForm,
    Register,
    register_as_bytes,
)
from workflow.templates.workbook import template_bytes
from workflow.years import era_year

OLD_FOLDER = "旧版"


@dataclass(frozen=True, slots=True)
class Issuance:
    """One generate run: the register after it, what to write (in order) and what to remove."""

    register: Register
    writes: Mapping[Path, bytes]
    stale: tuple[Path, ...]
    issued: tuple[Issue, ...]
    unchanged: tuple[Issue, ...]


def plan_issuance(
    plan: Plan, year: int, register: Register, folder: Path, now: datetime
) -> Issuance:
    """Decide what to issue, having looked at what lies in templates/YEAR.

    Raises WorkspaceError when a template there was edited by a person.
    """
    lying = _templates_lying_in(folder)
    _refuse_edited(lying, register, year)
    unchanged: list[Issue] = []
    issued: list[Issue] = []
    contents: dict[Path, bytes] = {}
    for department in plan.departments:
        if not plan.items_of(department.code):
            continue
        issue, content = _issue_for(plan, department, year, register, lying, now)
        (unchanged if issue in register.issues else issued).append(issue)
        if content is not None:
            contents[folder / issue.file] = content
    current = {issue.file for issue in (*unchanged, *issued)}
    register = register.adding(tuple(issued))
    stale = tuple(folder / name for name in lying if name not in current)
    writes = _old_copies(folder, lying, register, (*contents, *stale))
    # The register goes first: a run cut short then finds its own unfinished work, not a stranger's.
    if issued:
        writes[folder / REGISTER_NAME] = register_as_bytes(register)
    return Issuance(register, writes | contents, stale, tuple(issued), tuple(unchanged))


def _templates_lying_in(folder: Path) -> dict[str, bytes]:
    found = sorted(folder.glob("*.xlsx")) if folder.is_dir() else []
    return {path.name: path.read_bytes() for path in found if not path.name.startswith("~$")}


def _refuse_edited(lying: Mapping[str, bytes], register: Register, year: int) -> None:
    known = {issue.sha256 for issue in register.issues}
    edited = [name for name, content in lying.items() if sha256(content) not in known]
    if edited:
        names = "、".join(f"「{name}」" for name in edited)
        raise WorkspaceError(
            f"templates/{year} の{names}は、発行したときの内容と違うため、上書きしませんでした。"
            "別の場所に移してから、もう一度実行してください。"
        )


def _issue_for(
    plan: Plan,
    department: Department,
    year: int,
    register: Register,
    lying: Mapping[str, bytes],
    now: datetime,
) -> tuple[Issue, bytes | None]:
    latest = register.latest(department.code)
    if latest and latest.digest == content_digest(plan, department, year):
        if latest.file in lying and sha256(lying[latest.file]) == latest.sha256:
            return latest, None
        content = template_bytes(lay_out(plan, department, latest.number, latest.issued_at))
        if sha256(content) == latest.sha256:
            return latest, content
    count = latest.number.issue + 1 if latest else 1
    number = FormNumber(plan.municipality.code, year, department.code, count)
    content = template_bytes(lay_out(plan, department, number, now))
    return _new_issue(plan, department, number, content, now), content


def _new_issue(
    plan: Plan, department: Department, number: FormNumber, content: bytes, now: datetime
) -> Issue:
    name = f"{department.code}_{safe_name(department.name)}_{era_year(number.year)}.xlsx"
    return Issue(
        number=number,
        department_name=department.name,
        file=name,
        digest=content_digest(plan, department, number.year),
        sha256=sha256(content),
        issued_at=now.replace(microsecond=0),
        tool_version=VERSION,
        form=IssuedForm(plan.levels, plan.form),
        items=issued_items(plan, department),
    )


def _old_copies(
    folder: Path, lying: Mapping[str, bytes], register: Register, targets: tuple[Path, ...]
) -> dict[Path, bytes]:
    by_digest = {issue.sha256: issue for issue in register.issues}
    copies: dict[Path, bytes] = {}
    for name in (target.name for target in targets if target.name in lying):
        issue = by_digest[sha256(lying[name])]
        copies[folder / OLD_FOLDER / f"{issue.number}.xlsx"] = lying[name]
    return copies
