"""How every page of the desk looks: the style and the parts of index.html, and the way around."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

from workflow import COMMAND
from workflow.compiled.pages.frame import Anchor, environment
from workflow.desk.actions import Actions
from workflow.desk.desk import desk_of

_TEMPLATES = Path(__file__).parent.parent / "templates"

WAYS = (
    Anchor("/", "ようす"),
    Anchor("/intake", "受付"),
    Anchor("/points", "確認"),
    Anchor("/prepare", "計画・調査票・メール"),
    Anchor("/results", "集計・報告"),
)
"""The pages of the desk, in the order of the year."""


def page(
    request: Request,
    template: str,
    heading: str,
    *,
    way: str = "",
    status: int = 200,
    **view: object,
) -> HTMLResponse:
    """Return a page; way is the address of the page of WAYS that it belongs to."""
    desk = desk_of(request)
    year = desk.workspace.period(desk.year).full if desk.year else ""
    values = {
        "heading": heading,
        "year": year,
        "home": str(desk.of_years.home),
        "round_choices": desk.round_choices,
        "way": way or request.url.path,
        "runs": desk.actions.runs(),
        **view,
    }
    return HTMLResponse(_environment().get_template(template).render(values), status)


def fragment(template: str, **view: object) -> str:
    """Return a part of a page, which takes the place of the same part in pages that are open."""
    return _environment().get_template(template).render(view)


def actions_panel(actions: Actions) -> str:
    """Return the list of what runs and what ran, as every page shows it."""
    return fragment("actions.html.j2", runs=actions.runs())


@cache
def _environment() -> Environment:
    made = environment(_TEMPLATES)
    made.globals.update(ways=WAYS, start=f"{COMMAND} desk")
    return made
