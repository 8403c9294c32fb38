"""The map in CONTRIBUTING.md names every package there is, in the order they may be imported."""

from __future__ import annotations

import re
import tomllib

from tests.programs import ROOT

PACKAGES = ROOT / "workflow"


def mapped() -> list[str]:
    """Return the packages of the map, from its top."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    chapter = text.partition("\n## Map of the code\n")[2].partition("\n## ")[0]
    names = (line.split("|")[1] for line in chapter.splitlines() if line.startswith("| `"))
    return [name for cell in names for name in re.findall(r"`([^`]+)`", cell)]


def test_the_map_names_every_package() -> None:
    there = {f"{path.parent.name}/" for path in PACKAGES.glob("*/__init__.py")}
    assert set(mapped()) == there | {path.name for path in PACKAGES.glob("[!_]*.py")} | {
        "__main__.py"
    }


def test_the_map_is_in_the_order_of_imports() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    whole = next(
        c for c in settings["tool"]["importlinter"]["contracts"] if "workflow" in c["containers"]
    )
    layers = [set(layer.split(" | ")) for layer in whole["layers"]]
    order = [
        next(n for n, layer in enumerate(layers) if re.sub(r"/$|\.py$", "", name) in layer)
        for name in mapped()
    ]
    assert order == sorted(order)
