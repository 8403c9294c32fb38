"""The watch of the desk: it looks at returned/YEAR as watch does, and collects when something came.

What the desk took in itself is whole as soon as it lies there, and is not waited for.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path

from workflow.commands.check import check
from workflow.commands.collect import collect
from workflow.compiled.recorded import recorded_files
from workflow.desk.actions import Actions, Run, State
from workflow.desk.verdicts import Verdict, Verdicts, last_words, late_words, telling
from workflow.model.errors import BusyError, WorkflowError, WorkspaceError
from workflow.model.years import JST
from workflow.plan.load import load_plan
from workflow.python.dataclass import dataclass
from workflow.returned.workers import processes
from workflow.returned.workers.engine import judge_in_workers
from workflow.rounds.ahead import judge_ahead
from workflow.rounds.collected import Collected
from workflow.rounds.options import ReadOptions, in_workers
from workflow.storage.journal import EventKind, load_journal
from workflow.storage.workspace import Workspace
from workflow.watch.watch import Look, Watched, can_be_opened, counted, scan_names

EVERY = 0.5
"""Seconds between two looks; on a slow share at least ten times as long as a look takes."""

_LABEL = "届いたファイルを集める"
_LATE = "確定したあとに届いたファイルを確かめる"
_BUSY_PAUSE = 0.5
_GATHERING, _LONGEST_GATHERING = 1.0, 30.0
"""Seconds that a collect waits while more files come in: hundreds then take a few collects.

