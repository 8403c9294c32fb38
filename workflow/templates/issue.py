"""What generate has to do: which templates to issue anew, which to leave. Plans every write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

from workflow import VERSION
from workflow.excel.table import DAY_WIDTH, FONT_SIZE, TableColumn, TableStyles, write_table
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.reader import shared_texts
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding
from workflow.model.plan import Department, Plan, PreviousAnswers
from workflow.model.rounds.declared import Period
from workflow.model.years import japanese_date_and_weekday
from workflow.python.dataclass import dataclass
from workflow.storage.files import sha256
from workflow.storage.parallel import in_parallel
from workflow.storage.workspace import (
    OLD_FOLDER,
    OWN_FOLDER,
    REGISTER_NAME,
    department_file,
)
from workflow.templates.indicator_table import issued_indicators
from workflow.templates.lay_out import content_digest, issued_form, issued_items, lay_out
from workflow.templates.own.cover_cells import own_printed_texts
from workflow.templates.own.form import OwnForm
from workflow.templates.own.lay_out import lay_out_own
from workflow.templates.own.workbook import OwnWorkbook, own_copy_name
from workflow.templates.register import FormNumber, Issue, IssuedRound, Register
from workflow.templates.register_file import register_as_bytes
from workflow.templates.workbook import template_bytes

# 送付一覧: which file goes to whom, for the coordinator who sends them out.


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One template on its way to one department."""

    department: Department
    issue: Issue
    deadline: str


def distribution_name(period: Period) -> str:
    """Return the name of the list's file."""
    return f"送付一覧_{period.in_names}.xlsx"


def distribution_bytes(plan: Plan, year: int, issues: Iterable[Issue]) -> bytes:
    """Return the list as an .xlsx file; the same issues give the same bytes."""
    current = {issue.number.department: issue for issue in issues}
    deadline = japanese_date_and_weekday(plan.deadline) if plan.deadline else ""
    rows = [
        Dispatch(department, current[department.code], deadline)
        for department in plan.departments
        if department.code in current
    ]
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    latest = max(row.issue.issued_at for row in rows)
    book.set_properties(
        {"title": distribution_name(plan.period(year)), "created": latest.replace(tzinfo=None)}
    )
    columns = _columns("回答者" if plan.is_review else "担当課")
    write_table(add_sheet(book, "送付一覧"), TableStyles(book), columns, rows)
    book.close()
    return stream.getvalue()


