"""A template as openpyxl sees it: all fields of the plan, and no cell open but theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tests.city import ISSUED_AT, City
from tests.journeys.test_another_city import other_plan
from tests.small import FORM, PLAN
from workflow.model.fields.base import Field
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.date import DateField
from workflow.model.fields.form import form_as_json
from workflow.model.fields.number import NumberField
from workflow.model.fields.text import TextField
from workflow.model.plan import Plan
from workflow.plan.document import sample_document
from workflow.returned.identify import stamps
from workflow.returned.readers.openpyxl import read_book
from workflow.templates.layout import COVER_SHEET, DIGEST_PROPERTY, ENTRY_SHEET
from workflow.templates.register import Issue


def small_document(**settings: str) -> dict[str, Any]:
    """Return the small plan of the unit tests as plan.json writes it."""
    return {
        "version": 1,
        "plan": {
            "title": PLAN.title,
            "municipality": {"name": "門真市", "code": "272230"},
            "coordinator": "A",
            "deadline": "2024-05-31",
            **settings,
        },
        "levels": list(PLAN.levels),
        "departments": [{"code": d.code, "name": d.name} for d in PLAN.departments],
        "items": [
            {
                "id": item.id,
                "path": list(item.path),
                "title": item.title,
                "pages": item.pages,
                "departments": list(item.departments),
                "answer": item.answer.value,
            }
            for item in PLAN.items
        ],
        "form": {"fields": form_as_json(FORM)},
    }


RESPONDENT = {"C8"}
"""The box on the cover for who filled the form, by its corner."""


@dataclass(frozen=True)
class Template:
    """One department's template, read back."""

    plan: Plan
    issue: Issue
    content: bytes
    book: Workbook

    @property
    def sheet(self) -> Worksheet:
        found = self.book[ENTRY_SHEET]
        assert isinstance(found, Worksheet)
        return found

    @property
    def header(self) -> dict[str, int]:
        """Label → column."""
        for cells in self.sheet.iter_rows():
            labels = {str(c.value): c.column for c in cells if isinstance(c, Cell) and c.value}
            if "整理番号" in labels:
                return labels
        raise AssertionError("no header row")

    def entry_rows(self) -> dict[str, int]:
        """整理番号 → row."""
        ids = {item.id for item in self.issue.items}
        column = self.header["整理番号"]
        cells = (row[column - 1] for row in self.sheet.iter_rows())
        return {str(c.value): c.row for c in cells if c.value in ids and c.row is not None}

    def entry_cells(self, field: Field) -> list[str]:
        column = self.header[field.heading]
        return [self.sheet.cell(row, column).coordinate for row in self.entry_rows().values()]

    def validation(self, coordinate: str) -> DataValidation:
        """Return the one validation of a cell."""
        rules: list[DataValidation] = self.sheet.data_validations.dataValidation
        (found,) = [rule for rule in rules if coordinate in rule.sqref]
        return found

    def listed(self, formula: str) -> list[str]:
        """Return the values a list validation offers."""
        if formula.startswith('"'):
            return formula.strip('"').split(",")
        match = re.fullmatch(r"=?'?([^'!]+)'?!(.+)", formula)
        assert match
        area = self.book[match[1]][match[2].replace("$", "")]
        rows = ((area,),) if isinstance(area, Cell) else area
        return [str(row[0].value) for row in rows]


def template(home: Path, document: dict[str, Any], department: str) -> Template:
    city = City.with_plan(home, document)
    city.generate()
    path = city.template(department)
    return Template(city.plan, city.issue(department), path.read_bytes(), load_workbook(path))


DOCUMENTS = {
    "small": (small_document(), "A"),
    "locked": (small_document(lock_password="secret", paper="A3"), "B"),
    "sample": (sample_document(), "FUKUSHI"),
    "other": (other_plan(), "D07"),
}


