"""The hostile cases as text: a table per family, a line per case.

name | how it is made | what may become of it | what must never happen

It is made in steps joined by →, each a verb and its arguments joined by " : " (∅ is one of no
letters), from the filled template of a department of its own. What may become of it is one outcome
for each file it gives, joined by +, where / stands between outcomes that are equally right and *3
for three times. Never:

answer       what it says counts as an answer
other value  its answer counts, but is not the one that was sent
loss         its answer does not count although it can be read
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workflow.model.plan import Outcome

TABLES = Path(__file__).parent / "cases"
NEVER = ("answer", "other value", "loss")

_ESCAPE = re.compile(r"\\(?:[nrt\\]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})")

_NOTHING = "∅"

Step = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile file; its code is also that of its department and of the one item asked."""

    code: str
    family: str
    name: str
    steps: tuple[Step, ...]
    outcomes: tuple[frozenset[str], ...]
    never: str


@cache
def cases() -> tuple[Case, ...]:
    """Return every case, in the order of the tables."""
    return tuple(
        _case(table.stem, number, line)
        for table in sorted(TABLES.glob("*.txt"))
        for number, line in enumerate(_lines(table), start=1)
    )


def plain(text: str) -> str:
    """Return a text with the characters its backslashes stand for."""
    return _ESCAPE.sub(lambda match: codecs.decode(match[0], "unicode_escape"), text)


def _lines(table: Path) -> list[str]:
    lines = table.read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _case(family: str, number: int, line: str) -> Case:
    name, made, outcomes, never = (column.strip(" ") for column in line.split(" | "))
    assert never in NEVER, f"{name}: nobody knows 「{never}」"
    return Case(
        code=f"{family.upper()}-{number:03}",
        family=family,
        name=name,
        steps=tuple(_step(step) for step in made.split(" → ") if made != "-"),
        outcomes=tuple(_outcomes(outcomes)),
        never=never,
    )


def _step(spelled: str) -> Step:
    verb, *arguments = spelled.strip(" ").split(" : ")
    return verb, tuple("" if argument == _NOTHING else plain(argument) for argument in arguments)


def _outcomes(spelled: str) -> list[frozenset[str]]:
    found = []
    for one in spelled.split(" + "):
        names, _, times = one.partition("*")
        found += [frozenset(Outcome(name).value for name in names.split("/"))] * int(times or 1)
    return found
