"""One value inside a plan document together with its JSON pointer (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


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
        elif isinstance(self.value, list) and key.isdecimal() and int(key) < len(self.value):
            inside = self.value[int(key)]
        return Node(inside, child(self.pointer, key))

    def at(self, pointer: str) -> Node:
        """Return the node a pointer leads to from here."""
        node = self
        for key in keys(pointer):
            node = node[key]
        return node

    @property
    def elements(self) -> tuple[Node, ...]:
        """The entries of a list; none for anything else."""
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
