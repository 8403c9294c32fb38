"""確認の記録: what people write in the workbook counts, and nothing of it is lost."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.city import COLLECTED_AT, City
from tests.engine import HERE
from tests.harness.deciding import decide, edit
from tests.harness.description import CITIES
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.commands.remind import remind
from workflow.commands.status import status
from workflow.commands.verify import verify
from workflow.excel.page import pointer_to
from workflow.rounds.collected import Collected
from workflow.storage.files import sha256

YEAR = 2023
Points = dict[tuple[str, str], dict[str, str]]
ANSWER = {"取組状況": "実施した。", "評価": "Ａ", "方針": "継続"}


@pytest.fixture
def town(tmp_path: Path) -> City:
    """甲課 and 乙課 answer the joint item 2-1 differently, and 丙課 does not answer."""
    document = json.loads((CITIES / "small" / "plan.json").read_bytes())
    made = City.with_plan(tmp_path / "町", document)
    made.generate(YEAR)
    ours = dict.fromkeys(("1-1", "1-2", "1-3", "2-1", "2-2"), ANSWER)
    made.send_back("A", ours | {"1-2": {**ANSWER, "取組状況": "なし"}})
    theirs = {"2-1": {**ANSWER, "評価": "Ｂ", "理由": "雨"}, "2-2": ANSWER, "2-3": ANSWER}
    made.send_back("B", theirs)
    return made


def gather(town: City, days: int = 0) -> Collected:
    return collect(town.workspace, YEAR, COLLECTED_AT + timedelta(days=days), HERE)


def points(collected: Collected) -> Points:
    """Return the points by code and item."""
    return {(p["code"], p["item"]): p for p in collected.document["points"]}


def rows(path: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of the record by number."""
    header, *found = load_workbook(path)["確認の記録"].iter_rows(values_only=True)
    named = [dict(zip(map(str, header), row, strict=True)) for row in found]
    return {str(row["番号"]): row for row in named}


JOINT, NOTHING, MISSING = (
    ("JOINT_DIFFERS", "2-1"),
    ("VALUE_NOTHING", "1-2"),
    ("ANSWER_MISSING", "3-1"),
)


def test_every_point_stands_once_in_the_record(town: City) -> None:
    collected = gather(town)
    found = points(collected)
    assert set(found) == {JOINT, NOTHING, MISSING}
    assert collected.document["totals"]["open_points"] == 3
    joint = found[JOINT]
    assert (joint["answer"], joint["other"]) == ("評価：Ｂ\n理由：雨", "評価：Ａ\n理由：")
    shown = rows(town.workspace.record(YEAR))
    assert sorted(shown) == sorted(p["id"] for p in found.values())
    assert shown[joint["id"]]["もう一方の回答"] == joint["other"]


def test_a_point_can_be_read_and_decided_on_paper(town: City) -> None:
    gather(town)
    book = load_workbook(town.workspace.record(YEAR))
    header = book["確認の記録"].oddHeader
    assert header
    assert str(header.left.text).endswith(pointer_to("確認の記録（印刷用）"))
    texts = [str(cell.value) for row in book["確認の記録（印刷用）"] for cell in row if cell.value]
    (shown,) = [row for row in rows(town.workspace.record(YEAR)).values() if row["もう一方の回答"]]
    for label in ("いまの回答", "もう一方の回答", "昨年度"):
        assert not shown[label] or shown[label] in texts
    for label in ("扱い：", "理由：", "確認した人："):
        assert len([text for text in texts if text.startswith(label)]) == 3


def test_nothing_printed_on_the_sheet_for_paper_is_taken_for_written(town: City) -> None:
    gather(town)
    record = town.workspace.record(YEAR)
    book = load_workbook(record)
    book["確認の記録（印刷用）"]["B4"] = "会議で決めた"
    book.save(record)
    gather(town, 1)
    notes = load_workbook(town.workspace.ledger(YEAR))["欄外記入"].values
    assert [note[1] for note in notes if "確認の記録" in str(note)] == ["会議で決めた"]


