"""How Excel names cells, stores the text in them, and what it can show of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache
from itertools import groupby

from workflow.python.lazy_pattern import lazy_pattern

CellIndex = tuple[int, int]
"""The 1-based row and column of a cell."""

MAX_CELL_TEXT = 32767
"""Characters Excel holds in one cell."""

MAX_ROW_HEIGHT = 409.0
"""Points of one row that Excel can show."""

_DIGITS = 15
_LONGEST_LABEL = 100
_MOST_COMPOSED = 4
_LONG = _MOST_COMPOSED + 1
_ESCAPE = lazy_pattern(r"_x([0-9A-Fa-f]{4})_")
_LITERAL_ESCAPE = lazy_pattern(r"(?=_x[0-9A-Fa-f]{4}_)")
_UNSTORABLE = lazy_pattern("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0001-\U000e007f"
)
_UNSEEN_CHARACTER = lazy_pattern(f"[{_UNSEEN}]")
_SEEN = f"[^\\s{_UNSEEN}\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_SEEN_CHARACTER = lazy_pattern(_SEEN)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー－﹣"), "-")


@lru_cache(maxsize=512)
def column_letters(column: int) -> str:
    """Return A for 1, AA for 27."""
    letters = ""
    while column > 0:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def a1(row: int, column: int) -> str:
    """Return the A1 reference of a 1-based row and column."""
    return f"{column_letters(column)}{row}"


def a1_ranges(indexes: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """Return 1-based rows and columns as ranges down their columns.

    >>> a1_ranges([(5, 2), (7, 2), (6, 2), (9, 2), (5, 3)])
    ('B5～B7', 'B9', 'C5')
    """
    down = enumerate(sorted((column, row) for row, column in indexes))
    runs = ([at for _, at in run] for _, run in groupby(down, lambda n: (n[1][0], n[1][1] - n[0])))
    ends = ((a1(r[0][1], r[0][0]), a1(r[-1][1], r[-1][0])) for r in runs)
    return tuple(first if first == last else f"{first}～{last}" for first, last in ends)


def quoted_sheet(name: str) -> str:
    """Return a sheet name as formulas and links need it."""
    return "'" + name.replace("'", "''") + "'"


def decoded(text: str) -> str:
    """Return the text a cell shows: Excel stores characters XML cannot hold as _xHHHH_.

    ECMA-376 Part 1, 22.9.2.19 (ST_Xstring). A surrogate pair written as two escapes is joined.
    """
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def encoded(text: str) -> str:
    """Return a text as Excel stores it, so that decoded gives it back."""
    literal = _LITERAL_ESCAPE.sub("_x005F", text)
    return _UNSTORABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", literal)


def plain_number(number: Decimal) -> str:
    """Return a number as people write it: 5 for 5.0, never with an exponent."""
    whole = number.to_integral_value()
    return f"{whole:f}" if number == whole else f"{number:f}"


def number_from_json(plain: float) -> Decimal:
    """Return a number as plan.json spells it: a whole one is whole, and 0.1 stays what it says."""
    return Decimal(int(plain)) if float(plain).is_integer() else Decimal(str(plain))


def number_as_json(number: Decimal) -> int | float:
    """Return a number as plan.json spells it."""
    return int(number) if number == number.to_integral_value() else float(number)


def grouped_number(number: Decimal) -> str:
    """Return a number as people read it: its thousands apart.

    >>> grouped_number(Decimal("1234567.50")), grouped_number(Decimal("-1000"))
    ('1,234,567.50', '-1,000')
    """
    return f"{Decimal(plain_number(number)):,f}"


def as_excel_keeps(number: float | Decimal) -> Decimal:
    """Return a number as Excel shows and compares it: with fifteen digits that count.

    A double has some digits more, in which calculations leave what nobody meant.

    >>> as_excel_keeps(3.3000000000000003), as_excel_keeps(Decimal("434.99999999999994"))
    (Decimal('3.3'), Decimal('435'))
    """
    if isinstance(number, float):
        return Decimal(f"{number:.{_DIGITS}g}") or Decimal(0)  # there is no -0
    exact = Decimal(number)
    if len(exact.as_tuple().digits) <= _DIGITS:
        return exact
    shown = f"{exact:.{_DIGITS}g}"
    return Decimal(shown if "e" in shown else shown.rstrip("0").rstrip("."))


def is_nothing_to_see(text: str) -> bool:
    """Whether a text is made of white space and characters that show nothing.

    >>> is_nothing_to_see("\u200b\u3000"), is_nothing_to_see("Ａ\u200b")
    (True, False)
    """
    return _SEEN_CHARACTER.search(text) is None


def without_unseen(text: str) -> str:
    """Return a text without the characters that show nothing, blanks excepted."""
    return _UNSEEN_CHARACTER.sub("", text)


def with_unseen_named(text: str) -> str:
    """Return a text in which the characters that show nothing are named.

    >>> with_unseen_named("Ａ\u200b")
    'Ａ[U+200B]'
    """
    return _UNSEEN_CHARACTER.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def folded(text: str) -> str:
    """Return a text for comparison only: width, case and blanks made equal. Never store it.

    What nobody sees does not count.
    """
    return _folded_label(text) if len(text) <= _LONGEST_LABEL else _folded(text)


def folded_id(text: str) -> str:
    """Return an item id for comparison only: as folded, with every kind of dash made one."""
    return _folded_id(text) if len(text) <= _LONGEST_LABEL else folded(text.translate(_DASHES))


def may_fold_to(text: str, longest: int) -> bool:
    """Whether a text could fold to one of so many characters; of long prose it is plain at once.

    No more than four characters are ever composed to one (Unicode, NFC), and only blanks and what
    nobody sees vanish.
    """
    most = _MOST_COMPOSED * longest
    if len(text) <= most:
        return True
    if _seen_at_once(most + 1).match(text):  # as most prose begins
        return False
    start = without_unseen(text[: _LONG * longest])
    return len("".join(start.split())) <= most


@cache
def _seen_at_once(many: int) -> re.Pattern[str]:
    return re.compile(f"{_SEEN}{{{many}}}")


@lru_cache(maxsize=20_000)
def _folded_label(text: str) -> str:
    """Return a short text folded: the same labels and ids stand in every workbook of a round."""
    return _folded(text)


@lru_cache(maxsize=20_000)
def _folded_id(text: str) -> str:
    return _folded(text.translate(_DASHES))


def _folded(text: str) -> str:
    seen = text if text.isascii() else without_unseen(text)
    return "".join(unicodedata.normalize("NFKC", seen).split()).casefold()
