"""The desk as an application: its pages, what is sent to it, and what it tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from workflow.compiled.pages.frame import style_sheet
from workflow.desk import files
from workflow.desk.desk import Desk, desk_of
from workflow.desk.landing import get_ready
from workflow.desk.screens import board, intake, points, prepare, results, running

_STATIC = Path(__file__).parent / "static"

SCREENS = (board, intake, points, prepare, results, running)
"""Each gives ROUTES; the files come last, for their addresses begin with any folder."""


def application(desk: Desk) -> Starlette:
    """Return the pages of a desk; who may use them is for safety.py, which stands before it."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        desk.events.begin()
        tasks = [
            asyncio.create_task(desk.landing.look_after(lambda: desk.year)),
            asyncio.create_task(_get_ready(desk)),
        ]
        yield
        for task in tasks:
            task.cancel()

    app = Starlette(
        routes=[
            Route("/events", _events),
            Route("/style.css", _style),
            Mount("/static", StaticFiles(directory=_STATIC)),
            *(route for screen in SCREENS for route in screen.ROUTES),
            *files.ROUTES,
        ],
        lifespan=lifespan,
        exception_handlers={404: _not_there, 500: _failed},
    )
    app.state.desk = desk
    return app


async def _get_ready(desk: Desk) -> None:
    """Load what the first verdict needs, once the first page is there and no longer waits."""
    await desk.events.opened.wait()
    await asyncio.to_thread(get_ready)


async def _events(request: Request) -> Response:
    return StreamingResponse(desk_of(request).events.stream(), media_type="text/event-stream")


def _style(request: Request) -> Response:
    return PlainTextResponse(style_sheet(), media_type="text/css")


def _not_there(request: Request, error: Exception) -> Response:
    return PlainTextResponse("そのページはありません。\n", 404)


def _failed(request: Request, error: Exception) -> Response:
    return PlainTextResponse("思わぬ不具合のため、続けられませんでした。\n", 500)
