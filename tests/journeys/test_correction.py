"""A round trip of correction: sent back, handed back, corrected in that file, accepted."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.city import City, codes, full_texts, outcomes
from tests.fillers import programs
from tests.fillers.libreoffice import run_jobs
from tests.fillers.xml_patch import Texts, located, patch_cells
from tests.hyperlinks import hyperlinks
from tests.programs import needs_libreoffice, needs_validator
from tests.test_ooxml import assert_all_valid
from workflow.__main__ import main
from workflow.returned.readers.openpyxl import open_exactly

PROSE = "【例】一行目\n　二行目　①Ⅱ 𠮷 ～〜\n=終わり　"
LONG = "長" * 1234
FILLERS = [
    pytest.param(programs.as_excel, id="excel"),
    pytest.param(programs.with_openpyxl, id="openpyxl"),
    pytest.param(programs.with_libreoffice, id="libreoffice", marks=needs_libreoffice),
]
CORRECT: Texts = {
    "7-1": {"評価": "Ｂ"},
    "7-2": {"課題・改善点": "担い手が足りない。"},
    "8-3": {"取組状況": "短くした。"},
}


@pytest.fixture
def sent_back(city: City) -> City:
    """A city in which 危機管理課 made three mistakes of different kinds."""
    city.generate()
    city.send_back("KIKI", wrong_texts(city), "回答.xlsx")
    return city


def wrong_texts(city: City) -> dict[str, dict[str, str | float | date]]:
    texts = {item: dict(values) for item, values in full_texts(city.plan, 取組状況=PROSE).items()}
    texts["7-1"]["評価"] = "とても\n良い"
    del texts["7-2"]["課題・改善点"]
    texts["8-3"]["取組状況"] = LONG
    return texts


def handback(city: City) -> Path:
    (path,) = city.workspace.handbacks(2023).glob("*.xlsx")
    return path


def book(path: Path) -> Workbook:
    return open_exactly(path.read_bytes())


def links(path: Path) -> list[str]:
    """Return the cells the list leads to."""
    found = [link.place for link in hyperlinks(path.read_bytes()) if link.sheet == "修正のお願い"]
    return [place.removeprefix("'進捗状況'!") for place in found]


def problems(path: Path) -> list[str]:
    """Return the column どこが問題か of the list."""
    texts = [str(row[6].value) for row in book(path)["修正のお願い"].iter_rows() if row[1].value]
    return texts[texts.index("どこが問題か") + 1 :]


@pytest.mark.parametrize("filler", FILLERS)
def test_a_corrected_hand_back_is_accepted(sent_back: City, filler: programs.Filler) -> None:
    city, original = sent_back, sent_back.returned("回答.xlsx").read_bytes()
    first = city.collect()
    assert outcomes(first) == {"回答.xlsx": "sent_back"}
    assert first.handbacks == (handback(city),)
    assert handback(city).name == "KIKI_危機管理課_差戻し_令和5年度.xlsx"
    filler(handback(city), city.returned("直しました.xlsx"), CORRECT)
    second = city.collect()
    assert outcomes(second) == {"回答.xlsx": "superseded", "直しました.xlsx": "accepted"}
    assert codes(second) == ["FILE_SUPERSEDED"]
    texts = wrong_texts(city)
    answered = [row for row in city.ledger() if row["回答状況"] == "回答済"]
    assert [row["整理番号"] for row in answered] == ["7-1", "7-2", "7-3", "8-3"]
    for row in answered:
        expected = {**texts[row["整理番号"]], **CORRECT.get(row["整理番号"], {})}
        assert {label: row[label] for label in expected} == expected
        assert row["回答ファイル"] == "直しました.xlsx"
    assert second.handbacks == ()
    assert list(city.workspace.handbacks(2023).iterdir()) == []
    assert city.returned("回答.xlsx").read_bytes() == original


def test_the_hand_back_carries_what_they_wrote_and_leads_to_its_own_cells(
    sent_back: City,
) -> None:
    sent_back.collect()
    path = handback(sent_back)
    texts = wrong_texts(sent_back)
    sheet = book(path)["進捗状況"]
    wanted = {
        item: values for item, values in texts.items() if item in ("7-1", "7-2", "7-3", "8-3")
    }
    for reference, value in located(path, wanted).items():
        assert sheet[reference].value == value
    assert links(path) == list(located(path, CORRECT))
    assert problems(path) == [
        "「とても\n良い」は選択肢にありません。",
        "必ず記入する項目が空いています。",
        "1,234字あり、上限の1,000字を超えています。",
    ]


def test_rows_inserted_in_the_return_do_not_move_the_links(city: City) -> None:
    city.generate()
    path = city.send_back("KIKI", full_texts(city.plan))
    workbook = load_workbook(path)
    sheet = workbook["進捗状況"]
    (place,) = located(path, {"7-1": {"評価": ""}})
    sheet[place] = "とても良い"
    sheet.insert_rows(1, 3)
    workbook.save(path)
    (finding,) = [f for f in city.collect().document["findings"] if f["severity"] == "error"]
    assert finding["cell"] != place
    assert links(handback(city)) == [place]
    assert problems(handback(city)) == ["「とても良い」は選択肢にありません。"]


def test_a_hand_back_returned_as_it_is_is_sent_back_again(sent_back: City) -> None:
    sent_back.collect()
    before = problems(handback(sent_back))
    sent_back.returned("そのまま.xlsx").write_bytes(handback(sent_back).read_bytes())
    collected = sent_back.collect()
    assert outcomes(collected) == {"回答.xlsx": "superseded", "そのまま.xlsx": "sent_back"}
    unchanged, *same = problems(handback(sent_back))
    assert "何も直されないまま" in unchanged
    assert same == before


def test_what_a_newer_return_answers_is_not_asked_again(sent_back: City) -> None:
    """Another 係 answers 7-1 anew in a template of its own; the other two rows stay wrong."""
    sent_back.collect()
    texts = {"7-1": full_texts(sent_back.plan, 評価="Ｃ")["7-1"]}
    target = sent_back.returned("7-1だけ.xlsx")
    programs.with_openpyxl(sent_back.template("KIKI"), target, texts)
    sent_back.collect()
    path = handback(sent_back)
    assert len(problems(path)) == len(links(path)) == 2
    (rating,) = located(path, {"7-1": {"評価": ""}})
    assert book(path)["進捗状況"][rating].value == "Ｃ"


def test_of_a_joint_item_each_department_gets_its_own_answer_back(sent_back: City) -> None:
    """7-3 counts as 福祉政策課 answered it; what 危機管理課 wrote there is still its own."""
    texts = wrong_texts(sent_back)
    texts["7-3"]["評価"] = "とても良い"
    texts["7-2"]["評価"] = " b"
    sent_back.send_back("KIKI", texts, "回答.xlsx")
    sent_back.send_back("FUKUSHI", full_texts(sent_back.plan))
    sent_back.collect()
    path = handback(sent_back)
    assert path.name.startswith("KIKI_")
    (rating,) = located(path, {"7-3": {"評価": ""}})
    assert book(path)["進捗状況"][rating].value == "とても良い"
    assert rating in links(path)
    (adjusted,) = located(path, {"7-2": {"評価": ""}})
    assert book(path)["進捗状況"][adjusted].value == "Ｂ"


def test_what_is_wrong_with_a_whole_file_is_listed_without_a_link(city: City) -> None:
    city.generate()
    city.send_back("KIKI", {}, "白紙.xlsx")
    city.collect()
    (problem,) = problems(handback(city))
    assert "「白紙.xlsx」" in problem
    assert "一つも記入されていません" in problem
    assert links(handback(city)) == []


def test_of_two_returns_that_differ_one_comes_back_and_names_both(city: City) -> None:
    city.generate()
    for rating in ("Ａ", "Ｂ"):
        texts = full_texts(city.plan)
        texts["7-1"]["評価"] = rating
        city.send_back("KIKI", texts, f"{rating}.xlsx")
    city.collect()
    path = handback(city)
    (problem,) = problems(path)
    places = located(path, {"7-1": {"取組状況": "", "評価": ""}})
    first, rating_place = places
    shown = book(path)["進捗状況"][rating_place].value
    other = "Ａ" if shown == "Ｂ" else "Ｂ"
    assert f"（この回答：J6「{shown}」／「{other}.xlsx」：J6「{other}」）" in problem
    assert links(path) == [first]


def test_only_our_own_hand_backs_are_taken_away(sent_back: City) -> None:
    city = sent_back
    city.collect()
    memo = city.workspace.handbacks(2023) / "メモ.xlsx"
    memo.write_bytes(b"memo")
    programs.as_excel(handback_of(city, "KIKI"), city.returned("直しました.xlsx"), CORRECT)
    city.collect()
    assert list(city.workspace.handbacks(2023).iterdir()) == [memo]


def handback_of(city: City, department: str) -> Path:
    (path,) = city.workspace.handbacks(2023).glob(f"{department}_*.xlsx")
    return path


def test_corrections_saved_into_the_hand_back_itself_are_not_lost(sent_back: City) -> None:
    city = sent_back
    city.collect()
    path = handback(city)
    programs.as_excel(path, path, CORRECT)
    corrected = path.read_bytes()
    (copy,) = city.collect().kept
    assert copy.read_bytes() == corrected
    assert path.read_bytes() != corrected
    assert city.collect().kept == ()


def test_collecting_again_leaves_the_hand_back_alone(sent_back: City) -> None:
    sent_back.collect()
    path = handback(sent_back)
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    assert sent_back.collect().handbacks == (path,)
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_a_status_nobody_can_read_costs_no_file(sent_back: City) -> None:
    sent_back.collect()
    path = handback(sent_back)
    sent_back.workspace.status(2023).write_text("{", "utf-8")
    assert sent_back.collect().handbacks == (path,)
    assert json.loads(sent_back.workspace.status(2023).read_bytes())["made"].keys() == {path.name}


def test_the_terminal_names_the_hand_backs(
    sent_back: City, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["collect", "--year", "2023", "--home", str(sent_back.home)]) == 1
    printed = capsys.readouterr().out
    assert (
        f"差戻し用の調査票を{sent_back.workspace.handbacks(2023)}に作りました（1件）。" in printed
    )
    assert handback(sent_back).name in printed


@needs_libreoffice
def test_the_list_tells_what_was_changed(sent_back: City, tmp_path: Path) -> None:
    sent_back.collect()
    some = tmp_path / "some.xlsx"
    patch_cells(handback(sent_back), some, located(handback(sent_back), {"7-1": {"評価": "Ｂ"}}))
    jobs = [{"do": "recalculate", "source": str(p)} for p in (handback(sent_back), some)]
    untouched, touched = run_jobs(jobs)
    assert states(untouched["修正のお願い"]) == ["未修正 3 か所／全 3 か所", *["未修正"] * 3]
    assert states(touched["修正のお願い"]) == [
        "未修正 2 か所／全 3 か所",
        "変更済",
        "未修正",
        "未修正",
    ]
    cover = [str(row[1]) for row in untouched["記入要領"] if "件／全" in str(row[1])]
    assert cover == ["未入力 1 件／全 4 件　要修正 2 件"]


def states(rows: list[list[str]]) -> list[str]:
    count = [row[1] for row in rows if str(row[1]).startswith("未修正")]
    return count + [row[9] for row in rows if row[9] in ("未修正", "変更済")]


@needs_validator
def test_every_kind_of_hand_back_is_valid(sent_back: City) -> None:
    city = sent_back
    texts = full_texts(city.plan, 取組状況="\x01=<>&\"' \U00020bb7\n" * 100)
    texts["4-4"] |= {"評価": "=\x01<>&_x0041_" * 40, "今後の方針": "やめる"}
    city.send_back("KOREI", texts)
    city.send_back("GAKKO", {})
    paths = city.collect().handbacks
    assert len(paths) == 3
    assert_all_valid(list(paths))
