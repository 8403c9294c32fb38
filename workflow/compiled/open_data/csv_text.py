"""Texts in a CSV that a spreadsheet opens: none becomes a formula, and each can be read back.

A text that Excel would take for a formula gets an apostrophe before it, and so does one that
already looks as if it had got one; reading takes one away from each. Which beginnings are risky is
told by https://owasp.org/www-community/attacks/CSV_Injection. Numbers are no texts: -5 stays -5.
"""

from __future__ import annotations

import re

APOSTROPHE = "'"
"""What stands before a text that would be a formula without it."""

_RISKY = re.compile(r"'*+(?:\s*+(?:[=+\-@]|[＝＋－＠].)|[\t\r\n])", re.DOTALL)


def harmless(text: str) -> str:
    """Return a text as it stands in the CSV."""
    return APOSTROPHE + text if _RISKY.match(text) else text


def as_meant(stored: str) -> str:
    """Return the text that stands in the CSV."""
    return stored[1:] if stored.startswith(APOSTROPHE) and _RISKY.match(stored, 1) else stored
