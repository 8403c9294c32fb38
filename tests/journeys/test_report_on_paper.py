"""The Word report laid out by LibreOffice: all there, in order, no heading left alone."""

from __future__ import annotations

import re
import subprocess
import unicodedata

import pytest

from tests.city import COLLECTED_AT, City
from tests.programs import needs_pdftotext, needs_validator, needs_writer
from tests.test_ooxml import errors
from workflow.commands.report import report
from workflow.plan.document import sample_document

pytestmark = [needs_writer, needs_pdftotext]

LONG = "".join(f"第{n}回の会議を開き、関係する課と{n}件の事例を検討した。" for n in range(1, 151))
"""More than a page holds."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    document = sample_document()
    for field in document["form"]["fields"]:
        if field["type"] == "text":
            field["max_length"] = 6000
    city = City.with_plan(tmp_path_factory.mktemp("paper") / "city", document)
    city.generate()
    for department in city.plan.departments:
        if city.plan.items_of(department.code):
            city.send_back(department.code, texts(city))
    city.collect()
    report(city.workspace, 2023, COLLECTED_AT)
    return city


def texts(city: City) -> dict[str, dict[str, str | float]]:
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


@pytest.fixture(scope="module")
def pages(city: City, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The lines of each page, without its header and its number."""
    folder = tmp_path_factory.mktemp("pdf")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    path = city.workspace.report(2023)
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=240)
    pdf = folder / f"{path.stem}.pdf"
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
    # A label stands at the top of its row, so it may cut into the prose beside it.
    unlabelled = whole.replace("取組状況", "")
    for item, said in texts(city).items():
        assert plain(str(said["取組状況"])) in unlabelled, item


def test_a_text_longer_than_a_page_goes_on_over_the_page(
    city: City, pages: list[list[str]]
) -> None:
    item = city.plan.items[10]
    (first,) = [n for n, page in enumerate(pages) if plain(f"始め{item.id}第1回") in "".join(page)]
    (last,) = [n for n, page in enumerate(pages) if "150件の事例" in "".join(page)]
    assert last == first + 2
    assert plain(item.title) in "".join(pages[first])


def test_no_heading_is_the_last_thing_on_its_page(city: City, pages: list[list[str]]) -> None:
    titles = {plain(text) for item in city.plan.items for text in item.labels}
    for page in pages[1:]:
        last = page[-1]
        assert last not in titles
        assert not any(title.endswith(last) and len(last) > 3 for title in titles)
        assert not re.fullmatch(r"計画書[\d-]+ページ", last)
        assert last not in ("取組状況", "担当課", "集計", "目次", "取組の一覧")


def test_the_contents_name_pages(pages: list[list[str]]) -> None:
    contents = "".join(pages[1])
    assert re.search(r"地域福祉のコミュニティづくり.*?44-49\d", contents)


@needs_validator
def test_word_will_not_offer_to_repair_them(city: City) -> None:
    assert errors(city.workspace.report(2023)) == []
    assert errors(city.workspace.report_template) == []
