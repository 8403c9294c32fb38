"""A commit tried at every point where it can be cut short, before it is really made.

Trial takes the place of commit() within a real command, so what is tried is what the command does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from unittest import mock

from tests.crash.disk import Disk, Files, PowerLossError, lay, on_disk
from workflow.model.errors import OutputError, WorkflowError
from workflow.storage.commit import Changes, commit
from workflow.storage.journal import read_journal
from workflow.storage.recover import refuse_unfinished, take_back
from workflow.storage.workspace import Workspace

_AT_ENDS = 8
"""How many operations are tried at the beginning and at the end of a commit, one by one."""


@dataclass(slots=True)
class Trial:
    """What was tried: the file operations of each commit, and the cuts and errors survived.

    nested: the taking back of a cut commit is cut short as well. every: of how many operations in
    a row one is tried between the first and the last ones; a large commit repeats the same few
    operations for each of its files.
    """

    nested: bool = False
    every: int = 1
    operations: int = 0
    cuts: int = 0
    errors: int = 0
    back: int = 0
    forth: int = 0

    def __call__(self, workspace: Workspace, year: int, changes: Changes) -> None:
        """Try a commit in every way it can fail, and leave it made."""
        with mock.patch("secrets.token_hex", lambda length: "5a" * length):
            self._try(workspace, year, changes)

    def _try(self, workspace: Workspace, year: int, changes: Changes) -> None:
        old = on_disk(workspace.home)
        whole = Disk(workspace.home)
        with whole.in_force():
            commit(workspace, year, changes)
        new = on_disk(workspace.home)
        attempt = _Attempt(self, workspace, year, changes, old, new)
        for number in self._tried(whole.done):
            attempt.cut_at(number)
            attempt.failing_at(number)
        lay(workspace.home, new)
        self.operations += whole.done

    def _tried(self, operations: int) -> Iterator[int]:
        for number in range(1, operations + 1):
            is_at_an_end = number <= _AT_ENDS or number > operations - _AT_ENDS
            if is_at_an_end or number % self.every == 0:
                yield number


@dataclass(frozen=True, slots=True)
class _Attempt:
    trial: Trial
    workspace: Workspace
    year: int
    changes: Changes
    old: Files
    new: Files
    seen: set[int] = field(default_factory=set)

    def cut_at(self, number: int) -> None:
        """Kill the run at an operation, or cut the power, and look at what the next run finds."""
        lay(self.workspace.home, self.old)
        disk = Disk(self.workspace.home, number)
        with contextlib.suppress(PowerLossError), disk.in_force():
            commit(self.workspace, self.year, self.changes)
        assert disk.is_dead
        deaths = self._new_deaths(disk)
        for died in deaths:
            self._look_again(died)
        if self.trial.nested and deaths:
            self._cut_again(deaths[0])

    def _new_deaths(self, disk: Disk) -> list[Files]:
        """Return what may lie there when the run dies, by a kill or with the power, but once."""
        folders = {p for p in disk.durable if p.is_dir()}
        losses: list[set[Path]] = [set(), folders, *({folder} for folder in folders)]
        deaths = [on_disk(self.workspace.home), *disk.left(losses)]
        return [died for died in deaths if self._is_new(died)]

    def failing_at(self, number: int) -> None:
        """Have one operation fail: the run says so, or goes on without it."""
        lay(self.workspace.home, self.old)
        try:
            with Disk(self.workspace.home, number, for_once=True).in_force():
                commit(self.workspace, self.year, self.changes)
        except OutputError as problem:
            assert str(problem).endswith("。")
            assert on_disk(self.workspace.home) == self.old, number
        else:
            take_back(self.workspace, self.year)
            assert on_disk(self.workspace.home) == self.new, number
        self.trial.errors += 1

    def _is_new(self, died: Files) -> bool:
        """Whether a disk was never left like this before."""
        state = hash(frozenset(died.items()))
        is_new = state not in self.seen
        self.seen.add(state)
        return is_new

    def _look_again(self, died: Files) -> None:
        """See what status and verify would, then have the next run begin."""
        home = self.workspace.home
        lay(home, died)
        try:
            refuse_unfinished(self.workspace, self.year)
        except WorkflowError as problem:
            assert str(problem).endswith("。")
        else:  # whoever only looks finds one of the two, whole
            assert _without_temporaries(on_disk(home)) in (self.old, self.new)
        take_back(self.workspace, self.year)
        self._see_it_is_whole()
        self.trial.cuts += 1

    def _cut_again(self, died: Files) -> None:
        """Cut the taking back short as well, wherever that is possible."""
        home = self.workspace.home
        for number in count(1):
            lay(home, died)
            disk = Disk(home, number)
            with contextlib.suppress(PowerLossError), disk.in_force():
                take_back(self.workspace, self.year)
            if not disk.is_dead:
                return
            for died_again in self._new_deaths(disk):
                self._look_again(died_again)

    def _see_it_is_whole(self) -> None:
        found = on_disk(self.workspace.home)
        assert found in (self.old, self.new), _otherwise(found, self.old, self.new)
        journal = self.workspace.journal(self.year)
        assert not journal.exists() or read_journal(journal.read_bytes())[1] == ()
        if found == self.new:
            self.trial.forth += 1
        else:
            self.trial.back += 1


def _otherwise(found: Files, old: Files, new: Files) -> set[str]:
    """Return the names of what is neither old nor new."""
    return {name for name, known in found.items() if known not in (old.get(name), new.get(name))}


def _without_temporaries(files: Files) -> Files:
    return {n: known for n, known in files.items() if not Path(n).name.startswith(".torimatome-")}
