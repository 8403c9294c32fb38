"""The drafts in a folder: written, renewed and taken away, never one a person has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workflow.mail.letters import LetterKind
from workflow.model.errors import WorkspaceError
from workflow.model.plan import Department
from workflow.storage.commit import Changes
from workflow.storage.own_files import plan_writes
from workflow.storage.workspace import department_file

_RECORD = ".drafts.json"


@dataclass(frozen=True, slots=True)
class Drafts:
    """What lies in a folder of drafts after a run.

    Fresh are those of the current ones that are new or say something new. Kept are copies of
    edited drafts that were written over, left are edited ones nobody needs any more.
    """

    current: tuple[Path, ...]
    fresh: tuple[Path, ...]
    kept: tuple[Path, ...]
    left: tuple[Path, ...]


def draft_name(department: Department, kind: LetterKind, year: int) -> str:
    """Return the name of a department's draft."""
    return department_file(department, year, "eml", kind)


def plan_drafts(folder: Path, contents: Mapping[str, bytes]) -> tuple[Drafts, Changes]:
    """Decide what to do for a folder to hold the drafts it shall, having looked at what lies there.

    Raises WorkspaceError when the record of what is ours cannot be read.
    """
    before = _record(folder)
    planned = plan_writes(folder, contents, before)
    left = {
        name: digest
        for name, digest in before.items()
        if name not in contents and folder / name not in planned.stale and (folder / name).is_file()
    }
    record = {**planned.made, **left}
    stored = {folder / _RECORD: _as_bytes(record)} if record != before else {}
    drafts = Drafts(
        current=planned.current,
        fresh=tuple(path for path in planned.current if path in planned.writes),
        kept=planned.kept,
        left=tuple(folder / name for name in left),
    )
    return drafts, Changes(writes={**stored, **planned.writes}, removals=planned.stale)


def _record(folder: Path) -> dict[str, str]:
    path = folder / _RECORD
    if not path.exists():
        return {}
    try:
        return {str(name): str(digest) for name, digest in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise WorkspaceError(
            f"下書きの記録（{path}）を読み取れません。「{folder}」を別の場所に移してから、"
            "もう一度実行してください。"
        ) from error


def _as_bytes(record: Mapping[str, str]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()
