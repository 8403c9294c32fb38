"""Every workbook on paper, as LibreOffice prints it: no text is too small to read, none is cut."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from openpyxl import load_workbook

from tests.city import City, full_texts
from tests.fillers.libreoffice import print_all
from tests.programs import needs_libreoffice
from workflow.excel.measures import row_height
from workflow.model.fields.text import TextField
from workflow.model.plan import Plan
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document

pytestmark = needs_libreoffice

LEAST = 8.95
"""Points of the smallest text, less what a PDF rounds."""

FOOT = 40
"""Points at the end of a page in which its number stands."""

_MOST_PLACES = 40
"""Places of one text that are looked at: what is chosen stands in many cells."""
_SAME_LINE, _PAGE_APART = 4.0, 10_000.0
"""Points between which texts stand on one line, and between one page and the next."""

LEAST_FILLED = 0.5
PARTED = {"進捗状況", "様式", "一覧（印刷用）", "要確認", "欄外記入", "指摘一覧"}
"""Sheets whose pages end where a thing begins that must stay whole, or go on across; those of the
ledger that quote long texts have rows as high as Excel shows, which no program tears."""

PROSE = "".join(
    f"第{n}回の会議を開き、関係する{n}課とfile_{n}.xlsxの事例（「見守り」など）を検討した。"
    for n in range(30)
)
_LENGTHS = (20, 400, 1000)
_MANY = 150
"""Items at which every sheet that grows with them goes on over several pages."""
_MOST_LONG = 100
"""Items above which all answers are short, lest LibreOffice take minutes."""

FURTHER_FIELDS: tuple[dict[str, Any], ...] = (
    {"key": "result", "label": "成果", "type": "text", "required": False, "max_length": 500},
    {"key": "partner", "label": "連携先", "type": "text", "required": False, "max_length": 200},
    {"key": "people", "label": "参加者数", "type": "number", "required": False, "unit": "人"},
    {"key": "cost", "label": "決算額", "type": "number", "required": False, "unit": "千円"},
    {"key": "done", "label": "完了予定日", "type": "date", "required": False},
)


@dataclass(frozen=True)
class Paper:
    """What stands on the pages of one sheet: sizes of text, and the texts without white space.

    Heights are those at which each character stands, counted on from page to page. Filled is how
    far down each page but the last has text, as a share of its height.
    """

    name: str
    sizes: frozenset[float]
    text: str
    heights: tuple[float, ...]
    filled: tuple[float, ...]

    def lines_of(self, text: str) -> int:
        """Return over how few lines a text stands where it stands whole; 0 where it does not."""
        found = (found.start() for found in re.finditer(re.escape(text), self.text))
        counts = (self._lines(start, start + len(text)) for start in islice(found, _MOST_PLACES))
        return min(counts, default=0)

    def _lines(self, start: int, end: int) -> int:
        heights = self.heights[start:end]
        return 1 + sum(abs(b - a) > _SAME_LINE for a, b in pairwise(heights))


@dataclass(frozen=True)
class Written:
    """A text in a cell that is seen and printed: its font's size, and the points of its rows."""

    sheet: str
    cell: str
    text: str
    size: float
    height: float


def with_nine_fields() -> dict[str, Any]:
    document = sample_document()
    document["form"]["fields"] += FURTHER_FIELDS
    return document


