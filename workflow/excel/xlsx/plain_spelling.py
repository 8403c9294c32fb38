"""The spelling in which the usual programs write the letters of an .xlsx."""

from __future__ import annotations

import re

from workflow.excel.xlsx.xml_parts import body_of
from workflow.excel.xml_text import unescaped
from workflow.model.cells import decoded

MOST_BYTES = 10_000_000
"""Of a part read as one text; a larger one is read element by element, which takes less memory."""

_NO_LETTERS = bytes({*range(0x20)} - {0x09, 0x0A})
"""What XML forbids, and the carriage return, which it reads as another character."""

_NO_LETTER = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""The same of a text, with the two that are no characters."""

_OTHER_NAMES = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")

T = r'<t(?: xml:space="preserve")?>'
"""The tag before a text, or before a run of one."""


def letters_of(part: bytes) -> str:
    """Return a part as text; blank when it has letters that XML forbids, or is very large."""
    body = body_of(part)
    # Bytes are many times faster to look through than a text.
    if len(body.translate(None, _NO_LETTERS)) < len(body) or (b"]" in body and b"]]>" in body):
        return ""
    text = text_of(part)
    return "" if "\ufffe" in text or "\uffff" in text else text


def text_of(part: bytes) -> str:
    """Return a part as text, whatever letters it has; blank when it is no UTF-8 or very large."""
    body = body_of(part) if len(part) <= MOST_BYTES else b""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return ""


def are_letters(text: str) -> bool:
    """Whether XML allows every letter of a text, and reads it as it stands."""
    return _NO_LETTER.search(text) is None and "]]>" not in text


def has_usual_names(text: str) -> bool:
    """Whether every letter in a text stands for itself or for one of XML's own five names."""
    return "&" not in text or _OTHER_NAMES.search(text) is None


def shown(text: str) -> str:
    """Return a text as Excel shows it."""
    return decoded(unescaped(text))
