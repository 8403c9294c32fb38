"""What a template prints on a returned sheet, and what somebody wrote over it or beside it.

The template is laid over the sheet place by place; rows and columns that were moved or inserted
are found by what is printed in them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Protocol

from workflow.model.cells import CellIndex, folded, folded_id
from workflow.model.raw import FORMULA, TEXT, RawCell, RawSheet
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.templates.layout import Layout
from workflow.templates.sheets.cover import (
    CORRECTION_DEADLINE_LABEL,
    IN_THE_MAIL,
    NOTICE,
    cover_texts,
)
from workflow.templates.sheets.entries import entry_texts

Page = Mapping[CellIndex, str]
"""What is printed on a sheet; blank where it is computed."""

_LIVE_TEXT = lazy_pattern(
    r"記入済|未記入|未入力|要修正|要確認|参考|記入する"
    r"|未入力 \d+ 件／全 \d+ 件(?:　(?:要修正|要確認|参考) \d+ 件)*"
    r"|未修正|変更済|未修正 \d+ か所／全 \d+ か所|"
    + re.escape(NOTICE).replace(re.escape("{count}"), r"\d+")
)
"""What the cover's formulas say, should a program have kept only their results."""
_DEADLINE_TEXT = lazy_pattern(
    rf"{CORRECTION_DEADLINE_LABEL}|{re.escape(IN_THE_MAIL)}|令和(元|\d+)年\d+月\d+日（[月火水木金土日]）"
)
"""What a hand-back's cover says of its deadline; the plan may name another one by now."""
_LIVE_FORMULA = lazy_pattern("COUNTBLANK|COUNTIF|HYPERLINK|EXACT")
_COPIED = 0.4
"""The share of what a page prints that a copy of it still holds in its place."""
_HALF = 0.5
_MOST_PLACES = 20
"""Of a text that stands in more places than these nobody asks where it went."""


class Printed(Protocol):
    """What a form prints, as far as its places do not tell it."""

    def is_printed_somewhere(self, text: str, page: Page) -> bool:
        """Whether a text is on the form, nobody can say where."""