def test_decisions_close_points_and_the_ledger_follows(town: City) -> None:
    found = points(gather(town))
    record = town.workspace.record(YEAR)
    decide(record, found[JOINT]["id"], "もう一方を採る", "甲課が主", "佐藤")
    decide(record, found[NOTHING]["id"], "確認済み", "電話で確認", "佐藤")
    decide(record, found[MISSING]["id"], "今年度は報告なし", "事業なし", "佐藤")
    collected = gather(town, 1)
    totals = collected.document["totals"]
    assert (totals["open_points"], totals["missing"], totals["nothing_to_report"]) == (0, 0, 1)
    assert collected.is_clean
    ledger = {(row["整理番号"], row["担当課"]): row for row in town.ledger(YEAR)}
    joint = ledger["2-1", "乙課・甲課"]
    assert (joint["評価"], joint["回答ファイル"]) == ("Ａ", "A.xlsx")
    assert ledger["3-1", "丙課"]["回答状況"] == "報告なし"
    joint_point = points(collected)[JOINT]
    assert (joint_point["decision"], joint_point["reason"], joint_point["by"]) == (
        "もう一方を採る",
        "甲課が主",
        "佐藤",
    )
    assert "台帳には甲課の回答" in rows(record)[joint_point["id"]]["どういうことか"]
    assert status(town.workspace, YEAR)["totals"] == totals
    assert verify(town.workspace, YEAR, HERE).differences == ()
    finalize(town.workspace, YEAR, COLLECTED_AT + timedelta(days=2), HERE)
    assert verify(town.workspace, YEAR, HERE).differences == ()


@pytest.mark.parametrize(
    ("word", "rating", "file"),
    [("この回答を採る", "Ｂ", "B.xlsx"), ("もう一方を採る", "Ａ", "A.xlsx")],
)
def test_the_source_of_a_chosen_joint_answer_follows(
    town: City, word: str, rating: str, file: str
) -> None:
    number = points(gather(town))[JOINT]["id"]
    decide(town.workspace.record(YEAR), number, word, "電話", "佐藤")
    collected = gather(town, 1)
    assert points(collected)[JOINT]["decision"] == word
    reported = {(f["code"], f["file"]) for f in collected.document["findings"]}
    assert ("ANSWER_ADOPTED", file) in reported
    sheet = load_workbook(town.workspace.ledger(YEAR))["台帳"]
    header = [cell.value for cell in sheet[1]]
    (row,) = [
        row for row in sheet.iter_rows(min_row=2) if row[header.index("整理番号")].value == "2-1"
    ]
    values = {label: cell.value for label, cell in zip(header, row, strict=True)}
    assert (values["評価"], values["回答ファイル"], values["回答状況"]) == (rating, file, "回答済")
    assert values["SHA-256"] == sha256(town.returned(file).read_bytes())
    links = [cell.hyperlink for cell in row if cell.hyperlink]
    assert {Path(str(link.target)).name for link in links if link.target} == {file}
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_nothing_to_report_is_counted_and_explained_where_it_occurs(town: City) -> None:
    number = points(gather(town))[MISSING]["id"]
    assert "報告なし" not in _words(town)
    decide(town.workspace.record(YEAR), number, "今年度は報告なし", "事業なし", "佐藤")
    gather(town, 1)
    words = _words(town)
    assert words.count("報告なし") == 3  # 提出状況: a heading and how 丙課 stands; a word of 凡例
    header, *found = load_workbook(town.workspace.ledger(YEAR))["提出状況"].values
    counted = {row[0]: row[header.index("報告なし")] for row in found}
    assert counted == {"甲課": 0, "乙課": 0, "丙課": 1}
    assert verify(town.workspace, YEAR, HERE).differences == ()


def _words(town: City) -> list[Any]:
    book = load_workbook(town.workspace.ledger(YEAR))
    return [value for name in ("提出状況", "凡例") for row in book[name].values for value in row]


def test_a_record_that_was_deleted_comes_back_from_the_journal(town: City) -> None:
    number = points(gather(town))[NOTHING]["id"]
    record = town.workspace.record(YEAR)
    decide(record, number, "確認済み", "電話で確認", "佐藤")
    gather(town, 1)
    made = record.read_bytes()
    record.unlink()
    gather(town, 2)
    assert record.read_bytes() == made
    assert rows(record)[number]["理由"] == "電話で確認"


def test_two_people_in_two_copies_are_both_heard(town: City) -> None:
    found = points(gather(town))
    record = town.workspace.record(YEAR)
    copy = record.with_stem(f"{record.stem} - コピー")
    shutil.copy(record, copy)
    decide(record, found[NOTHING]["id"], "確認済み", "電話", "佐藤")
    decide(copy, found[NOTHING]["id"], "課に尋ねる", "本当か", "鈴木")
    decide(copy, found[MISSING]["id"], "今年度は報告なし", "事業なし", "鈴木")
    collected = gather(town, 1)
    assert points(collected)[NOTHING]["decision"] == ""
    assert points(collected)[MISSING]["decision"] == "今年度は報告なし"
    finding = next(f for f in collected.document["findings"] if f["code"] == "DECISION_DIFFERS")
    assert "佐藤" in finding["message"]
    assert "鈴木" in finding["message"]
    decide(record, found[NOTHING]["id"], "確認済み", "二人で相談", "佐藤・鈴木")
    again = points(gather(town, 2))
    assert again[NOTHING]["reason"] == "二人で相談"
    assert points(gather(town, 3)) == again


