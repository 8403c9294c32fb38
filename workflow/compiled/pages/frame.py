"""What every page has: its frame, where its links lead, and how its template is filled.

The text of a cell or a file name stays text, never markup. Imported only where a page is written:
Jinja2 takes longer to import than a small round to count.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from workflow.compiled.corrections import handback_name
from workflow.compiled.round import Stage
from workflow.compiled.sheets.links import to_return
from workflow.excel import style
from workflow.model.plain_text import legible
from workflow.model.plan import Department, Plan
from workflow.model.rounds.declared import Period
from workflow.python.dataclass import dataclass
from workflow.storage.tool_digest import tool_digest

_HERE = Path(__file__).parent
_HANDBACKS = "差戻し"


def to_file(name: str) -> str:
    """Return the address of a file named below compiled/YEAR, with slashes."""
    return quote(name)


def to_handback(department: Department, period: Period) -> str:
    """Return the address of a department's hand-back."""
    return to_file(f"{_HANDBACKS}/{handback_name(department, period)}")


def to_returned(period: Period, file: str) -> str:
    """Return the address of a file in returned/YEAR; "" where no address leads to it."""
    link = to_return(period, file)
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
        year=plan.period(year).full,
        stage=str(stage),
        is_final=stage.is_final,
        above=above,
        contents=contents,
    )


def page_bytes(template: str, frame: Frame, **view: object) -> bytes:
    """Return a page: a template of this folder, filled with its frame and the values it names.

    Raises UndefinedError when the template names a value that is not there.
    """
    return environment().get_template(template).render(frame=frame, **view).encode()


@cache
def environment(*folders: Path) -> Environment:
    """Return what fills the templates of this folder, and those of other folders in its style."""
    made = Environment(
        loader=FileSystemLoader([*folders, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_Compiled(str(_HERE / "__pycache__"), f"%s-{tool_digest()[:16]}"),
    )
    made.globals["style"] = Markup(style_sheet())  # noqa: S704 - it is ours
    return made


def style_sheet() -> str:
    """Return the style of every page."""
    return f"{_colours()}{(_HERE / 'style.css').read_text('utf-8')}"


class _Compiled(FileSystemBytecodeCache):
    """The templates as Python, kept where Python keeps its own: half of a small page's time."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, unless nothing can be written there."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _finalized(value: object) -> object:
    """Return what a page shows for a value, before it is escaped; what we wrote is left alone."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return legible(value)
    return value


def _colours() -> str:
    """Return the colours of every workbook as CSS variables."""
    named = {
        "ink": style.INK,
        "muted": style.MUTED_INK,
        "line": style.LINE,
        "head": style.HEADER_FILL,
        "alert": style.ALERT_INK,
        "link": style.LINK_INK,
        **{f"series-{n}": fill for n, fill in enumerate(style.SERIES_FILLS)},
        **{f"open-{n}": fill for n, fill in enumerate(style.OPEN_FILLS)},
    }
    return ":root{" + "".join(f"--{name}:{colour};" for name, colour in named.items()) + "}\n"
