"""Real worker processes: what one file does to its reader costs that file alone."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.city import City
from tests.engine import judge_here
from tests.harness.harmful_paths import DeadlyPath, EndlessPath, SwellingPath
from workflow.model.limits import Limits
from workflow.model.returns import Outcome
from workflow.returned.context import Context
from workflow.returned.inbox import Received, scan
from workflow.returned.workers.engine import judge_in_workers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses signals and pipes")


def received(city: City, name: str, path: Path) -> tuple[Received, ...]:
    """Return the three returns with another file in their midst."""
    first, *rest = scan(city.workspace.returned(2023))
    return (first, Received(name, path, 1, first.received, regular=True), *rest)


def judged(files: tuple[Received, ...], context: Context) -> list[tuple[str, str, list[str]]]:
    return [
        (file.file, r.outcome.value, [f.code.name for f in r.findings])
        for file, (r,) in zip(files, judge_in_workers(files, context), strict=True)
    ]


def beside_the_others(name: str, code: str) -> list[tuple[str, str, list[str]]]:
    return [
        ("GAKKO.xlsx", "accepted", []),
        (name, "unreadable", [code]),
        ("KIKI.xlsx", "accepted", []),
        ("KOREI.xlsx", "accepted", []),
    ]


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(city: City, context: Context) -> None:
    pipe = city.home / "pipe.xlsx"
    os.mkfifo(pipe)  # nobody ever writes to it, so reading it would never end
    files = received(city, "pipe.xlsx", pipe)
    assert judged(files, context) == beside_the_others("pipe.xlsx", "FILE_NOT_OPENED")


def test_workers_judge_as_this_process_does(city: City, context: Context) -> None:
    files = scan(city.workspace.returned(2023))
    assert list(judge_in_workers(files, context)) == list(judge_here(files, context))
    assert list(judge_in_workers((), context)) == []


def test_a_file_that_kills_its_reader_costs_that_file_alone(city: City, context: Context) -> None:
    files = received(city, "deadly.xlsx", DeadlyPath(city.home / "deadly.xlsx"))
    expected = beside_the_others("deadly.xlsx", "FILE_READER_DIED")
    assert judged(files, context) == expected


def test_a_zip_that_kills_its_reader_is_one_file_with_what_to_do(
    city: City, context: Context
) -> None:
    files = received(city, "deadly.zip", DeadlyPath(city.home / "deadly.zip"))
    assert judged(files, context) == beside_the_others("deadly.zip", "FILE_ARCHIVE_STOPPED")


def test_a_file_that_swells_costs_that_file_alone(city: City, context: Context) -> None:
    pytest.importorskip("resource")
    files = received(city, "large.xlsx", SwellingPath(city.home / "large.xlsx"))
    assert judged(files, context) == beside_the_others("large.xlsx", "FILE_READER_DIED")


def test_a_file_that_hangs_costs_that_file_alone(city: City, context: Context) -> None:
    impatient = replace(context, plan=replace(context.plan, limits=Limits(seconds=6)))
    files = received(city, "endless.xlsx", EndlessPath(city.home / "endless.xlsx"))
    begun = time.monotonic()
    returns = [r for (r,) in judge_in_workers(files, impatient)]
    assert time.monotonic() - begun < 300  # nobody waited for its end
    assert [r.outcome for r in returns].count(Outcome.ACCEPTED) == 3
    assert returns[1].outcome is Outcome.UNREADABLE
    (finding,) = returns[1].findings
    assert (finding.code.name, finding.details) == ("FILE_TIMED_OUT", {"seconds": 6})
    assert returns[1].received == files[1].received
