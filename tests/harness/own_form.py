"""A city's own form: its sheets as text, drawn as cities build them in Excel.

A form is a folder in examples/forms with a form.toml. `grid` draws the cells as an example of a
table does (← and ↑ are merged); `looks` gives ranges their look, a line a range, later lines over
earlier ones; `frames` draws thicker lines around ranges; `extras` are what stands beside the cells
(`tests/harness/verbs/office.py` for those no library writes).
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol
from xlsxwriter.worksheet import Worksheet

from tests.harness.city_mark import city_mark
from tests.harness.description import EXAMPLES
from tests.harness.table_example import LEFTWARDS, UPWARDS, merged_areas
from tests.harness.verbs.office import OFFICE_EXTRAS
from tests.harness.verbs.registry import VERBS, packed, parts_of
from tests.tables import cells, written
from workflow.plan.document import sample_document

FORMS = EXAMPLES / "forms"
_MADE = datetime(2024, 3, 1)
_LINES = {"thin": 1, "medium": 2}
_SIDES = ("top", "bottom", "left", "right")

Area = tuple[int, int, int, int]
"""The first row and column and the last ones, from 0."""
Look = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSheet:
    """One sheet as its description says."""

    name: str
    grid: str
    widths: str
    looks: str = ""
    heights: Mapping[str, float] = field(default_factory=dict)
    frames: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[tuple[Any, ...], ...] = ()
    landscape: bool = False
    paper: int = 9
    fit: tuple[int, int] = (1, 1)
    print_area: str = ""
    repeat_rows: tuple[int, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    freeze: str = ""
    header: str = ""
    footer: str = ""
    header_picture: bool = False
    tab: str = ""

    @property
    def lines(self) -> list[list[str]]:
        """The cells of each line."""
        return [cells(line) for line in self.grid.strip("\n").split("\n")]


@dataclass(frozen=True, slots=True)
class OwnForm:
    """A form, the fields that its plan asks besides those of the sample, and its indicators."""

    about: str
    fields: tuple[Mapping[str, Any], ...]
    indicators: tuple[Mapping[str, Any], ...]
    sheets: tuple[DrawnSheet, ...]

    def plan_document(self) -> dict[str, Any]:
        """Return the sample plan of 25 items that asks for what the form has places for."""
        document = sample_document()
        asked = [*document["form"]["fields"], *map(dict, self.fields)]
        indicators = {"indicators": list(map(dict, self.indicators))} if self.indicators else {}
        return {**document, "form": {**document["form"], "fields": asked}, **indicators}


def form_folders() -> list[Path]:
    """Return the folder of every form."""
    return sorted(path.parent for path in FORMS.glob("*/form.toml"))


def read_form(name: str) -> OwnForm:
    """Return the form of a name. Raises TypeError for a word it does not know."""
    words = tomllib.loads((FORMS / name / "form.toml").read_text("utf-8"))
    sheets = tuple(
        DrawnSheet(**{key: _frozen(value) for key, value in sheet.items()})
        for sheet in words.pop("sheet")
    )
    fields, indicators = (tuple(words.pop(word, ())) for word in ("field", "indicator"))
    form = OwnForm(words.pop("about"), fields, indicators, sheets)
    assert not words, f"nobody knows {list(words)}"
    return form


def _frozen(value: Any) -> Any:  # noqa: ANN401 - as TOML gives them
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


@cache
def drawn_form(name: str) -> bytes:
    """Return the workbook of a form, the same bytes every time."""
    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True})
    book.set_properties({"created": _MADE, "title": "様式"})
    form = read_form(name)
    for sheet in form.sheets:
        _Drawing(book, book.add_worksheet(sheet.name), sheet).draw()
    book.close()
    parts = parts_of(stream.getvalue())
    for number, sheet in enumerate(form.sheets, start=1):
        for verb, *arguments in sheet.extras:
            if verb in OFFICE_EXTRAS:
                VERBS[verb].function(parts, number, *arguments)
    return packed(parts)


class _Drawing:
    """A sheet in the making."""

    def __init__(self, book: Workbook, sheet: Worksheet, drawn: DrawnSheet) -> None:
        self._book, self._sheet, self._drawn = book, sheet, drawn
        self._looks: dict[tuple[int, int], Look] = {}
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def draw(self) -> None:
        self._plan_looks()
        self._write_cells()
        self._set_sizes()
        self._set_page()
        for verb, *arguments in self._drawn.extras:
            if verb not in OFFICE_EXTRAS:
                _EXTRAS[verb](self, *arguments)

    def _plan_looks(self) -> None:
        for line in self._drawn.looks.strip().splitlines():
            reference, _, words = line.partition("=")
            look: Look = {}
            for word in words.split(", "):
                look |= _look(*word.split(maxsplit=1))
            for at in _cells_of(area_of(reference.strip())):
                self._looks[at] = self._looks.get(at, {}) | look
        for reference, line in self._drawn.frames.items():
            area = area_of(reference)
            for at in _cells_of(area):
                edges = dict.fromkeys(_edges(at, area), _LINES[line])
                self._looks[at] = self._looks.get(at, {}) | edges

    def _write_cells(self) -> None:
        lines = self._drawn.lines
        for first_row, first, last_row, last in merged_areas(lines):
            self._sheet.merge_range(first_row - 1, first - 1, last_row - 1, last - 1, "")
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                self._write(row, column, "" if text in (LEFTWARDS, UPWARDS) else text)
        for (row, column), look in self._looks.items():
            if row >= len(lines) or column >= len(lines[row]):
                self._sheet.write_blank(row, column, None, self.format(look))

    def _write(self, row: int, column: int, text: str) -> None:
        style = self.format(self._looks.get((row, column), {}))
        match written(text) if text else "":
            case "":
                self._sheet.write_blank(row, column, None, style)
            case str(value):
                self._sheet.write_string(row, column, value, style)
            case date():
                raise AssertionError("no form needs a day yet")
            case number:
                self._sheet.write_number(row, column, number, style)

    def format(self, look: Look) -> Format:
        """Return the format of a look, each made once."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]

    def _set_sizes(self) -> None:
        for column, width in enumerate(self._drawn.widths.split()):
            self._sheet.set_column(column, column, float(width))
        for number, height in self._drawn.heights.items():
            self._sheet.set_row(int(number) - 1, height)
        for row in self._drawn.hidden_rows:
            self._sheet.set_row(row - 1, None, None, {"hidden": True})

    def _set_page(self) -> None:
        sheet, drawn = self._sheet, self._drawn
        (sheet.set_landscape if drawn.landscape else sheet.set_portrait)()
        sheet.set_paper(drawn.paper)
        sheet.fit_to_pages(*drawn.fit)
        sheet.set_margins(left=0.6, right=0.6, top=0.75, bottom=0.6)
        picture = {"image_left": "city_mark.png", "image_data_left": io.BytesIO(city_mark(24))}
        sheet.set_header(drawn.header, picture if drawn.header_picture else {})
        sheet.set_footer(drawn.footer)
        if drawn.print_area:
            sheet.print_area(drawn.print_area)
        if drawn.repeat_rows:
            sheet.repeat_rows(drawn.repeat_rows[0] - 1, drawn.repeat_rows[1] - 1)
        if drawn.freeze:
            sheet.freeze_panes(drawn.freeze)
        if drawn.tab:
            sheet.set_tab_color(f"#{drawn.tab}")

    # What stands beside the cells.

    def city_mark(self, at: str) -> None:
        image = {"image_data": io.BytesIO(city_mark(48)), "x_offset": 6, "y_offset": 4}
        sheet_name = "city_mark.png"
        self._sheet.insert_image(at, sheet_name, image | {"description": "市章"})

    def text_box(self, at: str, text: str, width: int, height: int) -> None:
        options = {"width": width, "height": height, "font": {"size": 9}}
        self._sheet.insert_textbox(at, text, options | {"line": {"color": "#7F7F7F"}})

    def shape(self, at: str, text: str, width: int, height: int) -> None:
        look = {"fill": {"color": "#FFF2CC"}, "line": {"color": "#C00000", "width": 1.5}}
        options = {"width": width, "height": height, "align": {"vertical": "middle"}}
        self._sheet.insert_textbox(at, text, options | look)

    def list_of(self, area: str, values: str) -> None:
        self._sheet.data_validation(area, {"validate": "list", "source": values.split(",")})

    def whole_number(self, area: str, minimum: int, maximum: int) -> None:
        bounds = {"criteria": "between", "minimum": minimum, "maximum": maximum}
        self._sheet.data_validation(area, {"validate": "integer", **bounds})

    def colour_where(self, area: str, formula: str, colour: str) -> None:
        look = self._book.add_format({"bg_color": f"#{colour}"})
        rule = {"type": "formula", "criteria": formula, "format": look}
        self._sheet.conditional_format(area, rule)

    def bars(self, area: str) -> None:
        rule = {"type": "data_bar", "bar_color": "#63C384", "data_bar_2010": True}
        self._sheet.conditional_format(area, rule)

    def note(self, at: str, text: str) -> None:
        self._sheet.write_comment(at, text, {"author": "福祉政策課", "width": 210, "height": 60})

    def formula(self, at: str, formula: str) -> None:
        row, column = xl_cell_to_rowcol(at)
        style = self.format(self._looks.get((row, column), {}))
        self._sheet.write_formula(row, column, formula, style, "")

    def chart(self, at: str, names: str, values: str) -> None:
        chart = self._book.add_chart({"type": "bar"})
        assert chart
        chart.add_series({"categories": f"={names}", "values": f"={values}"})
        chart.set_legend({"none": True})
        chart.set_size({"width": 330, "height": 130})
        self._sheet.insert_chart(at, chart)


