"""受付: files are taken in, and what became of each is shown beside its name."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import time
from datetime import datetime
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from workflow.compiled.pages.frame import to_file
from workflow.compiled.recorded import recorded_files
from workflow.desk.desk import Desk, desk_of
from workflow.desk.intake import (
    Dropped,
    NotTakenError,
    Offer,
    dropped_files,
    limits_of,
    refuse,
    staging,
    take_in,
)
from workflow.desk.screens.pages import fragment, page
from workflow.desk.verdicts import Verdict
from workflow.model.errors import OutputError, WorkflowError
from workflow.model.limits import MILLION
from workflow.model.years import JST
from workflow.python.dataclass import dataclass
from workflow.storage.files import as_output_error
from workflow.storage.journal import Journal, load_journal
from workflow.storage.workspace import Workspace
from workflow.watch.watch import scan_names

_MOST_SHOWN = 300
SILENT, _SLOWEST, _FIRST = 20.0, 2_000, 30.0
"""Seconds without a byte, and bytes a second after the first seconds: whoever is slower is cut."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in returned/YEAR: what it was called, and what became of it."""

    id: str
    file: str
    original: str
    year: int
    verdicts: tuple[Verdict, ...]
    is_reading: bool
    is_collected: bool

    @property
    def href(self) -> str:
        """The address of the file itself."""
        return f"/returned/{self.year}/{to_file(self.file)}"

    @property
    def handbacks(self) -> dict[str, str]:
        """The addresses of the workbooks that go back, by department."""
        folder = f"/compiled/{self.year}"
        return {
            v.department: f"{folder}/{to_file(v.handback)}" for v in self.verdicts if v.handback
        }


def intake(request: Request) -> Response:
    """Show what came, the newest first."""
    desk = desk_of(request)
    entries = _entries(desk, desk.year) if desk.year else []
    return page(
        request,
        "intake.html.j2",
        "受付",
        entries=entries[:_MOST_SHOWN],
        left_out=max(0, len(entries) - _MOST_SHOWN),
        is_final=desk.year is not None and all(j.is_final for j in _journals(desk, desk.year)),
        options=desk.workspace.period(desk.year).options if desk.year else "",
        number=desk.year,
    )


def received_entry(desk: Desk, file: str) -> dict[str, object]:
    """Return what a page shows of a file, to take the place of what it shows now."""
    assert desk.year is not None
    entry = _entry(desk, desk.year, file, dropped_files(desk.of_years, desk.year), frozenset())
    outcomes = "、".join(verdict.outcome.label for verdict in entry.verdicts)
    return {
        "id": entry.id,
        "html": fragment("entry.html.j2", entry=entry),
        "announcement": f"{entry.original}：{outcomes or '読み取っています'}",
    }


async def take(request: Request) -> Response:
    """Take one file in: whole and under a name of its own, or not at all."""
    desk = desk_of(request)
    if desk.year is None:
        return _not_taken(
            "調査票をまだ作っていないため、回答は受け取れません。計画や市にある表は、"
            "「計画・調査票・メール」の画面に落としてください。"
        )
    landing = desk.landing
    landing.coming += 1  # in the one thread of the loop
    try:
        dropped = await _taken(request, desk, desk.year)
    except (NotTakenError, OutputError) as error:
        await _let_pass(request)
        return _not_taken(str(error))
    finally:
        landing.coming -= 1
    return JSONResponse({"file": dropped.file, **await asyncio.to_thread(_seen, desk, dropped)})


def _seen(desk: Desk, dropped: Dropped) -> dict[str, object]:
    assert desk.year is not None
    desk.landing.came(desk.year, dropped.file)
    return received_entry(desk, dropped.file)


async def _taken(request: Request, desk: Desk, year: int) -> Dropped:
    offer = _offer(request)
    limits = await asyncio.to_thread(limits_of, desk.of_years)
    refuse(offer, limits, desk.landing.taken, desk.staging)
    async with desk.coming:
        with staging(desk.staging) as path:
            await _written(request, offer, path)
            now = datetime.now(JST)
            return await asyncio.to_thread(take_in, desk.of_years, year, offer, path, now)


