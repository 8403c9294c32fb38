"""Two 様式ひな形 to start from, made of the plan's fields: 一覧 and 単票, each usable as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.excel.measures import characters_in, column_pixels, lines_of, most_lines, row_height
from workflow.excel.page import (
    LEAST_SIZE,
    TITLED_TOP,
    Page,
    breaks_down,
    filling_scale,
    pages_across,
    set_page,
)
from workflow.excel.style import (
    ENTRY_LINE,
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    MUTED_INK,
    PREVIOUS_FILL,
    footer,
    header,
)
from workflow.excel.workbook import GrowingSheet, add_sheet, new_workbook
from workflow.model.fields.base import Field
from workflow.model.plan import Plan
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL, NUMBER_LABEL, PREVIOUS_LABEL
from workflow.templates.own.marks import ENTRY_WORD, INDICATOR_WORD
from workflow.templates.sheets.entries import field_mark

LIST_NAME, CARD_NAME = "様式ひな形_一覧.xlsx", "様式ひな形_単票.xlsx"
"""The names they are written under; the one that is taken is renamed."""

_SIZE = 10.0
_NO_MOMENT = datetime(2000, 1, 1)  # the same plan gives the same bytes
_TO_FILL = "太い枠の中を記入してください。"
_WHEN = "回答期限：{{回答期限}}　問い合わせ先：{{問い合わせ先}}"


def starting_forms(plan: Plan) -> Mapping[str, bytes]:
    """Return both workbooks by name; the same plan gives the same bytes."""
    return {
        LIST_NAME: _book(plan, "一覧", _LIST_SIZE, _write_list),
        CARD_NAME: _book(plan, "単票", _SIZE, _write_card),
    }


def _book(
    plan: Plan, name: str, size: float, write: Callable[[GrowingSheet, _Styles, Plan], None]
) -> bytes:
    stream = BytesIO()
    book = new_workbook(stream, size)
    book.set_properties({"title": f"{plan.title}　{name}", "created": _NO_MOMENT})
    sheet = add_sheet(book, name)
    sheet.hide_gridlines(2)
    sheet.set_footer(footer(f"{plan.title.replace('{', '')}　{name}"))
    write(sheet, _Styles(book, size), plan)
    book.close()
    return stream.getvalue()


class _Styles:
    """The formats of both forms."""

    def __init__(self, book: Workbook, size: float) -> None:
        self._book = book
        plain: dict[str, Any] = {"valign": "vcenter", "text_wrap": True, "font_size": size}
        boxed = plain | {"border": 1, "border_color": LINE}
        head = boxed | {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        self.title = book.add_format({"bold": True, "font_size": 16, "valign": "vcenter"})
        self.text = book.add_format({"valign": "vcenter", "font_size": size})
        self.number = book.add_format({"valign": "vcenter", "font_size": size, "align": "right"})
        self.wrapped = book.add_format(plain)
        self.help = book.add_format(boxed | {"font_color": MUTED_INK, "bg_color": LABEL_FILL})
        self.head = book.add_format(head)
        fill = {"bg_color": HEADER_FILL, "font_color": HEADER_INK}
        self.group = book.add_format({"bold": True, "valign": "vcenter", "font_size": size} | fill)
        self.centred_head = book.add_format(head | {"align": "center"})
        self.label = book.add_format(
            boxed | {"bold": True, "align": "center", "bg_color": LABEL_FILL}
        )
        self.value = book.add_format(boxed | {"indent": 1})
        self.wrapped_box = book.add_format(boxed)
        self.centred = book.add_format(boxed | {"align": "center", "bold": True})
        self.item = book.add_format(boxed | {"indent": 1, "bold": True, "font_size": 11})
        self._boxed = boxed

    def entry(self, field: Field) -> Format:
        """Return the format of the cell in which a field is answered."""
        rules = field.cell_rules
        align = {"valign": "top"} if field.is_prose else {"align": "center"}
        if rules.align:
            align["align"] = rules.align
        frame = {"border": 2, "border_color": ENTRY_LINE, "num_format": rules.number_format}
        return self._book.add_format(self._boxed | align | frame)

    def previous(self, field: Field) -> Format:
        """Return the format of the cell that shows last year's answer."""
        align = field.cell_rules.align or ("left" if field.is_prose else "center")
        look = {"align": align, "bg_color": PREVIOUS_FILL, "font_color": MUTED_INK}
        return self._book.add_format(self._boxed | look)


