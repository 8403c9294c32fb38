"""One desk: the workspace it is for, and what runs, lands and is told there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request

from workflow.desk.actions import Actions
from workflow.desk.events import Events
from workflow.desk.session import Session
from workflow.model.dataclass import dataclass
from workflow.storage.workspace import Workspace

if TYPE_CHECKING:
    from workflow.desk.deciding import Deciding
    from workflow.desk.landing import Landing

MOST_AT_ONCE = 6
"""So many files come in at once; the browser sends three, and the next ones after them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Desk:
    """What every page of a desk knows. Chosen is the year of --year, None for the newest one.

    Staging is the folder for what is just being received, and coming is held while it is. Is_ready
    is set when what collects is loaded. Judged is told of each file of which there is another word.
    """

    workspace: Workspace
    chosen: int | None
    session: Session
    events: Events
    actions: Actions
    judged: Callable[[str], None]
    staging: Path
    is_ready: threading.Event = field(default_factory=threading.Event)
    coming: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    # What collects is loaded after the first page: half a second that nobody waits for.
    _loading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def landing(self) -> Landing:
        """The watch of this desk."""
        with self._loading:
            return self._collecting[0]

    @property
    def deciding(self) -> Deciding:
        """The decisions made at this desk."""
        with self._loading:
            return self._collecting[1]

    @cached_property
    def _collecting(self) -> tuple[Landing, Deciding]:
        from workflow.desk.deciding import Deciding  # 7 ms after landing
        from workflow.desk.landing import Landing  # 138 ms

        landing = Landing(self.workspace, self.actions, self.judged)
        return landing, Deciding(self.workspace, landing)

    @property
    def year(self) -> int | None:
        """The year that is worked on; None before anything was issued."""
        if self.chosen is not None:
            return self.chosen
        years = self.workspace.issued_years()
        return years[-1] if years else None


def desk_of(request: Request) -> Desk:
    """Return the desk that a request is for."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found
