"""A year of three rounds, small enough to be played in a second: three items of three departments.

一次評価 asks the departments, 二次評価 a reviewer of each, 委員意見 two people.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.city import City
from tests.rounds.examples import FOUR_ROUNDS, plan_of
from tests.rounds.playing import PlayedYear

YEAR = 2023
FIRST, SECOND, PANEL = "一次評価", "二次評価", "委員意見"


def small_plan() -> dict[str, Any]:
    """Return the plan of four rounds without the last one, for one item of each goal alone."""
    document = plan_of(FOUR_ROUNDS)
    rounds = [
        {**one, "respondent": one["respondent"][:2]} if one["name"] == PANEL else one
        for one in document["rounds"][:3]
    ]
    asked = {key for one in rounds for key in one["fields"]}
    fields = [field for field in document["form"]["fields"] if field["key"] in asked]
    return {
        **document,
        "items": list({item["path"][0]: item for item in reversed(document["items"])}.values()),
        "form": {"fields": fields},
        "rounds": rounds,
        "matrices": [{"rows": "基本施策", "columns": "second"}],
    }


def small_year(home: Path) -> PlayedYear:
    """Return that year before anything was issued."""
    return PlayedYear(City.with_plan(home, small_plan()), YEAR)


def collected(year: PlayedYear, *names: str) -> PlayedYear:
    """Issue some rounds, have them answered by all who are asked, and collect them."""
    for name in names:
        year.issue(name)
        year.answer(name)
        year.collect(name)
    return year
