"""Last year's plan as this year's begins. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def carried_forward(content: Mapping[str, Any], years: int) -> dict[str, Any]:
    """Return a plan document some years later: the same, its deadline on the same day then.

    The 29th of February becomes the 28th where there is none.
    """
    plan = dict(content["plan"])
    if plan.get("deadline"):
        plan["deadline"] = _later(date.fromisoformat(plan["deadline"]), years).isoformat()
    return {**content, "plan": plan}


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
