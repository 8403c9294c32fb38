"""Compiled files somebody changed by hand: noticed by their digest, kept under a dated name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from workflow.files import sha256
from workflow.years import JST, from_timestamp

OLD_FINAL_FOLDER = "旧確定版"


def set_aside(outputs: Mapping[Path, bytes], ours: frozenset[tuple[str, str]]) -> dict[Path, bytes]:
    """Return the copies to keep of files that are to be written over and are not as we made them.

    Ours are name and digest of everything we ever wrote there.
    """
    copies = {}
    for path, content in outputs.items():
        lying = path.read_bytes() if path.is_file() else content
        if lying != content and (path.name, sha256(lying)) not in ours:
            copies[_dated(path, lying)] = lying
    return copies


def old_final(paths: Iterable[Path], finalized_at: datetime) -> dict[Path, bytes]:
    """Return the copies to keep of a final version that is reopened."""
    day = finalized_at.astimezone(JST).strftime("%Y%m%d-%H%M%S")
    return {
        path.parent / OLD_FINAL_FOLDER / day / path.name: path.read_bytes()
        for path in paths
        if path.is_file()
    }


def _dated(path: Path, lying: bytes) -> Path:
    changed = from_timestamp(path.stat().st_mtime).strftime("%Y%m%d-%H%M%S")
    kept = path.with_name(f"{path.stem}_手直し_{changed}{path.suffix}")
    if kept.is_file() and kept.read_bytes() != lying:
        return kept.with_stem(f"{kept.stem}_{sha256(lying)[:8]}")
    return kept