def _asked(field: Field) -> str:
    return "{{記入:" + field.label + "}}"


def _last_year(field: Field) -> str:
    return "{{前年度:" + field.label + "}}"


def _mark(text: str) -> str:
    return "{{" + text + "}}"


def _how(field: Field) -> str:
    """Return how a field is filled: its help, its bounds, what its choices mean."""
    meanings = "　".join(
        f"{choice.value}：{choice.meaning}" if choice.meaning else choice.value
        for choice in field.dropdown
    )
    how = f"{field.help}{field.cell_rules.instruction}"
    return "\n".join(filter(None, (how, meanings)))


# 単票: a sheet for each item.

_CARD_PAGE = Page(is_landscape=False, sides=0.4, top=0.4, bottom=0.5)
_CARD_PIXELS = (104, 84, 96, 104, 184, 172)
_LEAST_LINES = 3
_CARD_SPANS = ((0, 0), (1, 2), (3, 4), (5, 5))
"""The columns of what is asked in short: what, its answer, how, last year's."""


@dataclass(slots=True)
class _CardPen:
    """Where on the card is being written; heights are those of its blocks, for page breaks."""

    sheet: GrowingSheet
    row: int = 0
    blocks: list[list[float]] = field(default_factory=list)

    def put(self, first: int, last: int, text: str, style: Format, rows: int = 1) -> None:
        """Write over some columns of the row, and of so many below."""
        if first == last and rows == 1:
            self.sheet.write_string(self.row, first, text, style)
        else:
            self.sheet.merge_range(self.row, first, self.row + rows - 1, last, "", style)
            self.sheet.write_string(self.row, first, text, style)

    def close(self, *heights: float, is_new: bool = True) -> None:
        """Give the rows just written their heights; they belong to the block above unless new."""
        for offset, height in enumerate(heights):
            self.sheet.set_row(self.row + offset, height)
        self.row += len(heights)
        if is_new or not self.blocks:
            self.blocks.append([])
        self.blocks[-1].extend(heights)


def _write_card(sheet: GrowingSheet, styles: _Styles, plan: Plan) -> None:
    pen = _CardPen(sheet)
    last = len(_CARD_PIXELS) - 1
    for column, width in enumerate(_CARD_PIXELS):
        sheet.set_column_pixels(column, column, width)
    _write_card_head(pen, styles, plan, last)
    for is_prose, run in groupby(plan.form.fields, key=lambda asked: asked.is_prose):
        fields = tuple(run)
        if not is_prose:
            _write_short(pen, styles, fields)
        for asked in fields if is_prose else ():
            _write_prose(pen, styles, asked, last)
    _write_indicators(pen, styles, plan)
    set_page(sheet, _CARD_PAGE, _CARD_PIXELS, _SIZE)
    scale = filling_scale(_CARD_PAGE, _CARD_PIXELS, _SIZE, 0)
    sheet.set_print_scale(scale)
    sheet.set_h_pagebreaks(breaks_down(pen.blocks, _CARD_PAGE.height / scale * 100, taken=0))
    sheet.print_area(0, 0, pen.row - 1, last)


def _write_card_head(pen: _CardPen, styles: _Styles, plan: Plan, last: int) -> None:
    pen.put(0, 3, f"{_mark('年度')}　{plan.title}", styles.title)
    pen.put(4, last, f"{NUMBER_LABEL}：{_mark(NUMBER_LABEL)}", styles.number)
    pen.close(30)
    pen.put(0, last, f"{_TO_FILL}{_WHEN}", styles.wrapped)
    pen.close(row_height([(_WHEN * 2, _characters(0, last))], _SIZE))
    pen.put(0, 0, ID_LABEL, styles.label)
    pen.put(1, 2, _mark(ID_LABEL), styles.centred)
    pen.put(3, 3, DEPARTMENT_LABEL, styles.label)
    pen.put(4, last, _mark(DEPARTMENT_LABEL), styles.value)
    pen.close(20)
    for depth, level in enumerate(plan.levels):
        is_item = depth == len(plan.levels) - 1
        longest = max((item.labels[depth] for item in plan.items), key=len, default="")
        pen.put(0, 0, level, styles.label)
        pen.put(1, last, _mark(level), styles.item if is_item else styles.value)
        pen.close(max(18, row_height([(longest, _characters(1, last) * 0.85)], _SIZE)))
    pen.close(6)


