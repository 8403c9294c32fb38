"""The report and the short papers on paper, as LibreOffice prints them: few pages, none empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pymupdf
import pytest

from tests.compiled.report.contents import Row, content
from tests.fillers.libreoffice import print_all
from tests.programs import needs_libreoffice
from workflow.compiled.report.word import word_report
from workflow.compiled.report.word_papers import brief_paper
from workflow.compiled.report.word_template import template_document
from workflow.compiled.summaries.brief import brief_of
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document

pytestmark = needs_libreoffice

PLAN = build_plan(sample_document())
LONG = {"取組状況": "実施した。" * 200, "課題・改善点": "検討する。" * 200}
MIXED = {"取組状況": "実施した。" * 90, "課題・改善点": "検討する。" * 70}
CHOSEN = {"今後の方針": "継続", "評価": "Ａ"}
BODY_FROM, BODY_TO = 60, 797  # points from the top: what is above and below repeats


@dataclass(frozen=True)
class Line:
    """A line on paper: its text, where it ends, and whether it is set as a heading is."""

    text: str
    bottom: float
    is_bold: bool


def published() -> list[Row]:
    labels = {field.key: field.label for field in PLAN.form.fields}
    stored = resources.files("workflow.commands").joinpath("demo_answers.json")
    answers = json.loads(stored.read_text("utf-8"))["2023"]
    return [
        {labels[key]: text for key, text in answers[assignment.item.id].items()}
        for assignment in PLAN.assignments()
    ]


ROUNDS: dict[str, list[Row]] = {
    "published": published(),
    "mixed": [MIXED | CHOSEN for _ in PLAN.assignments()],
    "long": [LONG | CHOSEN for _ in PLAN.assignments()],
}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[Line]]]:
    """Print all papers in one run of LibreOffice; return the lines of each page by paper."""
    folder = tmp_path_factory.mktemp("report")
    for name, rows in ROUNDS.items():
        made = content(rows, PLAN, past=published())
        report = word_report(template_document("門真型"), name, made)
        (folder / f"report-{name}.docx").write_bytes(report)
        (folder / f"brief-{name}.docx").write_bytes(brief_paper(brief_of(made), made))
    documents = sorted(folder.glob("*.docx"))
    print_all(documents)
    return {path.stem: list(pages_of(path.with_suffix(".pdf"))) for path in documents}


def pages_of(pdf: Path) -> Iterator[list[Line]]:
    with pymupdf.open(pdf) as pages:
        for page in pages:
            yield sorted(lines_of(page), key=lambda line: line.bottom)


def lines_of(page: pymupdf.Page) -> Iterator[Line]:
    for block in page.get_text("dict")["blocks"]:
        for line in block.get("lines", ()):
            spans = [span for span in line["spans"] if span["text"].strip()]
            bottom = line["bbox"][3]
            if spans and BODY_FROM < bottom < BODY_TO:
                text = "".join(span["text"] for span in spans)
                yield Line(text, bottom, all("Bold" in span["font"] for span in spans))


def test_a_report_of_the_usual_size_takes_eleven_pages(papers: dict[str, list[list[Line]]]) -> None:
    assert len(papers["report-published"]) <= 11


@pytest.mark.parametrize("name", ROUNDS)
def test_no_page_is_half_empty_and_none_ends_with_a_heading(
    papers: dict[str, list[list[Line]]], name: str
) -> None:
    front, overview, *answers, _ = papers[f"report-{name}"]
    assert front
    assert overview
    for page in answers:
        assert page[-1].bottom > (BODY_FROM + BODY_TO) / 2
        assert not page[-1].is_bold, page[-1].text


@pytest.mark.parametrize("name", ROUNDS)
def test_what_a_head_of_department_gets_is_one_page(
    papers: dict[str, list[list[Line]]], name: str
) -> None:
    assert len(papers[f"brief-{name}"]) == 1
