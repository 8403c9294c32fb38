"""collect → report: what is published is what stands in the ledger, field by field, in order."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from docx import Document
from docx.shared import RGBColor

import tests.compiled.report as compiled_report
from tests.city import COLLECTED_AT, City, full_texts
from tests.compiled.report.reading import Item, items_in_page, items_in_word
from tests.engine import HERE
from tests.harness.play import run_here
from tests.journeys.test_another_city import answers, other_city, other_plan
from tests.journeys.test_whole_cycle import texts_of_2023
from workflow.commands.finalize import finalize
from workflow.commands.report import Reported, report
from workflow.commands.verify import verify
from workflow.compiled.years.past import Row, read_ledger
from workflow.model.plain_text import json_bytes
from workflow.storage.journal import EventKind, load_journal

LATER = COLLECTED_AT + timedelta(days=1)
MEANINGS = {
    "Ａ": "目標達成に向けて順調に進んでいる",
    "Ｂ": "取組が遅延している",
    "Ｃ": "取組に着手できていない",
}


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A round in which every department has answered; nobody may change it."""
    city = City.with_sample_plan(tmp_path_factory.mktemp("report") / "市")
    city.generate()
    for department in city.plan.departments:
        if city.plan.items_of(department.code):
            city.send_back(department.code, texts_of_2023())
    city.collect()
    return city


@pytest.fixture
def city(answered: City, tmp_path: Path) -> City:
    """The same round, to be changed."""
    return answered.copy(tmp_path / "市")


def reported(city: City) -> Reported:
    return report(city.workspace, 2023, LATER)


def rows(city: City) -> tuple[Row, ...]:
    return read_ledger(city.workspace.ledger_csv(2023).read_bytes())


def pages(city: City) -> Iterator[Path]:
    yield from sorted(city.workspace.report(2023).parent.glob("page-*.html"))


def word(city: City) -> bytes:
    return city.workspace.report(2023).read_bytes()


def expected(row: Row, note: str = "") -> dict[str, str]:
    """Return what the report must say of a row; note is what surrounds a meaning in Word."""
    texts = {"担当課": row["担当課"]}
    for label in ("取組状況", "課題・改善点", "今後の方針", "評価"):
        meaning = note.format(MEANINGS[row[label]]) if label == "評価" and note else ""
        texts[label] = row[label] + meaning
    return texts


def choose(city: City, layout: str) -> None:
    document = json.loads((city.home / "plan.json").read_bytes())
    document["plan"]["report_layout"] = layout
    (city.home / "plan.json").write_bytes(json_bytes(document))


def test_the_word_report_says_what_the_ledger_says_in_its_order(city: City) -> None:
    made = reported(city)
    assert made.content.counts == "25件すべての取組について報告がありました。"
    found = items_in_word(word(city))
    assert len(found) == 25
    for item, row in zip(found, rows(city), strict=True):
        assert (item.id, item.title) == (row["整理番号"], row["取組内容"])
        assert item.headings == (row["基本目標"], row["基本施策"], row["取組項目"])
        assert item.answers == [expected(row, "　{}")]


@pytest.mark.parametrize(
    ("layout", "levels", "note"),
    [("一覧型", ("基本目標", "基本施策"), "　{}"), ("縦型", (), "　（{}）")],
)
def test_a_layout_chosen_after_everything_is_final_says_the_same(
    city: City, layout: str, levels: tuple[str, ...], note: str
) -> None:
    finalize(city.workspace, 2023, LATER, HERE, "年度末のため")
    choose(city, layout)
    assert reported(city).template == city.home / f"報告書ひな形_{layout}.docx"
    found = items_in_word(word(city), layout)
    assert len(found) == 25
    for item, row in zip(found, rows(city), strict=True):
        assert (item.id, item.title) == (row["整理番号"], row["取組内容"])
        assert item.headings == tuple(row[level] for level in levels or city.plan.levels[:-1])
        assert item.answers == [expected(row, note)]
    assert verify(city.workspace, 2023, HERE).is_clean


def test_a_template_a_city_made_its_own_before_there_were_layouts_goes_on(city: City) -> None:
    theirs = (Path(compiled_report.__file__).parent / "template_of_0.2.0.docx").read_bytes()
    city.workspace.report_template("").write_bytes(theirs)
    assert reported(city).template is None
    found = items_in_word(word(city), "縦型")
    assert [item.answers for item in found] == [[expected(r, "　（{}）")] for r in rows(city)]
    assert "市民の皆さまへ　門真市" in Document(io.BytesIO(word(city))).paragraphs[0].text


def test_the_pages_say_the_same(city: City) -> None:
    found: list[Item] = [item for page in pages(city) for item in items_in_page(page.read_bytes())]
    assert len(found) == 25
    for item, row in zip(found, rows(city), strict=True):
        assert (item.id, item.title) == (row["整理番号"], row["取組内容"])
        assert item.headings == (row["基本施策"],)
        assert item.answers == [expected(row)]


def test_collect_makes_the_pages_and_report_leaves_them_as_they_are(city: City) -> None:
    before = {page: page.read_bytes() for page in pages(city)}
    assert len(before) == 8
    made = reported(city)
    assert {page: page.read_bytes() for page in pages(city)} == before
    assert made.pages.exists()
    assert made.set_aside == ()


def test_a_page_the_plan_has_no_more_goes_and_one_changed_by_hand_is_kept(city: City) -> None:
    *_, edited, last = pages(city)
    edited.write_bytes(b"by hand")
    document = json.loads((city.home / "plan.json").read_bytes())
    document["items"] = [i for i in document["items"] if not i["id"].startswith("8-")]
    (city.home / "plan.json").write_bytes(json_bytes(document))
    collected = city.collect(now=LATER)
    assert not last.exists()
    (kept,) = collected.set_aside
    assert kept.parent == edited.parent
    assert kept.read_bytes() == b"by hand"
    assert verify(city.workspace, 2023, HERE).is_clean


