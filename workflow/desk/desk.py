"""One desk: the workspace it is for, the round that is looked at, what runs, lands and is told."""

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
from workflow.desk.safety import Session
from workflow.model.errors import WorkflowError
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass
from workflow.rounds.siblings.named import round_in_hand, rounds_of
from workflow.storage.workspace import Workspace

if TYPE_CHECKING:
    from workflow.desk.deciding import Deciding
    from workflow.desk.landing import Landing

MOST_AT_ONCE = 6
"""So many files come in at once; the browser sends three, and the next ones after them."""


@dataclass(frozen=True, slots=True)
class RoundChoice:
    """A round of the year that can be looked at, or the whole year, whose name is ""."""

    name: str
    label: str
    is_chosen: bool


class ChosenRound:
    """The round a person chose to look at: None for the one in hand, "" for the whole year."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name


@dataclass(frozen=True, kw_only=True, eq=False)
class Desk:
    """What every page of a desk knows. Chosen is the year of --year, None for the newest one.

    Of_years is the workspace of whole years. Staging is the folder for what is just being received,
    and coming is held while it is. Is_ready is set when what collects is loaded. Judged is told of
    each file of which there is another word.
    """

    of_years: Workspace
    chosen: int | None
    session: Session
    events: Events
    actions: Actions
    judged: Callable[[str], None]
    staging: Path
    chosen_round: ChosenRound = field(default_factory=ChosenRound)
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

        landing = Landing(self.of_years, self.actions, self.judged)
        return landing, Deciding(landing)

    @property
    def year(self) -> int | None:
        """The year that is worked on; None before anything was issued."""
        if self.chosen is not None:
            return self.chosen
        years = self.of_years.issued_years()
        return years[-1] if years else None

    @property
    def workspace(self) -> Workspace:
        """The workspace in the round that is looked at, where the year has rounds."""
        return self.of_years.in_round(self.round)

    @property
    def round(self) -> str:
        """The round that is looked at; "" for the whole year, and where there are none."""
        year, chosen = self.year, self.chosen_round.name
        if year is None:
            return ""
        issued = self.of_years.round_names(year)
        if not issued or chosen == "" or chosen in issued:
            return chosen or ""
        try:
            return round_in_hand(self.of_years, year)
        except WorkflowError:
            return issued[-1]  # what hinders is told by whatever needs it

    @property
    def round_choices(self) -> tuple[RoundChoice, ...]:
        """Every round of the year that was issued, and the year itself; none where it has none."""
        year, seen = self.year, self.round
        issued = self.of_years.round_names(year) if year else ()
        if year is None or not issued:
            return ()
        try:
            names = [name for name in rounds_of(self.of_years, year) if name in issued]
        except WorkflowError:
            names = list(issued)
        rounds = (RoundChoice(name, name, name == seen) for name in names)
        return (*rounds, RoundChoice("", f"{era_year(year)}の全体", not seen))


def desk_of(request: Request) -> Desk:
    """Return the desk that a request is for."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found