def test_words_in_the_margin_are_kept(town: City) -> None:
    gather(town)
    record = town.workspace.record(YEAR)
    edit(record, lambda sheet: sheet.cell(2, 20, "課長に聞くこと"))
    gather(town, 1)
    kept = list((record.parent / "上書き前").glob("確認の記録*"))
    assert len(kept) == 1
    notes = load_workbook(town.workspace.ledger(YEAR))["欄外記入"].iter_rows(values_only=True)
    assert any("課長に聞くこと" in row for row in notes)


def test_what_is_no_workbook_is_kept_and_reported(town: City) -> None:
    gather(town)
    record = town.workspace.record(YEAR)
    record.write_bytes(b"PK no workbook")
    collected = gather(town, 1)
    assert "DECISION_UNREAD" in {f["code"] for f in collected.document["findings"]}
    assert len(list((record.parent / "上書き前").glob("確認の記録*"))) == 1
    assert rows(record)


def test_a_lost_answer_is_not_reported_as_missing(town: City) -> None:
    number = points(gather(town))[MISSING]["id"]
    town.returned("B.xlsx").unlink()
    collected = gather(town, 1)
    found = points(collected)
    assert found["ANSWER_LOST", "2-3"]["department"] == "B"
    assert found[MISSING]["id"] == number  # 丙課 sent nothing
    attention = load_workbook(town.workspace.ledger(YEAR))["要確認"].values
    by_department = {
        row[4]: (row[1], row[5]) for row in attention if row[3] and "件（" in str(row[3])
    }
    assert by_department["乙課"][0] == "所在不明"
    assert by_department["丙課"] == ("未提出", "回答がまだ届いていません。")
    assert verify(town.workspace, YEAR, HERE).differences == ()
    gone = found["FILE_GONE", ""]["id"]
    decide(town.workspace.record(YEAR), gone, "取り下げ", "出し直すため", "佐藤")
    again = points(gather(town, 2))
    assert again["ANSWER_MISSING", "2-3"]["id"] == found["ANSWER_LOST", "2-3"]["id"]


def test_sending_back_makes_a_warning_something_to_correct(town: City) -> None:
    number = points(gather(town))[NOTHING]["id"]
    decide(town.workspace.record(YEAR), number, "差し戻す", "実績を書いてください", "佐藤")
    collected = gather(town, 1)
    files = {f["path"]: f["outcome"] for f in collected.document["files"]}
    assert files["A.xlsx"] == "sent_back"
    asked = json.loads(town.workspace.status(YEAR).read_bytes())["asked"]["A"]["corrections"]
    assert asked[0][3] == "実績を書いてください"
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_what_was_decided_stands_below_what_is_open(town: City) -> None:
    found = points(gather(town))
    decide(town.workspace.record(YEAR), found[NOTHING]["id"], "確認済み", "電話で確認", "佐藤")
    gather(town, 1)
    book = load_workbook(town.workspace.ledger(YEAR))
    *_, last = book["要確認"].iter_rows(values_only=True)
    assert last[1] == "確認済み（佐藤）"
    assert "電話で確認" in last
    headline = [str(c.value) for row in book["集計表"].iter_rows(max_row=8) for c in row]
    assert any("3件のうち、1件を確認しました。" in text for text in headline)
    page = town.workspace.overview(YEAR).read_text("utf-8")
    assert "いまの回答：評価：Ｂ" in page
    assert "確認したもの" in page


def test_a_question_goes_out_and_its_explanation_comes_back(town: City) -> None:
    number = points(gather(town))[NOTHING]["id"]
    record = town.workspace.record(YEAR)
    decide(record, number, "課に尋ねる", "本当に何もしていませんか", "佐藤")
    (handback,) = gather(town, 1).handbacks
    asked = json.loads(town.workspace.status(YEAR).read_bytes())["asked"]["A"]
    assert asked["corrections"] == []
    assert asked["questions"][0][2] == "本当に何もしていませんか"
    back = town.returned("甲課 説明.xlsx")
    book = load_workbook(handback)
    sheet = book["修正のお願い"]
    row = next(r for r in sheet.iter_rows() if r[1].value == f"問{number}")
    assert row[7].protection.locked is False
    row[7].value = "委託先の都合で中止しました。"
    book.save(back)
    collected = gather(town, 20)
    point = points(collected)[NOTHING]
    assert point["explanation"] == "委託先の都合で中止しました。"
    outcome = {f["path"]: f["outcome"] for f in collected.document["files"]}
    assert outcome["甲課 説明.xlsx"] == "accepted_with_warnings"
    assert "RETURN_UNCHANGED" not in {f["code"] for f in collected.document["findings"]}
    assert not collected.handbacks
    notes = load_workbook(town.workspace.ledger(YEAR))["欄外記入"].iter_rows(values_only=True)
    assert any("委託先の都合で中止しました。" in note for note in notes)
    assert rows(record)[number]["課からの説明"] == "委託先の都合で中止しました。"
    decide(record, number, "確認済み", "説明のとおり", "佐藤")
    assert points(gather(town, 21))[NOTHING]["decision"] == "確認済み"
    assert verify(town.workspace, YEAR, HERE).differences == ()


