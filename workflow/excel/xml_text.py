"""Text in XML: the letters that mean something there, by the names XML has for them.

xml.sax.saxutils does the same, but loads half of urllib for it, at the start of every run.
"""

from __future__ import annotations

_NAMES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;"))
_BETWEEN_TAGS = _NAMES[:3]
_IN_QUOTES = (*_NAMES[:4], ("\t", "&#9;"), ("\n", "&#10;"), ("\r", "&#13;"))


def escaped(text: str) -> str:
    """Return a text as it stands between tags."""
    return _replaced(text, _BETWEEN_TAGS)


def quoted(text: str) -> str:
    """Return a text as the value of an attribute, with its quotation marks."""
    return f'"{_replaced(text, _IN_QUOTES)}"'


def unescaped(text: str) -> str:
    """Return the text that XML's own five names stand in."""
    if "&" not in text:
        return text
    for letter, name in reversed(_NAMES):  # the ampersand last: what it begins is then no name
        text = text.replace(name, letter)
    return text


def _replaced(text: str, names: tuple[tuple[str, str], ...]) -> str:
    for letter, name in names:
        if letter in text:
            text = text.replace(letter, name)
    return text
