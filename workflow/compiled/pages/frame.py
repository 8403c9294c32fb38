"""What stands around every page, and where its links lead: whose it is, how far the round is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from workflow.compiled.corrections import handback_name
from workflow.compiled.round import Stage
from workflow.compiled.sheets.links import to_return
from workflow.model.plan import Department, Plan
from workflow.model.years import full_year

_HANDBACKS = "差戻し"


def to_file(name: str) -> str:
    """Return the address of a file named below compiled/YEAR, with slashes."""
    return quote(name)


def to_handback(department: Department, year: int) -> str:
    """Return the address of a department's hand-back."""
    return to_file(f"{_HANDBACKS}/{handback_name(department, year)}")


def to_returned(year: int, file: str) -> str:
    """Return the address of a file in returned/YEAR; "" where no address leads to it."""
    link = to_return(year, file)
    try:
        return quote(link.file, safe="/%") if link else ""
    except UnicodeEncodeError:
        return ""  # half a character is no part of an address


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link: an element of the page (#…) or an escaped relative address."""

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
