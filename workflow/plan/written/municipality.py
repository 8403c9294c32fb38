"""The municipalities of Japan with their codes (全国地方公共団体コード), found by name."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from workflow.model.cells import folded
from workflow.python.dataclass import dataclass

_LIST = Path(__file__).with_name("municipalities.csv")
"""Where it comes from, and of what day, stands in its first lines."""


@dataclass(frozen=True, slots=True)
class ListedMunicipality:
    """A municipality as the official list has it."""

    code: str
    prefecture: str
    name: str

    @property
    def full_name(self) -> str:
        """The name that is its alone: 東京都府中市."""
        return f"{self.prefecture}{self.name}"


def municipalities_named(text: str) -> tuple[ListedMunicipality, ...]:
    """Return every municipality a text may name; its prefecture and its 郡 may stand before it.

    >>> [found.code for found in municipalities_named("門真市")]
    ['272230']
    >>> [found.full_name for found in municipalities_named("府中市")]
    ['東京都府中市', '広島県府中市']
    >>> [found.code for found in municipalities_named("広島県 府中市")]
    ['342084']
    >>> [found.code for found in municipalities_named("石狩郡当別町")]
    ['013030']
    """
    name = folded(text)
    if whole := _by_name().get(name):
        return whole
    for at in (match.end() for match in re.finditer("郡", name)):
        prefecture = name[:at]
        found = _by_name().get(name[at:], ())
        of_prefecture = [m for m in found if prefecture.startswith(m.prefecture)]
        if found:
            return tuple(of_prefecture) or found
    return ()


def municipality_of(code: str) -> ListedMunicipality | None:
    """Return the municipality with a code, None where the list has none."""
    return next((m for m in _municipalities() if m.code == code), None)


def is_name_of(text: str, municipality: ListedMunicipality) -> bool:
    """Whether a text may name a municipality, which others may share the name with."""
    own = (folded(municipality.name), folded(municipality.full_name))
    return folded(text) in own or municipality in municipalities_named(text)


@cache
def _municipalities() -> tuple[ListedMunicipality, ...]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    rows = csv.reader(line for line in lines if not line.startswith("#"))
    next(rows)
    return tuple(ListedMunicipality(code, prefecture, name) for code, prefecture, name in rows)


@cache
def _by_name() -> dict[str, tuple[ListedMunicipality, ...]]:
    found: dict[str, tuple[ListedMunicipality, ...]] = {}
    for municipality in _municipalities():
        for name in (municipality.name, municipality.full_name):
            found[folded(name)] = (*found.get(folded(name), ()), municipality)
    return found