def test_a_hand_back_with_both_tells_to_correct_and_to_explain(town: City) -> None:
    town.send_back("A", {"1-2": {**ANSWER, "取組状況": "なし"}, "1-3": {"評価": "Ａ"}})
    number = points(gather(town))[NOTHING]["id"]
    decide(town.workspace.record(YEAR), number, "課に尋ねる", "本当ですか", "佐藤")
    handbacks = {path.name[0]: path for path in gather(town, 1).handbacks}
    cells = load_workbook(handbacks["A"])["修正のお願い"].iter_rows(values_only=True)
    text = "".join(str(cell) for row in cells for cell in row if cell)
    assert "「説明」の欄にお答えを記入してください" in text
    assert "二重の枠と格子の模様" in text
    assert "直し、説明も記入し終えたら" in text


def test_a_department_with_questions_alone_gets_a_mail_of_its_own(town: City) -> None:
    found = points(gather(town))
    record = town.workspace.record(YEAR)
    decide(record, found[JOINT]["id"], "課に尋ねる", "どちらですか", "佐藤")
    gather(town, 1)
    drafts = remind(town.workspace, YEAR, COLLECTED_AT).drafts.current
    assert sorted(path.name[0] for path in drafts) == ["B", "C"]
    (asked,) = [path for path in drafts if "確認依頼" in path.name]
    mail = message_from_bytes(asked.read_bytes(), policy=policy.default)
    body = mail.get_body()
    assert body is not None
    assert "どちらですか" in body.get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == [
        path.name for path in town.workspace.handbacks(YEAR).glob("B_*.xlsx")
    ]


def test_the_question_stands_at_the_cell_it_is_about(town: City) -> None:
    number = points(gather(town))[NOTHING]["id"]
    decide(town.workspace.record(YEAR), number, "課に尋ねる", "本当に何も\nしていませんか", "佐藤")
    (handback,) = gather(town, 1).handbacks
    book = load_workbook(handback)
    entries, issued = book["進捗状況"], load_workbook(town.template("A"))["進捗状況"]
    (cell,) = [c for row in entries.iter_rows() for c in row if c.comment]
    assert cell.value == "なし"
    assert cell.border.left.style == "double"
    assert cell.comment is not None
    assert "本当に何も していませんか" in str(cell.comment.text)
    areas = [area for area in entries.conditional_formatting if cell.coordinate in area]
    assert any("修正のお願い" in str(rule.formula) for area in areas for rule in area.rules)
    widths = {name: column.width for name, column in entries.column_dimensions.items()}
    assert widths == {name: column.width for name, column in issued.column_dimensions.items()}
    row = next(r for r in book["修正のお願い"].iter_rows() if r[1].value == f"問{number}")
    assert row[8].value == f"{cell.coordinate}へ移る"
    # A note that nobody wrote in is no remark of the department.
    book.save(town.returned("甲課 説明なし.xlsx"))
    collected = gather(town, 20)
    assert not {f["code"] for f in collected.document["findings"]} & {
        "NOTES_OUTSIDE",
        "PRINTED_CHANGED",
    }
    notes = load_workbook(town.workspace.ledger(YEAR))
    assert "欄外記入" not in notes.sheetnames or not any(
        "お尋ね" in str(c.value) for row in notes["欄外記入"].iter_rows() for c in row
    )


@pytest.mark.parametrize("decided", ["課に尋ねる", "差し戻す"])
def test_a_handback_that_comes_back_as_it_was_is_reported(town: City, decided: str) -> None:
    number = points(gather(town))[NOTHING]["id"]
    decide(town.workspace.record(YEAR), number, decided, "確かめてください", "佐藤")
    (handback,) = gather(town, 1).handbacks
    shutil.copy(handback, town.returned("甲課 再.xlsx"))
    collected = gather(town, 20)
    reported = {f["code"] for f in collected.document["findings"] if f["file"] == "甲課 再.xlsx"}
    expected = {"課に尋ねる": "RETURN_UNEXPLAINED", "差し戻す": "RETURN_UNCHANGED"}
    assert expected[decided] in reported
    assert [path.name[0] for path in collected.handbacks] == ["A"]
    assert verify(town.workspace, YEAR, HERE).differences == ()