def _write_short(pen: _CardPen, styles: _Styles, fields: Sequence[Field]) -> None:
    for (first, last), head in zip(
        _CARD_SPANS, ("項目", "今年度", "記入のしかた", PREVIOUS_LABEL), strict=True
    ):
        pen.put(first, last, head, styles.centred_head)
    pen.close(20)
    for asked in fields:
        how = _how(asked)
        texts = (f"{asked.heading}\n{field_mark(asked)}", _asked(asked), how, _last_year(asked))
        looks = (styles.label, styles.entry(asked), styles.help, styles.previous(asked))
        for (first, last), text, look in zip(_CARD_SPANS, texts, looks, strict=True):
            pen.put(first, last, text, look)
        needed = row_height([(how, _characters(3, 4))], _SIZE)
        pen.close(max(30, needed), is_new=False)
    pen.close(6, is_new=False)


def _write_prose(pen: _CardPen, styles: _Styles, asked: Field, last: int) -> None:
    width = _characters(0, last)
    heading = f"{asked.heading}　{field_mark(asked)}　{_how(asked)}"
    pen.put(0, last, heading, styles.head)
    pen.close(max(18, row_height([(heading, width - 2)], _SIZE)))
    most = asked.cell_rules.maximum
    needed = lines_of("あ" * int(most), width) if isinstance(most, int | float) else 0
    lines = min(most_lines(_SIZE), max(_LEAST_LINES, needed))
    pen.put(0, last, _asked(asked), styles.entry(asked))
    pen.close(row_height([("\n" * (lines - 1), width)], _SIZE), is_new=False)
    pen.close(6, is_new=False)


_INDICATOR_SPANS = ((0, 1), (2, 3), (4, 4), (5, 5))
_INDICATOR_PARTS = (("名前", "単位"), ("基準値", "これまでの実績値"), ("目標値",))
"""What stands in one cell: targets have their own, or nobody could tell them from actuals."""
_INDICATOR_HEADS = (INDICATOR_WORD, "基準値・これまでの実績値", "目標値", "今年度の実績値")
_MOST_INDICATORS, _INDICATOR_LINES = 8, 7
"""Indicators that a card has room for, and the most lines one says; more stand on our sheet."""


def _write_indicators(pen: _CardPen, styles: _Styles, plan: Plan) -> None:
    """Write a row for each indicator that an item has at most; nothing where none has any."""
    counts = Counter(one.item for one in plan.indicators)
    if not counts:
        return
    for (first, last), head in zip(_INDICATOR_SPANS, _INDICATOR_HEADS, strict=True):
        pen.put(first, last, head, styles.centred_head)
    pen.close(20)
    entry = styles.entry(plan.indicators[0].actual_field)
    for number in range(1, min(_MOST_INDICATORS, max(counts.values())) + 1):
        one = f"{INDICATOR_WORD}{number}"
        shown = ("\n".join(_mark(f"{one}:{part}") for part in parts) for parts in _INDICATOR_PARTS)
        texts = (*shown, _mark(f"{ENTRY_WORD}:{one}"))
        looks = (styles.value, styles.wrapped_box, styles.wrapped_box, entry)
        for (first, last), text, look in zip(_INDICATOR_SPANS, texts, looks, strict=True):
            pen.put(first, last, text, look)
        pen.close(row_height([("\n" * (_INDICATOR_LINES - 1), 10)], _SIZE), is_new=False)
    pen.close(6, is_new=False)


def _characters(first: int, last: int) -> float:
    return characters_in(sum(_CARD_PIXELS[first : last + 1]), _SIZE)


# 一覧: a row for each item.

_LIST_SIZE = LEAST_SIZE
_LIST_HEIGHT = 54.0
_PROSE = 29.0
"""Full-width characters of a column of prose: 1,000 of them stand in the highest row there is."""
_TITLE_ROW, _WHEN_ROW, _GROUP_ROW, _HEAD_ROW, _ITEM_ROW = range(5)
_PLANNED, _ANSWERED = "計画", "{{年度}}の記入"


