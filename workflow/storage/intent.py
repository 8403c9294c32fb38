"""The note of what a run is about to change, written before it changes anything. Pure.

The note is compiled/YEAR/.intent.json. It exists from the moment all new files are written beside
their targets until all are moved. A run that finds it restores the old files. It names only files
of the round; the names of the temporary files follow from its token.
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

    new is the SHA-256 of the new content, "" for a removal. there and locked tell whether a file
    existed before and whether it was read-only.
    """

    target: str
    new: str
    there: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class Intent:
    """All changes of one run to a round; token is unique to it, 16 hexadecimal digits."""

    token: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class StepPaths:
    """The paths of a step: its target, and the new and the old file beside it."""

    step: Step
    target: Path
    new: Path
    old: Path


def step_paths(intent: Intent, home: Path) -> tuple[StepPaths, ...]:
    """Return the paths of each step in a workspace."""
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
    """Return the intent stored in some bytes; its targets must be below the given folders.

    Raises ValueError when the bytes are no intent or name any other file.
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
    """Whether every target is below one of the given folders of the workspace."""
    return all(_fits(step, folders) for step in intent.steps)


def _fits(step: Step, folders: Iterable[str]) -> bool:
    path = PurePosixPath(step.target)
    below = any(path.is_relative_to(folder) and path != PurePosixPath(folder) for folder in folders)
    straight = ".." not in path.parts and not _ELSEWHERE & set(step.target)
    return below and straight and _DIGEST.fullmatch(step.new) is not None