def with_many_items(count: int) -> dict[str, Any]:
    document = sample_document()
    like = document["items"]
    document["items"] = [
        deepcopy(like[n * len(like) // count]) | {"id": f"{n // 30 + 1}-{n % 30 + 1}"}
        for n in range(count)
    ]
    return document


def answers(plan: Plan, rating: str) -> dict[str, dict[str, str | float | date]]:
    """Return an answer to every item, as short and as long as the form allows; of many, short."""
    texts = full_texts(plan, 評価=rating)
    if len(texts) > _MOST_LONG:
        return texts
    for number, answer in enumerate(texts.values()):
        for field in plan.form.fields:
            if isinstance(field, TextField):
                length = _LENGTHS[number % len(_LENGTHS)]
                answer[field.label] = PROSE[: min(length, field.max_length)]
    return texts


def workbooks(folder: Path, document: dict[str, Any]) -> Iterator[Path]:
    """Yield the workbooks of two years: a plan, a form, a hand-back, ledger and points."""
    city = City.with_plan(folder, document)
    code, other, *_ = [d.code for d in city.plan.departments if city.plan.items_of(d.code)]
    for year in (2022, 2023):
        city.generate(year)
        spoilt = "優" if year == 2023 else "Ａ"
        sent = city.send_back(code, answers(city.plan, spoilt), year=year)
        if len(city.plan.items) < _MOST_LONG:
            book = load_workbook(sent)
            book["進捗状況"]["X3"] = PROSE * 2
            book.save(sent)
            city.send_back(other, answers(city.plan, "Ｂ"), year=year)
        city.collect(year)
    plan = folder / "plan.xlsx"
    plan.write_bytes(written_book(document))
    yield from (plan, city.template(code), city.workspace.ledger(2023))
    yield city.workspace.record(2023)
    yield from city.workspace.handbacks(2023).glob("*.xlsx")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("paper")


@pytest.fixture(scope="session")
def papers(folder: Path) -> dict[str, list[Paper]]:
    """Print all workbooks in one run of LibreOffice; return what is on paper by workbook."""
    plans = {
        "real": sample_document(),
        "nine": with_nine_fields(),
        "many": with_many_items(_MANY),
    }
    copies = [
        Path(shutil.copy(path, folder / f"{name}-{n}-{path.parent.name}.xlsx"))
        for name, document in plans.items()
        for n, path in enumerate(workbooks(folder / name, document))
    ]
    print_all(copies)
    return {copy.stem: list(on_paper(copy.with_suffix(".pdf"))) for copy in copies}


def on_paper(pdf: Path) -> Iterator[Paper]:
    """Yield the sheets of a printed workbook; bookmarks name the page at which each begins."""
    with pymupdf.open(pdf) as pages:
        begins = [(name, page - 1) for _, name, page in pages.get_toc()]
        ends = [*(page for _, page in begins[1:]), len(pages)]
        for (name, first), end in zip(begins, ends, strict=True):
            by_page = [list(spans_of(pages[n])) for n in range(first, end)]
            spans = [span for found in by_page for span in found]
            texts = [
                ("".join(span["text"].split()), number * _PAGE_APART + span["bbox"][3])
                for number, found in enumerate(by_page)
                for span in found
            ]
            yield Paper(
                name,
                frozenset(round(span["size"], 2) for span in spans),
                "".join(text for text, _ in texts),
                tuple(height for text, height in texts for _ in text),
                tuple(filled(found, pages[first].rect.height) for found in by_page[:-1]),
            )


def filled(spans: list[dict[str, Any]], height: float) -> float:
    """Return how far down text stands, but for the foot of the page."""
    return max((s["bbox"][3] for s in spans if s["bbox"][3] < height - FOOT), default=0) / height


def spans_of(page: pymupdf.Page) -> Iterator[dict[str, Any]]:
    for block in page.get_text("dict")["blocks"]:
        for line in block.get("lines", ()):
            yield from (span for span in line["spans"] if span["text"].strip())


def test_no_text_on_paper_is_too_small_to_read(papers: dict[str, list[Paper]]) -> None:
    sheets = [(book, paper) for book, found in papers.items() for paper in found]
    assert len(sheets) > 40
    too_small = {(b, p.name): min(p.sizes) for b, p in sheets if min(p.sizes) < LEAST}
    assert too_small == {}


def test_no_page_but_the_last_is_half_empty(papers: dict[str, list[Paper]]) -> None:
    sheets = [(book, p) for book, found in papers.items() for p in found if p.name not in PARTED]
    half_empty = {
        (b, p.name): p.filled for b, p in sheets if min(p.filled, default=1) < LEAST_FILLED
    }
    assert half_empty == {}


def test_no_number_is_wider_than_its_column(papers: dict[str, list[Paper]]) -> None:
    assert [(b, p.name) for b, found in papers.items() for p in found if "###" in p.text] == []


@pytest.mark.parametrize("plan", ["real", "nine"])
def test_every_field_stands_on_the_printed_form(papers: dict[str, list[Paper]], plan: str) -> None:
    (entries,) = [p for p in papers[f"{plan}-1-2023"] if p.name == "進捗状況"]
    fields = with_nine_fields()["form"]["fields"] if plan == "nine" else ()
    for field in fields or sample_document()["form"]["fields"]:
        unit = f"（{field['unit']}）" if "unit" in field else ""
        assert f"{field['label']}{unit}" in entries.text


def written(path: Path) -> Iterator[Written]:
    """Yield the texts of a workbook that a person sees on the screen and on paper."""
    for sheet in load_workbook(path):
        printed = sheet[str(sheet.print_area).split("!")[-1]] if sheet.print_area else sheet
        hidden = {
            column
            for dimension in sheet.column_dimensions.values()
            if dimension.hidden
            for column in range(int(dimension.min or 1), int(dimension.max or 1) + 1)
        }
        ends = {(m.min_row, m.min_col): m.max_row for m in sheet.merged_cells.ranges}
        for cell in (cell for row in printed for cell in row):
            if cell.data_type != "s" or not str(cell.value).strip() or cell.column in hidden:
                continue
            last = int(ends.get((cell.row, cell.column)) or cell.row or 0)
            rows = range(int(cell.row or 0), last + 1)
            usual = sheet.sheet_format.defaultRowHeight
            height = sum(sheet.row_dimensions[n].height or usual for n in rows)
            yield Written(sheet.title, cell.coordinate, str(cell.value), cell.font.size, height)


@pytest.mark.parametrize("plan", ["real", "nine"])
def test_no_text_is_cut_on_paper(folder: Path, papers: dict[str, list[Paper]], plan: str) -> None:
    """Each text stands whole, and its lines fit its row also where Excel sets them further apart.

    Of the plan with very many items the form alone is looked at, with what is printed on it.
    """
    books = [name for name in papers if name.startswith(plan) or name == "many-1-2023"]
    cut = [
        (book, text.sheet, text.cell, text.text[:40])
        for book in books
        for text in written(folder / f"{book}.xlsx")
        if not _stands_whole({paper.name: paper for paper in papers[book]}[text.sheet], text)
    ]
    assert len(books) > 4
    assert cut == []


def _stands_whole(paper: Paper, text: Written) -> bool:
    lines = paper.lines_of("".join(text.text.split()))
    needed = row_height([("\n" * (lines - 1), 1.0)], text.size) if lines > 1 else 0
    return lines > 0 and needed <= text.height
