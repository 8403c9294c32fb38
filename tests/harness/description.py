"""What examples say: the city they play in, the files that came back, and what was done to them.

A return is a folder in examples/returns with a return.toml. A hostile file is a line in one of
examples/hostile/*.toml. Both describe a file in the same words.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.tables import Table, rows, table
from workflow.model.returns import Outcome
from workflow.model.years import JST

EXAMPLES = Path(__file__).parent.parent / "examples"
CITIES = EXAMPLES / "cities"
RETURNS = EXAMPLES / "returns"
PLANS = EXAMPLES / "plans"
HOSTILE = EXAMPLES / "hostile"

RECEIVED = datetime(2024, 5, 10, 17, 0, tzinfo=JST)
EVERY_ITEM = "*"
NEVER = ("answer", "other value", "loss")
"""What must not happen to a hostile file: what it says counts as an answer; its answer counts but
is not the one that was sent; its answer does not count although it can be read."""

Change = tuple[str, tuple[Any, ...]]
"""A verb and its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """One file that came back. Without a template it is made by its changes alone.

    Brings is the department whose entry sheet, filled, somebody copied into it.
    """

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
    stored: Path | None = None
    mode: str = ""
    grows: bool = False
    modified: datetime | None = None
    received: datetime = RECEIVED
    phase: int = 1
    taken_away: bool = False
    brings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEdit:
    """What somebody does to 確認の記録, or to a copy of it, before the collect of a phase.

    Copy is added to the name of the workbook; a copy that is not there yet is made first. Each
    decision says by 指摘, 整理番号 and 項目 which point it is about.
    """

    phase: int
    copy: str = ""
    decisions: tuple[Mapping[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The city an example plays in, its history in short, and the files in the order they came.

    Journal_lost is the phase before which somebody deletes the journal. Issued is the version of
    the tool that issued the templates, where it was an earlier one. Plans holds the phases before
    which somebody writes another plan, and which; no form is issued anew then.
    """

    files: tuple[SentFile, ...]
    record: tuple[RecordEdit, ...] = ()
    plans: Mapping[int, str] = field(default_factory=dict)
    plan: str = "small"
    changed_plan: str = ""
    reissued: bool = True
    issued: str = ""
    last_year: Table = field(default_factory=dict)
    year: int = 2023
    journal_lost: int = 0
    passwords: tuple[str, ...] = ()
    given_passwords: tuple[str, ...] = ()

    @property
    def phases(self) -> tuple[int, ...]:
        """The phases in their order, each of which ends with a collect."""
        sent, decided = {f.phase for f in self.files}, {edit.phase for edit in self.record}
        return tuple(sorted(sent | decided | set(self.plans)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileCase:
    """One hostile file; its code is also that of its department and of the one item asked.

    ends holds, for each file it gives, the outcomes that are equally right; shows what the ledger
    must say instead of what was sent, label → text.
    """

    code: str
    family: str
    name: str
    files: tuple[SentFile, ...]
    ends: tuple[frozenset[str], ...]
    never: str
    shows: Mapping[str, str]


def return_folders() -> list[Path]:
    """Return the folder of every example of returns, good ones first."""
    found = RETURNS.glob("*/*/return.toml")
    return sorted((path.parent for path in found), key=lambda f: (f.parent.name != "good", f.name))


def read_return(folder: Path) -> Example:
    """Return the example in a folder. Raises TypeError for a word it does not know."""
    words = tomllib.loads((folder / "return.toml").read_text("utf-8"))
    assert words.pop("about").endswith("。")
    return Example(
        files=tuple(_sent_file(folder, **entry) for entry in words.pop("file")),
        record=tuple(_record_edit(**entry) for entry in words.pop("record", ())),
        plans={int(phase): plan for phase, plan in words.pop("plans", {}).items()},
        last_year=table(words.pop("last_year", "")),
        passwords=tuple(words.pop("passwords", ())),
        given_passwords=tuple(words.pop("given_passwords", ())),
        **words,
    )


@cache
def hostile_cases() -> tuple[HostileCase, ...]:
    """Return every hostile file, in the order of the tables."""
    return tuple(
        _hostile_case(path.stem, number, name, dict(words))
        for path in sorted(HOSTILE.glob("*.toml"))
        for number, (name, words) in enumerate(tomllib.loads(path.read_text("utf-8")).items(), 1)
    )


def changes_of(entries: Sequence[Sequence[Any]]) -> tuple[Change, ...]:
    """Return the changes that a TOML file lists, each a list of a verb and its arguments."""
    return tuple((verb, tuple(arguments)) for verb, *arguments in entries)


def _sent_file(
    folder: Path,
    changes: Sequence[Sequence[Any]] = (),
    answers: str = "",
    only: Sequence[str] = (),
    stored: str = "",
    received: str = "",
    modified: str = "",
    **words: Any,  # noqa: ANN401 - checked by the dataclass
) -> SentFile:
    return SentFile(
        changes=changes_of(changes),
        answers=table(answers),
        only=tuple(only),
        stored=folder / stored if stored else None,
        received=_moment(received) or RECEIVED,
        modified=_moment(modified),
        **words,
    )


def _record_edit(
    decisions: str = "",
    changes: Sequence[Sequence[Any]] = (),
    **words: Any,  # noqa: ANN401 - checked by the dataclass
) -> RecordEdit:
    heading, *lines = rows(decisions) or [[]]
    return RecordEdit(
        decisions=tuple(dict(zip(heading, line, strict=True)) for line in lines),
        changes=changes_of(changes),
        **words,
    )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=JST) if text else None


def _hostile_case(family: str, number: int, name: str, words: dict[str, Any]) -> HostileCase:
    code = f"{family.upper()}-{number:03}"
    words = _with_code(words, code)
    ends, never = words.pop("ends"), words.pop("never")
    shows, other_names = words.pop("shows", {}), words.pop("also", ())
    assert never in NEVER, f"{name}: nobody knows 「{never}」"
    file = _hostile_file(code, **words)
    return HostileCase(
        code=code,
        family=family,
        name=name,
        files=(file, *(replace(file, name=other) for other in other_names)),
        ends=tuple(_ends([ends] if isinstance(ends, str) else ends)),
        never=never,
        shows=shows,
    )


def _hostile_file(
    code: str,
    file: str = "",
    answers: Mapping[str, str] | None = None,
    long_answer: tuple[str, int] = ("", 0),
    changes: Sequence[Sequence[Any]] = (),
    stored: str = "",
    **words: Any,  # noqa: ANN401 - checked by the dataclass
) -> SentFile:
    piece, times = long_answer
    long = {"取組状況": piece * times} if piece else {}
    return SentFile(
        name=file or f"{code}.xlsx",
        template="" if stored else code,
        answers={code: {**(answers or {}), **long}},
        changes=changes_of(changes),
        stored=HOSTILE / stored if stored else None,
        **words,
    )


def _with_code(words: Any, code: str) -> Any:  # noqa: ANN401 - what TOML can say
    """Return the words of a case with its code wherever they say {code}."""
    if isinstance(words, str):
        return words.replace("{code}", code)
    if isinstance(words, list):
        return [_with_code(word, code) for word in words]
    if isinstance(words, dict):
        return {key: _with_code(word, code) for key, word in words.items()}
    return words


def _ends(texts: Sequence[str]) -> list[frozenset[str]]:
    """Return the outcomes of texts such as "accepted/unreadable" and "not_a_return * 3"."""
    found = []
    for text in texts:
        names, _, times = text.partition(" * ")
        found += [frozenset(Outcome(name).value for name in names.split("/"))] * int(times or 1)
    return found
