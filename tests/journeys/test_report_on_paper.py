"""The Word report laid out by LibreOffice: all there, in order, no heading left alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

import workflow.commands
from tests.city import COLLECTED_AT, City
from tests.fillers.libreoffice import print_all
from tests.programs import needs_pdftotext, needs_validator, needs_writer
from tests.test_ooxml import errors
from workflow.commands.report import report
from workflow.model.plain_text import json_bytes
from workflow.plan.document import sample_document

pytestmark = [needs_writer, needs_pdftotext]

LAYOUTS = ("門真型", "一覧型", "縦型")
LONG = "".join(f"第{n}回の会議を開き、関係する課と{n}件の事例を検討した。" for n in range(1, 151))
"""More than a page holds."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    document = sample_document()
    for field in document["form"]["fields"]:
        if field["type"] == "text":
            field["max_length"] = 6000
    city = City.with_plan(tmp_path_factory.mktemp("paper") / "city", document)
    return answered(city, texts(city))


def answered(city: City, answers: dict[str, dict[str, str]]) -> City:
    city.generate()
    for department in city.plan.departments:
        if city.plan.items_of(department.code):
            city.send_back(department.code, answers)
    city.collect()
    return city


def texts(city: City) -> dict[str, dict[str, str]]:
    """Return answers of very different lengths, one of them longer than a page."""
    return {
        item.id: {
            "取組状況": f"始め{item.id}" + (LONG if n == 10 else LONG[: 37 * n]) + "終わり",
            "課題・改善点": f"課題{item.id}\n二行目。",
            "今後の方針": "継続",
            "評価": "Ａ",
        }
        for n, item in enumerate(city.plan.items)
    }


@pytest.fixture(scope="module", params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pages(city: City, layout: str, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The lines of each page, without its header and its number."""
    return printed(city, layout, tmp_path_factory.mktemp("pdf"))


def printed(city: City, layout: str, folder: Path) -> list[list[str]]:
    document = json.loads((city.home / "plan.json").read_bytes())
    document["plan"]["report_layout"] = layout
    (city.home / "plan.json").write_bytes(json_bytes(document))
    report(city.workspace, 2023, COLLECTED_AT)
    return laid_out(city.workspace.report(2023), folder)


def laid_out(path: Path, folder: Path) -> list[list[str]]:
    copy = Path(shutil.copy(path, folder))
    print_all([copy])
    pdf = copy.with_suffix(".pdf")
    done = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True)
    return [body_of(page) for page in done.stdout.decode().split("\f")[:-1]]


def body_of(page: str) -> list[str]:
    lines = [plain(line) for line in page.splitlines()]
    return [
        line
        for line in lines
        if line and not line.isdecimal() and line != "門真市地域福祉計画進捗状況報告書令和5年度"
    ]


def plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def test_every_item_is_there_whole_and_in_order(city: City, pages: list[list[str]]) -> None:
    whole = "".join(line for page in pages for line in page)
    starts = [whole.index(plain(f"始め{item.id}")) for item in city.plan.items]
    assert len(starts) == 25
    assert starts == sorted(starts)
    # Texts beside each other are read in turns, so characters are counted.
    shown = Counter(whole)
    for sign in "第回件検終":
        written = sum(plain(text).count(sign) for t in texts(city).values() for text in t.values())
        assert shown[sign] >= written, sign
    for item in city.plan.items:
        assert plain(item.title)[:12] in whole


def test_a_text_longer_than_a_page_goes_on_over_the_page(
    city: City, pages: list[list[str]]
) -> None:
    item = city.plan.items[10]
    (first,) = [n for n, page in enumerate(pages) if plain(f"始め{item.id}第1回") in "".join(page)]
    (last,) = [n for n, page in enumerate(pages) if "150件の事例" in "".join(page)]
    assert last > first
    assert plain(item.title)[:12] in "".join(pages[first])


def test_no_heading_is_the_last_thing_on_its_page(city: City, pages: list[list[str]]) -> None:
    titles = {plain(text) for item in city.plan.items for text in item.labels}
    for page in pages[1:]:
        last = page[-1]
        assert last not in titles
        assert not any(title.endswith(last) and len(last) > 3 for title in titles)
        assert not re.fullmatch(r"計画書[\d-]+ページ|P[\d-]+", last)
        assert last.removeprefix("■") not in ("取組状況", "課題・改善点", "担当課", "集計", "目次")
        assert last not in ("取組の一覧", "各取組の状況", "基本目標", "基本施策")


def test_the_contents_name_one_page_each_and_say_so(pages: list[list[str]]) -> None:
    contents = "".join(line for page in pages[:2] for line in page)
    assert "目次ページ" in contents
    assert re.search(r"地域で活躍する人づくり[.…]*\d", contents)


def test_every_page_of_blocks_is_headed_by_where_in_the_plan_it_is(
    city: City, layout: str, pages: list[list[str]]
) -> None:
    if layout != "門真型":
        return
    for page in pages[2:]:
        assert all(word in "".join(page)[:140] for word in ("基本目標", "基本施策", "P"))


def test_the_report_of_a_real_year_has_at_most_eleven_pages(tmp_path: Path) -> None:
    stored = Path(workflow.commands.__file__).with_name("demo_answers.json")
    city = City.with_sample_plan(tmp_path / "city")
    labels = {field.key: field.label for field in city.plan.form.fields}
    answers = json.loads(stored.read_text("utf-8"))["2023"]
    answered(
        city,
        {i: {labels[key]: text for key, text in values.items()} for i, values in answers.items()},
    )
    pages = printed(city, "門真型", tmp_path / "pdf")
    assert len(pages) <= 11
    overview = "".join(pages[1])
    first, second, *_ = city.plan.items
    assert f"{plain(first.title)}/{plain(second.title)}" in overview
    for page in pages[2:]:
        assert all(word in "".join(page)[:140] for word in ("基本目標", "基本施策", "P"))
    assert all(len("".join(page)) > 350 for page in pages[2:-1])  # none is half empty
    assert len(laid_out(city.workspace.brief_paper(2023), tmp_path / "pdf")) == 1


@needs_validator
def test_word_will_not_offer_to_repair_them(city: City, layout: str, pages: list[str]) -> None:
    assert errors(city.workspace.report(2023)) == []
    assert errors(city.workspace.brief_paper(2023)) == []
    assert errors(city.workspace.report_template(layout)) == []
