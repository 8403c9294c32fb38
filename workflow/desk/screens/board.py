"""ようす: what comes next, and then index.html: as the last collect wrote it, or would write it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workflow.compiled.recorded import recorded_outputs
from workflow.desk.desk import Desk, desk_of
from workflow.desk.screens.forms import ADDRESSES
from workflow.desk.screens.pages import page
from workflow.menu.menu import command_line
from workflow.menu.steps import Entry, headline, next_steps, situation
from workflow.model.errors import WorkflowError
from workflow.model.years import JST
from workflow.storage.files import sha256
from workflow.storage.journal import load_journal
from workflow.storage.workspace import OVERVIEW, Workspace

_MAIN = '<main id="main" tabindex="-1">\n', "</main>"


def front(request: Request) -> Response:
    """Lead to the board: it lies where index.html does, so that the same links lead on from it."""
    desk = desk_of(request)
    if desk.year is None:
        return RedirectResponse("/begin", 303)
    return RedirectResponse(quote(f"/compiled/{desk.workspace.period(desk.year).folder}/"), 303)


def begin(request: Request) -> Response:
    """Show what comes first where nothing was issued yet."""
    return _page(request, Markup())


def board(request: Request) -> Response:
    """Show where a round stands, or a whole year."""
    desk, year = desk_of(request), request.path_params["year"]
    workspace = desk.of_years.in_round(request.path_params.get("round", ""))
    return _page(request, _overview(desk, workspace, year))


def _page(request: Request, overview: Markup) -> Response:
    desk = desk_of(request)
    found = situation(desk.workspace, desk.chosen)
    choices = next_steps(found)
    return page(
        request,
        "board.html.j2",
        "ようす",
        way="/",
        headline=headline(found),
        following=choices[0],
        command=command_line(choices[0], ()),
        others=[step for step in choices[1:] if step.entry is not Entry.DESK],
        addresses=ADDRESSES,
        overview=overview,
    )


def _overview(desk: Desk, workspace: Workspace, year: int) -> Markup:
    """Return what index.html shows, if it is the one that collect wrote."""
    path = workspace.overview(year)
    if not path.is_file():
        # Until what makes it is loaded, half a second after the first page, that page goes without.
        return _within(_without_returns(workspace, year)) if desk.is_ready.is_set() else Markup()
    content = path.read_bytes()
    recorded = recorded_outputs(load_journal(workspace.journal(year)))
    if recorded.get(OVERVIEW) != sha256(content):
        return Markup()  # somebody changed it: it is no word of ours
    return _within(content)


def _without_returns(workspace: Workspace, year: int) -> bytes:
    """Return the page of a round to which nothing came yet; blank where it cannot be made."""
    # 280 ms with what they rest on, loaded already by then.
    from workflow.compiled.pages.overview import overview_page
    from workflow.rounds.write import compilation_without_returns

    try:
        return overview_page(compilation_without_returns(workspace, year, datetime.now(JST)), {})
    except WorkflowError:
        return b""  # what hinders stands above


def _within(page: bytes) -> Markup:
    main = page.decode().partition(_MAIN[0])[2].rpartition(_MAIN[1])[0]
    return Markup(main)  # noqa: S704 - our own page, byte for byte


ROUTES = (
    Route("/", front),
    Route("/begin", begin),
    Route("/compiled/{year:int}/", board),
    Route("/compiled/{year:int}/{round:str}/", board),
)
