"""Mutated workbooks judged by both readings, case after case, in a process with little memory:

python -m tests.fuzz [--hasty] 100000 [FIRST]

What counts without a word must be what was sent, or what openpyxl finds in the file too, and that
must be able to read whatever is accepted. With --hasty it is asked only where something else counts
than what was sent: a file that still says what was sent says it rightly.
Prints a line of JSON for each case that went wrong and one at the end with the counts. Case N is
always the same one, so FIRST with a count of 1 plays a single one again.
"""

from __future__ import annotations

import json
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.city import RECEIVED_AT, City, Texts
from tests.fillers.xml_patch import fill
from tests.fuzz.mutations import mutated
from tests.harness.cities import plan_document
from workflow.model.fields.declarations import Value
from workflow.model.returns import Answer, Outcome, Return
from workflow.model.wording import cell_text
from workflow.returned.context import Context
from workflow.returned.inbox import single
from workflow.returned.judge import judge
from workflow.templates.register_file import load_register

Values = Mapping[str, Mapping[str, Value]]
"""What counts of a return: item → field → value."""

SECONDS = 20
MEMORY = 2_000_000_000

_YEAR = 2023
_ANSWER: dict[str, str | float | date] = {
    "取組状況": "実施した。\n次も続ける。",
    "評価": "Ｂ",
    "方針": "継続",
    "決算額": 1234.5,
    "増減": -3,
    "完了日": date(2024, 3, 1),
    "理由": "雨天のため＜中止＞ & 延期",
}


class HangError(BaseException):
    """Judging took too long. No Exception, so that nothing takes it for a damaged file."""


@dataclass(frozen=True)
class Ground:
    """What the cases are made from and judged by."""

    seeds: tuple[bytes, ...]
    context: Context
    folder: Path
    hasty: bool

    def case(self, number: int) -> tuple[bytes, bytes]:
        """Return what was sent, and what became of it: the same bytes every time."""
        chance = random.Random(number)
        seed = chance.choice(self.seeds)
        return seed, mutated(seed, chance)

    def judged(self, content: bytes, again: bool) -> Return:
        """Judge a file, by the first reading or again by the second."""
        path = self.folder / "回答.xlsx"
        path.write_bytes(content)
        with _alarm():
            found = judge(single(path), replace(self.context, again=again))
        # A workbook whose name is spoilt is an archive of its parts.
        return next((one for one in found if one.outcome.is_answer), found[0])

    @cached_property
    def sent(self) -> Mapping[bytes, Values]:
        """What each seed says, by the second reading."""
        return {seed: _accepted_values(self.judged(seed, again=True)) for seed in self.seeds}


def main(arguments: list[str]) -> int:
    hasty = "--hasty" in arguments
    numbers = [int(argument) for argument in arguments if argument != "--hasty"]
    count, first = numbers[0], numbers[1] if len(numbers) > 1 else 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        ground = _ground(Path(folder), hasty)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGALRM, _hang)
        counts = Counter[str]()
        for number in range(first, first + count):
            counts.update(_played(number, ground))
    sys.stdout.write(json.dumps({"cases": count, "counts": counts}, ensure_ascii=False) + "\n")
    return 0


def _played(number: int, ground: Ground) -> list[str]:
    """Judge a case both ways; return its outcome and what is wrong, and print the latter."""
    sent, content = ground.case(number)
    began = time.process_time()
    try:
        first = ground.judged(content, again=False)
        took = time.process_time() - began
        slow = _wrong(number, "slow", f"{took:.1f} s") if took > SECONDS / 10 else []
        if ground.hasty and (
            not first.outcome.is_answer or _accepted_values(first) == ground.sent[sent]
        ):
            return [first.outcome, *slow]
        again = ground.judged(content, again=True)
    except HangError:
        return _wrong(number, "hang", "")
    except MemoryError:
        return _wrong(number, "memory", "")
    except Exception as error:
        return _wrong(number, "crash", repr(error))
    found = dict(_differences(first, again))
    if found:
        return [first.outcome, *slow, *_wrong(number, "different", found)]
    if first.outcome.is_answer and again.outcome is Outcome.UNREADABLE:
        return [first.outcome, *slow, *_wrong(number, "unverifiable", first.outcome)]
    return [first.outcome, *slow, *_disagreement(first, again)]


def _accepted_values(found: Return) -> Values:
    return {answer.item: dict(answer.values) for answer in found.accepted_answers}


def _differences(first: Return, again: Return) -> Iterator[tuple[str, Any]]:
    """Yield what counts by the first reading alone, though both readings read the file."""
    if not (first.outcome.is_answer and again.outcome.is_answer):
        return
    others = {answer.item: answer for answer in again.answers}
    warned = {(f.location.item, cell_text(f.location)) for f in first.findings}
    for answer in first.accepted_answers:
        other = others.get(answer.item)
        for key, value in answer.values.items():
            same = other is not None and other.values.get(key) == value
            if not same and (answer.item, answer.cells[key]) not in warned:
                yield f"{answer.item} {key}", [str(value), _as_text(other, key)]
    seen = {a.item for a in first.answers} | {f.location.item for f in first.findings}
    for item, other in others.items():
        if not other.rejected and item not in seen:
            yield item, ["", str(dict(other.values))]


def _as_text(answer: Answer | None, key: str) -> str | None:
    return None if answer is None or key not in answer.values else str(answer.values[key])


def _disagreement(first: Return, again: Return) -> list[str]:
    if first.outcome.is_answer == again.outcome.is_answer:
        return []
    return [f"{first.outcome} but again {again.outcome}"]


def _wrong(number: int, kind: str, details: Mapping[str, Any] | str) -> list[str]:
    failure = {"case": number, "wrong": kind, "details": details}
    sys.stdout.write(json.dumps(failure, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return [kind]


def _ground(folder: Path, hasty: bool) -> Ground:
    city = City.with_plan(folder / "city", plan_document("small"))
    city.generate()
    plan = city.plan
    answers: Texts = {item.id: _ANSWER for item in plan.items}
    seeds = []
    for department in ("A", "C"):
        target = folder / "filled.xlsx"
        fill(city.template(department), target, answers, RECEIVED_AT)
        seeds.append(target.read_bytes())
    register = load_register(city.workspace.templates(_YEAR), _YEAR)
    return Ground(tuple(seeds), Context(plan, {_YEAR: register}, _YEAR), folder, hasty)


@contextmanager
def _alarm() -> Iterator[None]:
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _hang(*_: object) -> None:
    raise HangError


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
