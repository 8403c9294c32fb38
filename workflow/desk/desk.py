"""One desk: the workspace it is for, and what runs, lands and is told there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request

from workflow.desk.actions import Actions
from workflow.desk.deciding import Deciding
from workflow.desk.events import Events
from workflow.desk.landing import Landing
from workflow.desk.session import Session
from workflow.storage.workspace import Workspace

MOST_AT_ONCE = 6
"""So many files come in at once; the browser sends three, and the next ones after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every page of a desk knows. Chosen is the year of --year, None for the newest one.

    Staging is the folder for what is just being received, and coming is held while it is.
    """

    workspace: Workspace
    chosen: int | None
    session: Session
    events: Events
    actions: Actions
    deciding: Deciding
    landing: Landing
    staging: Path
    coming: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

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
