"""What every request must be before anything of it is looked at, and what every answer says.

A page of another site that the same browser has open may send requests here too, and may have its
own name lead to 127.0.0.1. So no request counts for what it asks alone: its Host, its Origin, what
the browser says of where it comes from, its cookie and its type must all be ours.

Who may use the desk is whoever opened an address that it gave out, once, in one browser.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "torimatome-desk"
TOKEN = "token"  # noqa: S105 - the name of the parameter
_MOST_UNUSED = 20


class Session:
    """The tokens given out and not used yet, and the secret that the browser then keeps.

    The secret by which a second start asks for an address never leaves this computer's files.
    """

    def __init__(self) -> None:
        self.secret = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        self._unused: list[str] = []

    def new_address(self, port: int) -> str:
        """Return an address that lets one browser in, once."""
        token = secrets.token_urlsafe(24)
        self._unused = [*self._unused, token][-_MOST_UNUSED:]
        return f"http://127.0.0.1:{port}/?{TOKEN}={token}"

    def take(self, token: str) -> bool:
        """Use up a token; False when it is none, or was used before."""
        found = [known for known in self._unused if _same(known, token)]
        self._unused = [known for known in self._unused if known not in found]
        return bool(found)

    def cookie(self, port: int) -> str:
        """Return the cookie that a browser gets for its token."""
        name = cookie_name(port)
        return f"{name}={self._cookie}; HttpOnly; SameSite=Strict; Path=/"

    def knows(self, headers: Mapping[str, str], port: int) -> bool:
        """Whether a request comes from a browser that was let in."""
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(cookie_name(port))
        return found is not None and _same(found.value, self._cookie)

    def is_second_start(self, secret: str) -> bool:
        """Whether a request comes from another start of the desk in the same workspace."""
        return _same(secret, self.secret)


def cookie_name(port: int) -> str:
    """Return the name of the cookie: cookies know no ports, and two workspaces may be open.

    >>> cookie_name(8123)
    'torimatome-desk-8123'
    """
    return f"{COOKIE}-{port}"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

AGAIN = "/again"
"""Where a second start in the same workspace asks for an address of its own."""

SECRET = "x-desk-secret"  # noqa: S105 - the name of the header
_READS = ("GET", "HEAD")
_TYPES = {"POST": "application/json", "PUT": "application/octet-stream"}
"""What may be sent, and as what: no form of another site can send either."""

MOST_BYTES_OF_JSON = 1_000_000

_NOT_LET_IN = (
    "この画面は、とりまとめが示したアドレスから開いてください。アドレスは一度だけ使えます。"
    "もう一度開くときは、desk をもう一度実行してください。\n"
)
_REFUSED = "この要求は受け付けられません。\n"


class Safety:
    """The outermost layer: it lets a request in, or answers it itself."""

    def __init__(self, app: ASGIApp, session: Session, port: int) -> None:
        self._app, self._session, self._port = app, session, port
        self._host = f"127.0.0.1:{port}"
        self._origin = f"http://{self._host}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        answer = self._refusal(scope) or self._opening(scope)
        await (answer or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        """Return why a request is not ours, or None when it may be."""
        headers, method = Headers(scope=scope), scope["method"]
        if headers.getlist("host") != [self._host]:
            return _refused(421)
        if headers.get("origin", self._origin) != self._origin:
            return _refused(403)
        if method in _READS:
            return None if _is_from_here(headers, ("same-origin", "none")) else _refused(403)
        if method not in _TYPES:
            return _refused(405)
        return self._refused_sending(headers, scope)

    def _refused_sending(self, headers: Headers, scope: Scope) -> Response | None:
        method, is_again = scope["method"], scope["path"] == AGAIN
        if "origin" not in headers and not is_again:
            return _refused(403)
        if not _is_from_here(headers, ("same-origin",)):
            return _refused(403)
        if headers.get("content-type", "").partition(";")[0].strip() != _TYPES[method]:
            return _refused(415)
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return _refused(411)
        if method == "POST" and int(length) > MOST_BYTES_OF_JSON:
            return _refused(413)
        return None

    def _opening(self, scope: Scope) -> Response | None:
        """Let a browser in by its token; return what it is told when it may not come in."""
        headers = Headers(scope=scope)
        if scope["path"] == AGAIN:
            known = self._session.is_second_start(headers.get(SECRET, ""))
            return PlainTextResponse(self._session.new_address(self._port)) if known else _shut()
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get(TOKEN, [])
        if scope["path"] == "/" and tokens and self._session.take(tokens[0]):
            # The token leaves the address bar, and so the history, at once.
            come_in = RedirectResponse("/", status_code=303)
            come_in.headers["set-cookie"] = self._session.cookie(self._port)
            return come_in
        return None if self._session.knows(headers, self._port) else _shut()


def _is_from_here(headers: Mapping[str, str], allowed: tuple[str, ...]) -> bool:
    """Whether a browser that says where a request comes from says that it comes from us."""
    return headers.get("sec-fetch-site", allowed[0]) in allowed


def _refused(status: int) -> Response:
    return PlainTextResponse(_REFUSED, status, headers={"connection": "close"})


def _shut() -> Response:
    return PlainTextResponse(_NOT_LET_IN, 403, headers={"connection": "close"})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
