"""The lines as a table, for a terminal or for the README."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tests.benchmarks.line import Line

_HEADS = ("what", "ours", "peer", "ratio", "goal", "")


def as_text(lines: Sequence[Line]) -> str:
    """Return a table whose columns stand under each other in a terminal."""
    rows = [_HEADS, *map(_cells, lines)]
    widths = [max(_width(row[n]) for row in rows) for n in range(len(_HEADS))]
    return "\n".join(_aligned(row, widths) for row in rows)


def as_markdown(lines: Sequence[Line]) -> str:
    """Return a table in Markdown."""
    rows = [_HEADS, ("---", "---:", "---:", "---:", "---:", "---"), *map(_cells, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    return (line.what, line.ours, line.peer, line.ratio, line.goal, line.verdict)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    (what, *figures, verdict), (first, *others, _) = row, widths
    cells = [_padding(what, first, before=False)]
    cells += [_padding(text, width) for text, width in zip(figures, others, strict=True)]
    return "  ".join([*cells, verdict]).rstrip()


def _padding(text: str, width: int, before: bool = True) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if before else text + blanks


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
