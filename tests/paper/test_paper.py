"""Every workbook on paper, as LibreOffice prints it: no text is too small to read, none is cut."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from tests.city import City, full_texts
from tests.programs import needs_libreoffice
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document

pytestmark = needs_libreoffice

LEAST = 8.95
"""Points of the smallest text, less what a PDF rounds."""

FOOT = 40
"""Points at the end of a page in which its number stands."""

LEAST_FILLED = 0.5
PARTED = {"進捗状況", "集計表", "様式", "一覧（印刷用）"}
"""Sheets whose pages end where a thing begins that must stay whole, or go on across."""

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

    Filled is how far down each page but the last has text, as a share of its height.
    """

    name: str
    sizes: frozenset[float]
    text: str
    filled: tuple[float, ...]


def with_nine_fields() -> dict[str, Any]:
    document = sample_document()
    document["form"]["fields"] += FURTHER_FIELDS
    return document


def with_three_hundred_items() -> dict[str, Any]:
    document = sample_document()
    like = document["items"]
    document["items"] = [
        deepcopy(like[n * len(like) // 300]) | {"id": f"{n // 30 + 1}-{n % 30 + 1}"}
        for n in range(300)
    ]
    return document


def workbooks(folder: Path, document: dict[str, Any]) -> Iterator[Path]:
    """Yield the workbooks of two years: a plan, a form, a hand-back, ledger and points."""
    city = City.with_plan(folder, document)
    code = city.plan.departments[0].code
    for year in (2022, 2023):
        city.generate(year)
        spoilt = "優" if year == 2023 else "Ａ"
        city.send_back(code, full_texts(city.plan, 評価=spoilt), year=year)
        city.collect(year)
    plan = folder / "plan.xlsx"
    plan.write_bytes(written_book(document))
    yield from (plan, city.template(code), city.workspace.ledger(2023))
    yield city.workspace.record(2023)
    yield from city.workspace.handbacks(2023).glob("*.xlsx")


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Paper]]:
    """Print all workbooks in one run of LibreOffice; return what is on paper by workbook."""
    folder = tmp_path_factory.mktemp("paper")
    plans = {
        "real": sample_document(),
        "nine": with_nine_fields(),
        "many": with_three_hundred_items(),
    }
    copies = [
        Path(shutil.copy(path, folder / f"{name}-{n}-{path.parent.name}.xlsx"))
        for name, document in plans.items()
        for n, path in enumerate(workbooks(folder / name, document))
    ]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, *map(str, copies)], check=True, capture_output=True, timeout=400)
    return {copy.stem: list(on_paper(copy.with_suffix(".pdf"))) for copy in copies}


def on_paper(pdf: Path) -> Iterator[Paper]:
    """Yield the sheets of a printed workbook; bookmarks name the page at which each begins."""
    with pymupdf.open(pdf) as pages:
        begins = [(name, page - 1) for _, name, page in pages.get_toc()]
        ends = [*(page for _, page in begins[1:]), len(pages)]
        for (name, first), end in zip(begins, ends, strict=True):
            by_page = [list(spans_of(pages[n])) for n in range(first, end)]
            spans = [span for found in by_page for span in found]
            yield Paper(
                name,
                frozenset(round(span["size"], 2) for span in spans),
                "".join("".join(span["text"].split()) for span in spans),
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
