"""Very many small things in blocks, most of which lie on disk: those of one are read together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Generic, TypeVar

from workflow.python.lazy_sequence import LazySequence
from workflow.storage.spooled import SpooledThings

ThingT = TypeVar("ThingT")
PlainT = TypeVar("PlainT")


class InBlocks(LazySequence[ThingT], Generic[ThingT, PlainT]):
    """Things in blocks; those read just before are at hand, for most are asked for in a row.

    As_plain makes of a block what is quick to write, and of_plain the block again.
    """

    def __init__(
        self,
        things: Iterable[ThingT],
        as_plain: Callable[[tuple[ThingT, ...]], PlainT],
        of_plain: Callable[[PlainT], tuple[ThingT, ...]],
        in_block: int,
    ) -> None:
        self._blocks = SpooledThings(as_plain, of_plain, weight=in_block)
        self._in_block, self._size = in_block, 0
        rest = iter(things)
        while block := tuple(islice(rest, in_block)):
            self._blocks.keep(block)
            self._size += len(block)
        self._blocks.finish()

    def __len__(self) -> int:
        """Return how many things there are."""
        return self._size

    def thing(self, index: int) -> ThingT:
        """Return the thing at an index."""
        block, place = divmod(index, self._in_block)
        return self._blocks[block][place]

    def __iter__(self) -> Iterator[ThingT]:
        """Yield every thing."""
        for block in range(len(self._blocks)):
            yield from self._blocks[block]
