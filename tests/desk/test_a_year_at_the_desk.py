"""A coordinator plays a whole year in the browser, and types no command."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.city import RECEIVED_AT
from tests.desk.browser import Coordinator, coordinator, running_desk
from tests.fillers.xml_patch import fill
from tests.programs import needs_chromium
from workflow.compiled.years.past import read_ledger
from workflow.storage.journal import EventKind, load_journal
from workflow.storage.workspace import Workspace

YEAR = 2024
TABLE = """基本目標,取組内容,担当課,取組状況,課題・改善点,今後の方針,評価
支え合い,見守りの集い,地域課,開いた。,人手。,継続,Ａ
支え合い,避難の計画,地域課・危機管理課,作った。,更新。,拡大,Ｂ
支え合い,ごみ出しの手伝い,危機管理課,回った。,名簿。,継続,Ａ
"""
ANSWER = {"取組状況": "実施した。", "課題・改善点": "【例】特になし。", "今後の方針": "継続"}


@needs_chromium
def test_a_year_without_a_command(tmp_path: Path) -> None:
    home = tmp_path / "市 の フォルダー"
    home.mkdir()
    workspace = Workspace(home)
    with running_desk(home) as address, coordinator(address) as person:
        first_day(person, tmp_path)
        forms_and_mails(person, workspace)
        returns(person, workspace, tmp_path)
        points(person, workspace)
        corrections(person, workspace, tmp_path)
        ending(person, workspace)
    journal = load_journal(workspace.journal(YEAR))
    assert [event.kind for event in journal.events][-1] is EventKind.REPORTED
    rows = read_ledger(workspace.ledger_csv(YEAR).read_bytes())
    assert {row["回答状況"] for row in rows} == {"回答済"}
    assert not list(home.glob(".*")), "no trace of the desk is left"


def first_day(person: Coordinator, folder: Path) -> None:
    """From the city's own table to a plan, by way of a plan with an error in a cell."""
    table = folder / "進捗管理表.csv"
    table.write_text(TABLE, "utf-8-sig")
    person.go("/prepare")
    person.looks()
    person.page.locator("#file").set_input_files(table)
    person.sees("「進捗管理表.csv」：表を受け取りました。")
    person.page.get_by_label("表に書かれた回答の年度").fill("R5")
    person.page.get_by_label("市区町村の名前").fill("門真市")
    person.press("この表から計画を作る")
    person.runs("表から計画を作る")
    person.sees("門真市")
    spoilt_and_mended(person, folder)


def spoilt_and_mended(person: Coordinator, folder: Path) -> None:
    from openpyxl import load_workbook

    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="plan.xlsx", exact=True).click()
    mine = folder / "plan.xlsx"
    download.value.save_as(mine)
    good = mine.read_bytes()
    book = load_workbook(mine)
    sheet = book["取組内容"]
    cell = next(c for row in sheet.iter_rows(min_row=4) for c in row if c.value == "CHIIKI")
    cell.value = "だれも知らない課"
    book.save(mine)
    person.page.locator("#file").set_input_files(mine)
    wrong = person.page.locator(".wrong")
    expect(wrong).to_contain_text("だれも知らない課")
    expect(wrong).to_contain_text(f"シート「取組内容」の{cell.coordinate}")
    person.looks()
    mine.write_bytes(good)
    person.page.locator("#file").set_input_files(mine)
    expect(person.page.locator(".wrong")).to_have_count(0)
    person.sees("回答期限")


def forms_and_mails(person: Coordinator, workspace: Workspace) -> None:
    """See what would be made, look at a form, then make the forms and the drafts."""
    person.page.get_by_label("何年度の調査票ですか").fill("R6")
    person.press("作るもの、変わるものを見る")
    person.sees("新しく作ります")
    assert not workspace.templates(YEAR).exists()
    person.looks()
    person.page.locator("tr", has_text="地域課").get_by_role("link").click()
    expect(person.page.locator("figure svg").first).to_be_visible()
    person.sees("見守りの集い")
    person.looks()
    person.page.go_back()
    person.press("調査票を作る")
    person.runs("調査票を作る")
    person.go("/prepare")
    person.sees("調査票を送るメール")
    person.looks()
    assert len(list(workspace.distribution_drafts(YEAR).glob("*.eml"))) >= 1


