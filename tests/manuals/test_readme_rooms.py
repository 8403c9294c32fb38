"""The table of rooms in README.md names every room there is, and none that is gone."""

from __future__ import annotations

import re

from tests.programs import ROOT

HOUSE = ROOT / "workflow"


def test_the_table_of_rooms_is_the_house() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    house = readme.partition("\n## The house\n")[2].partition("\n## ")[0]
    rooms = (line.split("|")[1] for line in house.splitlines() if line.startswith("| `"))
    named = {name.rstrip("/") for room in rooms for name in re.findall(r"`([^`]+)`", room)}
    there = {
        path.name
        for path in HOUSE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert there - {"__init__.py"} <= named
    assert all((HOUSE / name).exists() for name in named)
