"""一枚まとめ is one page of A4 whatever a plan says: as a sheet, in Word, printed from the page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from playwright.sync_api import sync_playwright

from tests.compiled.report.contents import Row, content
from tests.compiled.rounds import round_of
from tests.fillers.libreoffice import print_all
from tests.paper.test_paper import LEAST, spans_of, with_many_items, with_nine_fields
from tests.programs import chromium, needs_chromium, needs_libreoffice
from workflow.compiled.content import Content
from workflow.compiled.ledger import Ledger
from workflow.compiled.pages.overview import overview_page
from workflow.compiled.report.word_papers import brief_paper
from workflow.compiled.sheets.brief import write_brief
from workflow.compiled.summaries.brief import Brief, brief_of
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.model.rounds.declared import Period
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document

pytestmark = needs_libreoffice

A4 = (595, 841)
PROSE = {"取組状況": "実施した。", "課題・改善点": "担い手の高齢化が進み、" * 9 + "課題である。"}


def as_they_are() -> dict[str, Any]:
    return sample_document()


def with_long_names() -> dict[str, Any]:
    """Return a plan in which everything that has a name has a very long one."""
    document = sample_document()
    document["plan"]["title"] += "及び成年後見制度利用促進基本計画並びに再犯防止推進計画" * 6
    for item in document["items"]:
        item["title"] = f"{item['id']}に係る包括的な支援体制の整備と関係機関との連携の強化" * 6
        item["departments"] = [d["code"] for d in document["departments"][:4]]
    for department in document["departments"]:
        department["name"] += "地域共生社会推進担当（第二係）"
    rating = next(f for f in document["form"]["fields"] if f["key"] == "rating")
    rating["ordered"] = True
    rating["label"] = "市民の参加と協働の観点からみた取組全体の総合的な評価（自己評価）"
    for choice in rating["choices"]:
        choice["value"] = f"{choice['value']}：" + "計画に掲げた目標の達成の状況が" * 3
    return document


PLANS: dict[str, Callable[[], dict[str, Any]]] = {
    "real": as_they_are,
    "nine": with_nine_fields,
    "many": partial(with_many_items, 300),
    "long": with_long_names,
}
TIED = "long"
"""The plan whose items all fell as far, so that none is weightier than another."""


def changing_answers(document: dict[str, Any], year: int, is_tied: bool) -> list[Row]:
    """Return answers that rise and fall; where they are tied, all fall to the worst."""
    rating = next(f for f in document["form"]["fields"] if f["key"] == "rating")
    values = [choice["value"] for choice in rating["choices"]]
    chosen = [values[0 if year == 2022 else -1]] if is_tied else deepcopy(values)
    return [
        PROSE | {rating["label"]: chosen[(n * 5 + year) % len(chosen)], "今後の方針": "継続"}
        for n, _ in enumerate(build_plan(document).assignments())
    ]


@cache
def contents() -> dict[str, Content]:
    found = {}
    for name, document in ((name, made()) for name, made in PLANS.items()):
        now, before = (changing_answers(document, year, name == TIED) for year in (2023, 2022))
        found[name] = content(now, build_plan(document), past=before)
    return found


@cache
def briefs() -> dict[str, Brief]:
    return {name: brief_of(made) for name, made in contents().items()}


def sheet(brief: Brief) -> bytes:
    stream = io.BytesIO()
    book = new_workbook(stream, 10)
    write_brief(book, add_sheet(book, "一枚まとめ"), brief, Ledger(Period(2023), (), ()))
    book.close()
    return stream.getvalue()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Print all sheets and papers in one run of LibreOffice."""
    folder = tmp_path_factory.mktemp("brief")
    for name, made in contents().items():
        (folder / f"{name}-sheet.xlsx").write_bytes(sheet(briefs()[name]))
        (folder / f"{name}-word.docx").write_bytes(brief_paper(briefs()[name], made))
    papers = sorted(folder.iterdir())
    print_all(papers)
    return {path.stem: path.with_suffix(".pdf") for path in papers}


@pytest.mark.parametrize("kind", ["sheet", "word"])
@pytest.mark.parametrize("name", PLANS)
def test_it_is_one_page_of_a4_that_can_be_read(
    printed: dict[str, Path], name: str, kind: str
) -> None:
    with pymupdf.open(printed[f"{name}-{kind}"]) as pages:
        (page,) = pages
        assert tuple(map(int, page.rect.br)) == A4
        spans = list(spans_of(page))
    assert min(span["size"] for span in spans) >= LEAST
    whole = without_space("".join(span["text"] for span in spans))
    for text in texts(briefs()[name]):
        assert without_space(text) in whole


@needs_chromium
def test_printed_from_the_page_it_is_a_page_of_its_own(tmp_path: Path) -> None:
    with sync_playwright() as program:
        browser = program.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name, brief in briefs().items():
            path = tmp_path / f"{name}.html"
            path.write_bytes(overview_page(replace(round_of(), brief=brief), {}))
            page = browser.new_page()
            page.goto(path.as_uri())
            page.pdf(path=path.with_suffix(".pdf"), prefer_css_page_size=True)
        browser.close()
    for name, brief in briefs().items():
        with pymupdf.open(tmp_path / f"{name}.pdf") as pages:
            papers = [without_space(page.get_text()) for page in pages]
        (paper,) = [paper for paper in papers if paper.startswith("一枚まとめ")]
        for text in texts(brief):
            assert without_space(text) in paper, name


def texts(brief: Brief) -> Iterator[str]:
    """Yield what must stand on the page, but for its title: that is the page's own."""
    for figure in brief.figures:
        yield from (figure.label, figure.value, figure.note)
    for moves in brief.moves:
        yield from (move.text for move in moves.named)
    for one in brief.looked_at:
        yield from (one.item, one.title, one.department, one.reason, one.line)
    yield brief.note


def without_space(text: str) -> str:
    return "".join(text.split())


def test_what_moved_and_what_to_look_at_is_there_to_be_fitted() -> None:
    for brief in briefs().values():
        assert len(brief.figures) == 3
        assert len(brief.looked_at) == 5
        assert max(len(moves.named) for moves in brief.moves) == 6
        assert brief.note
