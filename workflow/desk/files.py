"""The files of a workspace, to open or to keep: addresses mirror the folders people see."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from workflow.compiled.pages.frame import style_sheet
from workflow.desk.desk import desk_of

_FOLDERS = ("compiled", "templates", "returned")
_HIDDEN = (".", "~$")
_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".eml": "message/rfc822",
}


def send_file(request: Request) -> Response:
    """Return a file of the round; only pages that we made are shown, all else is downloaded."""
    found = _inside(
        desk_of(request).workspace.home, request.path_params["folder"], request.path_params["path"]
    )
    if found is None:
        return PlainTextResponse("そのファイルはありません。\n", 404)
    is_page = found.suffix == ".html" and request.path_params["folder"] == "compiled"
    return _shown(found) if is_page else kept(found)


def _inside(home: Path, folder: str, path: str) -> Path | None:
    """Return a regular file below one of the folders people see; None for anything else."""
    parts = path.split("/")
    if folder not in _FOLDERS or any(not part or part.startswith(_HIDDEN) for part in parts):
        return None
    try:
        below = (home / folder).resolve()
        found = (below / Path(*parts)).resolve()
        return found if found.is_relative_to(below) and found.is_file() else None
    except (OSError, ValueError):
        return None


def kept(path: Path) -> Response:
    """Return a file for the person to keep, never to be shown as a page."""
    kind = _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
    disposition = f"attachment; filename*=utf-8''{quote(path.name, safe='')}"
    return FileResponse(
        path,
        media_type=kind or "application/octet-stream",
        headers={"content-disposition": disposition},
    )


def _shown(path: Path) -> Response:
    """Show a page of the round: with the style that is ours, and nothing else that is inline."""
    headers = {"content-security-policy": f"{_NOTHING_ELSE}; style-src 'sha256-{_style_digest()}'"}
    return FileResponse(path, media_type="text/html; charset=utf-8", headers=headers)


_NOTHING_ELSE = (
    "default-src 'none'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def _style_digest() -> str:
    digest = hashlib.sha256(f"\n{style_sheet()}".encode()).digest()
    return base64.b64encode(digest).decode()


ROUTES = (Route("/{folder:str}/{path:path}", send_file),)
