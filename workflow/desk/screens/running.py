"""What runs: started, shown as it goes, and stopped, from whatever page."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from workflow.desk.desk import desk_of
from workflow.desk.screens.forms import FORMS
from workflow.model.errors import WorkflowError


async def start(request: Request) -> Response:
    """Start the command of a form."""
    try:
        values = json.loads(await request.body())
        form = FORMS[values["command"]]
    except (ValueError, KeyError, TypeError):
        return PlainTextResponse("何をするのか分かりません。\n", 400)
    desk = desk_of(request)
    try:
        run = desk.actions.start(form.label, form.words(desk, values))
    except WorkflowError as error:
        return JSONResponse({"problem": str(error)}, 422)
    return JSONResponse({"number": run.number})


def stop(request: Request) -> Response:
    """Stop a run."""
    actions = desk_of(request).actions
    run = actions.find(request.path_params["number"])
    if run is None:
        return PlainTextResponse("その作業はありません。\n", 404)
    actions.stop(run)
    return JSONResponse({"number": run.number})


ROUTES = (
    Route("/actions", start, methods=["POST"]),
    Route("/actions/{number:int}/stop", stop, methods=["POST"]),
)
