"""A desk killed at random moments while files come in and points are decided, as kill -9 does:

python -m tests.desk.kill 50 [SEED]

A moment is the n-th time that it opens, names, links or removes a file of the workspace, never a
time on a clock. After each: nothing that lay there has changed, each file that the desk said it
took is there and each decision that it said it recorded, every file is whole, another desk starts,
and the round collects and verifies.
Prints a line of JSON for each kill that left something else, and one at the end with the counts.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

from tests.city import City
from tests.desk.live import Live, live_desk
from tests.engine import HERE
from tests.harness.cities import usual_answers
from tests.harness.snapshot import snapshot
from tests.verification.rounds import YEAR, compiled_round, verified
from workflow.desk.intake import dropped_files
from workflow.desk.only_one import only_one
from workflow.model.years import JST

_EVENTS = frozenset({"open", "os.link", "os.rename", "os.remove", "os.utime", "os.truncate"})

WORD = "確認済み"
Drops = Mapping[str, bytes]


def main(arguments: list[str]) -> int:
    """Kill as often as is asked and print what came of it."""
    count, seed = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1
    chance = random.Random(seed)
    came_of_it: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        city = compiled_round(folder / "city")
        drops = _drops(city)
        most = _played(city.copy(folder / "whole"), drops, 0)[1]
        for number in range(count):
            killed = city.copy(folder / f"kill-{number}")
            moment = chance.randint(1, most)
            reported, _ = _played(killed, drops, moment)
            came_of_it[f"{len(reported.taken)} taken, {len(reported.decided)} decided"] += 1
            problem = _problem(city, killed, drops, reported)
            if problem:
                came_of_it["wrong"] += 1
                failure = {"kill": number, "moment": moment, "problem": problem}
                print(json.dumps(failure, ensure_ascii=False), flush=True)
    print(json.dumps({"kills": count, "wrong": 0, "moments": most} | came_of_it))
    return 1 if came_of_it["wrong"] else 0


def _drops(city: City) -> Drops:
    """Return what is dropped: an answer, a second of a name that is taken, and a letter.

    The answer differs from another department's, so there is something to decide.
    """
    texts = usual_answers("small", [item.id for item in city.plan.items])
    texts["2-1"] = {**texts["2-1"], "評価": "Ｃ", "理由": "【例】雨のため。"}
    made = city.copy(city.home.parent / "made")
    right = made.send_back("B", texts, "直し.xlsx", hours=4).read_bytes()
    return {"直し.xlsx": right, "B.xlsx": right + b"\0", "課/手紙.txt": "別の手紙".encode()}


@dataclass
class Reported:
    """What a desk reported as done: what it took, by the name it gave, and what it recorded."""

    taken: dict[str, str] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)


def _played(city: City, drops: Drops, moment: int) -> tuple[Reported, int]:
    """Drop files and decide on a desk that dies at a moment (0: when all is done).

    Return what it reported, and how many moments there were.
    """
    ours, theirs = Pipe()
    process = get_context("fork").Process(target=_desk, args=(city.home, drops, moment, theirs))
    process.start()
    theirs.close()
    found, moments = Reported(), 0
    try:
        while True:
            kind, *facts = ours.recv()
            if kind == "taken":
                found.taken[facts[1]] = facts[0]
            elif kind == "decided":
                found.decided.add(facts[0])
            else:
                moments = facts[0]
    except EOFError:
        process.join()
    assert process.exitcode == -signal.SIGKILL, process.exitcode
    return found, moments


def _desk(home: Path, drops: Drops, moment: int, tell: Connection) -> None:
    """Serve a desk and drop files on it, until this process kills itself."""
    os.setsid()
    counted = [0]
    with (
        mock.patch("workflow.desk.landing.in_workers", lambda progress: HERE),
        mock.patch("workflow.desk.deciding.in_workers", lambda: HERE),
        live_desk(home) as live,
    ):
        sys.addaudithook(_killing(str(home), moment, counted))
        for name, content in drops.items():
            _drop(live, name, content, tell)
        live.settle()
        for number in sorted(set(re.findall(r'href="/points/(\d+)"', live.get("/points").text))):
            for by in ("山", "川"):  # the second time what is recorded already must stand
                _decide(live, number, by, tell)
    tell.send(("moments", counted[0]))
    os.kill(os.getpid(), signal.SIGKILL)


def _drop(live: Live, name: str, content: bytes, tell: Connection) -> None:
    try:
        answer = live.put(name, content)
    except (OSError, HTTPException):
        return
    if answer.status == 200:
        tell.send(("taken", name, answer.json["file"]))


def _decide(live: Live, number: str, by: str, tell: Connection) -> None:
    """Decide a point, on the state that its page shows."""
    shown = re.search(r'data-basis="(\w+)" data-event="(\d+)"', live.get(f"/points/{number}").text)
    assert shown
    on = {"basis": shown[1], "event": int(shown[2])}
    try:
        decision = {**on, "word": WORD, "reason": "聞いた。", "by": by}
        answer = live.post(f"/points/{number}", decision)
    except (OSError, HTTPException):
        return
    if answer.json.get("taken"):
        tell.send(("decided", number))


def _killing(
    home: str, moment: int, counted: list[int]
) -> Callable[[str, tuple[object, ...]], None]:
    def hook(event: str, about: tuple[object, ...]) -> None:
        if event in _EVENTS and about and str(about[0]).startswith(home):
            counted[0] += 1
            if counted[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def _problem(before: City, after: City, drops: Drops, reported: Reported) -> str:
    """Return what is wrong after a kill; "" when all is as it must be."""
    was, found = (snapshot(city.workspace.returned(YEAR)) for city in (before, after))
    if {file: found.get(file) for file in was} != was:
        return "what lay there changed"
    folder = after.workspace.returned(YEAR)
    came = {file: (folder / file).read_bytes() for file in found if file not in was}
    if not set(came.values()) <= set(drops.values()):
        return "a half file"
    if {file: drops[name] for file, name in reported.taken.items()}.items() - came.items():
        return "a file that was taken is not there"
    named = dropped_files(after.workspace, YEAR)
    if lost := [file for file in came if drops[named[file].original] != came[file]]:
        return f"what {lost} were called is lost"
    with only_one(after.workspace, datetime.now(JST)) as staging:
        if [path.name for path in staging.iterdir()] != ["lock"]:
            return "another desk finds something half"
    if after.workspace.desk().exists():
        return "a trace is left"
    points = after.collect(YEAR).document["points"]
    if reported.decided - {point["id"] for point in points if point["decision"] == WORD}:
        return "a decision that was recorded is lost"
    return " ".join(difference.code.name for difference in verified(after).differences)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