It waits longer the longer the last collect took, which takes its time from those that come in.
"""

_FEW, _MOMENT = 3, 0.5


class _StoppedByPersonError(Exception):
    """A person stopped a collect; what was there before stays."""


@dataclass
class Landing:
    """What is known of the returns of a round while the desk is open.

    Taken and coming count the files that the desk took in itself, and those on their way. Judged is
    told of a file of which there is another word.
    """

    workspace: Workspace
    actions: Actions
    judged: Callable[[str], None]
    verdicts: Verdicts = field(default_factory=Verdicts)
    taken: int = 0
    coming: int = 0
    _watched: Watched = field(default_factory=Watched)
    _own: set[str] = field(default_factory=set)
    _unseen: set[str] = field(default_factory=set)
    _year: int | None = None
    _collect: Run | None = None
    _is_due: bool = False
    _took: float = 0.0
    _came_at: float = 0.0
    _taken_before: int = 0
    _looking: threading.Lock = field(default_factory=threading.Lock)

    async def look_after(self, year: Callable[[], int | None]) -> None:
        """Look again and again; a look never holds up what the pages ask for."""
        while True:
            begun = time.monotonic()
            await asyncio.to_thread(self.look, year())
            await asyncio.sleep(max(EVERY, 10 * (time.monotonic() - begun)))

    def look(self, year: int | None) -> None:
        """Look once, and collect when something landed, was replaced or went."""
        if year is None:
            return
        with self._looking:
            if year != self._year:
                self._year, self._watched, self._is_due = year, Watched(), False
            folder = self.workspace.returned(year)
            look = scan_names(folder)
            if look is None:
                return
            self._settle_own(look)
            self._watched, events = self._watched.after(
                look, lambda name: can_be_opened(folder / name)
            )
            self._is_due = self._is_due or bool(events)
        self._collect_if_due(year)

    def still_copied(self, year: int) -> frozenset[str]:
        """Return the files that a collect must pass over, since they are still being copied.

        When the desk has just begun, nothing has landed yet: what was collected before is whole.
        """
        if year != self._year:
            return frozenset()
        try:
            known = frozenset(
                file
                for workspace in self._rounds(year)
                for file in recorded_files(load_journal(workspace.journal(year)))
            )
        except WorkflowError:
            return self._watched.under_way
        landed = self._watched.landed
        return frozenset(n for n in self._watched.under_way if n in landed or n not in known)

    def get_ready(self) -> None:
        """Load what a collect needs, and start the process that its workers are forked from."""
        import workflow.rounds.write  # noqa: F401 - 409 ms; no first verdict waits for it

        processes.get_ready()

    def came(self, year: int, file: str) -> None:
        """Take note of a file that the desk took in itself; it is whole."""
        self._own.add(file)
        self.taken += 1
        self._came_at = time.monotonic()
        self.look(year)

    def collect(self, year: int) -> Run | None:
        """Collect now, whatever came: a file may be of any round that is not final yet."""
        *others, last = self._open_rounds(year) or (self.workspace,)
        for workspace in others:
            self._start(workspace, year)
        return self._start(last, year)

    def _start(self, workspace: Workspace, year: int) -> Run:
        named = ("--round", workspace.round) if workspace.round else ()
        words = ("collect", "--year", str(year), *named)
        return self.actions.start(_LABEL, words, lambda run: self._work(workspace, year, run))

    def _rounds(self, year: int) -> tuple[Workspace, ...]:
        """Return the workspace in each round of a year that was issued, or as it is without any."""
        names = self.workspace.round_names(year)
        return tuple(map(self.workspace.in_round, names)) or (self.workspace,)

    def _open_rounds(self, year: int) -> tuple[Workspace, ...]:
        return tuple(one for one in self._rounds(year) if not _is_final(one, year))

    def _settle_own(self, look: Look) -> None:
        """Count what the desk took in as landed at the first look that finds it."""
        own = {name: look[name] for name in self._own if name in look}
        self._unseen |= own.keys()
        self._own -= own.keys()
        if own:
            landed = {**self._watched.landed, **own}
            self._watched = replace(self._watched, landed=landed)
            self._is_due = True

    def _collect_if_due(self, year: int) -> None:
        with self._looking:
            waits = self._collect is not None and self._collect.state is State.WAITING
            if not self._is_due or waits or not self._watched.landed:
                return
            self._is_due = False
            is_open = self._open_rounds(year)
            self._collect = self.collect(year) if is_open else self._check(year)

    def _check(self, year: int) -> Run | None:
        """Judge what came after the round was final, and leave the round as it is."""
        files = sorted(self._unseen)
        self._unseen.clear()
        if not files:
            return None
        paths = [self.workspace.returned(year) / file for file in files]
        words = ("check", *map(str, paths), "--year", str(year))
        return self.actions.start(_LATE, words, lambda run: self._checked(year, paths))

    def _check_unmentioned(self, workspace: Workspace, year: int) -> None:
        """Judge what no round that is open says anything of, after the last of them."""
        if not workspace.round or self._open_rounds(year)[-1:] != (workspace,):
            return
        self._unseen = {file for file in self._unseen if not self.verdicts.of(file)}
        self._check(year)

    def _checked(self, year: int, paths: Sequence[Path]) -> State:
        document = check(self.workspace, paths, year, judge_in_workers)
        names = {d.code: d.name for d in load_plan(self.workspace.home).departments}
        found = late_words([path.name for path in paths], document, year, names)
        for changed in self.verdicts.take(found):
            self.judged(changed)
        return State.FINDINGS

    def _work(self, workspace: Workspace, year: int, run: Run) -> State:
        """Collect in this process: what it needs is loaded, so a verdict comes at once."""
        self._gather(year, run)
        begun, self._taken_before = time.monotonic(), self.taken
        options = self._options(year, run)
        try:
            collected = self._collected(workspace, year, run, options)
        except _StoppedByPersonError:
            return State.STOPPED
        except WorkspaceError as error:
            if not workspace.round or _is_begun(workspace, year):
                raise
            run.lines.append(str(error))  # what came may be of another round
            self._check_unmentioned(workspace, year)
            return State.DONE
        self._took = time.monotonic() - begun
        self.take(collected, in_round=bool(workspace.round))
        self._check_unmentioned(workspace, year)
        run.lines.append(_summary(collected))
        return State.DONE if collected.is_clean else State.FINDINGS

    def _gather(self, year: int, run: Run) -> None:
        """Let more files come in before the round is compared; each is judged at once."""
        begun, judged = time.monotonic(), 0
        gathering = min(max(_GATHERING, 5 * self._took), _LONGEST_GATHERING)
        while self._more_come() and time.monotonic() < begun + gathering and not run.is_stopping:
            if judged == self.taken:
                time.sleep(0.05)
                continue
            judged = self.taken
            try:
                judge_ahead(self.workspace, year, self._options(year, run), datetime.now(JST))
            except WorkflowError:
                return  # the collect that follows says why
            except _StoppedByPersonError:
                return

    def _options(self, year: int, run: Run) -> ReadOptions:
        """Return how to read what has come, telling of each file and asking whether to stop."""

        def progress(done: int, total: int) -> None:
            if run.is_stopping:
                raise _StoppedByPersonError
            self.actions.progress(run, done, total)

        options = in_workers(progress=progress)
        return replace(
            options,
            use_cache=True,
            skipped=self.still_copied(year),
            engine=telling(options.engine, self._judged),
        )

    def _more_come(self) -> bool:
        """Whether more files come in; between two of a large drop there is a moment without any."""
        is_large = self.taken - self._taken_before > _FEW
        return self.coming > 0 or (is_large and time.monotonic() < self._came_at + _MOMENT)

    def _collected(
        self, workspace: Workspace, year: int, run: Run, options: ReadOptions
    ) -> Collected:
        while True:
            try:
                return collect(workspace, year, datetime.now(JST), options)
            except BusyError as error:
                if run.is_stopping:
                    raise _StoppedByPersonError from error
                if error.who not in run.lines:
                    run.lines.append(error.who)
                time.sleep(_BUSY_PAUSE)

    def _judged(self, file: str, verdicts: tuple[Verdict, ...]) -> None:
        for changed in self.verdicts.take({file: verdicts}):
            self.judged(changed)

    def take(self, collected: Collected, *, in_round: bool = False) -> None:
        """Take in what a collect said of each file."""
        found = last_words(self._watched.seen, collected, in_round=in_round)
        for changed in self.verdicts.take(found):
            self.judged(changed)


def _is_begun(workspace: Workspace, year: int) -> bool:
    return bool(load_journal(workspace.journal(year)).of(EventKind.RECEIVED))


def _is_final(workspace: Workspace, year: int) -> bool:
    try:
        return load_journal(workspace.journal(year)).is_final
    except WorkflowError:
        return False  # collect says what is wrong with it


def _summary(collected: Collected) -> str:
    files = collected.document["files"]
    return f"届いたファイルは{len(files)}件です（{counted(files)}）。"
