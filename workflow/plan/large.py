"""A plan.json as large as many cities: read item by item, and its items lie on disk meanwhile.

Only what is plainly right is read so. All else is read whole (load.py), which says what is wrong.
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from workflow.model.plan import Plan
from workflow.plan.build import build_plan
from workflow.plan.checks.plan import semantic_violations
from workflow.plan.document import Document, Node
from workflow.plan.load import WrittenPlan, forget, in_scope, load_plan, plan_digests
from workflow.plan.paths import JSON_NAME, plan_size
from workflow.plan.schema import is_plainly_valid
from workflow.python.lazy_pattern import lazy_pattern
from workflow.storage.blocks import InBlocks
from workflow.storage.json_text import PIECE, JsonText

_LARGE = 30_000_000  # bytes
_ITEMS_AT_ONCE, _IN_BLOCK = 1000, 200
_BLANK = " \t\n\r"
_BLANKS = lazy_pattern(f"[{_BLANK}]*")

_OF_NUMBERS = ".eE"
"""What may follow on the digits of a number, whose text was cut there."""
_UNUSUAL = (OSError, ValueError, RecursionError)

_Item = dict[str, Any]


def is_large(home: Path) -> bool:
    """Whether a process of its own is to check the plan of a workspace: its memory goes with it."""
    return plan_size(home) > _LARGE


def load_large(home: Path, round_name: str = "") -> Plan:
    """Return the plan of a workspace as load_plan does, a large one with little in memory."""
    if not is_large(home):
        return load_plan(home, round_name)
    names = [path.name for path in plan_digests(home)]
    found = read_large(home / JSON_NAME) if names == [JSON_NAME] else None
    plan = in_scope(found[0].plan, round_name) if found else load_plan(home, round_name)
    forget()
    return plan


def read_large(path: Path) -> tuple[WrittenPlan, str] | None:
    """Return the plan of a plan.json, and the digest of that; None where it is to be read whole."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            content = _document(iter(partial(stream.read, PIECE), b""), digest)
    except _UNUSUAL:
        return None
    if not all(map(is_plainly_valid, _short_plans(content))):
        return None
    if any(True for _ in semantic_violations(Node(content))):
        return None
    written = WrittenPlan(build_plan(content), content, (Document(content, path.name),))
    return written, digest.hexdigest()


def plan_in(text: JsonText) -> Plan:
    """Return the plan that a text describes, which was found to be right before it was kept."""
    try:
        content = _document(text.pieces(), hashlib.sha256())
    except _UNUSUAL:
        content = text.value
    return build_plan(content)


def _document(pieces: Iterable[bytes], digest: hashlib._Hash) -> dict[str, Any]:
    """Return the object some bytes spell, its items on disk, and have the bytes in a digest."""
    return _JsonReader(_texts(pieces, digest)).document()


def _short_plans(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield plans that keep the schema if the whole plan does: all but its items, then these."""
    items = content.get("items")
    if not isinstance(items, InBlocks):
        yield {}  # which is no plan
        return
    yield content | {"items": items[:1]}
    short = content | {"departments": content["departments"][:1]}
    for first in range(0, len(items), _ITEMS_AT_ONCE):
        yield short | {"items": [*items[first : first + _ITEMS_AT_ONCE]]}


def _texts(pieces: Iterable[bytes], digest: hashlib._Hash) -> Iterator[str]:
    """Yield bytes as text, and have them all in a digest. Raises ValueError for what is none."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    for piece in pieces:
        digest.update(piece)
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(pairs)
    if len(known) < len(pairs):
        raise ValueError("a key is repeated")
    return known


def _refuse(constant: str) -> None:
    raise ValueError(constant)


class _JsonReader:
    """JSON whose text comes in pieces. What it reads raises ValueError when it is not as usual."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts, self._text, self._at = texts, "", 0
        self._decoder = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse)

    def document(self) -> dict[str, Any]:
        """Return the object that all of the text is; what it calls its items lies on disk."""
        pairs: list[tuple[str, Any]] = []
        for _ in self._parts("{", "}"):
            key = self._value()
            if not isinstance(key, str) or self._sign() != ":":
                raise ValueError("no member")
            pairs.append((key, self._items() if key == "items" else self._value()))
        if any(text.strip(_BLANK) for text in (self._text[self._at :], *self._texts)):
            raise ValueError("more than an object")
        return _members(pairs)

    def _items(self) -> InBlocks[_Item, tuple[_Item, ...]]:
        items = (self._value() for _ in self._parts("[", "]"))
        return InBlocks(items, _as_it_is, _as_it_is, _IN_BLOCK)

    def _parts(self, first: str, last: str) -> Iterator[None]:
        """Yield before each part between two brackets: who asks reads it then."""
        if self._sign() != first:
            raise ValueError("no bracket")
        while True:
            yield
            sign = self._sign()
            if sign == last:
                return
            if sign != ",":
                raise ValueError("no comma")

    def _sign(self) -> str:
        """Return the next character that is no blank."""
        self._skip_blanks()
        self._at += 1
        return self._text[self._at - 1]

    def _value(self) -> Any:  # noqa: ANN401 - whatever JSON can spell
        self._skip_blanks()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError:  # it may go on in the next piece
                self._read_on()
                continue
            if end < len(self._text) and self._text[end] not in _OF_NUMBERS:
                self._at = end
                return value
            self._read_on()

    def _skip_blanks(self) -> None:
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text):
                return
            self._read_on()

    def _read_on(self) -> None:
        """Take in as much again as is left: so what is very long is begun a few times alone."""
        rest, more = self._text[self._at :], ""
        for text in self._texts:
            more += text
            if len(more) > len(rest):
                break
        if not more:
            raise ValueError("it ends too early")
        self._text, self._at = rest + more, 0


def _as_it_is(block: tuple[_Item, ...]) -> tuple[_Item, ...]:
    return block
