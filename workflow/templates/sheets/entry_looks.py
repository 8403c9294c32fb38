"""The formats of the entry sheet: what is locked, to fill, to put right, and last year's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow.excel.style import (
    ALERT_FILL,
    ALERT_INK,
    ENTRY_LINE,
    HEADER_FILL,
    HEADER_INK,
    LINE,
    LOCKED_FILL,
    MUTED_INK,
    PREVIOUS_FILL,
    TO_FILL_FILL,
    TO_LOOK_AT_FILL,
)
from workflow.model.fields.declarations import CellRules
from workflow.templates.layout import (
    Column,
    ColumnKind,
    Layout,
)
from workflow.templates.sheets.entry_rules import HighlightKind

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

_DOTTED_FILL = 18
"""Excel's pattern of few dots: a cell to fill is told from a locked one in greyscale too."""
_STRIPED_FILL = 14
"""Excel's pattern of thin slanting lines, for a cell to look at once more."""
LABEL_SIZE = 9.0
"""Points of what is printed in a row, and of last year's row."""
_MARK = {"border": 5, "border_color": ALERT_INK}
_ASKED = {"border": 6, "border_color": HEADER_FILL}


class EntryStyles:
    """The formats of the sheet; entry cells are the only unlocked ones."""

    def __init__(self, book: Workbook, layout: Layout) -> None:
        boxed: dict[str, Any] = {"border": 1, "border_color": LINE, "text_wrap": True}
        begins = {"top": 2, "top_color": HEADER_FILL}
        small = boxed | {"font_size": LABEL_SIZE}
        label = small | begins | {"bg_color": LOCKED_FILL}
        grey = {"bg_color": PREVIOUS_FILL, "font_color": MUTED_INK, "italic": False}
        entry = boxed | {"border_color": ENTRY_LINE, "locked": False} | begins
        head = {"bold": True, "align": "center", "valign": "vcenter"}
        self.title = book.add_format({"bold": True, "font_size": 14, "valign": "vcenter"})
        self.plain = book.add_format({"valign": "vcenter"})
        self.header = book.add_format(
            boxed | head | {"bg_color": HEADER_FILL, "font_color": HEADER_INK}
        )
        self.band = book.add_format(
            {"bold": True, "valign": "vcenter", "bottom": 2, "bottom_color": HEADER_FILL}
        )
        self.label = book.add_format(label)
        self.centred = book.add_format(label | {"align": "center", "bold": True})
        self._known = book.add_format(label | {"align": "right"}) if _has_figures(layout) else None
        # Its text runs on over the columns beside it, so nothing may be drawn between them.
        before = {"font_size": LABEL_SIZE, "valign": "top", "bold": True, "top": 4} | grey
        self.previous_label = book.add_format(before | {"bottom": 1, "bottom_color": LINE})
        self.mark = book.add_format({"font_size": LABEL_SIZE, "align": "center", "bold": True})
        self.locked_mark = book.add_format({"font_size": LABEL_SIZE})
        looks = {field.key: field.cell_rules for field in layout.every_field}
        self.entry = {key: book.add_format(entry | _format(r)) for key, r in looks.items()}
        self.marked = {key: book.add_format(entry | _format(r) | _MARK) for key, r in looks.items()}
        self.asked = {key: book.add_format(entry | _format(r) | _ASKED) for key, r in looks.items()}
        self.previous = {
            key: book.add_format(small | grey | _text_format(r) | {"top": 4})
            for key, r in looks.items()
        }
        self.highlights: dict[HighlightKind, Format] = {
            HighlightKind.TO_FILL: book.add_format(
                {"bg_color": TO_FILL_FILL, "fg_color": ENTRY_LINE, "pattern": _DOTTED_FILL}
            ),
            HighlightKind.TO_PUT_RIGHT: book.add_format(
                {"bg_color": ALERT_FILL, "font_color": ALERT_INK, "bold": True}
            ),
            HighlightKind.TO_LOOK_AT: book.add_format(
                {"bg_color": TO_LOOK_AT_FILL, "fg_color": LINE, "pattern": _STRIPED_FILL}
            ),
        }

    def locked(self, column: Column) -> Format:
        """Return the format of what is printed in a column of an item's row."""
        if column.kind is ColumnKind.ID:
            return self.centred
        return self._known if self._known and column.align else self.label


def _has_figures(layout: Layout) -> bool:
    return any(column.align for column in layout.columns)


def _text_format(rules: CellRules) -> dict[str, Any]:
    align = {"align": rules.align} if rules.align else {}
    return align | {"font_size": rules.font_size}


def _format(rules: CellRules) -> dict[str, Any]:
    return {"num_format": rules.number_format} | _text_format(rules)
