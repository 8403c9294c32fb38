"""A plan as it was written, before it is a Plan: its content and where each part of it stands.

plan.json and plan.xlsx become the same Document, so both go through the same validation; only the
places differ: JSON pointers in one, sheets and cells in the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

from workflow.model.findings import Detail, Finding, Location, Violation
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.python.lazy_sequence import LazySequence
from workflow.storage.json_text import json_pieces

_SAMPLE = Path(__file__).with_name("sample.json")

LISTS = list, LazySequence
"""What a list of a document is: that of the items of a very large plan lies on disk."""

# One value inside a plan document together with its JSON pointer (RFC 6901).


def child(pointer: str, key: str | int) -> str:
    """Return the pointer of a key or an index below a pointer."""
    if isinstance(key, int):
        return f"{pointer}/{key}"
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def parent(pointer: str) -> str:
    """Return the pointer one step up; the root is its own parent."""
    return pointer.rpartition("/")[0]


def keys(pointer: str) -> tuple[str, ...]:
    """Return the keys and indexes a pointer is made of, as texts."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands. A document of any shape can be asked: what is not there is None.

    So a check says nothing about a part the schema has already refused, and goes on with the rest.
    """

    value: object
    pointer: str = ""

    def __getitem__(self, key: str) -> Node:
        inside: object = None
        if isinstance(self.value, dict):
            inside = self.value.get(key)
        elif isinstance(self.value, LISTS) and key.isdecimal() and int(key) < len(self.value):
            inside = self.value[int(key)]
        return Node(inside, child(self.pointer, key))

    def at(self, pointer: str) -> Node:
        """Return the node a pointer leads to from here."""
        node = self
        for key in keys(pointer):
            node = node[key]
        return node

    @property
    def elements(self) -> Sequence[Node]:
        """The entries of a list; none for anything else."""
        if isinstance(self.value, LazySequence):
            return _Elements(self.value, self.pointer)
        if not isinstance(self.value, list):
            return ()
        return tuple(Node(entry, child(self.pointer, n)) for n, entry in enumerate(self.value))

    @property
    def members(self) -> tuple[tuple[str, object], ...]:
        """The keys and values of an object; none for anything else."""
        return tuple(self.value.items()) if isinstance(self.value, dict) else ()

    @property
    def text(self) -> str:
        """The text; blank for anything else."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> int | float | None:
        """The number; None for anything else."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return self.value
        return None

    def walk(self) -> Iterator[Node]:
        """Yield this node and everything below it; the key of a member stands at the member."""
        yield self
        for key, _ in self.members:
            yield Node(key, child(self.pointer, key))
            yield from self[key].walk()
        for element in self.elements:
            yield from element.walk()


def as_json(document: Node) -> Iterable[str]:
    """Return a document as JSON spells it; that of a plan in pieces, for it may be very large."""
    value = document.value
    if isinstance(value, dict) and isinstance(value.get("items"), LISTS):
        return json_pieces(value, "items")
    return (json.dumps(value, ensure_ascii=False),)


class _Elements(LazySequence[Node]):
    """The entries of a list that may be very long, each a node when it is asked for."""

    def __init__(self, values: Sequence[object], pointer: str) -> None:
        self._values, self._pointer = values, pointer

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._values)

    def thing(self, index: int) -> Node:
        """Return the entry at an index."""
        return Node(self._values[index], child(self._pointer, index))


_SHOWN_LENGTH = 40
_ABOUT = lazy_pattern(r"/(items|form/fields)/(\d+)(?:/|$)")


class ReadAs(Enum):
    """How a cell was read whose spelling is not the plan's, but certain."""

    NUMBER = auto()  # a number where a text is asked
    DEPARTMENT = auto()  # what a department is called, for its code
    DAY = auto()
    WORD = auto()  # another word for one of those that are stored
    ONE_LINE = auto()  # without line breaks, or in half width
    NAMED = auto()  # a blank code, by the name beside it
    OTHER_CELL = auto()  # another cell speaks for it


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that was read otherwise than it is written: as this text, which may be blank.

    Label is that of its column or setting. Pairs are what was written and what it was read as.
    """

    location: Location
    label: str
    read_as: ReadAs
    text: str
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a plan file as plan.json spells it.

    Locations map pointers to cells; a plan.json has none, there the pointer itself is the location.
    Findings are what the reader of the file already noticed, corrections what it read otherwise.
    """

    content: Any
    file: str
    locations: Mapping[str, Location] | None = None
    findings: tuple[Finding, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def root(self) -> Node:
        """The content as a node to ask."""
        return Node(self.content)

    def location_of(self, pointer: str) -> Location:
        """Return where the value of a pointer stands, or what is nearest above it.

        What is about an item or a field names it as it is written: what is wrong may be its key.
        """
        about = _ABOUT.match(pointer)
        if not about:
            return self._spot(pointer)
        subject = self.root.at(about[0].rstrip("/"))
        item, label = subject["id"].text, subject["label"].text
        return replace(self._spot(pointer), item=item, field_key=label)

    def finding(self, violation: Violation) -> Finding:
        """Return a violation as a finding at its location; other is what it collides with."""
        details = dict(violation.details)
        if "value" in details:
            details["value"] = _shortened(details["value"])
        if "other" in details:
            details["other"] = self._in_words(str(violation.details["other"]))
        return Finding(violation.code, self.location_of(violation.key), details)

    def _in_words(self, pointer: str) -> str:
        spot = self._spot(pointer)
        return Wording().where(spot) if spot.sheet else pointer

    def _spot(self, pointer: str) -> Location:
        if self.locations is None:
            return Location(file=self.file, part=pointer)
        while pointer not in self.locations and pointer:
            pointer = parent(pointer)
        return self.locations.get(pointer, Location(file=self.file))


def as_text(value: object) -> str:
    """Return a value of a plan as one text: what is no text as JSON spells it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shortened(detail: Detail) -> Detail:
    if isinstance(detail, str) and len(detail) > _SHOWN_LENGTH:
        return detail[:_SHOWN_LENGTH] + "…"
    return detail


def sample_document() -> dict[str, Any]:
    """Return the plan of a real city, 25 items of 12 departments."""
    document: dict[str, Any] = json.loads(_SAMPLE.read_text(encoding="utf-8"))
    return document


def empty_document() -> dict[str, Any]:
    """Return a plan to be filled in: no city, departments or items yet, but a usual form.

    It is not valid; loading it says what is still to be written.
    """
    blank = {"title": "", "municipality": {"name": "", "code": ""}, "coordinator": ""}
    return {**sample_document(), "plan": blank, "departments": [], "items": []}
