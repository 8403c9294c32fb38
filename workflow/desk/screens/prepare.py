"""計画・調査票・メール: the plan and what is wrong in it, the forms made of it, and the drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from workflow.commands.command import year_of
from workflow.commands.generate import PlannedIssue, plan_issue
from workflow.commands.plan import deadline_of, outline, succession
from workflow.desk.desk import Desk, desk_of
from workflow.desk.files import kept
from workflow.desk.screens.forms import TABLES, is_final
from workflow.desk.screens.pages import page
from workflow.desk.screens.placing import MOST_BYTES, Kind, Placed, place
from workflow.first_day.result_book import RESULT_NAME
from workflow.model.errors import PlanError, WorkflowError, WorkspaceError
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.model.wording import Wording
from workflow.model.years import JST
from workflow.plan.load import load_plan
from workflow.plan.paths import BOOK_NAME
from workflow.python.dataclass import dataclass
from workflow.rounds.inputs.own_form import own_form_file
from workflow.rounds.siblings.named import in_named_round
from workflow.storage.workspace import Workspace
from workflow.templates.register import Issue

_HEADING, _WAY = "計画・調査票・メール", "/prepare"
_MOST_DRAFTS = 500
_MOST_MAIL_BYTES = 30_000_000


def _home_files(home: Path) -> dict[str, str]:
    """Return what of the workspace's own folder is given out, and what it is."""
    files = {
        BOOK_NAME: "計画。開いて直し、保存してから、下に置いてください",
        own_form_file(home): "市の様式。調査票は、この様式で作ります",
        RESULT_NAME: "表をどう読んだか",
    }
    return {name: about for name, about in files.items() if (home / name).is_file()}


