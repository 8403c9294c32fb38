"""A round whose answers lie on disk while it is collected ends as one that fits into memory."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.engine import HERE
from workflow.commands.collect import collect
from workflow.compiled.merging import entries
from workflow.model.errors import OutputError
from workflow.plan import kept_items
from workflow.storage import spooled

YEAR = 2023
WITH_CACHE = replace(HERE, use_cache=True)


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City.with_sample_plan(tmp_path / "課")
    city.generate()
    city.send_back("GAKKO", full_texts(city.plan))
    return city


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield where temporary files lie; only three answers stay in memory, and no entry."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(spooled, "_MOST_THINGS", 3)
    monkeypatch.setattr(entries, "_MOST_KEPT", 3)
    yield folder
    assert not [*folder.iterdir()]


def compiled(city: City) -> dict[str, bytes]:
    """Return what was made, by name, without what is kept for the next collect."""
    folder = city.workspace.compiled(YEAR)
    files = (path for path in folder.rglob("*") if path.is_file() and ".extracts" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_is_made(city: City, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(spooled, "_MOST_THINGS", 1_000)
        patch.setattr(entries, "_MOST_KEPT", 1_000)
        other = city.copy(temporary.parent / "もう一つ")
        collect(other.workspace, YEAR, COLLECTED_AT, WITH_CACHE)
    collect(city.workspace, YEAR, COLLECTED_AT, WITH_CACHE)
    assert compiled(city) == compiled(other)


class Damaged(io.BytesIO):
    """A file that gives nothing back."""

    def read(self, size: int | None = -1, /) -> bytes:
        return b""


def no_room(**_: object) -> io.BytesIO:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("file", [Damaged, no_room])
def test_where_the_disk_fails_what_was_made_before_stays(
    city: City, temporary: Path, monkeypatch: pytest.MonkeyPatch, file: object
) -> None:
    collect(city.workspace, YEAR, COLLECTED_AT, WITH_CACHE)
    before = compiled(city)
    city.send_back("GAKKO", full_texts(city.plan, 取組状況="直した"), name="二通目.xlsx")
    monkeypatch.setattr(tempfile, "TemporaryFile", file)
    with pytest.raises(OutputError, match="以前のファイルはそのまま残っています"):
        collect(city.workspace, YEAR, COLLECTED_AT, WITH_CACHE)
    assert compiled(city) == before


def test_the_same_is_made_of_a_plan_on_disk(
    city: City, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = city.copy(temporary.parent / "もう一つ")
    collect(other.workspace, YEAR, COLLECTED_AT, WITH_CACHE)
    monkeypatch.setattr(kept_items, "_MOST_IN_MEMORY", 3)
    monkeypatch.setattr(spooled, "_MOST_THINGS", 16)
    collect(city.workspace, YEAR, COLLECTED_AT, WITH_CACHE)
    assert compiled(city) == compiled(other)
