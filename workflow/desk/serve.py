"""The desk from its start to its end: one socket, the browser, and nobody left at the pages."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import socket
import sys
import webbrowser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from workflow.commands.command import default_home
from workflow.desk.actions import Actions
from workflow.desk.app import application
from workflow.desk.desk import ChosenRound, Desk
from workflow.desk.events import Events
from workflow.desk.only_one import Note, address_of_the_other, only_one, write_note
from workflow.desk.safety import Safety, Session
from workflow.desk.screens.pages import actions_panel
from workflow.model.errors import BusyError
from workflow.model.years import JST
from workflow.storage.workspace import Workspace
from workflow.terminal.output import say

_GRACE = 20.0
"""Seconds without any open page after which the desk ends: a page that is loaded anew is back."""

_SILENT = 10.0
"""Seconds in which who connects must have asked for something."""

_MOST_CONNECTIONS = 300


def serve(workspace: Workspace, year: int | None, *, opens_browser: bool) -> None:
    """Serve the pages of a workspace until their window is closed, or Ctrl+C.

    Of a workspace in a round that one is shown first, else the one in hand. Where another desk
    serves them already, its pages are opened.
    Raises BusyError when that one cannot be reached, or OutputError.
    """
    try:
        with only_one(workspace, datetime.now(JST)) as folder:
            _serve(workspace, year, folder, opens_browser=opens_browser)
    except BusyError:
        address = address_of_the_other(workspace)
        if address is None:
            raise
        say("受付の画面は、もう開いています。その画面のアドレスです。")
        _show(address, opens_browser=opens_browser)


def _serve(workspace: Workspace, year: int | None, folder: Path, *, opens_browser: bool) -> None:
    desk = new_desk(workspace, year, folder, workspace.round or None)
    with listening_socket() as listening:
        port = listening.getsockname()[1]
        write_note(folder, Note(platform.node(), port, desk.session.secret))
        say("受付の画面を開きます。終わるときは、画面を閉じるか、ここで Ctrl+C を押してください。")
        _show(desk.session.new_address(port), opens_browser=opens_browser)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(until_left(server_of(desk, port), listening, desk))
    desk.actions.stop_all()
    say("受付の画面を終わりました。")


def new_desk(
    workspace: Workspace, year: int | None, staging: Path, round_name: str | None = None
) -> Desk:
    """Return the desk of a workspace, each of its parts telling the pages what happens."""
    events = Events()
    given = () if workspace.home == default_home() else ("--home", str(workspace.home))

    def tell_actions() -> None:
        events.tell_soon("actions", lambda: {"html": actions_panel(actions)})

    def tell_verdict(file: str) -> None:
        from workflow.desk.screens.intake import received_entry  # 6 ms, loaded already by then

        events.tell("received", **received_entry(desk, file))

    actions = Actions(workspace.home, given, tell_actions, lambda: events.tell("changed"))
    desk = Desk(
        of_years=workspace.of_year(),
        chosen=year,
        chosen_round=ChosenRound(round_name),
        session=Session(),
        events=events,
        actions=actions,
        judged=tell_verdict,
        staging=staging,
    )
    return desk


def listening_socket() -> socket.socket:
    """Return a socket that this computer alone can reach, on a port that was free."""
    return socket.create_server(("127.0.0.1", 0), backlog=512)


def server_of(desk: Desk, port: int) -> uvicorn.Server:
    """Return what serves the pages of a desk at a port."""
    return _Server(_config(Safety(application(desk), desk.session, port)))


def _show(address: str, *, opens_browser: bool) -> None:
    say(address)
    sys.stdout.flush()
    if opens_browser:
        webbrowser.open(address)


def _config(app: Safety) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",  # a stranger's broken request is no word for the coordinator
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=3,
    )


async def until_left(server: uvicorn.Server, listening: socket.socket, desk: Desk) -> None:
    """Serve until the last page is closed, or the server is told to end."""
    leaving = asyncio.create_task(_end_when_left(server, desk))
    try:
        await server.serve(sockets=[listening])
    finally:
        leaving.cancel()


async def _end_when_left(server: uvicorn.Server, desk: Desk) -> None:
    """End the desk once its last page is closed and nothing runs any more."""
    while not server.should_exit:
        await asyncio.sleep(0.5)
        if desk.events.left_for() > _GRACE and not desk.actions.is_busy:
            server.should_exit = True
    desk.events.end()


class _Server(uvicorn.Server):
    """A server that lets its process go on after Ctrl+C: there is something to tidy up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End when Ctrl+C is pressed, and leave it at that."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()


class _Protocol(H11Protocol):
    """HTTP as uvicorn speaks it; who connects and says nothing is not waited for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection."""
        super().connection_made(transport)
        self.loop.call_later(_SILENT, self._end_if_silent)

    def _end_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()
