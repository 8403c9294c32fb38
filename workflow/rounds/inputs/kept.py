"""Records beside the extracts: each proves itself by its digest, and may be deleted at any time."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from workflow.model.errors import OutputError
from workflow.returned.inbox import opened_file
from workflow.storage.files import sha256, write_file
from workflow.storage.spooled import Spooled, Writable, digest_of, pieces_of

_MOST_BYTES = 1_000_000_000


def keep(path: Path, record: Writable) -> None:
    """Keep a record; where it cannot be written, nothing is kept."""
    pieces = chain((digest_of(record).encode(), b"\n"), pieces_of(record))
    with contextlib.suppress(OSError, OutputError):
        write_file(path, Spooled.of(pieces), durable=False)


def kept(path: Path) -> bytes:
    """Return the record kept in a file. OSError without one, ValueError when it is none of ours."""
    digest, _, record = read_limited(path).partition(b"\n")
    if digest != sha256(record).encode():
        raise ValueError("no record of ours")
    return record


def kept_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a large record that was kept. Raises as `kept` does, before the first."""
    with opened_file(path) as stream:
        digest = stream.readline().rstrip(b"\n")
        start = stream.tell()
        if digest != hashlib.file_digest(stream, "sha256").hexdigest().encode():
            raise ValueError("no record of ours")
        stream.seek(start)
        yield from stream


def read_limited(path: Path) -> bytes:
    """Return what a file holds. OSError when it is a link, a device or larger than we write."""
    with opened_file(path) as stream:
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise OSError("larger than anything of ours")
    return content
