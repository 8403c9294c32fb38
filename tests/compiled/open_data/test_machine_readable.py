"""台帳 follows the 総務省 rules for machine-readable statistics, one test for each of its numbers.

「統計表における機械判読可能なデータの表記方法の統一ルール」(2020-12-18) has fifteen. Where they do
not reach:

* 1-2: a joint item that one answer settles has one 担当課 cell, 甲課・乙課: those who answer
  together are one value, as the plan has them.
* 1-5, 1-6 and 1-10 are for headings and for what we write. Prose and the plan's own texts stay as
  they were written, with their line breaks and their ①; to change them would be to lose something.
* 1-9: headings are the form's labels, word for word; units stand in the data package and in 凡例.
* 1-11: the e-Stat time codes are for statistics released there; a western year stands in each row.
* 1-12: every row is of one city, so its code and name stand in the data package, once.
* 1-13: nothing is kept secret here; a missing value is an empty cell, and 回答状況 says why.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from openpyxl.worksheet.worksheet import Worksheet

from tests.city import City, full_texts
from tests.journeys.test_another_city import answers, other_city, other_plan
from workflow.compiled.ledger import Ledger, LedgerColumn, build_ledger
from workflow.compiled.merging.merge import merge
from workflow.compiled.open_data.package import data_package
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.date import DateField
from workflow.model.fields.number import NumberField
from workflow.returned.readers.openpyxl import open_exactly
from workflow.templates.register_file import load_register

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True)
class Table:
    """What a city's round was compiled to: the sheet 台帳 and the CSV."""

    city: City

    @cached_property
    def sheet(self) -> Worksheet:
        return open_exactly(self.city.workspace.ledger(2023).read_bytes())["台帳"]

    @cached_property
    def header(self) -> list[Any]:
        return [cell.value for cell in self.sheet[1]]

    @cached_property
    def rows(self) -> list[tuple[Any, ...]]:
        return list(self.sheet.iter_rows(min_row=2, values_only=True))

    @cached_property
    def csv_rows(self) -> list[list[str]]:
        text = self.city.workspace.ledger_csv(2023).read_bytes().decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline="")))

    @cached_property
    def ledger(self) -> Ledger:
        """What the columns are and, in their order, which items the rows are about."""
        entries = merge(self.city.plan, self.city.register(), ()).entries
        return build_ledger(self.city.plan, 2023, entries)

    @cached_property
    def package(self) -> dict[str, Any]:
        issued = load_register(self.city.workspace.templates(2023), 2023)
        path = self.city.workspace.ledger_csv(2023)
        content = data_package(self.city.plan, issued, self.ledger, {path.name: path.read_bytes()})
        document: dict[str, Any] = json.loads(content)
        return document

    @cached_property
    def part(self) -> tuple[str, Element]:
        """The sheet's own part: its name and its XML."""
        with zipfile.ZipFile(self.city.workspace.ledger(2023)) as archive:
            book = fromstring(archive.read("xl/workbook.xml"))
            related = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
            targets = {relation.get("Id"): relation.get("Target", "") for relation in related}
            (place,) = (s for s in book.iter(f"{_MAIN}sheet") if s.get("name") == "台帳")
            name = f"xl/{targets[place.get(f'{_OFFICE}id')]}"
            return name, fromstring(archive.read(name))

    @property
    def xml(self) -> Element:
        return self.part[1]

    def related(self) -> set[str]:
        """Return the kinds of things the sheet refers to."""
        name = self.part[0].replace("worksheets/", "worksheets/_rels/") + ".rels"
        with zipfile.ZipFile(self.city.workspace.ledger(2023)) as archive:
            if name not in archive.namelist():
                return set()
            relations = fromstring(archive.read(name))
        return {relation.get("Type", "").rsplit("/", 1)[1] for relation in relations}

    def columns(self) -> Iterator[tuple[LedgerColumn, list[Any]]]:
        """Yield each column with the values below its heading."""
        for n, column in enumerate(self.ledger.columns):
            yield column, [row[n] for row in self.rows]

    def of_type(self, kind: type) -> list[tuple[LedgerColumn, list[Any]]]:
        """Return the columns of one type of field."""
        return [
            (column, values) for column, values in self.columns() if isinstance(column.field, kind)
        ]

    @property
    def key_count(self) -> int:
        """How many columns stand before the first field: year, item, levels, pages, 担当課."""
        return next(n for n, column in enumerate(self.ledger.columns) if column.field)


def sample(home: Path) -> City:
    """Return the sample city with answers, line breaks, marks, a row sent back and rows missing."""
    city = City.with_sample_plan(home)
    city.generate()
    texts = full_texts(city.plan)
    texts["1-1"]["取組状況"] = "①一行目\n　二行目は同上。\n=1+1"
    texts["7-3"]["評価"] = "とても良い"
    for department in ("GAKKO", "KIKI", "KOREI"):
        city.send_back(department, texts)
    return city


def another(home: Path) -> City:
    """Return a city with numbers and days, some of them written as people do."""
    city = other_city(home / "市")
    texts = {item: dict(values) for item, values in answers(other_plan()).items()}
    texts["01-01"] |= {"目標値": "△5", "決算額（千円）": "１，２３４千円", "完了日": "R5.5.1"}
    texts["01-02"] |= {"実績値": "約百"}
    for department in ("D01", "D02"):
        city.send_back(department, texts)
    return city


