"""The pages of a real round in a browser: accessible, never wider than the screen, no dead end.

One browser is started for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.city import COLLECTED_AT, City
from tests.compiled.pages.reading import Page as ReadPage
from tests.compiled.rounds import MISSING, SENT_BACK, answered, compilation, round_plan
from tests.engine import HERE
from tests.harness.description import Example, SentFile
from tests.harness.sending import send
from tests.programs import axe_core, chromium, needs_axe, needs_chromium
from tests.verification.rounds import LATE, YEAR, compiled_round
from workflow.commands.finalize import finalize
from workflow.compiled.pages.overview import overview_page

WIDTHS = (360, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STANDARD = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A round after its collect, with a file of an awkward name."""
    city = compiled_round(tmp_path_factory.mktemp("round") / "市")
    city.returned("覚え 100% #1 <b>&amp;.txt").write_text("覚え", "utf-8")
    city.collect(YEAR)
    return city


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as program:
        browser = program.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def bursting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a round with more of everything, and names without a place to break."""
    levels = ["一" * 60, *map(str, range(29))]
    plan = round_plan(levels, [f"{n}{'A' * 70}" for n in range(45)], "ＡＢ")
    ended = answered(plan, ["Ａ", "Ａ", "Ｂ", MISSING, "Ａ", SENT_BACK, "Ａ"])
    path = tmp_path_factory.mktemp("bursting") / "bursting.html"
    path.write_bytes(overview_page(compilation(plan, ended), {}))
    return path


def pages(city: City) -> list[Path]:
    """Return the overview and then the pages of the report."""
    return sorted(city.workspace.compiled(YEAR).rglob("*.html"))


@needs_chromium
@needs_axe
def test_pages_are_accessible_at_every_width_in_light_and_dark(
    city: City, bursting: Path, browser: Browser
) -> None:
    axe = axe_core()
    assert axe
    script = axe.read_text("utf-8")
    overview = city.workspace.overview(YEAR)
    for scheme in SCHEMES:
        with browser.new_context(color_scheme=scheme) as context:
            page = context.new_page()
            look_at(page, overview, WIDTHS, script)
            for path in pages(city)[1:]:
                look_at(page, path, WIDTHS[:1], script)
            look_at(page, bursting, WIDTHS)
    keyboard(browser, overview)


def look_at(page: Page, path: Path, widths: Sequence[int], script: str = "") -> None:
    """Look at a page: no wider than the screen, nothing on the console, nothing a judge finds."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(path.as_uri())
    page.evaluate(f"{script};0")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert (path.name, width, wide) == (path.name, width, width)
        assert not script or violations(page) == [], (path.name, width)
    assert messages == []


def violations(page: Page) -> list[Any]:
    run = f"axe.run({{runOnly: {STANDARD}}}).then(r => r.violations.map("
    found: list[Any] = page.evaluate(f"{run} v => [v.id, v.nodes.map(n => n.html)]))")
    return found


def keyboard(browser: Browser, path: Path) -> None:
    """Go through the page by keyboard: past the contents first, and never to what is not seen."""
    page = browser.new_page()
    page.goto(path.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "本文へ移る"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(100):
        page.keyboard.press("Tab")
        focused = page.evaluate("[document.activeElement.tagName, document.activeElement.href]")
        if focused[0] == "BODY":
            break
        reached.add(tuple(focused))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    hrefs = page.evaluate("[...document.querySelectorAll('main a')].map(a => a.href)")
    assert set(hrefs) <= {href for _, href in reached}


def test_every_link_leads_to_something(city: City) -> None:
    lead_somewhere(city)
    hrefs = ReadPage(city.workspace.overview(YEAR).read_bytes()).hrefs
    led_to = [unquote(href) for href in hrefs]
    assert [place for place in led_to if place.startswith("差戻し/")]
    assert f"../../returned/{YEAR}/覚え 100% #1 <b>&amp;.txt" in led_to


def test_a_hand_back_is_led_to_until_the_department_corrected_it(
    city: City, tmp_path: Path
) -> None:
    later = city.copy(tmp_path / "市")
    corrected = SentFile(name="訂正.xlsx", template="B", received=LATE)
    send(Example(files=(corrected,)), later, 1, tmp_path)
    later.collect(YEAR)
    finalize(later.workspace, YEAR, COLLECTED_AT, HERE, "年度末のため")
    page = ReadPage(later.workspace.overview(YEAR).read_bytes())
    assert "【確定版】" in page.one("header").text
    assert not [href for href in page.hrefs if unquote(href).startswith("差戻し/")]
    lead_somewhere(later)


def lead_somewhere(city: City) -> None:
    """Follow every link of every page."""
    for path in pages(city):
        page = ReadPage(path.read_bytes())
        for href in page.hrefs:
            if href.startswith("#"):
                assert href[1:] in page.ids
            elif not href.startswith("mailto:"):
                file, _, _ = href.partition("#")  # behind it stands a cell
                assert (path.parent / unquote(file)).exists(), href
