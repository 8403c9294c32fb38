"""What a coordinator drops on a page, in a real browser: taken and reported, on every page."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.city import City, full_texts
from tests.desk.browser import Coordinator, coordinator, running_desk
from tests.harness.cities import build_city
from tests.harness.description import Example
from tests.programs import needs_chromium

YEAR = 2023
DROP = """files => {
  const carried = new DataTransfer();
  for (const [name, content] of files) {
    carried.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name));
  }
  const about = { dataTransfer: carried, bubbles: true, cancelable: true };
  document.querySelector("h1").dispatchEvent(new DragEvent("dragover", about));
  document.querySelector("h1").dispatchEvent(new DragEvent("drop", about));
}"""


@pytest.fixture
def city(tmp_path: Path) -> City:
    return build_city(Example(plan="sample", year=YEAR, files=()), tmp_path / "市")


def drop(page: Page, files: dict[str, bytes]) -> None:
    page.evaluate(DROP, [[n, base64.b64encode(c).decode()] for n, c in files.items()])


@needs_chromium
def test_what_is_dropped_is_reported_on_every_page(city: City, tmp_path: Path) -> None:
    wrong = city.send_back("GAKKO", full_texts(city.plan, 評価="とても良い"), "../誤り.xlsx")
    right = city.send_back("KOREI", full_texts(city.plan), "../高齢.xlsx")
    with running_desk(city.home) as address, coordinator(address) as person:
        on_the_board(person, wrong.read_bytes())
        on_its_own_page(person, city, right.read_bytes())
        many_and_a_folder(person, city, tmp_path)
        by_keyboard(person)
        from_elsewhere(person, city)


def on_the_board(person: Coordinator, wrong: bytes) -> None:
    """Drop a return where everything is shown: the verdict, then the board as it now is."""
    page = person.page
    expect(page.locator("#next")).to_contain_text("まだの取組が25件")
    drop(page, {"回答.xlsx": wrong, "~$回答.xlsx": b"x"})
    expect(page.locator("#not-taken")).to_contain_text("~$回答.xlsx：Excelやパソコンが")
    expect(page.locator("#received .outcome")).to_have_text("差戻し")
    expect(page.locator("#received")).to_contain_text("選択肢にありません")
    expect(page.locator("#received a[download]").nth(1)).to_contain_text("差戻し用の調査票")
    expect(page.locator("#announcement")).to_contain_text("回答.xlsx：差戻し")
    expect(page.locator("#overview")).to_contain_text("学校教育課")
    expect(page.locator("#next")).to_contain_text("1課差戻し中")
    with page.expect_download() as download:
        page.locator("#received a[download]").nth(1).click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    person.looks()
    drop(page, {})
    expect(page.locator("#not-taken p").last).to_contain_text("ファイルではないため")


def on_its_own_page(person: Coordinator, city: City, right: bytes) -> None:
    """The same name again; a page that is loaded anew shows it too, with what it was called."""
    page = person.page
    person.go("/intake")
    drop(page, {"回答.xlsx": right})
    second = page.locator(".entry", has_text="回答 (2).xlsx")
    expect(second.locator(".outcome")).to_have_text("採用")
    page.reload()
    expect(second).to_contain_text("元の名前：回答.xlsx")
    assert city.workspace.returned(YEAR).joinpath("回答 (2).xlsx").read_bytes() == right
    person.looks()


def many_and_a_folder(person: Coordinator, city: City, folder: Path) -> None:
    """A folder is chosen; a reload in the midst of it leaves whole files alone."""
    page = person.page
    sent = folder / "届いたもの"
    (sent / "課").mkdir(parents=True)
    for number in range(60):
        (sent / "課" / f"{number:02}.txt").write_text(f"{number}" * 1000, "utf-8")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#choose-folder").set_input_files(sent)
    page.wait_for_selector(".entry:has-text('.txt')")
    page.reload()
    expect(page.locator("#drop")).to_be_visible()
    for path in city.workspace.returned(YEAR).glob("*.txt"):
        assert path.read_text("utf-8") == f"{int(path.name[:2])}" * 1000
    page.locator("#choose-folder").set_input_files(sent)
    expect(page.locator("#drop-count")).to_contain_text("60件のうち60件を受け取りました")
    expect(page.locator(".entry", has_text="届いたもの/課/59.txt").first).to_be_visible()


def by_keyboard(person: Coordinator) -> None:
    """Whoever has no mouse chooses files, and never stands on what cannot be seen."""
    page = person.page
    page.reload()
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id"))
        reached = "document.activeElement.closest('label, a, button, summary, main, pre')"
        assert page.evaluate(f"{reached}.getClientRects().length"), seen
    assert {"choose-files", "choose-folder"} <= set(seen)


def from_elsewhere(person: Coordinator, city: City) -> None:
    """A file that lands in the folder by itself comes to the board without a hand on it."""
    person.go("/")
    city.send_back("FUKUSHI", full_texts(city.plan), "共有から.xlsx")
    row = person.page.locator("#overview #department-FUKUSHI .outcome")
    expect(row).to_have_text("採用")
