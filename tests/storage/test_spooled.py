"""What waits to be written: the same bytes, digest and size, in memory or on disk."""

from __future__ import annotations

import os
import tracemalloc
from hashlib import sha256
from pathlib import Path
from typing import IO

import pytest

from workflow.storage import spooled
from workflow.storage.files import write_file
from workflow.storage.spooled import Spooled, Writable, digest_of, size_of, whole

CONTENT = "台帳\r\n".encode() * 700_000


def _written(stream: IO[bytes]) -> None:
    stream.write(CONTENT[10:])
    stream.seek(0)  # as a zip puts sizes into what it wrote before
    stream.write(CONTENT)


@pytest.mark.parametrize("most", [100, len(CONTENT) + 1], ids=["on disk", "in memory"])
def test_what_is_spooled_is_what_was_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, most: int
) -> None:
    monkeypatch.setattr(spooled, "_MOST_IN_MEMORY", most)
    content: Writable = Spooled(_written)
    assert (digest_of(content), size_of(content)) == (sha256(CONTENT).hexdigest(), len(CONTENT))
    for n in range(2):
        write_file(tmp_path / f"{n}.csv", content)
        assert (tmp_path / f"{n}.csv").read_bytes() == CONTENT
    assert whole(content) == CONTENT


def test_what_comes_piece_by_piece_is_never_in_memory_as_a_whole() -> None:
    piece, times = bytes(1 << 20), 64
    tracemalloc.start()
    content = Spooled.of(piece for _ in range(times))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert content.size == times * len(piece)
    assert most < content.size / 2


@pytest.mark.parametrize("processors", [1, 2])
def test_what_another_process_spools_is_the_same(
    monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)

    def write(stream: IO[bytes]) -> int:
        _written(stream)
        return len(CONTENT)

    content, result = Spooled.beside(write)()
    assert (digest_of(content), size_of(content)) == (sha256(CONTENT).hexdigest(), len(CONTENT))
    assert (whole(content), whole(content), result) == (CONTENT, CONTENT, len(CONTENT))


def test_what_another_process_began_to_spool_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    here = os.getpid()

    def write(stream: IO[bytes]) -> None:
        stream.write(CONTENT if os.getpid() == here else CONTENT * 2)
        stream.flush()
        if os.getpid() != here:
            os._exit(1)

    content, _ = Spooled.beside(write)()
    assert (whole(content), size_of(content)) == (CONTENT, len(CONTENT))