def _offer(request: Request) -> Offer:
    try:
        modified = float(request.query_params.get("modified", "0")) / 1000
    except ValueError:
        modified = 0.0
    name = request.query_params.get("name", "")
    return Offer(name=name, size=int(request.headers["content-length"]), modified=modified)


async def _written(request: Request, offer: Offer, path: Path) -> None:
    """Write what comes in to disk. Raises NotTakenError when it stops short, or is too slow."""
    begun, size = time.monotonic(), 0
    chunks = request.stream()
    with as_output_error(path), path.open("xb") as stream:
        while size < offer.size:
            try:
                chunk = await asyncio.wait_for(anext(chunks), SILENT)
            except (TimeoutError, StopAsyncIteration, ClientDisconnect) as error:
                raise NotTakenError("途中で途切れたため、受け取りませんでした。") from error
            size += len(chunk)
            await asyncio.to_thread(stream.write, chunk)
            if size < _SLOWEST * (time.monotonic() - begun - _FIRST):
                raise NotTakenError("届くのが遅すぎるため、受け取りませんでした。")
        stream.flush()
        await asyncio.to_thread(os.fsync, stream.fileno())


async def offer(request: Request) -> Response:
    """Say of a large file, before it comes, whether it will be taken."""
    desk = desk_of(request)
    try:
        sent = await request.json()
        asked = Offer(name=str(sent["name"]), size=int(sent["size"]))
        refuse(asked, await asyncio.to_thread(limits_of, desk.of_years), 0, desk.staging)
    except (ValueError, KeyError, TypeError):
        return PlainTextResponse("何を受け取るのか分かりません。\n", 400)
    except NotTakenError as error:
        return _not_taken(str(error))
    return JSONResponse({})


async def _let_pass(request: Request) -> None:
    """Let the rest of a small file come in unread: a browser hears no answer before that."""
    if int(request.headers["content-length"]) <= MILLION:
        with contextlib.suppress(TimeoutError, ClientDisconnect, RuntimeError):
            async with asyncio.timeout(SILENT):
                async for _ in request.stream():
                    pass


def _not_taken(why: str) -> Response:
    # What is still coming is not read: the connection ends with the answer.
    return JSONResponse({"problem": why}, 422, headers={"connection": "close"})


def _entries(desk: Desk, year: int) -> list[Entry]:
    look = scan_names(desk.of_years.returned(year)) or {}
    newest = sorted(look, key=lambda name: (-look[name].modified, name))
    dropped = dropped_files(desk.of_years, year)
    collected = frozenset(f for j in _journals(desk, year) for f in recorded_files(j))
    return [_entry(desk, year, file, dropped, collected) for file in newest]


def _journals(desk: Desk, year: int) -> list[Journal]:
    """Return the journal of every round; an empty one where it cannot be read: collect says why."""
    names = desk.of_years.round_names(year) or ("",)
    return [_journal(desk.of_years.in_round(name), year) for name in names]


def _journal(workspace: Workspace, year: int) -> Journal:
    try:
        return load_journal(workspace.journal(year))
    except WorkflowError:
        return Journal()


def _entry(
    desk: Desk,
    year: int,
    file: str,
    dropped: dict[str, Dropped],
    collected: frozenset[str],
) -> Entry:
    original = dropped[file].original if file in dropped else file
    number = hashlib.sha256(file.encode()).hexdigest()[:16]
    verdicts = desk.landing.verdicts.of(file)
    is_reading, is_collected = desk.actions.is_busy, file in collected
    return Entry(f"file-{number}", file, original, year, verdicts, is_reading, is_collected)


ROUTES = (
    Route("/intake", intake, methods=["GET"]),
    Route("/intake", take, methods=["PUT"]),
    Route("/intake/offer", offer, methods=["POST"]),
)
