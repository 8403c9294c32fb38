"""Sequences whose things are made, or read again, each time they are asked for. Pure.

A large round has more rows than memory should hold: what follows from something else, or lies on
disk, is not kept beside it.
"""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar, overload

ThingT = TypeVar("ThingT")
OtherT = TypeVar("OtherT")


class LazySequence(Sequence[ThingT]):
    """A sequence that only says how many things it has, and gives each of them when asked."""

    @abstractmethod
    def thing(self, index: int) -> ThingT:
        """Return the thing at an index from 0 to the last one."""

    @overload
    def __getitem__(self, index: int) -> ThingT: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[ThingT, ...]: ...

    def __getitem__(self, index: int | slice) -> ThingT | tuple[ThingT, ...]:
        """Return one thing, or those of a slice."""
        size = len(self)
        if isinstance(index, slice):
            return tuple(map(self.thing, range(size)[index]))
        position = index + size if index < 0 else index
        if 0 <= position < size:
            return self.thing(position)
        raise IndexError(index)

    def __iter__(self) -> Iterator[ThingT]:
        """Yield every thing."""
        return map(self.thing, range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether another sequence gives the same things."""
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as a list: what equals it need not be like it


class Chosen(LazySequence[ThingT]):
    """Some things of another sequence, by their indexes there.

    >>> Chosen("abc", [2, 0])[:]
    ('c', 'a')
    """

    def __init__(self, things: Sequence[ThingT], indexes: Sequence[int]) -> None:
        self._things, self._indexes = things, indexes

    def __len__(self) -> int:
        """Return how many were chosen."""
        return len(self._indexes)

    def thing(self, index: int) -> ThingT:
        """Return the thing at an index."""
        return self._things[self._indexes[index]]

    def __iter__(self) -> Iterator[ThingT]:
        """Yield every thing."""
        return map(self._things.__getitem__, self._indexes)


class Repeated(Chosen[ThingT]):
    """Things of which there are few different ones: each of those is kept once.

    >>> ratings = Repeated()
    >>> for rating in "AABA": ratings.add(rating)
    >>> ratings[:]
    ('A', 'A', 'B', 'A')
    """

    _things: list[ThingT]
    _indexes: array[int]

    def __init__(self) -> None:
        super().__init__([], array("B"))
        self._known: dict[ThingT, int] = {}

    def add(self, thing: ThingT) -> None:
        """Add a thing at the end."""
        index = self._known.setdefault(thing, len(self._known))
        if index == len(self._things):
            self._things.append(thing)
            if index in _WIDER:
                self._indexes = array(_WIDER[index], self._indexes)
        self._indexes.append(index)


_WIDER = {1 << 8: "H", 1 << 16: "I"}
"""The width of indexes from one on that needs it."""


class Paired(LazySequence[tuple[ThingT, OtherT]]):
    """The things of two sequences of one length, side by side.

    >>> Paired("ab", [1, 2])[:]
    (('a', 1), ('b', 2))
    """

    def __init__(self, things: Sequence[ThingT], others: Sequence[OtherT]) -> None:
        self._things, self._others = things, others

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self._things)

    def thing(self, index: int) -> tuple[ThingT, OtherT]:
        """Return the pair at an index."""
        return self._things[index], self._others[index]

    def __iter__(self) -> Iterator[tuple[ThingT, OtherT]]:
        """Yield every pair."""
        return zip(self._things, self._others, strict=True)


class Changed(LazySequence[ThingT]):
    """Another sequence in which some things stand in the place of others, by their indexes.

    >>> Changed("abc", {1: "B"})[:]
    ('a', 'B', 'c')
    """

    def __init__(self, things: Sequence[ThingT], instead: Mapping[int, ThingT]) -> None:
        self._things, self._instead = things, instead

    def __len__(self) -> int:
        """Return how many things there are."""
        return len(self._things)

    def thing(self, index: int) -> ThingT:
        """Return the thing at an index."""
        return self._instead[index] if index in self._instead else self._things[index]
