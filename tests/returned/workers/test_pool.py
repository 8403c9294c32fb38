"""Many tasks in few workers: in order, each given up alone, never far ahead of who asks."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.model.limits import ResourceLimits, Stopped
from workflow.returned.workers import pool
from workflow.returned.workers.pool import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses signals")

MEANS = ResourceLimits(seconds=20, memory=2_000_000_000, workers=2)
DEADLY, SLOW, FAILING = -1, -2, -3


def work(task: int) -> int:
    if task == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    if task == SLOW:
        time.sleep(600)
    if task == FAILING:
        raise ZeroDivisionError
    return task * 2


def noted(task: Path) -> None:
    task.touch()


def test_only_the_tasks_that_do_harm_are_given_up() -> None:
    tasks = list(range(100))
    for place in (0, 1, 37, 50, 99):
        tasks[place] = DEADLY
    tasks[60] = FAILING
    expected = [Stopped.DIED if task < 0 else task * 2 for task in tasks]
    assert list(run(work, tasks, MEANS)) == expected


def test_the_time_is_that_of_each_task_and_not_of_its_neighbours() -> None:
    tasks = [*range(30), SLOW, *range(30)]
    begun = time.monotonic()
    done = list(run(work, tasks, ResourceLimits(3, MEANS.memory, workers=1)))
    assert done[30] is Stopped.TIMED_OUT
    assert done[:30] + done[31:] == [task * 2 for task in (*range(30), *range(30))]
    assert time.monotonic() - begun < 300  # nobody waited for the slow one


def test_no_more_is_done_ahead_than_was_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_AHEAD", 20)
    tasks = [tmp_path / f"{number}" for number in range(200)]
    results: Iterator[object] = run(noted, tasks, MEANS)
    next(results)
    time.sleep(1)
    assert len(list(tmp_path.iterdir())) <= 20 + 2 * pool._AT_ONCE
    assert len(list(results)) == 199


def test_workers_end_when_nobody_wants_more() -> None:
    import multiprocessing

    results = run(work, list(range(100)), MEANS)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def stillborn(*_: object) -> None:
    os._exit(1)


def test_workers_that_cannot_begin_are_not_started_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "_serve", stillborn)
    with pytest.raises(RuntimeError, match="before they begin"):
        list(run(work, [1], MEANS))
