"""Our files in a folder where people work too: which to write, remove, leave alone or set aside."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from workflow.model.years import JST, from_timestamp
from workflow.python.dataclass import dataclass
from workflow.storage.files import file_digest, sha256
from workflow.storage.spooled import Writable, digest_of

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


# Copies beside the compiled files: those a person changed, and results whose target was open.

OLD_FINAL_FOLDER = "旧確定版"
_BLOCKED_COPY = "_未反映_"


def set_aside(
    folder: Path, outputs: Mapping[str, Writable], ours: frozenset[tuple[str, str]]
) -> dict[Path, bytes]:
    """Return copies of files that a person changed and that are about to be overwritten.

    Output names are relative to the folder, with slashes. ours holds the name and digest of every
    file that we ever wrote there.
    """
    copies = {}
    for name, content in outputs.items():
        path = folder / name
        digest = file_digest(path) if path.is_file() else ""
        if digest not in ("", digest_of(content)) and (name, digest) not in ours:
            existing = path.read_bytes()
            copies[_dated(path, existing)] = existing
    return copies


def no_longer_made(
    folder: Path, outputs: Container[str], made: Mapping[str, str]
) -> tuple[Path, ...]:
    """Return files of the last run that are no longer made, unless a person changed them."""
    return tuple(
        folder / name
        for name, digest in made.items()
        if name not in outputs
        and (folder / name).is_file()
        and file_digest(folder / name) == digest
    )


def old_final_folder(folder: Path, finalized_at: datetime) -> Path:
    """Return the folder that keeps a final version once it is reopened."""
    return folder / OLD_FINAL_FOLDER / finalized_at.astimezone(JST).strftime("%Y%m%d-%H%M%S")


def old_final(folder: Path, names: Iterable[str], finalized_at: datetime) -> dict[Path, bytes]:
    """Return copies of a final version that is reopened; names are relative to the folder."""
    kept = old_final_folder(folder, finalized_at)
    return {
        kept / name: (folder / name).read_bytes() for name in names if (folder / name).is_file()
    }


def blocked_copy(path: Path, content: Writable) -> Path:
    """Return the path for a result whose target is open in a program; its name holds its digest."""
    return path.with_name(f"{path.stem}{_BLOCKED_COPY}{digest_of(content)[:8]}{path.suffix}")


def remove_blocked_copies(path: Path) -> None:
    """Remove such results of earlier runs, except those that a person changed or has open."""
    for existing in path.parent.glob(f"{path.stem}{_BLOCKED_COPY}*{path.suffix}"):
        with contextlib.suppress(OSError):
            if existing == blocked_copy(path, existing.read_bytes()):
                existing.unlink()


def _dated(path: Path, existing: bytes) -> Path:
    changed = from_timestamp(path.stat().st_mtime).strftime("%Y%m%d-%H%M%S")
    kept = path.with_name(f"{path.stem}_手直し_{changed}{path.suffix}")
    if kept.is_file() and kept.read_bytes() != existing:
        return kept.with_stem(f"{kept.stem}_{sha256(existing)[:8]}")
    return kept
