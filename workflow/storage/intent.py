"""What a run is about to do to a round's files, written down before it does any of it. Pure.

The note lies in compiled/YEAR/.intent.json from when everything new lies beside its target until
everything is in its place. Whoever finds it brings back what was there before. It names files of
the round alone, and never those that lie beside them: their names follow from its token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from workflow.storage.files import temporary_name

_TOKEN = re.compile(r"[0-9a-f]{16}")
_DIGEST = re.compile(r"([0-9a-f]{64})?")
_ELSEWHERE = frozenset(":\\\0")
"""What a part of a path needs on Windows to lead somewhere else."""


@dataclass(frozen=True, slots=True)
class Step:
    """One file to be written, replaced or removed; its target is a path below the workspace.

    New is the SHA-256 of what shall lie there, "" where nothing shall. There and locked say whether
    a file was there before, and whether nobody could write into it.
    """

    target: str
    new: str
    there: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class Intent:
    """All that a run does to a round's files; the token is its own, 16 hexadecimal digits."""

    token: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class StepPaths:
    """Where a step happens: the target, and what is new and what was old, beside it."""

    step: Step
    target: Path
    new: Path
    old: Path


def step_paths(intent: Intent, home: Path) -> tuple[StepPaths, ...]:
    """Return where each step happens in a workspace."""
    found = []
    for number, step in enumerate(intent.steps):
        target = home / step.target
        new, old = (temporary_name(intent.token, number, kind) for kind in ("new", "old"))
        found.append(StepPaths(step, target, target.with_name(new), target.with_name(old)))
    return tuple(found)


def intent_as_bytes(intent: Intent) -> bytes:
    """Return an intent as JSON."""
    return json.dumps(asdict(intent), ensure_ascii=False, indent=1).encode()


def read_intent(content: bytes, folders: Iterable[str]) -> Intent:
    """Return the intent some bytes spell; its targets must lie below some folders of the workspace.

    Raises ValueError when it is no intent, or names anything else.
    """
    try:
        document = json.loads(content)
        intent = Intent(str(document["token"]), tuple(Step(**step) for step in document["steps"]))
        fits = _TOKEN.fullmatch(intent.token) and is_below(intent, folders)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no intent") from error
    if not fits:
        raise ValueError("an intent for other files")
    return intent


def is_below(intent: Intent, folders: Iterable[str]) -> bool:
    """Whether every target lies below one of some folders of the workspace."""
    return all(_fits(step, folders) for step in intent.steps)


def _fits(step: Step, folders: Iterable[str]) -> bool:
    path = PurePosixPath(step.target)
    below = any(path.is_relative_to(folder) and path != PurePosixPath(folder) for folder in folders)
    straight = ".." not in path.parts and not _ELSEWHERE & set(step.target)
    return below and straight and _DIGEST.fullmatch(step.new) is not None
