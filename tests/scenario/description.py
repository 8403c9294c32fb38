"""An example's return.toml: what a city asked, and what came back, in words a person can read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from workflow.model.years import JST

EXAMPLES = Path(__file__).parent.parent / "examples"
PLANS = EXAMPLES / "plans"

RECEIVED = datetime(2024, 5, 10, 17, 0, tzinfo=JST)
EVERY_ITEM = "*"
EMPTIED = "（空）"
LINE_BREAK = "⏎"

Written = str | float | date
Change = tuple[str, tuple[Any, ...]]
"""A verb and its arguments."""
Table = Mapping[str, Mapping[str, Written]]
"""整理番号 → label → what is written there; * stands for every item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """One file that came back. Without a template it is made by its changes alone."""

    name: str
    template: str = ""
    plan: str = ""
    year: int = 0
    issue: int = 0
    handback: bool = False
    answers: Table = field(default_factory=dict)
    only: tuple[str, ...] = ()
    blank: bool = False
    changes: tuple[Change, ...] = ()
    same_as: str = ""
    stored: str = ""
    modified: datetime | None = None
    received: datetime = RECEIVED
    phase: int = 1
    taken_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One example: the city, its history in short, and the files in the order they came."""

    folder: Path
    about: str
    plan: str
    changed_plan: str
    reissued: bool
    last_year: Table
    year: int
    passwords: tuple[str, ...]
    given_passwords: tuple[str, ...]
    files: tuple[SentFile, ...]


def scenario_folders() -> list[Path]:
    """Return the folder of every example of returns, good ones first."""
    found = [*(EXAMPLES / "good").glob("*/return.toml"), *(EXAMPLES / "bad").glob("*/return.toml")]
    return sorted((path.parent for path in found), key=lambda f: (f.parent.name != "good", f.name))


def read_scenario(folder: Path) -> Scenario:
    """Return the example in a folder. Raises TypeError for a word it does not know."""
    told = tomllib.loads((folder / "return.toml").read_text("utf-8"))
    files = tuple(_sent_file(**entry) for entry in told.pop("file"))
    last_year = table(told.pop("last_year", ""))
    return Scenario(
        folder=folder,
        about=told.pop("about"),
        plan=told.pop("plan", "small"),
        changed_plan=told.pop("changed_plan", ""),
        reissued=told.pop("reissued", True),
        last_year=last_year,
        year=told.pop("year", 2023),
        passwords=tuple(told.pop("passwords", ())),
        given_passwords=tuple(told.pop("given_passwords", ())),
        files=files,
        **told,  # nothing is left, or it is a word nobody knows
    )


def _sent_file(
    changes: list[list[Any]] | None = None,
    answers: str = "",
    only: list[str] | None = None,
    received: str = "",
    modified: str = "",
    **told: Any,  # noqa: ANN401 - checked by the dataclass
) -> SentFile:
    return SentFile(
        changes=tuple((change[0], tuple(change[1:])) for change in changes or ()),
        answers=table(answers),
        only=tuple(only or ()),
        received=_moment(received) or RECEIVED,
        modified=_moment(modified),
        **told,
    )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=JST) if text else None


def table(text: str) -> dict[str, dict[str, Written]]:
    """Return a text table: labels in its first line, then a line per 整理番号.

    A cell is a text, n:5 a number, d:2024-03-01 a day, ⏎ a line break, （空） empties a cell that
    the plan's usual answers fill; a blank cell leaves the usual answer.
    """
    if not text.strip():
        return {}
    (_, *labels), *lines = _lines(text)
    return {
        line[0]: {
            label: written(spelled)
            for label, spelled in zip(labels, line[1:], strict=False)
            if spelled
        }
        for line in lines
    }


def _lines(text: str) -> list[list[str]]:
    # Not splitlines: a carriage return in a cell is one of the things people send.
    lines = (line for line in text.split("\n") if line.strip())
    return [[cell.strip(" ") for cell in line.split("|")] for line in lines]


def written(spelled: str) -> Written:
    """Return what a cell of a text table says."""
    kind, colon, text = spelled.partition(":")
    if colon and kind == "n":
        return float(text) if "." in text else int(text)
    if colon and kind == "d":
        return date.fromisoformat(text)
    return "" if spelled == EMPTIED else spelled.replace(LINE_BREAK, "\n")