@pytest.fixture(scope="module", params=DOCUMENTS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    document, department = DOCUMENTS[request.param]
    return template(tmp_path_factory.mktemp(request.param), document, department)


def test_every_item_has_its_row_and_its_texts(made: Template) -> None:
    rows = made.entry_rows()
    assert list(rows) == [item.id for item in made.issue.items]
    for item in made.issue.items:
        shown = {
            label: made.sheet.cell(rows[item.id], made.header[label]).value
            for label in (*made.plan.levels, "担当課")
        }
        expected = dict(zip(made.plan.levels, item.labels, strict=True))
        assert shown == {**expected, "担当課": item.departments}


def test_the_header_holds_every_label_with_its_unit_and_once(made: Template) -> None:
    labels = [
        "整理番号",
        *made.plan.levels,
        "担当課",
        *(field.heading for field in made.plan.form.fields),
    ]
    assert set(labels) <= set(made.header)
    (row,) = {c.row for cells in made.sheet.iter_rows() for c in cells if c.value == "整理番号"}
    shown = [c.value for c in made.sheet[row] if c.value]
    assert len(shown) == len(set(shown))
    assert [label for label in shown if label in labels] == labels


def test_exactly_the_entry_cells_are_open(made: Template) -> None:
    entries = {cell for field in made.plan.form.fields for cell in made.entry_cells(field)}
    assert len(entries) == len(made.plan.form.fields) * len(made.issue.items)
    for sheet in made.book.worksheets:
        cells = (c for row in sheet.iter_rows() for c in row)
        is_open = {c.coordinate for c in cells if c.protection and not c.protection.locked}
        assert is_open == (entries if sheet.title == ENTRY_SHEET else RESPONDENT)


def test_entry_cells_are_empty(made: Template) -> None:
    for field in made.plan.form.fields:
        assert {made.sheet[c].value for c in made.entry_cells(field)} == {None}


def test_sheets_and_workbook_are_locked_but_heights_and_widths_are_not(made: Template) -> None:
    assert made.book.security
    assert made.book.security.lockStructure
    assert made.book.sheetnames == [COVER_SHEET, ENTRY_SHEET]
    for sheet in made.book.worksheets:
        assert sheet.protection.sheet
        assert not sheet.protection.formatRows  # openpyxl: what is true is locked
        assert not sheet.protection.formatColumns
        assert sheet.protection.insertRows
        assert sheet.protection.deleteRows
        assert sheet.protection.deleteColumns
        assert bool(sheet.protection.password) == bool(made.plan.lock_password)


def test_no_formula_stands_on_the_entry_sheet(made: Template) -> None:
    kinds = {c.data_type for row in made.sheet.iter_rows() for c in row}
    assert "f" not in kinds


def test_what_is_checked_while_typing_is_what_was_declared(made: Template) -> None:
    for field in made.plan.form.fields:
        for coordinate in made.entry_cells(field):
            rule = made.validation(coordinate)
            assert rule.allowBlank
            assert rule.showErrorMessage
            assert rule.errorStyle in (None, "stop")
            assert len(rule.promptTitle or "") <= 32
            assert 0 < len(rule.prompt or "") <= 255
            assert 0 < len(rule.error or "") <= 255
            assert_declared(made, field, rule)


def assert_declared(made: Template, field: Field, rule: DataValidation) -> None:
    match field:
        case TextField(max_length=limit):
            assert (rule.type, rule.operator, rule.formula1) == (
                "textLength",
                "lessThanOrEqual",
                str(limit),
            )
        case ChoiceField():
            assert rule.type == "list"
            assert not rule.hide_drop_down
            values = [choice.value for choice in field.choices]
            assert made.listed(str(rule.formula1)) == values
        case NumberField():
            assert rule.type == ("whole" if field.decimals == 0 else "decimal")
            assert_between(rule, as_float(field.minimum), as_float(field.maximum))
        case DateField():
            assert rule.type == "date"
            assert_between(rule, serial(field.minimum), serial(field.maximum))


def assert_between(rule: DataValidation, low: float | None, high: float | None) -> None:
    """Assert the bounds; one that is not declared must not shut out a usual value."""
    assert rule.operator in (None, "between")
    first, last = float(str(rule.formula1)), float(str(rule.formula2))
    assert first == low if low is not None else first < 62
    assert last == high if high is not None else last > 1e6


def as_float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def serial(day: date | None) -> float | None:
    return None if day is None else float((day - date(1899, 12, 30)).days)


def test_text_cells_keep_text_as_text(made: Template) -> None:
    for field in made.plan.form.fields:
        formats = {made.sheet[c].number_format for c in made.entry_cells(field)}
        if isinstance(field, TextField | ChoiceField):
            assert formats == {"@"}
        else:
            assert formats != {"General"}
            assert "@" not in formats


def test_identity_is_carried_four_times(made: Template) -> None:
    number = str(made.issue.number)
    book = read_book(made.content)
    assert list(map(str, stamps(book))) == [number]
    assert book.properties[DIGEST_PROPERTY] == made.issue.digest
    assert number in book.properties.values()
    assert number in book.names.values()
    for sheet in book.sheets:
        assert any(number in cell.text for cell in sheet.cells.values()), sheet.name


def test_the_cover_counts_what_is_left(made: Template) -> None:
    cover = made.book[COVER_SHEET]
    assert isinstance(cover, Worksheet)
    formulas = [c.value for row in cover.iter_rows() for c in row if c.data_type == "f"]
    assert len(formulas) > len(made.issue.items)
    assert all("#REF" not in str(f) for f in formulas)


def test_paper_is_the_plans(made: Template) -> None:
    size = {"A3": "8", "A4": "9"}[made.plan.paper]
    assert str(made.sheet.page_setup.paperSize) == size
    assert made.sheet.page_setup.orientation == "landscape"


def test_last_years_answers_stand_below_their_item_and_cannot_be_taken_for_answers(
    tmp_path: Path,
) -> None:
    city = City.with_plan(tmp_path, small_document())
    city.generate(2022)
    last_year: dict[str, str | float | date] = {
        "取組状況": "昨年の文",
        "評価": "Ａ",
        "決算額": 5,
        "完了日": date(2023, 5, 1),
    }
    city.send_back("A", {"1-1": last_year}, year=2022)
    city.collect(2022)
    city.generate(2023, ISSUED_AT + timedelta(days=365))
    path = city.template("A")
    again = Template(city.plan, city.issue("A"), path.read_bytes(), load_workbook(path))
    rows = again.entry_rows()
    below = [c.value for c in again.sheet[rows["1-1"] + 1]]
    assert below[0] == "前年度"
    shown = get_column_letter(below.index("前年度（令和4年度）の回答") + 1)
    assert not again.sheet.column_dimensions[shown].hidden
    assert "昨年の文" in below
    assert again.sheet.cell(rows["1-1"], again.header["取組状況"]).value is None
    test_exactly_the_entry_cells_are_open(again)
    test_what_is_checked_while_typing_is_what_was_declared(again)
    city.send_back("A", {})
    collected = city.collect()
    (file,) = collected.document["files"]
    assert (file["outcome"], file["answers"]) == ("sent_back", 0)
    assert {f["code"] for f in file["findings"]} == {"ROW_BLANK", "RETURN_BLANK"}


def test_a_template_tells_nothing_of_when_and_where_it_was_written(made: Template) -> None:
    properties = made.book.properties
    midnight = ISSUED_AT.replace(hour=0, minute=0)
    assert properties.created == midnight.astimezone(UTC).replace(tzinfo=None)
    assert not properties.creator


_SCREEN = (1366, 768)
_BESIDE, _ABOVE = 48, 250
"""Pixels of Excel that are no cells: row numbers and scroll bar; ribbon, title and task bar."""


def test_a_small_screen_shows_all_entry_columns_and_freezes_a_third_at_most(city: City) -> None:
    city.generate(2023)
    sheet = load_workbook(city.template("FUKUSHI"))[ENTRY_SHEET]
    shown = {
        column: round((dimension.width or 0) * 7)
        for dimension in sheet.column_dimensions.values()
        if not dimension.hidden
        for column in range(int(dimension.min or 0), int(dimension.max or 0) + 1)
    }
    frozen = sheet[str(sheet.freeze_panes)]
    width = sum(shown[c] for c in shown if c < frozen.column)
    height = sum((sheet.row_dimensions[n].height or 15) / 0.75 for n in range(1, frozen.row))
    assert sum(shown.values()) <= _SCREEN[0] - _BESIDE
    assert width <= (_SCREEN[0] - _BESIDE) / 3
    assert height <= (_SCREEN[1] - _ABOVE) / 3
