"""What waits to be written: the same bytes, digest and size, in memory or on disk."""

from __future__ import annotations

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
