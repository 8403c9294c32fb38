"""What happens at the desk, sent to every page that is open (server-sent events)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

from workflow.python.dataclass import dataclass

_QUIET = 15.0
"""Seconds after which a page that heard nothing is told so: that shows whether it is there."""

_SOON = 0.15
"""Seconds in which what changes many times a second is told once."""

_MOST_WAITING = 2_000


@dataclass(frozen=True, slots=True)
class Event:
    r"""One thing that happened: its kind, and what a page shows of it.

    >>> Event("changed", {"year": 2023}).as_text()
    'event: changed\ndata: {"year": 2023}\n\n'
    """

    kind: str
    content: dict[str, object]

    def as_text(self) -> str:
        """Return the event as a line of the stream."""
        return f"event: {self.kind}\ndata: {json.dumps(self.content, ensure_ascii=False)}\n\n"


class Events:
    """The open pages, and what each has still to hear; opened is set once the first is there."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[Event | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left_at: float | None = None
        self._is_closed = False
        self.opened = asyncio.Event()
        self._soon: set[str] = set()

    def begin(self) -> None:
        """Remember the loop that serves the pages; events come from other threads too."""
        self._loop = asyncio.get_running_loop()

    def tell(self, kind: str, **content: object) -> None:
        """Tell every open page that something happened; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, Event(kind, content))

    def tell_soon(self, kind: str, content: Callable[[], dict[str, object]]) -> None:
        """Tell it a moment later, once for all that asks for it until then; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._later, kind, content)

    def end(self) -> None:
        """Tell every page that the desk closes, and let none listen any longer."""
        self._spread(Event("closed", {}))
        self._is_closed = True
        for page in self._pages:
            page.put_nowait(None)

    def left_for(self) -> float:
        """Return for how many seconds no page has been open; 0 before the first one was."""
        if self._pages or self._left_at is None:
            return 0.0
        return time.monotonic() - self._left_at

    async def stream(self) -> AsyncIterator[str]:
        """Yield the events for one page for as long as it listens."""
        page: asyncio.Queue[Event | None] = asyncio.Queue(_MOST_WAITING)
        self._pages.add(page)
        self.opened.set()
        try:
            yield Event("hello", {}).as_text()
            while not self._is_closed:
                try:
                    event = await asyncio.wait_for(page.get(), _QUIET)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if event is None:
                    return
                yield event.as_text()
        finally:
            self._pages.discard(page)
            self._left_at = time.monotonic()

    def _later(self, kind: str, content: Callable[[], dict[str, object]]) -> None:
        if kind in self._soon or self._loop is None:
            return
        self._soon.add(kind)

        def now() -> None:
            self._soon.discard(kind)
            if self._pages:
                self._spread(Event(kind, content()))

        self._loop.call_later(_SOON, now)

    def _spread(self, event: Event) -> None:
        for page in self._pages:
            if not page.full():  # it comes back with a fresh page when it looks again
                page.put_nowait(event)
