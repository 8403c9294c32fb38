"""Who may use the desk: whoever opened an address that it gave out, once, in one browser."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

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
