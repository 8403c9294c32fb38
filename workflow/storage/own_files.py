"""Our files in a folder where people work too: which to write, remove or leave alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workflow.storage.files import sha256

KEPT_FOLDER = "上書き前"


@dataclass(frozen=True, slots=True)
class OwnWrites:
    """Files to write and to remove in a folder; made are our files there with their digests.

    A file that a person changed or added is never lost: it stays, or a copy of it is kept.
    """

    current: tuple[Path, ...]
    writes: Mapping[Path, bytes]
    kept: tuple[Path, ...]
    stale: tuple[Path, ...]
    made: Mapping[str, str]


def plan_writes(folder: Path, contents: Mapping[str, bytes], made: Mapping[str, str]) -> OwnWrites:
    """Compare the folder with what we made there and plan what to write."""
    writes: dict[Path, bytes] = {}
    copies: dict[Path, bytes] = {}
    for name, content in contents.items():
        path = folder / name
        found = path.read_bytes() if path.is_file() else None
        if found == content:
            continue
        if found is not None and made.get(name) != sha256(found):
            copies[folder / KEPT_FOLDER / f"{path.stem}_{sha256(found)[:8]}{path.suffix}"] = found
        writes[path] = content
    stale = (
        folder / name
        for name, digest in made.items()
        if name not in contents and _is_untouched(folder / name, digest)
    )
    return OwnWrites(
        current=tuple(folder / name for name in contents),
        writes={**copies, **writes},
        kept=tuple(copies),
        stale=tuple(stale),
        made={name: sha256(content) for name, content in contents.items()},
    )


def _is_untouched(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path.read_bytes()) == digest