def returns(person: Coordinator, workspace: Workspace, folder: Path) -> None:
    """Departments send their forms: a joint item is answered in two ways, one answer is blank."""
    sent = []
    for number, path in enumerate(sorted(workspace.templates(YEAR).glob("*_*課_*.xlsx"))):
        texts = {item: {**ANSWER, "評価": "ＡＢ"[number]} for item in ("1", "2", "3")}
        if number:
            texts["3"]["課題・改善点"] = ""
        target = folder / path.name
        fill(path, target, items(texts), RECEIVED_AT)
        sent.append(target)
    person.go("/intake")
    person.page.locator("#choose-files").set_input_files(sent)
    entries = person.page.locator("#received .entry")
    expect(entries).to_have_count(2)
    expect(person.page.locator("#received .sent_back")).to_have_count(1)
    expect(person.page.locator("#received")).to_contain_text("必ず記入する項目が空いています")
    person.runs("届いたファイルを集める")
    person.looks()


def items(texts: dict[str, dict[str, str]]) -> dict[str, dict[str, str | float]]:
    return {item: dict(values) for item, values in texts.items()}


def points(person: Coordinator, workspace: Workspace) -> None:
    """Decide by keyboard; somebody else at another window was quicker, and is not written over."""
    person.go("/points")
    person.looks()
    person.page.get_by_role("link", name="から決める").click()
    number = int(person.page.url.rpartition("/")[2])
    more = [person.page.context.new_page() for _ in range(7)]
    for (
        page
    ) in more:  # a browser keeps six connections at most; none of these may hold one for good
        page.goto(f"{person.address}/points")
    person.sees("もう一方の回答")
    person.looks()
    other = person.page.context.new_page()
    other.goto(person.page.url)
    other.get_by_label("もう一方を採る").check()
    other.get_by_label("確認した人").fill("山")
    other.get_by_role("button", name="記録する").click()
    expect(person.page.locator("#standing")).to_contain_text("もう一方を採る（山）")
    for page in (other, *more):
        page.close()

    keys = person.page.keyboard
    keys.press("1")
    keys.press("r")
    keys.type("電話で確かめた。")
    keys.press("Control+Enter")
    meanwhile = person.page.locator("#meanwhile")
    expect(meanwhile).to_contain_text("ほかの人が決めました")
    expect(meanwhile).to_contain_text("もう一方を採る（山）")
    person.looks()
    journal = load_journal(workspace.journal(YEAR))
    assert len(journal.of(EventKind.DECIDED)) == 1

    person.press("これを見たうえで、下の内容に変える")
    person.page.wait_for_url(lambda url: not url.endswith(f"/{number}"))
    person.go(f"/points/{number}")
    expect(person.page.locator("#standing")).to_contain_text("電話で確かめた。")
    away, back = ("k", "j") if number > 1 else ("j", "k")
    keys.press(away)
    person.page.wait_for_url(lambda url: not url.endswith(f"/{number}"))
    keys.press(back)
    person.page.wait_for_url(f"**/points/{number}")


def corrections(person: Coordinator, workspace: Workspace, folder: Path) -> None:
    """Draft what is asked; the department corrects its hand-back and sends it."""
    person.go("/prepare")
    person.press("催促と修正のお願いの下書きを作る")
    person.runs("催促と修正のお願いの下書きを作る", "確かめるところ")
    person.sees("催促と修正のお願いのメール（1件）")
    (handback,) = workspace.handbacks(YEAR).glob("*.xlsx")
    target = folder / handback.name
    fill(handback, target, {"3": {"課題・改善点": "名簿を直す。"}}, RECEIVED_AT)
    person.go("/intake")
    person.page.locator("#choose-files").set_input_files(target)
    expect(person.page.locator("#received .entry").first.locator(".outcome")).to_contain_text(
        "採用"
    )


def ending(person: Coordinator, workspace: Workspace) -> None:
    """Verify, make final by a typed word, report, and prepare the next year."""
    person.go("/results")
    person.press("元の回答と照合する")
    person.runs("照合する")
    person.sees("すべて一致しました。")
    person.looks()
    person.page.get_by_label("確定するときは「確定」と入れてください").fill("かくてい")
    person.press("確定する")
    person.sees("「確定」と入れてください。")
    person.page.get_by_label("確定するときは「確定」と入れてください").fill("確定")
    person.press("確定する")
    person.runs("確定する")
    assert load_journal(workspace.journal(YEAR)).is_final
    person.press("報告書を作る")
    person.runs("報告書を作る")
    person.press("令和7年度（2025年度）の計画を用意する")
    person.runs("次の年度の計画を用意する")
    person.sees("令和7年度（2025年度）の計画を用意しました。")
    person.looks()
    person.page.get_by_role("link", name="計画・調査票・メール").first.click()
    expect(person.page.get_by_label("何年度の調査票ですか")).to_have_value("2025")
    person.go("/results")
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name=workspace.report(YEAR).name).click()
    assert download.value.suggested_filename == workspace.report(YEAR).name