_EXTRAS: dict[str, Callable[..., None]] = {
    "city mark": _Drawing.city_mark,
    "text box": _Drawing.text_box,
    "shape": _Drawing.shape,
    "list": _Drawing.list_of,
    "whole number": _Drawing.whole_number,
    "colour where": _Drawing.colour_where,
    "bars": _Drawing.bars,
    "note": _Drawing.note,
    "formula": _Drawing.formula,
    "chart": _Drawing.chart,
}


def area_of(reference: str) -> Area:
    """Return the area of a reference."""
    first, _, last = reference.partition(":")
    return (*xl_cell_to_rowcol(first), *xl_cell_to_rowcol(last or first))


def _cells_of(area: Area) -> Iterator[tuple[int, int]]:
    first_row, first, last_row, last = area
    return (
        (row, column) for row in range(first_row, last_row + 1) for column in range(first, last + 1)
    )


def _edges(at: tuple[int, int], area: Area) -> Iterator[str]:
    ends = (at[0] == area[0], at[0] == area[2], at[1] == area[1], at[1] == area[3])
    return (side for side, is_edge in zip(_SIDES, ends, strict=True) if is_edge)


_LOOKS: dict[str, Look] = {
    "bold": {"bold": True},
    "centre": {"align": "center"},
    "right": {"align": "right"},
    "top": {"valign": "top"},
    "middle": {"valign": "vcenter"},
    "wrap": {"text_wrap": True},
    "box": dict.fromkeys(_SIDES, 1),
}
"""What a word says of a cell's look; others name a value."""
_VALUES = {
    "size": "font_size",
    "font": "font_name",
    "number": "num_format",
    "fill": "bg_color",
    "ink": "font_color",
}


def _look(word: str, value: str = "") -> Look:
    if word in _LOOKS:
        return _LOOKS[word]
    key, value = _VALUES[word], value.strip()
    colour = f"#{value}" if key.endswith("color") else value
    return {key: float(value) if key == "font_size" else colour}