def _columns(who: str) -> tuple[TableColumn[Dispatch], ...]:
    """Return the columns of the list; who is what stands above those who answer."""
    return (
        TableColumn(who, 10, lambda d: d.department.name),
        TableColumn("送るファイル", 18, lambda d: d.issue.file),
        TableColumn("送り先のメール", 13, lambda d: d.department.email or None),
        TableColumn("庁内・庁外", 4.5, lambda d: "庁外" if d.department.external else "庁内"),
        TableColumn("取組の件数", 5, lambda d: len(d.issue.items)),
        TableColumn("回答期限", 9, lambda d: d.deadline or None),
        TableColumn("様式番号", 11, lambda d: str(d.issue.number)),
        TableColumn("発行日", DAY_WIDTH, lambda d: d.issue.issued_at.date()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRequest:
    """What to issue: a plan's templates for a year, or those of one department alone.

    Own is the city's own workbook that they are made of, where it has one. Round is the one they
    are of, where the plan declares any.
    """

    plan: Plan
    year: int
    now: datetime
    previous: PreviousAnswers
    department: str | None = None
    own: OwnWorkbook | None = None
    round: IssuedRound | None = None

    @property
    def round_number(self) -> int:
        """The number of the round on a form; 0 in a year that has none."""
        return self.round.number if self.round else 0

    @property
    def period(self) -> Period:
        """What the year, or the round of it, is called."""
        return self.plan.period(self.year)

    @property
    def departments(self) -> tuple[Department, ...]:
        """The departments to issue to; one that has no items gets nothing."""
        asked = (d for d in self.plan.departments if self.plan.items_of(d.code))
        return tuple(d for d in asked if self.department in (None, d.code))

    @property
    def own_form(self) -> OwnForm | None:
        """What the city's own workbook says, where it has one."""
        return self.own.form if self.own else None


@dataclass(frozen=True, slots=True)
class Issuance:
    """One generate run: the register after it, what to write and what to remove.

    The register file is the content of register.json after the run. Differences are in words what
    is asked otherwise than on the issue before, by the codes of departments issued to anew. Notes
    say how the plan was understood.
    """

    register: Register
    register_file: bytes
    writes: Mapping[Path, bytes]
    stale: tuple[Path, ...]
    issued: tuple[Issue, ...]
    unchanged: tuple[Issue, ...]
    differences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()

    @property
    def reissued(self) -> tuple[Issue, ...]:
        """The issues that take the place of another one of their department."""
        return tuple(i for i in self.issued if i.number.department in self.differences)


def plan_issuance(request: IssueRequest, register: Register, folder: Path) -> Issuance:
    """Decide what to issue, given the files in templates/YEAR.

    Raises WorkspaceError when a template there was edited by a person, or the department asked
    for has nothing to answer.
    """
    if not request.departments:
        raise WorkspaceError(
            f"「{request.department}」という課が計画にないか、担当する取組内容がありません。"
        )
    on_disk = _templates_on_disk(folder, request.period)
    _refuse_edited(on_disk, register, request.period)
    unchanged: list[Issue] = []
    issued: list[Issue] = []
    contents: dict[Path, bytes] = {}
    job = _IssueJob(request, register, on_disk)
    for issue, content in in_parallel(_issue_for, job, request.departments):
        latest = register.latest(issue.number.department)
        (unchanged if latest == issue else issued).append(issue)
        if content is not None:
            contents[folder / issue.file] = content
    differences = _differences(register, issued)
    register = replace(register.adding(tuple(issued)), round=request.round)
    stale = _outdated(request.plan, folder, on_disk, register)
    writes = _old_copies(folder, on_disk, register, (*contents, *stale))
    path = folder / REGISTER_NAME
    if issued:
        writes[path] = register_as_bytes(register)
    register_file = writes[path] if issued else path.read_bytes()
    contents |= _distribution(request, folder, register)
    contents |= _own_copy(request, folder)
    return Issuance(
        register=register,
        register_file=register_file,
        writes=writes | contents,
        stale=stale,
        issued=tuple(issued),
        unchanged=tuple(unchanged),
        differences=differences,
    )


def _differences(register: Register, issued: Iterable[Issue]) -> dict[str, tuple[str, ...]]:
    """Return what is asked otherwise than before, of each department issued to before."""
    pairs = ((register.latest(issue.number.department), issue) for issue in issued)
    return {
        issue.number.department: (
            *before.differences(issue.form, issue.items, issue.indicators),
            *before.known_differences(issue.form, issue.items),
        )
        for before, issue in pairs
        if before
    }


def _templates_on_disk(folder: Path, period: Period) -> dict[str, bytes]:
    found = sorted(folder.glob("*.xlsx")) if folder.is_dir() else []
    return {
        path.name: path.read_bytes()
        for path in found
        if not path.name.startswith("~$") and path.name != distribution_name(period)
    }


def _refuse_edited(on_disk: Mapping[str, bytes], register: Register, period: Period) -> None:
    known = {issue.sha256 for issue in register.issues}
    edited = [name for name, content in on_disk.items() if sha256(content) not in known]
    if edited:
        names = "、".join(f"「{name}」" for name in edited)
        raise WorkspaceError(
            f"templates/{period.folder} の{names}は、発行したときの内容と違うため、"
            "上書きしませんでした。別の場所に移してから、もう一度実行してください。"
        )


@dataclass(frozen=True, slots=True)
class _IssueJob:
    """What is to be issued, what was, and the templates on disk."""

    request: IssueRequest
    register: Register
    on_disk: Mapping[str, bytes]


def _issue_for(job: _IssueJob, department: Department) -> tuple[Issue, bytes | None]:
    """Return the issue a department has after the run, and its bytes if they must be written."""
    request, on_disk = job.request, job.on_disk
    plan, year, previous = request.plan, request.year, request.previous
    known = job.register.issued_as(
        department.code,
        content_digest(plan, department, year, previous, request.own_form),
    )
    if known:
        if known.file in on_disk and sha256(on_disk[known.file]) == known.sha256:
            return known, None
        layout = lay_out(
            plan, department, known.number, known.issued_at, previous, request.own_form
        )
        content = template_bytes(layout, own=request.own)
        if sha256(content) == known.sha256:
            return known, content
    return _new_issue(request, department, job.register.next_count(department.code))


def _new_issue(request: IssueRequest, department: Department, count: int) -> tuple[Issue, bytes]:
    plan = request.plan
    number = FormNumber(
        plan.municipality.code, request.year, department.code, count, request.round_number
    )
    own = request.own_form
    layout = lay_out(plan, department, number, request.now, request.previous, own)
    content = template_bytes(layout, own=request.own)
    issue = Issue(
        number=number,
        department_name=department.name,
        file=department_file(department, request.period, "xlsx"),
        digest=layout.digest,
        sha256=sha256(content),
        issued_at=request.now.replace(microsecond=0),
        tool_version=VERSION,
        form=issued_form(plan),
        texts=own_printed_texts(lay_out_own(own, layout)) if own else printed_texts(content),
        items=issued_items(plan, department),
        indicators=issued_indicators(plan, department),
        own=own,
    )
    return issue, content


def _outdated(
    plan: Plan, folder: Path, on_disk: Mapping[str, bytes], register: Register
) -> tuple[Path, ...]:
    """Return the templates to remove: those renamed, or with nothing to answer any more."""
    current = {i.file for i in register.current() if plan.items_of(i.number.department)}
    return tuple(folder / name for name in on_disk if name not in current)


def _old_copies(
    folder: Path, on_disk: Mapping[str, bytes], register: Register, targets: tuple[Path, ...]
) -> dict[Path, bytes]:
    by_digest = {issue.sha256: issue for issue in register.issues}
    copies: dict[Path, bytes] = {}
    for name in (target.name for target in targets if target.name in on_disk):
        issue = by_digest[sha256(on_disk[name])]
        copies[folder / OLD_FOLDER / f"{issue.number}.xlsx"] = on_disk[name]
    return copies


def _own_copy(request: IssueRequest, folder: Path) -> dict[Path, bytes]:
    """Return the city's own workbook as it was issued: a hand-back is made of it."""
    if request.own is None:
        return {}
    path = folder / OWN_FOLDER / own_copy_name(request.own.form)
    return {} if path.exists() else {path: request.own.content}


def _distribution(request: IssueRequest, folder: Path, register: Register) -> dict[Path, bytes]:
    path = folder / distribution_name(request.period)
    content = distribution_bytes(request.plan, request.year, register.current())
    unchanged = path.exists() and path.read_bytes() == content
    return {} if unchanged else {path: content}


# All that is printed on a template, read back from its own bytes.


def printed_texts(template: bytes) -> tuple[str, ...]:
    """Return every text on a template of ours, each once, sorted."""
    return tuple(sorted({*shared_texts(Package(template))}))
