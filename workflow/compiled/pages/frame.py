"""What stands around every page: whose it is, how far the round is, where to go from here."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.compiled.round import Stage
from workflow.model.plan import Plan
from workflow.model.years import full_year


@dataclass(frozen=True, slots=True)
class Anchor:
    """Something to follow: a place on the page (#…) or an escaped relative address."""

    href: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The frame of a page; above are the pages it belongs to, contents its own sections."""

    heading: str
    owner: str
    year: str
    stage: str
    is_final: bool
    above: tuple[Anchor, ...] = ()
    contents: tuple[Anchor, ...] = ()

    @property
    def title(self) -> str:
        """The name of the window: what differs comes first."""
        return f"{self.heading}｜{self.year}｜{self.owner}"


def frame(
    about: tuple[Plan, int, Stage],
    heading: str,
    above: tuple[Anchor, ...] = (),
    contents: tuple[Anchor, ...] = (),
) -> Frame:
    """Return the frame of a page about a plan in a fiscal year, and how far that round is."""
    plan, year, stage = about
    return Frame(
        heading=heading,
        owner=f"{plan.municipality.name}　{plan.title}",
        year=full_year(year),
        stage=str(stage),
        is_final=stage.is_final,
        above=above,
        contents=contents,
    )
