"""The forms of the pages that are commands: what each is called, the words it makes, its run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from workflow.commands.command import year_of
from workflow.commands.status import state, what_is_open
from workflow.desk.desk import Desk, desk_of
from workflow.menu.steps import Entry
from workflow.model.errors import WorkflowError, WorkspaceError
from workflow.model.plain_text import legible
from workflow.python.dataclass import dataclass
from workflow.storage.journal import EventKind, load_journal
from workflow.storage.workspace import Workspace

Values = Mapping[str, Any]
"""What a form holds, by the names of its inputs."""

TABLES = "取り込んだ表"
"""Where a city's own tables lie that were dropped on the page."""
FINAL_WORD = "確定"
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """One form: what it is called, and how what it holds becomes the words of a command.

    Words raises WorkspaceError where something is missing in it. What a person wrote stands in
    one word with its option: whatever it begins with, it is no option itself.
    """

    label: str
    words: Callable[[Desk, Values], tuple[str, ...]]


def _input_text(values: Values, name: str) -> str:
    """Return what stands in an input. Raises WorkspaceError where a command cannot hold it."""
    text = legible(str(values.get(name, ""))).strip()
    if len(text) > _LONGEST:
        raise WorkspaceError(f"{_LONGEST:,}字以内で入れてください。")
    return text


def _year(desk: Desk, values: Values) -> str:
    """Return the year a form names, or that of the desk."""
    if _input_text(values, "year"):
        return str(year_of(_input_text(values, "year")))
    if desk.year is None:
        raise WorkspaceError("年度を入れてください（例：令和8年度、R8、2026）。")
    return str(desk.year)


def _options(desk: Desk, values: Values) -> tuple[str, ...]:
    """Return the year a form names and its round, or those that are looked at."""
    year = _year(desk, values)
    seen = desk.round if year == str(desk.year) else ""
    name = _input_text(values, "round") or seen
    return ("--year", year, *((f"--round={name}",) if name else ()))


def _of_round(*words: str) -> Callable[[Desk, Values], tuple[str, ...]]:
    """Return the command of some words for the year of a form, and its round if it has any."""
    return lambda desk, values: (*words, *_options(desk, values))


def _of_year(*words: str) -> Callable[[Desk, Values], tuple[str, ...]]:
    """Return the command of some words for the whole year of a form."""
    return lambda desk, values: (*words, "--year", _year(desk, values))


def _plain(*words: str) -> Callable[[Desk, Values], tuple[str, ...]]:
    return lambda desk, values: words


def _generate(desk: Desk, values: Values) -> tuple[str, ...]:
    if not _input_text(values, "year"):
        raise WorkspaceError("年度を入れてください（例：令和8年度、R8、2026）。")
    reissue = ("--reissue",) if _input_text(values, "reissue") else ()
    mail = ("--mail",) if _input_text(values, "mail") else ()
    return ("generate", *_options(desk, values), *reissue, *mail)


def _finalize(desk: Desk, values: Values) -> tuple[str, ...]:
    if _input_text(values, "typed") != FINAL_WORD:
        raise WorkspaceError(f"確定するときは、「{FINAL_WORD}」と入れてください。")
    options, year = _options(desk, values), _year(desk, values)
    open_ = "" if is_whole_year(desk) else what_is_open(state(desk.workspace, int(year)))
    reason = _input_text(values, "reason")
    if open_ and not reason:
        raise WorkspaceError(f"{open_}が残っています。残したまま確定する理由を入れてください。")
    return ("finalize", *options, *((f"--accept-open={reason}",) if open_ else ()))


def _reopen(desk: Desk, values: Values) -> tuple[str, ...]:
    reason = _input_text(values, "reason")
    if not reason:
        raise WorkspaceError("確定を取り消す理由を入れてください。")
    return ("collect", *_options(desk, values), "--reopen", f"--reason={reason}")


def _carry_forward(desk: Desk, values: Values) -> tuple[str, ...]:
    year = _year(desk, values)
    return ("init", "--from", year, "--year", str(int(year) + 1))


def _first_day(desk: Desk, values: Values) -> tuple[str, ...]:
    path = table(desk.workspace, _input_text(values, "table"))
    if path is None:
        raise WorkspaceError("先に、表のファイルを置いてください。")
    words = ["init", "--from-table", str(path), "--yes"]
    for name in ("year", "city", "sheet"):
        if _input_text(values, name):
            words.append(f"--{name}={_input_text(values, name)}")
    for line in _input_text(values, "columns").splitlines():
        if line.strip():
            words.append(f"--map={line.strip()}")
    return tuple(words)