@pytest.fixture(scope="module", params=[sample, another], ids=["sample", "another"])
def table(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Table:
    city: City = request.param(tmp_path_factory.mktemp("city"))
    city.collect()
    assert set(city.statuses().values()) == {"回答済", "未提出", "差戻し中"}
    return Table(city)


def test_1_1_the_table_is_there_as_excel_and_as_csv(table: Table) -> None:
    book, text = table.city.workspace.ledger(2023), table.city.workspace.ledger_csv(2023)
    assert (book.suffix, text.suffix) == (".xlsx", ".csv")
    assert len(table.rows) == len(table.city.plan.assignments())
    assert len(table.csv_rows) == 1 + len(table.rows)
    with zipfile.ZipFile(book) as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower()]


def test_1_2_every_cell_holds_one_value(table: Table) -> None:
    assert table.header == [column.label for column in table.ledger.columns]
    for column, values in table.of_type(ChoiceField):
        assert isinstance(column.field, ChoiceField)
        assert set(values) <= {None, *(choice.value for choice in column.field.choices)}
    for _, values in table.of_type(DateField):
        assert {type(value) for value in values} <= {datetime, type(None)}


def test_1_3_numbers_are_numbers(table: Table) -> None:
    numeric = {column.label for column, _ in table.of_type(NumberField)} | {"年度(西暦)", "行"}
    for column, values in table.columns():
        found = {type(value) for value in values if value is not None}
        if column.label in numeric:
            assert found <= {int, float}
        elif not isinstance(column.field, DateField) and column.label != "受領日時":
            assert found <= {str}
    formats = {
        cell.number_format
        for row in table.sheet.iter_rows(2)
        for label, cell in zip(table.header, row, strict=True)
        if label in numeric
    }
    assert formats == {"General"}, "a unit or a mark would be shown that is not in the value"


def test_1_4_no_cells_are_merged(table: Table) -> None:
    assert not table.sheet.merged_cells.ranges
    assert not list(table.xml.iter(f"{_MAIN}mergeCell"))


def test_1_5_nothing_is_laid_out_with_blanks_or_line_breaks(table: Table) -> None:
    for label in table.header:
        assert not re.search(r"\s", label)
    for row, expected in zip(table.rows, table.ledger.rows, strict=True):
        assert row[: table.key_count] == expected[: table.key_count]


def test_1_6_nothing_is_left_out_because_it_stands_above(table: Table) -> None:
    pages = table.ledger.index("計画書ページ")
    for row in table.rows:
        keys = [value for n, value in enumerate(row[: table.key_count]) if n != pages]
        assert all(keys)
        assert not {"〃", "同上", "同左", "々", "↑"} & set(keys)
        assert row[table.ledger.index("回答状況")] in ("回答済", "未提出", "差戻し中")


def test_1_7_there_are_no_formulas(table: Table) -> None:
    assert not list(table.xml.iter(f"{_MAIN}f"))
    assert len(list(table.xml.iter(f"{_MAIN}v"))) > len(table.rows)


def test_1_8_nothing_lies_on_the_sheet(table: Table) -> None:
    drawings = ("drawing", "legacyDrawing", "picture", "oleObjects", "controls", "tableParts")
    assert not [name for name in drawings if table.xml.find(f"{_MAIN}{name}") is not None]
    assert table.related() <= {"hyperlink"}


def test_1_9_units_are_stated(table: Table) -> None:
    (resource,) = table.package["resources"]
    legend = open_exactly(table.city.workspace.ledger(2023).read_bytes())["凡例"]
    notes = {row[1]: str(row[2]) for row in legend.iter_rows(values_only=True) if row[0] == "項目"}
    stated = {f["name"]: f.get("torimatome:unit") for f in resource["schema"]["fields"]}
    for column, _ in table.of_type(NumberField):
        assert isinstance(column.field, NumberField)
        assert stated[column.label] == (column.field.unit or None)
        assert not column.field.unit or f"単位は{column.field.unit}です。" in notes[column.label]


def test_1_10_headings_have_no_characters_of_one_platform_alone(table: Table) -> None:
    for label in (*table.header, table.sheet.title):
        label.encode("iso2022_jp")
    with pytest.raises(UnicodeEncodeError):
        "①".encode("iso2022_jp")


def test_1_11_years_are_western(table: Table) -> None:
    assert table.header[0] == "年度(西暦)"
    assert {row[0] for row in table.rows} == {2023}
    labels = [column.label for column, _ in table.of_type(DateField)]
    for row in table.csv_rows[1:]:
        values = dict(zip(table.header, row, strict=True))
        assert all(re.fullmatch(r"(\d{4}-\d\d-\d\d)?", values[label]) for label in labels)
        assert re.fullmatch(r"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00)?", values["受領日時"])


def test_1_12_the_area_is_stated(table: Table) -> None:
    city = table.city.plan.municipality
    assert table.package["torimatome:municipality"] == {"name": city.name, "code": city.code}


def test_1_13_no_marks_stand_among_numbers(table: Table) -> None:
    places = [
        n for n, column in enumerate(table.ledger.columns) if isinstance(column.field, NumberField)
    ]
    for row in table.csv_rows[1:]:
        assert all(re.fullmatch(r"(-?\d+(\.\d+)?)?", row[place]) for place in places)


def test_2_1_the_table_is_not_divided(table: Table) -> None:
    assert table.sheet.dimensions.startswith("A1:")
    assert (table.sheet.max_row, table.sheet.max_column) == (1 + len(table.rows), len(table.header))
    assert all(table.header)
    assert all(any(value is not None for value in row) for row in table.rows)
    assert {len(row) for row in table.csv_rows} == {len(table.header)}


def test_2_2_there_is_one_table_on_the_sheet(table: Table) -> None:
    assert table.sheet.auto_filter.ref == table.sheet.dimensions
    labels = set(table.header)
    assert not [row for row in table.rows if labels <= set(row)]
    assert len(set(table.header)) == len(table.header)
