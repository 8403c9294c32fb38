"""The desk as an application: its pages, what is sent to it, and what it tells."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from workflow.compiled.pages.frame import style_sheet
from workflow.desk.desk import Desk, desk_of
from workflow.desk.screens import board

_STATIC = Path(__file__).parent / "static"
_FIRST_PAGE = 2.0
"""Seconds for which what is not needed by the first page waits for that page."""


def application(desk: Desk) -> Starlette:
    """Return the pages of a desk; who may use them is for safety.py, which stands before it."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        desk.events.begin()
        looking = asyncio.create_task(_look_after(desk))
        yield
        looking.cancel()

    app = Starlette(
        routes=[
            Route("/events", _events),
            Route("/round", _choose_round, methods=["POST"]),
            Route("/style.css", _style),
            Mount("/static", StaticFiles(directory=_STATIC)),
            *board.ROUTES,
            Mount("/", _other_screens),
        ],
        lifespan=lifespan,
        exception_handlers={404: _not_there, 500: _failed},
    )
    app.state.desk = desk
    return app


async def _look_after(desk: Desk) -> None:
    """Watch the returns, and load what the first verdict needs, once the first page is there."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(desk.events.opened.wait(), _FIRST_PAGE)
    landing = await asyncio.to_thread(lambda: desk.landing)
    await asyncio.gather(
        landing.look_after(lambda: desk.year),
        asyncio.to_thread(_router),
        asyncio.to_thread(_get_ready, desk),
    )


def _get_ready(desk: Desk) -> None:
    desk.landing.get_ready()
    desk.is_ready.set()
    desk.events.tell("changed")


async def _other_screens(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for every page but the first one, whose start needs not wait for them."""
    router = await asyncio.to_thread(_router)
    await router(scope, receive, send)


def _router() -> Router:
    with _loading:
        return _loaded_router()


_loading = threading.Lock()


@cache
def _loaded_router() -> Router:
    """Return the other screens, each of which gives ROUTES; files come last: they have any name."""
    # 450 ms, of which prepare takes 319 and points 124.
    from workflow.desk import files
    from workflow.desk.screens import forms, intake, points, prepare, results

    screens = (intake, points, prepare, results, forms)
    return Router([*(route for screen in screens for route in screen.ROUTES), *files.ROUTES])


async def _events(request: Request) -> Response:
    return StreamingResponse(desk_of(request).events.stream(), media_type="text/event-stream")


async def _choose_round(request: Request) -> Response:
    """Let every page show another round of the year, or the whole of it."""
    desk = desk_of(request)
    try:
        name = str(json.loads(await request.body())["round"])
    except (ValueError, KeyError, TypeError):
        return PlainTextResponse("どの回か分かりません。\n", 400)
    if name not in {choice.name for choice in desk.round_choices}:
        return PlainTextResponse("その回はありません。\n", 404)
    desk.chosen_round.name = name
    desk.events.tell("changed")
    return JSONResponse({})


def _style(request: Request) -> Response:
    return PlainTextResponse(style_sheet(), media_type="text/css")


def _not_there(request: Request, error: Exception) -> Response:
    return PlainTextResponse("そのページはありません。\n", 404)


def _failed(request: Request, error: Exception) -> Response:
    return PlainTextResponse("思わぬ不具合のため、続けられませんでした。\n", 500)
