"""The texts of a workbook, as XML has them, each stored once and numbered at its first look-up.

Their XML waits in a temporary file once it is large, and of a long text only its digest stays in
memory: a large ledger holds more text than an office computer has memory to spare.
xml.sax.saxutils escapes texts too, but loads half of urllib for it, at the start of every run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from io import TextIOWrapper
from typing import IO, cast

from xlsxwriter.sharedstrings import SharedStringTable

from workflow.model.cells import MAX_CELL_TEXT, encoded

_BETWEEN_TAGS = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_IN_QUOTES = (*_BETWEEN_TAGS, ('"', "&quot;"), ("\t", "&#9;"), ("\n", "&#10;"), ("\r", "&#13;"))


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


def _replaced(text: str, names: tuple[tuple[str, str], ...]) -> str:
    for letter, name in names:
        if letter in text:
            text = text.replace(letter, name)
    return text


_MOST_IN_MEMORY = 8_000_000
_LONG = 200
"""Characters from which on a text is known by its digest."""
_DIGEST_BYTES = 16
_PIECE = 1 << 18


class TextNumbers(dict[str, int]):
    """The number of each short text, and of whatever else is looked up here."""

    def __init__(self) -> None:
        super().__init__()
        self.stored = 0
        self._long: dict[bytes, int] = {}
        # Nobody else can open the file: when this object goes, so does it.
        file = tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY)  # noqa: SIM115
        self._xml = TextIOWrapper(cast("IO[bytes]", file), "utf-8", newline="")

    def __missing__(self, text: str) -> int:
        stored = _cut(text) if len(text) > MAX_CELL_TEXT // 2 else text
        if stored != text:
            return self[stored]
        if len(text) < _LONG:
            number = self[text] = self._added(text)
            return number
        plain = text.encode("utf-8", "surrogatepass")
        key = blake2b(plain, digest_size=_DIGEST_BYTES).digest()
        known = self._long.get(key)
        if known is None:
            known = self._long[key] = self._added(text)
        return known

    def _added(self, text: str) -> int:
        self._xml.write(f"<si>{_text_element(text)}</si>")
        self.stored += 1
        return self.stored - 1

    def elements(self) -> Iterator[str]:
        """Yield the XML of all texts in the order of their numbers, piece by piece."""
        self._xml.seek(0)
        while piece := self._xml.read(_PIECE):
            yield piece


class SharedTexts(SharedStringTable):
    """What XlsxWriter asks for the number of a text, and for the text of one of its own cells."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = TextNumbers()
        self._own: dict[int, str] = {}

    def _get_shared_string_index(self, string: str) -> int:
        number = self.numbers[string]
        self._own[number] = string
        self.add(1)
        return number

    def _get_shared_string(self, index: int) -> str:
        return self._own[index]

    def add(self, count: int) -> None:
        """Count so many more cells with texts, whose numbers were looked up."""
        self.count += count
        self.unique_count = self.numbers.stored


def inline_text(text: str) -> str:
    """Return the XML of a text that stands in its cell.

    Only white space at its ends needs a word that it is to be kept; said of every cell of a large
    sheet, it would take a tenth of its text.
    """
    return _known_inline(text) if len(text) < _LONG else _inline(text)


def _inline(text: str) -> str:
    cut = _cut(text) if len(text) > MAX_CELL_TEXT // 2 else text
    is_stripped = cut and not (cut[0].isspace() or cut[-1].isspace())
    return f"<t>{_stored(cut)}</t>" if is_stripped else _text_element(cut)


_known_inline = lru_cache(maxsize=4096)(_inline)  # most cells hold a label, which comes again


def _text_element(text: str) -> str:
    return f'<t xml:space="preserve">{_stored(text)}</t>'


def _stored(text: str) -> str:
    """Return a text as XML. What XlsxWriter takes for markup or escapes amiss stays as it is."""
    seen = text.replace("\n", "").replace("\u3000", "")  # which Python does not call printable
    is_plain = seen.isprintable() and "_x" not in text
    return escaped(text if is_plain else encoded(text))


def _cut(text: str) -> str:
    """Return as much of a text as an Excel cell holds (32,767 UTF-16 units)."""
    return text.encode("utf-16-le", "replace")[: 2 * MAX_CELL_TEXT].decode("utf-16-le", "ignore")
