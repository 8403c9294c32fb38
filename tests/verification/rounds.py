"""A small round, collected: a good return, a bad one, a zip, a copy and a letter; one decided."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.city import City
from tests.engine import HERE
from tests.graded import graded_round
from tests.harness.cities import build_city
from tests.harness.description import RECEIVED, RETURNS, Example, SentFile, read_return
from tests.harness.play import play
from tests.harness.sending import send
from workflow.commands.verify import verify
from workflow.verification.differences import Report

YEAR = 2023

LATE = RECEIVED + timedelta(hours=3)
ROUND = Example(
    files=(
        SentFile(name="甲課/回答.xlsx", template="A"),
        SentFile(
            name="B.xlsx",
            template="B",
            answers={"2-3": {"評価": "とても良い"}},
            received=RECEIVED + timedelta(hours=1),
        ),
        SentFile(name="丙課.zip", template="C", changes=(("zip", ("C.xlsx",)),), received=LATE),
        SentFile(name="甲課 - コピー.xlsx", same_as="甲課/回答.xlsx", received=LATE),
        SentFile(name="送付状.txt", changes=(("text", ("送ります。",)),), received=LATE),
    )
)


def compiled_round(home: Path) -> City:
    """Return the city of this round after its collect."""
    city = build_city(ROUND, home)
    send(ROUND, city, 1, home)
    city.collect(YEAR)
    return city


def decided_round(home: Path) -> City:
    """Return a city in whose round every word of 扱い was chosen, and one point was explained."""
    home.mkdir()
    return play(read_return(RETURNS / "bad" / "every_way_to_decide"), home).city


def nothing_round(home: Path) -> City:
    """Return a city in whose round departments say that they have nothing to report, and why."""
    home.mkdir()
    return play(read_return(RETURNS / "good" / "nothing_to_report"), home).city


def figures_round(home: Path) -> City:
    """Return a city whose plan has indicators and a table of known values, after its collect."""
    return graded_round(home)


def own_figures_round(home: Path) -> City:
    """Return a city that asks for its indicators on a card of its own, after its collect."""
    home.mkdir()
    return play(read_return(RETURNS / "good" / "own_indicators_card_filled"), home).city


def verified(city: City) -> Report:
    """Return what verify says of a city's round."""
    return verify(city.workspace, YEAR, HERE)


def codes(report: Report) -> set[str]:
    """Return the codes of the differences."""
    return {difference.code.name for difference in report.differences}
