"""How much a page holds, so that it opens at once however big a round is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_IN_ONE_BOARD = 40
"""Departments up to which the board is one table in the plan's order."""

ThingT = TypeVar("ThingT")


@dataclass(frozen=True, slots=True)
class Shown(Generic[ThingT]):
    """The first of some things, and how many more there are."""

    things: tuple[ThingT, ...]
    left_out: int

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.things) + self.left_out


def bounded(things: Sequence[ThingT], most: int) -> Shown[ThingT]:
    """Return at most so many of some things."""
    return Shown(tuple(things[:most]), max(0, len(things) - most))
