"""A desk that is really served, in a thread of the test, and a client that speaks plain HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workflow.desk.desk import Desk
from workflow.desk.only_one import only_one
from workflow.desk.serve import listening_socket, new_desk, server_of, until_left
from workflow.model.years import JST
from workflow.storage.workspace import Workspace

YEAR = 2023
SECONDS = 60.0
"""How long a test waits for what must come: never how long it should take."""


@dataclass(frozen=True)
class Answer:
    """What the desk answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Live:
    """A desk that is served: its address lets one browser in, and its client is in already."""

    desk: Desk
    port: int
    cookie: str = field(repr=False, default="")

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """An address that lets one more browser in."""
        return self.desk.session.new_address(self.port)

    @property
    def own(self) -> dict[str, str]:
        """What a page of the desk sends along."""
        return {"Host": self.host, "Origin": f"http://{self.host}", "Cookie": self.cookie}

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str | None
    ) -> Answer:
        """Send a request as a page of ours does, but for headers given (None leaves one out)."""
        sent = {**self.own, **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            length = {} if body is None else {"Content-Length": str(len(body))}
            for name, value in {**length, **sent}.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            found = connection.getresponse()
            return Answer(found.status, dict(found.headers.items()), found.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str | None) -> Answer:
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, content: object, **headers: str | None) -> Answer:
        body = json.dumps(content).encode()
        return self.ask("POST", path, body, **{"Content_Type": "application/json", **headers})

    def put(self, name: str, content: bytes, **headers: str | None) -> Answer:
        """Drop a file."""
        path = f"/intake?name={quote(name, safe='')}"
        kind = "application/octet-stream"
        return self.ask("PUT", path, content, **{"Content_Type": kind, **headers})

    def raw(self) -> socket.socket:
        """Return a connection on which nothing was sent yet."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def settle(self) -> None:
        """Wait until no command runs or waits any more."""
        for run in self.desk.actions.runs():
            assert run.over.wait(SECONDS)


@contextmanager
def live_desk(home: Path, year: int | None = None) -> Iterator[Live]:
    """Serve the pages of a workspace until the test is done with them."""
    workspace = Workspace(home)
    with only_one(workspace, datetime.now(JST)) as staging, listening_socket() as listening:
        port = listening.getsockname()[1]
        desk = new_desk(workspace, year, staging)
        server = server_of(desk, port)
        serving = threading.Thread(
            target=lambda: asyncio.run(until_left(server, listening, desk)), daemon=True
        )
        serving.start()
        try:
            yield _let_in(Live(desk, port))
        finally:
            desk.actions.stop_all()
            server.should_exit = True
            serving.join(SECONDS)


def _let_in(live: Live) -> Live:
    answer = live.get(live.address.partition(live.host)[2], Cookie=None)
    assert answer.status == 303
    return Live(live.desk, live.port, answer.headers["set-cookie"].partition(";")[0])
