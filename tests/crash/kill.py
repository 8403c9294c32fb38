"""Real runs of generate, collect and finalize, killed at random moments, as kill -9 does:

python -m tests.crash.kill 300 [SEED]

Every second one is killed while it writes. After each: no original has changed, and what lies there
verifies at once, or after the same command was run again. Prints a line of JSON for each kill that
left something else, and one at the end with the counts.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.city import COLLECTED_AT, City
from tests.engine import HERE, without_workers
from tests.harness.cities import usual_answers
from tests.harness.snapshot import snapshot
from tests.verification.rounds import YEAR, compiled_round, verified
from workflow.__main__ import main as run_command
from workflow.commands.finalize import finalize
from workflow.model.errors import WorkflowError
from workflow.model.plain_text import json_bytes
from workflow.model.wording import Wording
from workflow.plan.load import load_document
from workflow.storage.files import is_temporary
from workflow.storage.recover import take_back

LATER = COLLECTED_AT + timedelta(days=1)
_REASON = "年度末のため"
_PAUSE = 0.0005
_WRITING = 0.04
"""Seconds that a small round's files take to be written, at most of them."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A command, a round in which it has something to do, and how it is run again."""

    command: tuple[str, ...]
    city: City
    again: Callable[[City], object]


def main(arguments: list[str]) -> int:
    """Kill as often as is asked and print what came of it."""
    count, seed = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1
    chance = random.Random(seed)
    came_of_it: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        situations = _situations(folder)
        seconds = [_seconds(s, folder / f"whole-{s.command[0]}") for s in situations]
        for number in range(count):
            situation = situations[number % len(situations)]
            most = seconds[number % len(situations)]
            city = situation.city.copy(folder / f"kill-{number}")
            aimed = number // len(situations) % 2 == 1
            state = _killed(situation, city, chance.random() * (_WRITING if aimed else most), aimed)
            problem = _problem(situation, city)
            came_of_it[state] += 1
            if problem:
                came_of_it["wrong"] += 1
                failure = {"kill": number, "state": state, "problem": problem}
                print(json.dumps(failure, ensure_ascii=False), flush=True)
    print(json.dumps({"kills": count, "wrong": 0} | came_of_it))
    return 1 if came_of_it["wrong"] else 0


def _situations(folder: Path) -> tuple[Situation, ...]:
    compiled = compiled_round(folder / "compiled")
    issuing = compiled.copy(folder / "issuing")
    path = issuing.home / "plan.json"
    content = load_document(path).content
    content["items"][0]["title"] += "（改）"
    path.write_bytes(json_bytes(content))
    collecting = compiled.copy(folder / "collecting")
    texts = usual_answers("small", [item.id for item in collecting.plan.items])
    collecting.send_back("B", texts, "直し.xlsx", hours=4)
    return (
        Situation(("generate", "--reissue"), issuing, _generate_and_collect),
        Situation(("collect",), collecting, lambda city: city.collect(YEAR, LATER)),
        Situation(
            ("finalize", "--accept-open", _REASON),
            compiled,
            lambda c: finalize(c.workspace, YEAR, LATER, HERE, _REASON),
        ),
    )


def _generate_and_collect(city: City) -> None:
    city.generate(YEAR, LATER, reissue=True)
    city.collect(YEAR, LATER)


def _started(situation: Situation, city: City) -> BaseProcess:
    """Fork a run of a command from this process: its work is to be killed, not its start."""
    process = get_context("fork").Process(target=_run, args=(situation.command, city))
    process.start()
    return process


def _run(command: tuple[str, ...], city: City) -> None:
    os.setsid()
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    with without_workers():  # they write nothing, and take longer to start than a small round takes
        code = run_command([*command, "--year", str(YEAR), "--home", str(city.home)])
    sys.exit(code)


def _seconds(situation: Situation, home: Path) -> float:
    began = time.monotonic()
    process = _started(situation, situation.city.copy(home))
    process.join()
    assert process.exitcode in (0, 1), situation.command
    return time.monotonic() - began


def _killed(situation: Situation, city: City, seconds: float, aimed: bool) -> str:
    """Run a command and kill it after some seconds; aimed, they count from its first writing."""
    before = city.workspace.journal(YEAR).read_bytes()
    process = _started(situation, city)
    while aimed and process.is_alive() and not _is_writing(city):
        time.sleep(_PAUSE)
    time.sleep(seconds)
    ended = not process.is_alive()
    process.kill()
    process.join()
    if ended:
        return "ended before"
    if city.workspace.intent(YEAR).exists():
        return "killed with files half moved"
    if city.workspace.journal(YEAR).read_bytes() != before:
        return "killed when all was written"
    return "killed while preparing" if _is_writing(city) else "killed before writing"


def _is_writing(city: City) -> bool:
    folders = (city.workspace.compiled(YEAR), city.workspace.templates(YEAR))
    return any(is_temporary(path.name) for folder in folders for path in folder.iterdir())


def _problem(situation: Situation, city: City) -> str:
    """Return what is wrong after a kill; "" when all is as it must be."""
    originals = (snapshot(city.workspace.returned(YEAR)), (city.home / "plan.json").read_bytes())
    found = snapshot(situation.city.workspace.returned(YEAR))
    if originals != (found, (situation.city.home / "plan.json").read_bytes()):
        return "an original changed"
    try:
        is_clean = situation.command[0] != "generate" and verified(city).is_clean
    except WorkflowError as error:
        if not str(error).endswith("。"):
            return f"no sentence: {error}"
        is_clean = False
    if not is_clean:
        try:
            situation.again(city)
        except WorkflowError as error:
            return f"not again: {error}"
    take_back(city.workspace, YEAR)  # as the next run does first
    if left := [p.name for p in city.home.rglob(".torimatome-*") if ".extracts" not in p.parts]:
        return f"left over: {left}"
    findings = [Wording().message(d) for d in verified(city).differences]
    return " ".join(findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