@dataclass(frozen=True, slots=True)
class _ListColumn:
    """One column of the list: the group it stands in, what heads it, the mark, its look."""

    group: str
    head: str
    mark: str
    width: float
    style: Format


def _write_list(sheet: GrowingSheet, styles: _Styles, plan: Plan) -> None:
    columns = tuple(_list_columns(styles, plan))
    widths = [column_pixels(column.width, _LIST_SIZE) for column in columns]
    named = sum(column.group == _PLANNED for column in columns)
    page = Page(plan.paper, sides=0.35, top=TITLED_TOP, bottom=0.55)
    groups = [column.group for column in columns]
    across = pages_across(page, widths, _LIST_SIZE, named)
    for at, (column, width) in enumerate(zip(columns, widths, strict=True)):
        is_first = column.group not in groups[:at] or at in across
        sheet.set_column_pixels(at, at, width)
        sheet.write_string(_GROUP_ROW, at, column.group if is_first else "", styles.group)
        sheet.write_string(_HEAD_ROW, at, column.head, styles.centred_head)
        sheet.write_string(_ITEM_ROW, at, column.mark, column.style)
    title = f"{_mark('年度')}　{plan.title}　進捗状況一覧　{_mark('課名')}"
    sheet.write_string(_TITLE_ROW, 0, title, styles.title)
    number = f"{NUMBER_LABEL}：{_mark(NUMBER_LABEL)}"
    sheet.write_string(_WHEN_ROW, 0, f"{_TO_FILL}{_WHEN}　{number}", styles.text)
    for row, height in (
        *((_TITLE_ROW, 28), (_WHEN_ROW, 20), (_GROUP_ROW, 18)),
        *((_HEAD_ROW, 30), (_ITEM_ROW, _LIST_HEIGHT)),
    ):
        sheet.set_row(row, height)
    _write_how(sheet, styles, plan, widths[: across[0] if across else None])
    # What stands above and below is for the screen: paper repeats the first columns on each page.
    sheet.set_header(header(f"{plan.title.replace('{', '')}　進捗状況一覧"))
    sheet.freeze_panes(_ITEM_ROW, named)
    sheet.repeat_rows(_GROUP_ROW, _HEAD_ROW)
    set_page(sheet, page, widths, _LIST_SIZE, named)
    sheet.print_area(_GROUP_ROW, 0, _ITEM_ROW, len(columns) - 1)


def _list_columns(styles: _Styles, plan: Plan) -> Iterator[_ListColumn]:
    item, fields = plan.levels[-1], plan.form.fields
    yield _ListColumn(_PLANNED, ID_LABEL, _mark(ID_LABEL), 4.5, styles.centred)
    yield _ListColumn(_PLANNED, item, _mark(item), 10.5, styles.wrapped_box)
    yield _ListColumn(_PLANNED, DEPARTMENT_LABEL, _mark(DEPARTMENT_LABEL), 5.5, styles.wrapped_box)
    for asked in fields:
        width = min(asked.cell_rules.width, _PROSE)
        yield _ListColumn(_ANSWERED, asked.heading, _asked(asked), width, styles.entry(asked))
    for asked in fields:
        if not asked.is_prose:  # a second column of prose would take a page of its own
            width, style = asked.cell_rules.width, styles.previous(asked)
            yield _ListColumn(PREVIOUS_LABEL, asked.heading, _last_year(asked), width, style)


def _write_how(sheet: GrowingSheet, styles: _Styles, plan: Plan, widths: Sequence[int]) -> None:
    """Write below the rows how each field is filled, over some columns."""
    first = _ITEM_ROW + 2
    characters = characters_in(sum(widths), _LIST_SIZE)
    for row, asked in enumerate(plan.form.fields, start=first):
        text = f"※ {asked.heading}（{field_mark(asked)}）：{_how(asked)}".replace("\n", "　")
        sheet.merge_range(row, 0, row, len(widths) - 1, "", styles.wrapped)
        sheet.write_string(row, 0, text, styles.wrapped)
        sheet.set_row(row, row_height([(text, characters)], _LIST_SIZE))
