"""All cases in one returned/ folder, and one real collect of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.city import City
from tests.hostile.description import Case, cases
from tests.hostile.ground import ground
from tests.hostile.laying import Laid, lay
from tests.hostile.town import GOOD, build, filled, usual
from tests.hostile.watched import Watched, run

PATIENCE = 600.0
"""Seconds after which a run counts as one that hangs."""


@dataclass(frozen=True)
class Played:
    """What lay in returned/ and around it, what was said about it and what is there now."""

    city: City
    laid: Mapping[str, Laid]
    watched: Watched
    before: Mapping[str, tuple[object, ...]]
    after: Mapping[str, tuple[object, ...]]

    @cached_property
    def document(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.watched.output)
        return said

    @cached_property
    def ledger(self) -> dict[str, dict[str, str]]:
        """The ledger, a row by 整理番号."""
        return {row["整理番号"]: row for row in self.city.ledger_csv()}

    def files_of(self, case: Case) -> list[dict[str, Any]]:
        """Return what was said about the files a case gave."""
        return [file for shown in self.laid[case.code].shown for file in self._below(shown)]

    def _below(self, shown: str) -> list[dict[str, Any]]:
        files = self.document["files"]
        return [f for f in files if f["path"] == shown or f["path"].startswith(f"{shown}/")]


def play(folder: Path) -> Played:
    """Lay every case, and collect once."""
    home, desk, scratch = folder / "home", folder / "desk", folder / "scratch"
    for made in (home, desk, scratch, folder / "outside"):
        made.mkdir()
    city = build(home)
    for code in GOOD:
        city.returned(f"{code}.xlsx").write_bytes(filled(city, code, usual(code), desk))
    laid = {case.code: lay(city, case, desk) for case in cases()}
    before = ground(folder)
    with _growing(city, laid):
        watched = run(collecting(city, "--json"), scratch, PATIENCE)
    return Played(city, laid, watched, before, ground(folder))


def collecting(city: City, *options: str) -> list[str]:
    """Return the command that collects."""
    return ["collect", "--year", "2023", "--home", str(city.home), *options]


def growing_paths(city: City, laid: Mapping[str, Laid]) -> list[Path]:
    """Return the files that grow while they are read."""
    growing = [c for c in cases() if any(verb == "grows" for verb, _ in c.steps)]
    return [city.returned(shown) for case in growing for shown in laid[case.code].shown]


@contextmanager
def _growing(city: City, laid: Mapping[str, Laid]) -> Iterator[None]:
    """Let some files grow as long as this lasts."""
    done = threading.Event()
    paths = growing_paths(city, laid)

    def grow() -> None:
        while not done.wait(0.02):
            for path in paths:
                with path.open("ab") as file:
                    file.write(bytes(100))

    thread = threading.Thread(target=grow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
