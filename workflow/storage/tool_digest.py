"""Which tool this is, to the letter: what one has judged, another would perhaps judge otherwise."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from workflow import VERSION

_HOUSE = Path(__file__).resolve().parents[1]
_SOURCES = frozenset({".py", ".json", ".j2", ".css"})


@cache
def tool_digest() -> str:
    """Return the SHA-256 of the tool: its version, its sources, its pinned parts, its Python."""
    whole = hashlib.sha256(f"{VERSION}\n{sys.version}".encode())
    for path in (*sorted(_sources()), _HOUSE.parent / "requirements.txt"):
        content = path.read_bytes() if path.exists() else b""
        name = path.relative_to(_HOUSE.parent).as_posix()
        whole.update(f"\n{name}\n{len(content)}\n".encode() + content)
    return whole.hexdigest()


def _sources() -> Iterator[Path]:
    """Yield the programs of the house and what they read: schemas, templates of pages, styles."""
    return (path for path in _HOUSE.rglob("*.*") if path.suffix in _SOURCES)
