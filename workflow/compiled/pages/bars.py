"""Bars of parts: told apart by pattern and number, and in words for who cannot see them.

Lengths are hundredths of the width, so that a bar fits every screen and no text is stretched.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from workflow.excel.style import OPEN_FILLS, SERIES_FILLS
from workflow.python.dataclass import dataclass

_NARROW_SCREEN, _WIDE_CHARACTER, _DIGIT = 290.0, 14.0, 8.0
"""Pixels: the narrowest bar a label must fit into, and how wide its characters are."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one part of every bar stands for, and the name of its pattern."""

    label: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: where it begins and how long it is, in hundredths of the width."""

    kind: Kind
    count: int
    start: str
    length: str
    middle: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its parts, and the same in words."""

    label: str
    total: int
    parts: tuple[Part, ...]

    @property
    def in_words(self) -> str:
        """The counts in words."""
        return "、".join(f"{part.kind.label}{part.count}件" for part in self.parts) or "0件"


def kinds(labels: Sequence[tuple[str, bool]]) -> tuple[Kind, ...]:
    """Return the kinds of labels and whether each is open; grey is only for what has no answer."""
    names = {
        False: cycle([f"series-{n}" for n in range(len(SERIES_FILLS))]),
        True: cycle([f"open-{n}" for n in range(len(OPEN_FILLS))]),
    }
    return tuple(Kind(label, next(names[is_open])) for label, is_open in labels)


def bars(
    of_kinds: Sequence[Kind],
    counts: Sequence[tuple[str, Sequence[int]]],
    longest: Sequence[int],
) -> tuple[Bar, ...]:
    """Return a bar for each label and its counts; longest is what would fill each one's width."""
    return tuple(
        Bar(label, sum(row), _parts(of_kinds, row, whole))
        for (label, row), whole in zip(counts, longest, strict=True)
    )


def _parts(of_kinds: Sequence[Kind], counts: Sequence[int], whole: int) -> tuple[Part, ...]:
    parts, before = [], 0
    for kind, count in zip(of_kinds, counts, strict=True):
        if count:
            parts.append(
                Part(
                    kind=kind,
                    count=count,
                    start=_hundredths(before / whole),
                    length=_hundredths(count / whole),
                    middle=_hundredths((before + count / 2) / whole),
                    label=_fitting(kind.label, count, count / whole * _NARROW_SCREEN),
                )
            )
        before += count
    return tuple(parts)


def _hundredths(share: float) -> str:
    return f"{100 * share:.3f}%"


def _fitting(label: str, count: int, room: float) -> str:
    """Return what fits into a part: its label and count, the count alone, or nothing."""
    digits = _DIGIT * (1 + len(str(count)))
    if _WIDE_CHARACTER * len(label) + digits + _DIGIT <= room:
        return f"{label} {count}"
    return str(count) if digits <= room else ""