def test_another_city_is_reported_by_its_own_words(tmp_path: Path) -> None:
    city = other_city(tmp_path / "市")
    city.send_back("D01", answers(other_plan()))
    city.collect()
    reported(city)
    found = {item.id: item for item in items_in_word(word(city))}
    assert len(found) == 480
    for row in rows(city)[:8]:
        item = found[row["整理番号"]]
        assert item.headings == (row["政策"], row["施策"])
        assert item.answers[0]["評価"] == row["評価"]
        assert item.answers[0]["決算額（千円）"] == f"{int(row['決算額（千円）']):,}"
        assert item.answers[0]["完了日"].startswith("令和5年")
    assert found["60-08"].answers[0]["回答状況"].startswith("未回答")


def test_the_template_is_written_once_and_then_belongs_to_the_city(city: City) -> None:
    assert reported(city).template == city.workspace.report_template("")
    document = Document(str(city.workspace.report_template("")))
    document.paragraphs[0].insert_paragraph_before("{{ 団体名 }}らしい前書き")
    document.save(str(city.workspace.report_template("")))
    theirs = city.workspace.report_template("").read_bytes()
    assert reported(city).template is None
    assert city.workspace.report_template("").read_bytes() == theirs
    assert Document(io.BytesIO(word(city))).paragraphs[0].text == "門真市らしい前書き"


def test_a_city_changes_wording_fonts_and_colours_and_no_line_of_instructions(city: City) -> None:
    reported(city)
    path = city.workspace.report_template("")
    theirs = Document(str(path))
    tags = [p.text for p in theirs.paragraphs if "{%p" in p.text]
    (greeting,) = [p for p in theirs.paragraphs if "市民の皆さま" in p.text]
    greeting.text = "ごあいさつ。{{ 件数 }}"
    for name in ("題名", "節の見出し", "取組の見出し", "表の見出し", "表の内容"):
        theirs.styles[name].font.name = "ＭＳ 明朝"
        theirs.styles[name].font.color.rgb = RGBColor(0x33, 0x66, 0x33)
    assert [p.text for p in theirs.paragraphs if "{%p" in p.text] == tags
    theirs.save(str(path))
    assert reported(city).template is None
    texts = [p.text for p in Document(io.BytesIO(word(city))).paragraphs]
    assert "ごあいさつ。25件すべての取組について報告がありました。" in texts
    answers = [item.answers for item in items_in_word(word(city))]
    assert answers == [[expected(row, "　{}")] for row in rows(city)]


def test_what_was_made_is_recorded_once_and_made_the_same_again(city: City) -> None:
    reported(city)
    first = word(city)
    city.workspace.report(2023).unlink()
    report(city.workspace, 2023, LATER + timedelta(days=9))
    assert word(city) == first
    kinds = [event.kind for event in load_journal(city.workspace.journal(2023)).events]
    assert kinds.count(EventKind.REPORTED) == 1


def test_a_report_changed_by_hand_is_set_aside(city: City) -> None:
    reported(city)
    city.workspace.report(2023).write_bytes(b"by hand")
    (kept,) = reported(city).set_aside
    assert kept.read_bytes() == b"by hand"
    assert kept.suffix == ".docx"
    assert items_in_word(word(city))


def test_nothing_is_reported_of_a_ledger_changed_by_hand(city: City) -> None:
    path = city.workspace.ledger_csv(2023)
    path.write_bytes(path.read_bytes().replace("【例】".encode(), "【嘘】".encode()))
    code, printed, complaint = run_here("report", "--year", "2023", "--home", str(city.home))
    assert (code, printed) == (2, "")
    assert "集めたときのものと違う" in complaint
    assert not city.workspace.report(2023).exists()


def test_nothing_is_reported_before_anything_was_collected(tmp_path: Path) -> None:
    city = City.with_sample_plan(tmp_path)
    code, _, complaint = run_here("report", "--year", "2023", "--home", str(city.home))
    assert code == 2
    assert "まだ集めていません" in complaint
    assert not city.workspace.compiled(2023).exists()


def test_what_is_missing_or_sent_back_is_reported_plainly(tmp_path: Path) -> None:
    city = City.with_sample_plan(tmp_path)
    city.generate()
    texts = full_texts(city.plan)
    city.send_back("FUKUSHI", texts)
    city.send_back("KIKI", {item: given | {"評価": "良い"} for item, given in texts.items()})
    city.collect()
    code, printed, _ = run_here("report", "--year", "2023", "--home", str(city.home))
    assert code == 1
    assert "暫定版" in printed
    published = {item.id: item.answers[0] for item in items_in_word(word(city))}
    for row in rows(city):
        answer = published[row["整理番号"]]
        standing = {"未提出": "未回答", "差戻し中": "確認中"}.get(row["回答状況"], row["回答状況"])
        assert answer.get("回答状況", "回答済").startswith(standing)
        assert ("取組状況" in answer) is (row["回答状況"] == "回答済")


def test_a_final_version_is_reported_as_final_and_stays_verified(city: City) -> None:
    finalize(city.workspace, 2023, LATER, HERE, "年度末のため")
    home = ("--year", "2023", "--home", str(city.home))
    assert run_here("report", *home)[0] == 0
    assert "確定" in Document(io.BytesIO(word(city))).core_properties.comments
    locked = [page.stat().st_mode & 0o222 for page in pages(city)]
    assert set(locked) == {0}
    assert verify(city.workspace, 2023, HERE).is_clean
