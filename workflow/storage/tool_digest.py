"""The digest of the tool itself: another version might judge the same file differently."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from workflow import SOURCE_FOLDER, VERSION

_PACKAGE = Path(__file__).resolve().parents[1]
_SOURCES = frozenset({".py", ".json", ".j2", ".css"})


@cache
def tool_digest() -> str:
    """Return the SHA-256 of the tool: its version, its sources, its parts, its Python."""
    whole = hashlib.sha256(f"{VERSION}\n{sys.version}".encode())
    for path in sorted(_sources()):
        with open(path, "rb", buffering=0) as source:  # noqa: PTH123 - hundreds, at every start
            _add(
                whole,
                path.removeprefix(f"{_PACKAGE.parent}{os.sep}").replace(os.sep, "/"),
                source.read(),
            )
    _add(whole, "requirements.txt", _parts())
    return whole.hexdigest()


def _add(whole: hashlib._Hash, name: str, content: bytes) -> None:
    whole.update(f"\n{name}\n{len(content)}\n".encode() + content)


def _parts() -> bytes:
    """Return what is pinned for run.py, or what is installed where the tool itself is."""
    if SOURCE_FOLDER:
        return (SOURCE_FOLDER / "requirements.txt").read_bytes()
    return "\n".join(sorted(path.name for path in _PACKAGE.parent.glob("*.dist-info"))).encode()


def _sources() -> Iterator[str]:
    """Yield the sources of the package and the files they read: schemas, page templates, styles."""
    for folder, folders, names in os.walk(_PACKAGE):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            if os.path.splitext(name)[1] in _SOURCES:  # noqa: PTH122 - as above
                yield os.path.join(folder, name)  # noqa: PTH118 - as above
