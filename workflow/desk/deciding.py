"""What is decided at the desk, on its way into the record: what came meanwhile goes in together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from workflow.commands.collect import collect
from workflow.compiled.points.on_screen import Refused, ScreenDecision
from workflow.desk.actions import Run, State
from workflow.desk.landing import Landing
from workflow.model.errors import BusyError, WorkflowError
from workflow.model.years import JST
from workflow.python.dataclass import dataclass
from workflow.rounds.collected import Collected
from workflow.rounds.options import in_workers
from workflow.rounds.points import RoundPoints, load_points
from workflow.storage.workspace import Workspace

_PATIENCE = 60.0
"""Seconds to wait for another run that is at work on the round."""
_PAUSE = 0.1

_Result = TypeVar("_Result")


@dataclass(eq=False)
class Pending:
    """A decision on its way, and what became of it: taken where neither of the others is there."""

    made: ScreenDecision
    workspace: Workspace
    refused: Refused | None = None
    problem: str = ""
    over: threading.Event = field(default_factory=threading.Event)


class Deciding:
    """The points of the rounds of a workspace, and the decisions that are not recorded yet."""

    def __init__(self, landing: Landing) -> None:
        self._landing = landing
        self._pending: list[Pending] = []
        self._changing = threading.Lock()
        self._loading = threading.Lock()
        self._known: tuple[tuple[Path, int, int], RoundPoints] | None = None

    def points(self, workspace: Workspace, year: int) -> RoundPoints:
        """Return the points of a round; they are read again when the journal has grown.

        Raises WorkspaceError when nothing was collected or another run does not end.
        """
        with self._loading:
            path = workspace.journal(year)
            status = path.stat() if path.is_file() else None
            state = (path, status.st_size, status.st_mtime_ns) if status else (path, 0, 0)
            if self._known is None or self._known[0] != state:
                self._known = (state, self._loaded(workspace, year))
            return self._known[1]

    def _loaded(self, workspace: Workspace, year: int) -> RoundPoints:
        def loading() -> RoundPoints:
            return load_points(workspace, year, in_workers(), datetime.now(JST))

        with self._landing.actions.turn:
            return _patiently(loading, lambda: False)

    def add(self, made: ScreenDecision, workspace: Workspace) -> tuple[Pending, bool]:
        """Take in a decision on a round; tells too whether nobody is about to record it yet."""
        pending = Pending(made, workspace)
        with self._changing:
            self._pending.append(pending)
            of_round = [one for one in self._pending if one.workspace == workspace]
            return pending, len(of_round) == 1

    def record(self, run: Run, workspace: Workspace, year: int) -> State:
        """Record all decisions on a round that wait, as collect does those in 確認の記録."""
        with self._changing:
            taken = [one for one in self._pending if one.workspace == workspace]
            self._pending = [one for one in self._pending if one.workspace != workspace]
        try:
            made = [pending.made for pending in taken]
            collected = self._collected(run, workspace, year, made)
        except (WorkflowError, OSError) as error:
            run.lines.append(str(error))
            for pending in taken:
                pending.problem = str(error)
            return State.FAILED
        else:
            refused = {id(one.made): one for one in collected.refused}
            for pending in taken:
                pending.refused = refused.get(id(pending.made))
                run.lines.append(_result_text(pending))
            run.lines.extend(_held_open(collected))
            return State.DONE if not refused else State.FINDINGS
        finally:
            for pending in taken:
                pending.problem = pending.problem or run.is_stopping * "止めました。"
                pending.over.set()

    def _collected(
        self, run: Run, workspace: Workspace, year: int, made: Sequence[ScreenDecision]
    ) -> Collected:
        def collecting() -> Collected:
            now, skipped = datetime.now(JST), self._landing.still_copied(year)
            options = replace(in_workers(), use_cache=True, skipped=skipped)
            return collect(workspace, year, now, options, on_screen=made)

        collected = _patiently(collecting, lambda: run.is_stopping)
        self._landing.take(collected, in_round=bool(workspace.round))
        return collected


def _patiently(do: Callable[[], _Result], is_enough: Callable[[], bool]) -> _Result:
    """Do something as soon as no other run is at work; raises BusyError after a while."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return do()
        except BusyError:
            if is_enough() or time.monotonic() > until:
                raise
        time.sleep(_PAUSE)


def _result_text(pending: Pending) -> str:
    number, word = pending.made.number, pending.made.decision.word
    if pending.refused:
        return f"番号{number}は記録しませんでした。{pending.refused.why}"
    return (
        f"番号{number}に「{word}」と記録しました。" if word else f"番号{number}を空欄に戻しました。"
    )


def _held_open(collected: Collected) -> list[str]:
    return [
        f"{path.name} が開かれているため、書き換えませんでした。決めたことは記録しました。"
        "閉じてから「集める」を実行すると、書き換わります。"
        for path in collected.held_open
    ]
