"""The items of a plan, however many: of a very large plan most lie on disk, read in blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from workflow.model.plan import AnswerRule, Item
from workflow.storage.blocks import InBlocks

_MOST_IN_MEMORY = 32_768
"""Items that stay in memory as they are: those of a usual city are far fewer."""
_IN_BLOCK = 16

_Block = tuple[Item, ...]
_Plain = list[tuple[str, int, str, int, str, str, int]]


def kept_items(items: Iterable[Item]) -> Sequence[Item]:
    """Return the items so that they take little memory. Raises OutputError on a full disk."""
    rest = iter(items)
    first = tuple(islice(rest, _MOST_IN_MEMORY))
    return first if len(first) < _MOST_IN_MEMORY else _KeptItems(chain(first, rest))


class _KeptItems(InBlocks[Item, _Plain]):
    """Items in blocks; where one stands in the plan and who is asked is kept once for many."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}
        self._shared: list[tuple[str, ...]] = []
        super().__init__(items, self._as_plain, self._of_plain, _IN_BLOCK)

    def __reduce__(self) -> tuple[Any, ...]:
        """Have another process that is sent them keep them in a file of its own."""
        return kept_items, (tuple(self),)

    def _number(self, texts: tuple[str, ...]) -> int:
        number = self._numbers.setdefault(texts, len(self._shared))
        if number == len(self._shared):
            self._shared.append(texts)
        return number

    def _as_plain(self, block: _Block) -> _Plain:
        return [
            (
                item.id,
                self._number(item.path),
                item.title,
                self._number(item.departments),
                item.pages,
                item.answer.value,
                self._number(item.respondents),
            )
            for item in block
        ]

    def _of_plain(self, block: _Plain) -> _Block:
        shared = self._shared
        return tuple(
            [
                Item(id_, shared[path], title, shared[asked], pages, AnswerRule(rule), shared[by])
                for id_, path, title, asked, pages, rule, by in block
            ]
        )
