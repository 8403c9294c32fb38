"""Text in XML: escapes the characters that are markup there.

xml.sax.saxutils does the same, but loads half of urllib for it, at the start of every run.
"""

from __future__ import annotations

_NAMES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;"))
_BETWEEN_TAGS = _NAMES[:3]
_IN_QUOTES = (*_NAMES[:4], ("\t", "&#9;"), ("\n", "&#10;"), ("\r", "&#13;"))


def escaped(text: str) -> str:
    """Return a text for use between tags.

    >>> escaped("A&B <1>")
    'A&amp;B &lt;1&gt;'
    """
    return _replaced(text, _BETWEEN_TAGS)


def quoted(text: str) -> str:
    """Return a text as the value of an attribute, with its quotation marks.

    >>> quoted('5" x')
    '"5&quot; x"'
    """
    return f'"{_replaced(text, _IN_QUOTES)}"'


def unescaped(text: str) -> str:
    """Return a text with the five entities of XML replaced by their characters.

    >>> unescaped("A&amp;B")
    'A&B'
    """
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