class Template:
    """What a template prints, by sheet and place.

    The plan may have changed since it was issued, or the tool: then what should stand there was
    never printed, and what else was printed is printed anywhere.
    """

    def __init__(self, layout: Layout, texts: frozenset[str]) -> None:
        self._texts = texts
        today = cover_texts(layout)
        self.cover = self._issued(today)
        self._is_older = self.cover is not today
        self.entries = self._issued(entry_texts(layout))
        sheet = layout.indicators
        self.indicators: Page = self._issued(entry_texts(sheet)) if sheet else {}

    def _issued(self, page: Page) -> Page:
        texts = self._texts
        if not texts or all(not text or text in texts for text in page.values()):
            return page
        return {place: text for place, text in page.items() if not text or text in texts}

    def page_of(self, sheet: RawSheet) -> Page:
        """Return the page that a sheet of another name is a copy of, or a blank one."""
        cells = sheet.cells

        def share(page: Page) -> float:
            kept = sum(1 for p, text in page.items() if p in cells and cells[p].text == text)
            return kept / len(page) if page else 0

        page = max(self.cover, self.entries, self.indicators, key=share)
        return page if share(page) > _COPIED else {}

    def is_printed_somewhere(self, text: str, page: Page) -> bool:
        """Whether a text is on the template, nobody can say where: on an older cover, all are."""
        is_older_cover = self._is_older and page is self.cover
        return folded(text) in (self._every if is_older_cover else self._unplaced)

    @cached_property
    def _every(self) -> frozenset[str]:
        return frozenset(map(folded, self._texts))

    @cached_property
    def _unplaced(self) -> frozenset[str]:
        pages = (self.cover, self.entries, self.indicators)
        placed = {text for page in pages for text in page.values()}
        return frozenset(map(folded, self._texts - placed))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a page came to stand: its rows and columns, and its texts by their place now."""

    rows: Mapping[int, int]
    texts: Page


def written_over(
    sheet: RawSheet, page: Page, template: Printed, is_taken: Callable[[CellIndex], bool]
) -> Iterator[tuple[CellIndex, RawCell, str | None]]:
    """Yield what somebody wrote, in order, each with what is printed there; None for nothing."""
    odd = [
        (at, cell)
        for at, cell in sheet.cells.items()
        if page.get(at) != cell.text and not is_taken(at) and not cell.is_blank
    ]
    if not sheet.doubled and all(page.get(p) == "" and _is_open(cell) for p, cell in odd):
        return
    texts = standing(page, sheet.cells).texts
    odd += ((at, cell) for at, (_, cell) in sheet.doubled.items() if cell)
    for at, cell in sorted(odd, key=lambda one: one[0]):
        text = texts.get(at)
        if text is not None and folded_id(text) == folded_id(cell.text):
            continue
        if (text == "" and _is_open(cell)) or _is_our_formula(cell):
            continue
        if not template.is_printed_somewhere(cell.text, page):
            yield at, cell, text


def _is_open(cell: RawCell) -> bool:
    """Whether a cell holds what may stand in a place that we leave open."""
    return _is_live(cell) or _DEADLINE_TEXT.fullmatch(cell.text) is not None


def _is_live(cell: RawCell) -> bool:
    # Some formats give only the results of the cover's formulas, links among them as numbers.
    return cell.kind is not TEXT or _LIVE_TEXT.fullmatch(cell.text) is not None


def is_computed(cell: RawCell) -> bool:
    """Whether a cell holds what our formulas compute, or such a formula itself."""
    return _is_our_formula(cell) or _LIVE_TEXT.fullmatch(cell.text) is not None


def _is_our_formula(cell: RawCell) -> bool:
    return cell.kind is FORMULA and _LIVE_FORMULA.search(cell.text) is not None


def standing(page: Page, cells: Mapping[CellIndex, RawCell]) -> Standing:
    """Return where a page stands among some cells: rows and columns move as a whole."""
    if not page:
        return Standing({}, {})
    found: dict[str, list[CellIndex]] = {}
    for at, cell in sorted(cells.items()):
        found.setdefault(cell.text, []).append(at)
    columns = _columns(page, found)
    shares = _shares(page, found, columns)
    rows = _rows(page, shares)
    texts = {(rows[r], columns[c]): text for (r, c), text in page.items() if r in rows}
    return Standing(rows, _copies(page, shares, rows, cells, columns) | texts)


def _columns(page: Page, found: Mapping[str, list[CellIndex]]) -> Mapping[int, int]:
    """Return which column of the sheet holds most of what is printed in each column."""
    votes: dict[int, Counter[int]] = {column: Counter() for _, column in page}
    for (_, column), text in page.items():
        standing_at = found.get(text, ()) if text else ()
        if len(standing_at) <= _MOST_PLACES:
            votes[column].update({at for _, at in standing_at})
    moved = {}
    for column, counts in votes.items():
        best = max(counts.values(), default=0)
        moved[column] = column if counts[column] == best else counts.most_common(1)[0][0]
    return moved


def _shares(
    page: Page, found: Mapping[str, list[CellIndex]], columns: Mapping[int, int]
) -> Mapping[tuple[int, int], float]:
    """Return how much of each printed row stands in each row of the sheet, from 0 to 1."""
    printed = Counter(row for (row, _), text in page.items() if text)
    counts: Counter[tuple[int, int]] = Counter()
    for (row, column), text in page.items():
        standing_at = found.get(text, ()) if text else ()
        if len(standing_at) <= _MOST_PLACES:
            counts.update((row, at) for at, c in standing_at if c == columns[column])
    return {pair: count / printed[pair[0]] for pair, count in counts.items()}


def _rows(page: Page, shares: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Return which row of the sheet holds most of what is printed in each row.

    One of which nothing is left is taken to stand as far from its place as the one before it.
    """
    rows: dict[int, int] = {}
    taken: set[int] = set()

    def rank(pair: tuple[int, int]) -> tuple[float, int]:
        return -shares[pair], abs(pair[1] - pair[0])

    for row, at in sorted(shares, key=rank):
        if row not in rows and at not in taken:
            rows[row] = at
            taken.add(at)
    shift = 0
    for row in sorted({row for row, _ in page}):
        if row not in rows and row + shift not in taken:
            rows[row] = row + shift
        shift = rows.get(row, row + shift) - row
    return rows


def _copies(
    page: Page,
    shares: Mapping[tuple[int, int], float],
    rows: Mapping[int, int],
    cells: Mapping[CellIndex, RawCell],
    columns: Mapping[int, int],
) -> dict[CellIndex, str]:
    """Return what rows repeat that somebody copied: as much of a printed row as makes it one."""
    taken = frozenset(rows.values())
    copied = {
        (row, at) for (row, at), share in shares.items() if at not in taken and share >= _HALF
    }
    by_row: dict[int, list[int]] = {}
    for row, at in copied:
        by_row.setdefault(row, []).append(at)
    return {
        (at, columns[column]): text
        for (row, column), text in page.items()
        for at in by_row.get(row, ())
        if (cell := cells.get((at, columns[column]))) and cell.text == text
    }