def table(workspace: Workspace, name: str) -> Path | None:
    """Return a table that was dropped on the page, by the name it lies there under."""
    folder = workspace.home / TABLES
    found = (path for path in sorted(folder.glob("*")) if path.is_file() and path.name == name)
    return next(found, None)


def is_whole_year(desk: Desk) -> bool:
    """Whether all of a year of several rounds is looked at."""
    return bool(desk.round_choices) and not desk.round


def is_final(workspace: Workspace, year: int) -> bool:
    """Whether a round was made final."""
    return load_journal(workspace.journal(year)).is_final


def is_compiled(workspace: Workspace, year: int) -> bool:
    """Whether a round was ever collected."""
    events = (EventKind.COMPILED, EventKind.FINALIZED)
    return load_journal(workspace.journal(year)).last(*events) is not None


FORMS: Mapping[str, Form] = {
    "collect": Form("集める", _of_round("collect")),
    "sample": Form("見本の計画を作る", _plain("init", "--sample")),
    "blank": Form("計画のひな形を作る", _plain("init")),
    "first-day": Form("表から計画を作る", _first_day),
    "demo": Form("見本で、一年の流れを試す", _plain("demo")),
    "plan-fix": Form("直して読んだところを書き込む", _plain("plan", "--fix")),
    "generate": Form("調査票を作る", _generate),
    "mails": Form("配布のメールの下書きを作る", _of_round("generate", "--mail")),
    "remind": Form("催促と修正のお願いの下書きを作る", _of_round("remind")),
    "verify": Form("照合する", _of_round("verify")),
    "finalize": Form("確定する", _finalize),
    "reopen": Form("確定を取り消して集め直す", _reopen),
    "report": Form("報告書を作る", _of_year("report")),
    "carry-forward": Form("次の年度の計画を用意する", _carry_forward),
}
"""Every form that starts a command, by its data-command."""


ADDRESSES: Mapping[Entry, str] = {
    Entry.FROM_TABLE: "/prepare#placing-title",
    Entry.INIT: "/prepare#placing-title",
    Entry.SAMPLE: "/prepare#placing-title",
    Entry.DEMO: "/prepare#placing-title",
    Entry.PLAN: "/prepare#plan-title",
    Entry.ISSUE: "/prepare#issue-title",
    Entry.MAILS: "/prepare#mail-title",
    Entry.WATCH: "/intake",
    Entry.COLLECT: "/intake#collect",
    Entry.STATUS: "/points",
    Entry.REMIND: "/prepare#mail-title",
    Entry.VERIFY: "/results#verify-title",
    Entry.FINALIZE: "/results#final-title",
    Entry.REPORT: "/results#report-title",
    Entry.NEXT_PLAN: "/results#following-title",
    Entry.NEXT_CHECK: "/prepare#plan-title",
    Entry.NEXT_ISSUE: "/prepare#issue-title",
    Entry.DESK: "/",
    Entry.NEXT_ROUND: "/prepare#issue-title",
    Entry.FINALIZE_YEAR: "/results#final-title",
}
"""Where at the desk each choice of the terminal's menu is: both offer the same."""


async def start(request: Request) -> Response:
    """Start the command of a form."""
    try:
        values = json.loads(await request.body())
        form = FORMS[values["command"]]
    except (ValueError, KeyError, TypeError):
        return PlainTextResponse("何をするのか分かりません。\n", 400)
    desk = desk_of(request)
    try:
        run = desk.actions.start(form.label, form.words(desk, values))
    except WorkflowError as error:
        return JSONResponse({"problem": str(error)}, 422)
    return JSONResponse({"number": run.number})


def stop(request: Request) -> Response:
    """Stop a run."""
    actions = desk_of(request).actions
    run = actions.find(request.path_params["number"])
    if run is None:
        return PlainTextResponse("その作業はありません。\n", 404)
    actions.stop(run)
    return JSONResponse({"number": run.number})


ROUTES = (
    Route("/actions", start, methods=["POST"]),
    Route("/actions/{number:int}/stop", stop, methods=["POST"]),
)
