"""What is done at the desk: a command, run as a person would type it, and what it says meanwhile.

A command runs in a process of its own, so it can be stopped like with Ctrl+C, and does here exactly
what it does in a terminal. One runs at a time; the next ones wait their turn.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum
from pathlib import Path

from workflow.commands.command import CLEAN, FINDINGS
from workflow.menu.menu import typed
from workflow.model.errors import WorkflowError
from workflow.python.dataclass import dataclass
from workflow.terminal.output import PROGRESS_VARIABLE, read_progress

_MOST_LINES, _MOST_RUNS = 2_000, 20
_UNTIL_AGAIN = 10.0
"""Seconds a command may take to end before it is interrupted again."""
_PACKAGE = Path(__file__).resolve().parents[2]
_NEW_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class State(Enum):
    """How far a run is, in the words shown."""

    WAITING = "順番を待っています"
    RUNNING = "実行しています"
    STOPPING = "止めています"
    DONE = "終わりました"
    FINDINGS = "終わりました（確かめるところがあります）"
    FAILED = "できませんでした"
    STOPPED = "止めました"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self not in (State.WAITING, State.RUNNING, State.STOPPING)


@dataclass
class Run:
    """One command: what was asked, how far it is, and what it has said.

    Work takes the place of a process where the desk does in its own what the command does.
    """

    number: int
    label: str
    words: tuple[str, ...]
    given: tuple[str, ...]
    work: Callable[[Run], State] | None = None
    state: State = State.WAITING
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_LINES))
    done: int = 0
    total: int = 0
    is_stopping: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def command(self) -> str:
        """The command as a person would type it."""
        return typed((*self.words, *self.given))


class Actions:
    """The runs of this desk, one after the other; every change is told.

    Turn is held by what runs: whatever else needs a round for itself takes it too.
    """

    def __init__(
        self,
        home: Path,
        given: Sequence[str],
        tell: Callable[[], None],
        tell_over: Callable[[], None],
    ) -> None:
        self._home, self._given = home, tuple(given)
        self._tell, self._tell_over = tell, tell_over
        self._runs: list[Run] = []
        self._numbers = itertools.count(1)
        self.turn = threading.Lock()
        self._changing = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def start(
        self,
        label: str,
        words: Sequence[str],
        work: Callable[[Run], State] | None = None,
    ) -> Run:
        """Start a command, or let it wait for the ones before it."""
        with self._changing:
            run = Run(next(self._numbers), label, tuple(words), self._given, work)
            self._runs = [*self._unfinished_or_last(), run]
        threading.Thread(target=self._play, args=(run,), daemon=True).start()
        self._tell()
        return run

    def runs(self) -> tuple[Run, ...]:
        """Return the last runs, the newest first."""
        return tuple(reversed(self._runs))

    def progress(self, run: Run, done: int, total: int) -> None:
        """Take note of how far a run is."""
        run.done, run.total = done, total
        self._tell()

    def find(self, number: int) -> Run | None:
        """Return a run by its number."""
        return next((run for run in self._runs if run.number == number), None)

    @property
    def is_busy(self) -> bool:
        """Whether a command runs or waits."""
        return any(not run.state.is_over for run in self._runs)

    def stop(self, run: Run) -> None:
        """Stop a run as Ctrl+C does: what was there before is then still there, whole."""
        with self._changing:
            run.is_stopping = True
            if run.state is not State.RUNNING:
                return
            run.state = State.STOPPING
            if self._process is not None and run.work is None:
                _interrupt_until_over(run, self._process)
        self._tell()

    def stop_all(self, patience: float = 10.0) -> None:
        """Stop whatever runs or waits, and wait for it to end."""
        for run in reversed([run for run in self._runs if not run.state.is_over]):
            self.stop(run)
            run.over.wait(patience)

    def _unfinished_or_last(self) -> Iterator[Run]:
        for behind, run in enumerate(reversed(self._runs)):
            if not run.state.is_over or behind < _MOST_RUNS:
                yield run

    def _play(self, run: Run) -> None:
        try:
            with self.turn:
                run.state = State.STOPPED if run.is_stopping else State.RUNNING
                self._tell()
                if not run.is_stopping:
                    run.state = run.work(run) if run.work else self._in_a_process(run)
        except WorkflowError as error:
            run.lines.extend(str(error).splitlines())
            run.state = State.FAILED
        except Exception as error:
            run.lines.append(f"思わぬ不具合のため続けられませんでした（{type(error).__name__}）。")
            run.state = State.FAILED
        finally:
            run.over.set()
            self._tell()
            self._tell_over()

    def _in_a_process(self, run: Run) -> State:
        command = [sys.executable, "-m", "workflow", *run.words, "--home", str(self._home)]
        with subprocess.Popen(  # noqa: S603 - the words are a command's, never a shell's
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=_environment(),
            # A Ctrl+C meant for the desk is not for its commands: the desk stops them.
            start_new_session=sys.platform != "win32",
            creationflags=_NEW_GROUP,
        ) as process:
            with self._changing:
                self._process = process
                if run.is_stopping:
                    _interrupt_until_over(run, process)
            assert process.stdout is not None
            for line in process.stdout:
                self._hear(run, line.rstrip("\n"))
            code = process.wait()
            with self._changing:
                self._process = None
        if run.is_stopping and code not in (CLEAN, FINDINGS):
            return State.STOPPED
        return {CLEAN: State.DONE, FINDINGS: State.FINDINGS}.get(code, State.FAILED)

    def _hear(self, run: Run, line: str) -> None:
        progress = read_progress(line)
        if progress:
            self.progress(run, *progress)
        else:
            run.lines.append(line)
            self._tell()


def _environment() -> Mapping[str, str]:
    """Return the environment of a command: our package, UTF-8, and progress in lines."""
    ours = {"PYTHONPATH": str(_PACKAGE), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}
    return {**os.environ, **ours, "PYTHONUNBUFFERED": "1", PROGRESS_VARIABLE: "1"}


def _interrupt_until_over(run: Run, process: subprocess.Popen[str]) -> None:
    """Interrupt a command, and again where it goes on.

    Python loses an interrupt that comes while it ends an import or forgets an object.
    """

    def press() -> None:
        while process.poll() is None:
            _interrupt(process)
            run.over.wait(_UNTIL_AGAIN)

    threading.Thread(target=press, daemon=True).start()


def _interrupt(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.send_signal(signal.SIGINT)
