"""index.html: what it says, in which order, and that it leads where it says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from tests.compiled.pages.reading import Page, overview_of
from tests.compiled.rounds import (
    MISSING,
    SENT_BACK,
    answered,
    compilation,
    round_of,
    round_plan,
)
from tests.small import PLAN
from workflow.compiled.merging.entries import Entry
from workflow.compiled.pages.overview import overview_page
from workflow.model.catalogue import Code
from workflow.model.findings import Detail, Finding, Location
from workflow.model.plan import Matrix

SECTIONS = ("結論", "一枚まとめ", "提出状況", "集計", "要確認", "指摘", "ファイル")
BRIEF = ("3／5件未回答2件", "3件回答の75％", "3件評価、方針の変化、未回答から")
"""The figures of 一枚まとめ, which stand below those of the round."""


def lines(page: Page) -> dict[str, dict[str, str]]:
    """Return the board, department → heading → text."""
    found: dict[str, dict[str, str]] = {}
    for row in page.all("tr"):
        if (row.attributes.get("id") or "").startswith("department-"):
            at = page.elements.index(row)
            cells = [e for e in page.elements[at:] if e.tag in ("th", "td")][:8]
            name, *rest = cells
            found[name.text] = {str(c.attributes["data-label"]): c.text for c in rest}
    return found


def test_the_page_is_whole_in_itself() -> None:
    page = overview_of(round_of())
    assert page.one("html").attributes == {"lang": "ja"}
    assert not page.all("script") and not page.all("link") and not page.all("img")
    assert not [e for e in page.elements for name in e.attributes if name.startswith("on")]
    assert "url(" not in page.one("style").text
    (policy,) = (e for e in page.all("meta") if "http-equiv" in e.attributes)
    assert policy.attributes["content"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )


def test_headings_are_in_order_and_every_section_is_in_the_contents() -> None:
    page = overview_of(round_of())
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch(r"h\d", e.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert tuple(h.text for h in page.all("h2")) == SECTIONS
    contents = page.of_class("contents")[0]
    assert contents.text.split() == list(SECTIONS)
    for tag in ("header", "main", "footer"):
        page.one(tag)
    assert all("aria-label" in nav.attributes for nav in page.all("nav"))


def test_it_says_how_far_the_round_is_and_as_of_when() -> None:
    assert "【暫定版】令和6年4月15日 9時00分現在" in overview_of(round_of()).one("header").text
    final = overview_of(round_of(is_final=True)).one("header").text
    assert "【確定版】令和6年4月15日 9時00分確定" in final


def test_big_figures_are_those_of_the_round() -> None:
    page = overview_of(round_of())
    figures = [" ".join(e.text.split()) for e in page.all("dd")]
    assert figures == ["2／3課", "4／6件", "1件", "1件", *BRIEF]


def test_the_board_tells_whose_turn_it_is() -> None:
    board = lines(overview_of(round_of()))
    assert (board["甲課"]["受付結果"], board["甲課"]["次にすること"]) == ("採用", "済み")
    assert board["乙課"]["受付結果"] == "差戻し"
    assert board["乙課"]["次にすること"].startswith("担当課")
    assert "差戻し用の調査票" in board["乙課"]["次にすること"]
    assert board["乙課"]["指摘"] == "要修正1件（整理番号2-2）"
    assert board["丙課"] == {
        "受付結果": "未提出",
        "受領": "まだ",
        "回答済": "0",
        "差戻し中": "0",
        "未提出": "1",
        "指摘": "なし",
        "次にすること": "担当課回答を待っています。",
    }


def test_the_board_tells_when_the_first_and_the_last_return_came() -> None:
    page = overview_of(round_of("a.xlsx | A | 1 | accepted | 1-1=Ａ\nb.xlsx|A|26|accepted|1-2=Ａ"))
    assert lines(page)["甲課"]["受領"] == "4月16日 11:00最初は4月15日 10:00"
    moments = [e.attributes["datetime"] for e in page.all("time")]
    assert moments == ["2024-04-16T11:00:00+09:00", "2024-04-15T10:00:00+09:00"]


def test_no_department_reads_the_address_of_another() -> None:
    first, *rest = PLAN.departments
    plan = replace(PLAN, departments=(replace(first, email="kikaku@city.example.lg.jp"), *rest))
    assert b"@city" not in overview_page(round_of(plan=plan), {})


def gone(file: str, department: str) -> Finding:
    details: dict[str, Detail] = {"received": date(2024, 4, 15), "departments": (department,)}
    return Finding(Code.FILE_GONE, Location(file=file), details)


def test_a_lost_file_is_the_coordinators_turn_and_owed_by_nobody() -> None:
    came = "甲.xlsx | A | 1 | accepted | 1-1=Ａ 1-2=Ａ 2-2=Ａ"
    board = lines(overview_of(round_of(came, noted=(gone("乙.xlsx", "B"),))))
    assert board["乙課"]["受付結果"] == "所在不明"
    assert board["乙課"]["次にすること"].startswith("とりまとめ課受け取った「乙.xlsx」がなくなって")
    assert "催促せずに待っています" in board["甲課"]["次にすること"]
    assert board["丙課"]["受付結果"] == "未提出"
    assert board["丙課"]["次にすること"] == "担当課回答を待っています。"


def test_findings_stand_with_their_department_and_lead_to_the_file() -> None:
    page = overview_of(round_of())
    group = page.by_id("findings-B")
    assert group.tag == "details"
    assert "整理番号2-2・評価" in group.text
    assert "「良」は選択肢にありません。" in group.text
    assert "次の中から選んでください：Ａ、Ｂ、Ｃ。" in group.text
    assert "../../returned/2023/%E4%B9%99%201.xlsx" in page.hrefs
    unassigned = page.by_id("strangers")
    assert "送付状.txt" in unassigned.text and "写真.jpg" in unassigned.text
    assert "送付状.txt" not in group.text


def test_points_stand_by_weight() -> None:
    section = overview_of(round_of()).by_id("attention")
    titles = ("未提出（1件）", "差戻し中（1件）", "評価の低いもの（1件）")
    places = [section.text.index(title) for title in titles]
    assert places == sorted(places)


def test_counts_have_headings_of_rows_and_columns() -> None:
    page = overview_of(round_of())
    tables = page.of_class("counts")
    assert len(tables) == 2
    scopes = {e.attributes.get("scope") for e in page.all("th")}
    assert scopes == {"row", "col"}
    (first, *_) = tables
    assert "".join(first.text.split()).startswith("施策別評価の表施策ＡＢＣ差戻し中未提出計")


def test_bars_say_their_counts_in_words_and_grey_is_for_no_answer() -> None:
    page = overview_of(round_of())
    titles = [e.text for e in page.all("title") if "svg" in e.inside]
    assert titles[0] == "回答の状況：回答済4件、差戻し中1件、未提出1件"
    assert "一：Ａ1件、Ｂ1件" in titles
    key = page.of_class("key")[0]
    at = page.elements.index(key)
    fills = [e.attributes["fill"] for e in page.elements[at:] if e.tag == "rect"][:5]
    assert fills == [f"url(#{n})" for n in ("series-0", "series-1", "series-2", "open-0", "open-1")]


def test_every_pattern_and_every_place_named_is_there_once() -> None:
    page = overview_of(round_of())
    assert len(page.ids) == len(set(page.ids))
    named = [h[1:] for h in page.hrefs if h.startswith("#")]
    named += [
        str(value)
        for e in page.elements
        for name in ("aria-labelledby",)
        if (value := e.attributes.get(name))
    ]
    named += re.findall(r"url\(#(.+?)\)", " ".join(str(e.attributes) for e in page.all("rect")))
    assert set(named) <= set(page.ids)


def test_files_beside_it_are_named_and_the_report_only_when_it_is_there() -> None:
    names = ("台帳_令和5年度.xlsx", "台帳_令和5年度.csv", "datapackage.json")
    beside = dict.fromkeys(names, "")
    without = overview_of(round_of(), beside)
    assert "%E5%8F%B0%E5%B8%B3_%E4%BB%A4%E5%92%8C5%E5%B9%B4%E5%BA%A6.xlsx" in without.hrefs
    report = "%E5%A0%B1%E5%91%8A%E6%9B%B8/index.html"
    assert report not in without.hrefs
    with_report = overview_of(round_of(), beside | {"報告書/index.html": "", "報告書/1.html": "一"})
    assert report in with_report.hrefs
    (part,) = (e for e in with_report.all("a") if (e.attributes["href"] or "").endswith("/1.html"))
    assert part.text == "一"


def test_a_low_rating_is_shown_with_what_was_written_about_it() -> None:
    entries = answered(PLAN, ["Ｃ", "Ａ"])
    plain = entries[0].answer
    assert plain
    explained = replace(plain, values={**plain.values, "reason": "人手が足りない。"})
    first = Entry(entries[0].assignment, entries[0].status, explained)
    page = overview_of(compilation(PLAN, (first, *entries[1:])))
    assert [e.text for e in page.of_class("quoted")] == ["人手が足りない。"]


def test_a_round_without_anything_wrong_says_so() -> None:
    table = """
        甲.xlsx | A | 1 | accepted | 1-1=Ａ 1-2=Ａ 2-1=Ａ 2-2=Ａ
        乙.xlsx | B | 1 | accepted | 2-1=Ａ 2-2=Ａ
        丙.xlsx | C | 1 | accepted | 3-1=Ａ
    """
    page = overview_of(round_of(table))
    assert "要確認のものはありません。" in page.by_id("attention").text
    assert "直すところも、確かめるところもありません。" in page.by_id("findings").text
    assert {line["次にすること"] for line in lines(page).values()} == {"済み"}
    assert "済んだ課が3課です。" in page.by_id("board").text


def test_the_same_round_gives_the_same_bytes() -> None:
    assert overview_page(round_of(), {}) == overview_page(round_of(), {})


def test_a_big_round_is_bounded_and_says_where_the_rest_is() -> None:
    plan = round_plan(["一"], [f"第{n}課" for n in range(1_200)], ["Ａ", "Ｂ", "Ｃ", "Ｄ"])
    plan = replace(plan, matrices=(Matrix("担当課", "rating"), Matrix("施策", "担当課")))
    page = overview_of(compilation(plan, answered(plan, [MISSING] * 10 + [SENT_BACK, "Ｂ"])))
    assert "まだ終わっていない課（1,100課）" in page.by_id("board").text
    assert "ほか100課は、台帳の「提出状況」にあります。" in page.by_id("board").text
    assert "ほか950件は、台帳の「要確認」にあります。" in page.by_id("attention").text
    assert "ほか200行は、台帳の「集計表」にあります。" in page.by_id("counts").text
    assert "列が1,200あるため、ここには載せていません。" in page.by_id("counts").text
    assert len([e for e in page.all("tr") if e.attributes.get("id")]) == 1_100
    assert len(page.of_class("points")[0].text.splitlines()) < 500
