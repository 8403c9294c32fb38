"""確認: what asks for a person's judgement, one page each, decided as in 確認の記録."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from workflow.commands.status import waits_for_coordinator
from workflow.compiled.display_limits import Shown, bounded
from workflow.compiled.pages.frame import to_returned
from workflow.compiled.points.on_screen import PointState, Refused, ScreenDecision
from workflow.compiled.points.point import Decision, Point
from workflow.compiled.sheets.record import described, state_of
from workflow.desk.desk import Desk, desk_of
from workflow.desk.screens.forms import is_compiled
from workflow.desk.screens.pages import page
from workflow.model.errors import WorkflowError
from workflow.model.returns import Answer
from workflow.model.rounds.declared import Period
from workflow.model.years import JST
from workflow.python.dataclass import dataclass
from workflow.rounds.points import RoundPoints
from workflow.storage.workspace import record_name

_HEADING = "確認"
_WAY = "/points"
_MOST_LISTED = 1_000
_PATIENCE = 90.0
"""Seconds in which a decision is recorded, also of a large round."""


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """Where an answer stands: in words, and the address of its file, if there is one."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to decide: the digit that chooses it, its word and what follows from it."""

    digit: int
    word: str
    meaning: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Points that have something in common."""

    title: str
    points: Shown[Point]


def overview(request: Request) -> Response:
    """Show all points, those that wait for the coordinator first."""
    desk = desk_of(request)
    year, found, problem = desk.year, None, ""
    try:
        if year and is_compiled(desk.workspace, year):
            found = desk.deciding.points(desk.workspace, year)
    except WorkflowError as error:
        problem = str(error)
    return page(
        request,
        "points.html.j2",
        _HEADING,
        way=_WAY,
        problem=problem,
        is_collected=found is not None,
        groups=tuple(_groups(found)) if found else (),
        record=_record_address(desk.workspace.period(year)) if year else "",
        first=next(_waiting(found.points), None) if found else None,
        told=lambda point: described(point, found.wording).split("\n")[0] if found else "",
        state_of=state_of,
        labels=found.wording.labels if found else {},
    )


def _record_address(period: Period) -> str:
    return f"/compiled/{period.folder}/{record_name(period)}"


def _groups(found: RoundPoints) -> Iterator[Group]:
    waiting = tuple(_waiting(found.points))
    others = [point for point in found.points if point not in waiting]
    yield Group("決めること", bounded(waiting, _MOST_LISTED))
    yield Group("課を待っていること", bounded([p for p in others if p.is_open], _MOST_LISTED))
    yield Group("済んだこと", bounded([p for p in others if not p.is_open], _MOST_LISTED))


def _waiting(points: Iterable[Point]) -> Iterator[Point]:
    return (p for p in points if waits_for_coordinator(p.code.name, p.handling, p.explanation))


def one(request: Request) -> Response:
    """Show a point: the answers beside each other, and what can be decided."""
    desk, number = desk_of(request), request.path_params["number"]
    try:
        found = desk.deciding.points(desk.workspace, desk.year) if desk.year else None
    except WorkflowError as error:
        return PlainTextResponse(f"{error}\n", 409)
    point = found.find(number) if found else None
    if found is None or point is None or desk.year is None:
        return PlainTextResponse("その番号の確認事項はありません。\n", 404)
    return page(
        request,
        "point.html.j2",
        f"確認　番号{number}",
        way=_WAY,
        point=point,
        told=described(point, found.wording).split("\n")[0],
        is_final=found.journal.is_final,
        field=found.wording.labels.get(point.field_key, point.field_key),
        this_place=_link(desk.year, found, point, point.this_answer),
        other_place=_link(desk.year, found, point, point.other_answer, point.other_owner),
        choices=_choices(point),
        made_on=PointState.of(point, found.log),
        **_standing(found, point),
        **_neighbours(found, number),
    )


def _link(
    year: int, found: RoundPoints, point: Point, answer: Answer | None, owner: str = ""
) -> AnswerLink | None:
    """Return where an answer stands; where there is none, where the point was noticed."""
    at = point.shown_finding.location
    if answer is None:
        if owner or not at.file:
            return None
        return AnswerLink(f"「{at.file}」{found.wording.where(at)}", _address(year, at.file))
    source = answer.source
    cell = answer.cells.get(point.field_key, "").rpartition("!")[2]
    where = f"{cell}セル" if cell else f"{source.row}行目"
    name = f"{owner}　" if owner else ""
    words = f"{name}「{source.file}」シート「{source.sheet}」の{where}"
    return AnswerLink(words, _address(year, source.file))


def _address(year: int, file: str) -> str:
    """Return the address of a returned file from the page of a point."""
    relative = to_returned(Period(year), file)
    return f"/{relative.removeprefix('../../')}" if relative else ""


def _choices(point: Point) -> tuple[Choice, ...]:
    return tuple(
        Choice(digit, choice.value, choice.meaning, choice is point.handling)
        for digit, choice in enumerate(point.choices, start=1)
    )


def _standing(found: RoundPoints, point: Point) -> dict[str, Any]:
    at = found.decided_at(point)
    return {
        "state": state_of(point),
        "notes": found.notes(point),
        "decided_at": f"{at.astimezone(JST):%m月%d日 %H:%M}" if at else "",
    }


def _neighbours(found: RoundPoints, number: int) -> dict[str, Any]:
    """Return the numbers before and after a point, and the next one that waits."""
    numbers = [point.number for point in found.points]
    at = numbers.index(number)
    waiting = [point.number for point in _waiting(found.points) if point.number != number]
    later = [n for n in waiting if n > number]
    return {
        "previous": numbers[at - 1] if at else None,
        "following": numbers[at + 1] if at + 1 < len(numbers) else None,
        "next_waiting": next(iter(later or waiting), None),
        "waiting_count": len(waiting),
        "position": at + 1,
        "count": len(numbers),
    }


async def _decision(request: Request) -> ScreenDecision | None:
    try:
        sent = json.loads(await request.body())
        made_on = PointState(str(sent["basis"]), int(sent["event"]))
        decision = Decision(*(str(sent[name]) for name in ("word", "reason", "by")))
    except (ValueError, KeyError, TypeError):
        return None
    return ScreenDecision(request.path_params["number"], made_on, decision)


async def decide(request: Request) -> Response:
    """Record a decision; the answer comes once it is on the disk."""
    made, desk = await _decision(request), desk_of(request)
    if made is None or desk.year is None:
        return PlainTextResponse("何を決めるのか分かりません。\n", 400)
    return await run_in_threadpool(_record, desk, desk.year, made)


def _record(desk: Desk, year: int, made: ScreenDecision) -> Response:
    workspace = desk.workspace
    pending, is_first = desk.deciding.add(made, workspace)
    if is_first:
        named = ("--round", workspace.round) if workspace.round else ()
        desk.actions.start(
            "決めたことを記録する",
            ("collect", "--year", str(year), *named),
            lambda run: desk.deciding.record(run, workspace, year),
        )
    if not pending.over.wait(_PATIENCE):
        return JSONResponse({"problem": "まだ記録しています。下の「作業」をご覧ください。"}, 503)
    if pending.problem:
        return JSONResponse({"problem": pending.problem}, 409)
    desk.events.tell("changed")
    if pending.refused:
        return JSONResponse(_refusal(desk, year, pending.refused), 200)
    return JSONResponse({"taken": True})


def _refusal(desk: Desk, year: int, refused: Refused) -> dict[str, Any]:
    """Return why a decision was refused, what stands, and the state to decide on once more."""
    found = desk.deciding.points(desk.workspace, year)
    point = found.find(refused.made.number)
    state = PointState.of(point, found.log) if point else refused.made.made_on
    standing = refused.standing
    return {
        "taken": False,
        "why": refused.why.value,
        "standing": {"word": standing.word, "reason": standing.reason, "by": standing.by},
        "notes": found.notes(point) if point else (),
        "basis": state.basis,
        "event": state.event,
    }


ROUTES = (
    Route("/points", overview),
    Route("/points/{number:int}", one),
    Route("/points/{number:int}", decide, methods=["POST"]),
)
