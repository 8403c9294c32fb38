"""A line of the table: ours beside a peer, and whether what we promise of it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A promise about two quantities; the ratio is the one the promise speaks of."""

    text: str
    ratio: Callable[[float, float], float]
    holds: Callable[[float], bool]


def at_most(limit: float) -> Goal:
    """Promise that ours is at most so many times the peer's."""
    return Goal(f"≤ {limit:g} ×", lambda ours, peer: ours / peer, lambda ratio: ratio <= limit)


def at_least(limit: float) -> Goal:
    """Promise that ours is at least so many times the peer's."""
    return Goal(f"≥ {limit:g} ×", lambda ours, peer: ours / peer, lambda ratio: ratio >= limit)


def faster(times: float) -> Goal:
    """Promise that ours takes so many times less."""
    return Goal(
        f"≥ {times:g} × faster", lambda ours, peer: peer / ours, lambda ratio: ratio >= times
    )


NONE = Goal("", lambda ours, peer: ours / peer, lambda ratio: True)
"""Nothing is promised; the ratio is shown."""


@dataclass(frozen=True)
class Line:
    """What was measured, as it is printed."""

    what: str
    ours: str = ""
    peer: str = ""
    ratio: str = ""
    goal: str = ""
    verdict: str = ""


def compared(what: str, ours: float, peer: float, unit: str, goal: Goal) -> Line:
    """Return the line of two quantities of one unit."""
    ratio = goal.ratio(ours, peer)
    met = ("met" if goal.holds(ratio) else "NOT MET") if goal.text else ""
    return Line(what, _quantity(ours, unit), _quantity(peer, unit), f"{ratio:.3g}", goal.text, met)


def alone(what: str, ours: float, unit: str, limit: float | None = None) -> Line:
    """Return the line of a quantity nothing is compared with; it may have a limit of its own."""
    if limit is None:
        return Line(what, _quantity(ours, unit))
    met = "met" if ours <= limit else "NOT MET"
    return Line(what, _quantity(ours, unit), goal=f"≤ {_quantity(limit, unit)}", verdict=met)


def left_out(what: str, reason: object) -> Line:
    """Return the line of what could not be measured."""
    return Line(f"{what}: {' '.join(str(reason).split())[-200:]}", verdict="left out")


def _quantity(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:,.0f} {unit}"