# The plan.


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing to put right in the plan: the cells, what is wrong there, what to do."""

    where: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanState:
    """What stands in the workspace as plan: its figures and outline, or what is wrong with it."""

    is_there: bool
    facts: tuple[tuple[str, str], ...] = ()
    outline: tuple[str, ...] = ()
    trouble: str = ""
    wrong: tuple[Wrong, ...] = ()
    is_to_fix: bool = False


def _plan_state(desk: Desk) -> PlanState:
    home = desk.workspace.home
    is_there = any((home / name).exists() for name in (BOOK_NAME, "plan.json"))
    if not is_there:
        return PlanState(is_there=False)
    try:
        found = succession(desk.workspace, desk.year)
    except PlanError as error:
        wrong = tuple(_wrong(error.findings))
        return PlanState(is_there=True, trouble=str(error), wrong=wrong)
    is_to_fix = any("count" in note.details for note in found.notes)
    facts = tuple(_facts(found.plan))
    return PlanState(is_there=True, facts=facts, outline=tuple(outline(found)), is_to_fix=is_to_fix)


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "計画", f"{plan.municipality.name}　{plan.title}"
    yield "とりまとめ課", plan.department(plan.coordinator).name
    answering = {code for item in plan.items for code in item.asked}
    yield "尋ねること", f"{len(answering)}課、{plan.levels[-1]}{len(plan.items)}件"
    yield "回答期限", deadline_of(plan)


def _wrong(findings: Iterable[Finding]) -> Iterator[Wrong]:
    wording = Wording()
    for together in wording.together(findings):
        where, _, problem = wording.message_of_all(together).partition("：")
        at = wording.where(together[0].location)
        if not at:
            where, problem = "", wording.message_of_all(together)
        yield Wrong(where, problem, wording.remedy(together[0]))


async def put(request: Request) -> Response:
    """Take a plan or a table that was dropped on the page."""
    name = request.query_params.get("name", "")
    too_large = JSONResponse({"problem": "大きすぎて受け取れません（50MBまで）。"}, 413)
    if int(request.headers.get("content-length", "0")) > MOST_BYTES:
        return too_large
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            return too_large
    desk = desk_of(request)
    try:
        placed = await run_in_threadpool(place, desk.workspace, name, bytes(content))
    except WorkflowError as error:
        return JSONResponse({"problem": str(error)}, 422)
    desk.events.tell("changed")
    return JSONResponse(
        {"name": placed.name, "plan": placed.kind is not Kind.TABLE, "said": _placed_text(placed)}
    )


def _placed_text(placed: Placed) -> str:
    older = f"前のものは「{placed.kept}」として残しました。" if placed.kept else ""
    return f"「{placed.name}」：{placed.kind.value}{older}"


# The page.


def overview(request: Request) -> Response:
    """Show the plan, what can be made of it, and the drafts there are."""
    desk = desk_of(request)
    year = desk.year
    folder = desk.workspace.home / TABLES
    tables = sorted(p.name for p in folder.glob("*") if p.is_file()) if folder.is_dir() else []
    return page(
        request,
        "prepare.html.j2",
        _HEADING,
        way=_WAY,
        plan=_plan_state(desk),
        files=list(_home_files(desk.workspace.home).items()),
        tables=[name for name in tables if not name.startswith(".")],
        is_begun=year is not None,
        options=desk.workspace.period(year).options if year else "",
        proposed=_proposed(desk),
        rounds=_rounds(desk),
        proposed_round=_proposed_round(desk),
        forms=_forms(desk),
        drafts=_drafts(desk),
        can_remind=bool(year and desk.workspace.status(year).is_file()),
    )


def _proposed(desk: Desk) -> str:
    """Return the year that forms are made for next: after a final one the one that follows."""
    year = desk.year
    if year is None:
        return ""
    return str(year + 1 if is_final(desk.of_years, year) else year)


def _rounds(desk: Desk) -> tuple[str, ...]:
    """Return the rounds that the plan declares; none where it has none, or cannot be read."""
    try:
        return tuple(one.name for one in load_plan(desk.of_years.home).rounds)
    except PlanError:
        return ()


def _proposed_round(desk: Desk) -> str:
    """Return the round that forms are made for next: after final ones the one that follows."""
    names, year = _rounds(desk), desk.year
    if not names or year is None or str(year) != _proposed(desk):
        return names[0] if names else ""
    going_on = (n for n in names if not is_final(desk.of_years.in_round(n), year))
    return next(going_on, names[-1])


@dataclass(frozen=True, slots=True)
class Download:
    """A file to open or keep."""

    name: str
    href: str


def _forms(desk: Desk) -> tuple[Download, ...]:
    """Return the forms that were issued, and the list of what goes to whom."""
    year = desk.year
    if year is None:
        return ()
    folder = desk.workspace.templates(year)
    names = sorted(p.name for p in folder.glob("*.xlsx") if not p.name.startswith("~$"))
    at = desk.workspace.period(year).folder
    return tuple(Download(name, quote(f"/templates/{at}/{name}")) for name in names)


@dataclass(frozen=True, slots=True)
class DraftMail:
    """A draft: to whom, about what, what it says, and the file."""

    to: str
    subject: str
    body: str
    file: Download


@dataclass(frozen=True, slots=True)
class DraftFolder:
    """The drafts of one occasion."""

    title: str
    drafts: tuple[DraftMail, ...]


def _drafts(desk: Desk) -> tuple[DraftFolder, ...]:
    year = desk.year
    if year is None:
        return ()
    workspace = desk.workspace
    folders = (
        ("調査票を送るメール", workspace.distribution_drafts(year)),
        ("催促と修正のお願いのメール", workspace.reminder_drafts(year)),
    )
    found = (DraftFolder(title, tuple(_mails(workspace.home, folder))) for title, folder in folders)
    return tuple(folder for folder in found if folder.drafts)


def _mails(home: Path, folder: Path) -> Iterator[DraftMail]:
    paths = sorted(folder.glob("*.eml")) if folder.is_dir() else []
    for path in paths[:_MOST_DRAFTS]:
        address = f"/{quote(path.relative_to(home).as_posix())}"
        to, subject, body = _read_mail(path)
        yield DraftMail(to, subject, body, Download(path.name, address))


def _read_mail(path: Path) -> tuple[str, str, str]:
    """Return to whom a draft is, its subject and its text, as far as it can be read."""
    try:
        if path.stat().st_size > _MOST_MAIL_BYTES:
            return "", path.name, ""
        mail = message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)
        body = mail.get_body(("plain",))
        text = str(body.get_content()) if body else ""
        return str(mail["To"] or ""), str(mail["Subject"] or ""), text
    except (OSError, ValueError, LookupError):  # somebody changed it into no mail
        return "", path.name, ""


# What would be issued, before it is.


def issue(request: Request) -> Response:
    """Show which forms would be made, which made anew, and who has answered those."""
    desk, year, problem, planned = desk_of(request), None, "", None
    workspace = desk.workspace
    try:
        year = _asked_year(request, desk)
        workspace = _asked_round(request, desk, year)
        planned = plan_issue(workspace, year, datetime.now(JST))
    except WorkflowError as error:
        problem = str(error)
    return page(
        request,
        "issue.html.j2",
        f"調査票を作る　{workspace.period(year).full}" if year else "調査票を作る",
        way=_WAY,
        problem=problem,
        asked=year,
        asked_round=workspace.round,
        options=workspace.period(year).options if year else "",
        lines=tuple(_lines(planned)) if planned else (),
        has_answered=bool(planned and planned.answered),
        is_new=bool(planned and planned.issuance.issued),
        stale=[path.name for path in planned.issuance.stale] if planned else [],
    )


def _asked_year(request: Request, desk: Desk) -> int:
    typed = request.query_params.get("year", "").strip()
    if typed:
        return year_of(typed)
    if desk.year is None:
        raise WorkspaceError("年度を入れてください（例：令和8年度、R8、2026）。")
    return desk.year


def _asked_round(request: Request, desk: Desk, year: int) -> Workspace:
    """Return the workspace in the round that is asked for. Raises as commands do."""
    return in_named_round(desk.of_years, year, request.query_params.get("round", "").strip())


@dataclass(frozen=True, slots=True)
class IssueLine:
    """What generate would do for one department."""

    code: str
    department: str
    items: int
    what: str
    differences: str
    has_answered: bool


def _lines(planned: PlannedIssue) -> Iterator[IssueLine]:
    issuance = planned.issuance
    answered = {i.number.department for i in planned.answered}
    for one in issuance.issued:
        code = one.number.department
        is_again = code in issuance.differences
        differences = "、".join(issuance.differences.get(code, ())) if is_again else ""
        what = "作り直します" if is_again else "新しく作ります"
        differences = differences or ("期限や問い合わせ先など" if is_again else "")
        yield _line(one, what, differences, has_answered=code in answered)
    for one in issuance.unchanged:
        yield _line(one, "変わりません", "", has_answered=False)


def _line(one: Issue, what: str, differences: str, *, has_answered: bool) -> IssueLine:
    code, name = one.number.department, one.department_name
    return IssueLine(code, name, len(one.items), what, differences, has_answered)


def form(request: Request) -> Response:
    """Show a department's form as pictures of its pages."""
    from workflow.excel.page_picture import page_pictures  # 270 ms (openpyxl), for who looks alone

    desk = desk_of(request)
    code = request.query_params.get("department", "")
    pictures: Any = ()
    problem, name = "", ""
    try:
        year = _asked_year(request, desk)
        department = next(
            (d for d in load_plan(desk.workspace.home).departments if d.code == code), None
        )
        if department is None:
            raise WorkspaceError("その課は計画にありません。")
        name = department.name
        pictures = page_pictures(_form_bytes(_asked_round(request, desk, year), year, code))
    except WorkflowError as error:
        problem = str(error)
    return page(
        request,
        "form.html.j2",
        f"調査票の見本　{name}" if name else "調査票の見本",
        way=_WAY,
        problem=problem,
        pictures=[(one, Markup(one.svg)) for one in pictures],  # noqa: S704 - our own picture
        back=f"/prepare/issue?{_asked_again(request)}",
    )


def _asked_again(request: Request) -> str:
    """Return what was asked for, to ask for it again."""
    asked = request.query_params
    return urlencode({name: asked[name] for name in ("year", "round") if asked.get(name)})


def _form_bytes(workspace: Workspace, year: int, code: str) -> bytes:
    """Return the form of a department as generate would make it, or as it made it."""
    planned = plan_issue(workspace, year, datetime.now(JST), code)
    issuance = planned.issuance
    (one, *_) = (*issuance.issued, *issuance.unchanged)
    path = workspace.templates(year) / one.file
    content = issuance.writes.get(path)
    return content if content is not None else path.read_bytes()


def home_file(request: Request) -> Response:
    """Give out the plan or what an import said of it."""
    name = request.path_params["name"]
    home = desk_of(request).workspace.home
    path = home / name
    if name not in _home_files(home):
        return PlainTextResponse("そのファイルはありません。\n", 404)
    return kept(path)


ROUTES = (
    Route("/prepare", overview),
    Route("/prepare/file", put, methods=["PUT"]),
    Route("/prepare/issue", issue),
    Route("/prepare/form", form),
    Route("/home/{name}", home_file),
)
