from __future__ import annotations

from dataclasses import replace

import pytest

from tests.returned.raw_books import book, sheet
from tests.small import issue
from workflow.model.catalogue import Code
from workflow.model.raw import RawSheet
from workflow.model.wording import cell_text
from workflow.returned.find_rows import Matching, match
from workflow.returned.find_tables import find_tables

ISSUE = issue("A")  # 1-1, 1-2, 2-1, 2-2
LABELS = frozenset((field.label, field.heading) for field in ISSUE.form.form.fields)

AS_ISSUED = """
甲課の調査票
様式番号：272230-2023-A-1

整理番号 | 施策 | 取組   | 担当課 | 取組状況 | 評価 | 決算額 | 完了日 | 理由
1-1      | 一   | 見守り | 甲課   | した。   | Ａ   | n:5    |        |
1-2      | 一   | 声かけ | 甲課   | した。   | Ｂ   |        |        | 雨
2-1      | 二   | 訓練   | 乙課・甲課 | した。 | Ａ |      |        |
2-2      | 二   | 啓発   | 甲課・乙課 | した。 | Ａ |      |        |
"""


def matched(*sheets: RawSheet | str) -> Matching:
    table, *copies = find_tables(book(*sheets), LABELS)
    return match(table, ISSUE, copies)


def found(matching: Matching) -> dict[str, tuple[int, dict[str, str]]]:
    """Return 整理番号 → row and what was read in it."""
    return {
        row.item.id: (row.row, {key: cell.text for key, cell in row.cells.items()})
        for row in matching.rows
    }


def codes(matching: Matching) -> list[tuple[str, str]]:
    return [(f.code.name, cell_text(f.location)) for f in matching.findings]


def edited(*changes: tuple[str, str]) -> str:
    table = AS_ISSUED
    for before, after in changes:
        assert before in table
        table = table.replace(before, after)
    return table


def test_rows_are_found_as_issued() -> None:
    matching = matched(AS_ISSUED)
    assert codes(matching) == []
    assert found(matching) == {
        "1-1": (5, {"progress": "した。", "rating": "Ａ", "cost": "5"}),
        "1-2": (6, {"progress": "した。", "rating": "Ｂ", "reason": "雨"}),
        "2-1": (7, {"progress": "した。", "rating": "Ａ"}),
        "2-2": (8, {"progress": "した。", "rating": "Ａ"}),
    }
    assert matching.rows[0].references["cost"] == "G5"


MOVED_DOWN = "\n".join(["（余白）"] * 40) + AS_ISSUED.strip("\n").partition("\n\n")[2].join(
    ["\n", ""]
)

REORDERED = """
評価 | 取組状況 | 備考 | 整理番号 | 理由 | 完了日 | 決算額
Ａ   | した。   | 済   | 1-1      |      |        | n:5
Ｂ   | した。   |      | 1-2      | 雨   |        |
Ａ   | した。   |      | 2-1      |      |        |
Ａ   | した。   |      | 2-2      |      |        |
"""

SORTED = """
整理番号 | 評価 | 取組状況 | 理由 | 完了日 | 決算額
2-2      | Ａ   | した。   |      |        |
1-2      | Ｂ   | した。   | 雨   |        |
2-1      | Ａ   | した。   |      |        |
1-1      | Ａ   | した。   |      |        | n:5
"""

INSERTED = edited(("2-1      |", "小計 | | | | | | | |\n\n前年度 | | | | 昨年 | Ａ | | |\n2-1 |"))

RETYPED = edited(
    ("整理番号 |", "t:整理\n番号 |".replace("\n", "　")),
    ("評価", "評 価"),
    ("決算額", "決算額　"),
    ("1-1  ", "１－１"),
    ("1-2  ", "1‐2"),
    ("2-2  ", "n:2 "),
    ("n:2 ", "2ー2"),
)


@pytest.mark.parametrize(
    "table", [MOVED_DOWN, REORDERED, SORTED, INSERTED, RETYPED], ids=str.splitlines
)
def test_rows_are_found_wherever_they_went(table: str) -> None:
    matching = matched(table)
    assert codes(matching) == []
    expected = {item: texts for item, (_, texts) in found(matched(AS_ISSUED)).items()}
    assert {item: texts for item, (_, texts) in found(matching).items()} == expected


def test_a_renamed_sheet_is_found_among_others() -> None:
    notes = sheet("整理番号 | 取組状況\n1-1 | 別の表", name="控え")
    cover = sheet("記入のしかた\n整理番号 | 取組内容\n1-1 | 見守り", name="記入要領")
    renamed = sheet(AS_ISSUED, name="回答（清書）")
    matching = matched(cover, notes, renamed)
    assert matching.sheet == "回答（清書）"
    assert codes(matching) == []


def test_of_two_equal_tables_the_one_on_the_entry_sheet_counts() -> None:
    copy = sheet(edited(("した。", "古い。")), name="進捗状況 (2)")
    matching = matched(copy, sheet(AS_ISSUED))
    assert matching.sheet == "進捗状況"
    assert found(matching)["1-1"][1]["progress"] == "した。"


def test_of_two_header_rows_the_fuller_one_counts() -> None:
    table = "整理番号 | 取組\n1-1 | 見守り\n" + AS_ISSUED
    assert found(matched(table))["1-1"][1]["rating"] == "Ａ"


ROW_OF_1_2 = "1-2      | 一   | 声かけ"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ROW_OF_1_2, "9-9 | 一 | 別の取組", [("ROW_UNKNOWN", "6行目"), ("ROW_MISSING", "")]),
        ("1-2      |", "1-1 |", [("ROW_DUPLICATE", "6行目"), ("ROW_MISSING", "")]),
        (ROW_OF_1_2, "    | 一 | 別の取組", [("ROW_UNKNOWN", "6行目"), ("ROW_MISSING", "")]),
        (
            ROW_OF_1_2,
            "d:2024-01-02 | 一 | 別の取組",
            [("ROW_UNKNOWN", "6行目"), ("ROW_MISSING", "")],
        ),
        ("| 評価 |", "| 判定 |", [("COLUMN_MISSING", "")]),
        ("| 評価 |", "|      |", [("COLUMN_MISSING", "")]),
        ("| 施策 |", "|      |", []),
    ],
)
def test_what_does_not_fit_is_reported(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    assert codes(matched(edited((before, after)))) == expected


def test_a_row_below_that_holds_no_answer_is_not_worth_a_word() -> None:
    table = edited(("2-2  ", "9-9 | 一 | 計 | 甲課 | | | | | \n2-2  ")) + "| | 以上 | | | | | | |\n"
    assert codes(matched(table)) == []


def test_a_deleted_row_is_missing() -> None:
    lines = [line for line in AS_ISSUED.splitlines() if not line.startswith("1-2")]
    matching = matched("\n".join(lines))
    assert codes(matching) == [("ROW_MISSING", "")]
    assert "1-2" not in found(matching)


def test_of_a_row_that_is_there_twice_the_first_is_read() -> None:
    matching = matched(AS_ISSUED + "1-1 | | | | 二度目 | Ｃ | | |\n")
    assert codes(matching) == [("ROW_DUPLICATE", "9行目")]
    assert found(matching)["1-1"] == (5, {"progress": "した。", "rating": "Ａ", "cost": "5"})


def test_of_two_columns_with_one_label_the_first_is_read() -> None:
    table = edited(
        ("| 理由", "| 理由 | 評価"), ("| Ｂ   |        |        | 雨", "| Ｂ | | | 雨 | Ｃ")
    )
    assert found(matched(table))["1-2"][1]["rating"] == "Ｂ"


def test_white_space_is_no_answer() -> None:
    matching = matched(edited(("した。   | Ｂ", "t:　\n | Ｂ".replace("\n", "\t"))))
    assert found(matching)["1-2"][1] == {"rating": "Ｂ", "reason": "雨"}


@pytest.mark.parametrize(
    "table", ["", "売上\n1 | 2", "整理番号", "整理番号を書く | 評価", "\n" * 60 + "整理番号 | 評価"]
)
def test_where_there_is_no_header_there_is_no_table(table: str) -> None:
    padded = "x" + table if table.startswith("\n") else table
    assert find_tables(book(padded), LABELS) == ()


def test_of_two_columns_with_one_heading_the_filled_one_counts() -> None:
    matching = matched(
        edited(
            (" 理由", " 理由 | 評価"),
            ("した。   | Ａ   | n:5    |        |", "した。 | | n:5 | | | Ｂ"),
        )
    )
    assert found(matching)["1-1"][1]["rating"] == "Ｂ"
    assert matching.rows[0].references["rating"] == "J5"
    assert matching.rows[1].references["rating"] == "F6"
    assert codes(matching) == [("COLUMN_TWICE", "F4")]


def test_two_columns_with_one_heading_that_differ_are_reported_with_both_texts() -> None:
    matching = matched(edited((" 理由", " 理由 | 評価"), ("n:5    |        |", "n:5 | | | Ｃ")))
    twice, _ = matching.findings
    assert (twice.code, twice.location.item) == (Code.VALUE_TWICE, "1-1")
    assert twice.details == {"ours": "F5「Ａ」", "theirs": "J5「Ｃ」"}


def test_headings_in_another_order_are_reported_where_the_values_cannot_show_it() -> None:
    exchanged = edited(("取組状況", "＊"), ("理由", "取組状況"), ("＊", "理由"))
    (finding,) = matched(exchanged).findings
    assert finding.code is Code.COLUMN_REORDERED
    assert finding.details == {"labels": ("progress", "reason")}
    other_types = edited(("評価", "＊"), ("決算額", "評価"), ("＊", "決算額"))
    assert matched(other_types).findings == ()


BLANK_1_1 = ("した。   | Ａ   | n:5    |        |", "| | | |")
BLANK_1_2 = ("した。   | Ｂ   |        |        | 雨", "| | | |")


def copied(*changes: tuple[str, str]) -> RawSheet:
    return replace(sheet(edited(*changes)), name="写し")


def test_rows_that_only_a_copy_of_the_sheet_fills_are_taken_from_it() -> None:
    matching = matched(edited(BLANK_1_1), copied(BLANK_1_2))
    assert {row.item.id: row.sheet for row in matching.rows if row.cells} == {
        "1-1": "写し",
        "1-2": "進捗状況",
        "2-1": "進捗状況",
        "2-2": "進捗状況",
    }
    assert codes(matching) == [("ROW_FROM_COPY", "")]
    assert [row.item.id for row in matching.repeated] == ["2-1", "2-2"]


def test_what_a_copy_says_otherwise_is_reported_with_both_texts() -> None:
    matching = matched(AS_ISSUED, copied(("n:5", "n:6"), ("| 雨", "|")))
    first, second = matching.findings
    assert {f.code for f in matching.findings} == {Code.ROW_COPY_DIFFERS}
    assert first.details == {
        "other": "写し",
        "labels": ("cost",),
        "ours": ("G5「5」",),
        "theirs": ("G5「6」",),
    }
    assert second.details["theirs"] == ("I6（空欄）",)
    assert [row.sheet for row in matching.rows] == ["進捗状況"] * 4


def test_a_copy_that_says_the_same_is_no_matter() -> None:
    matching = matched(AS_ISSUED, copied(("Ａ   | n:5", "A | n:5.0")))
    assert matching.findings == ()
    assert len(matching.repeated) == 4


def test_another_table_with_few_of_the_labels_is_no_copy() -> None:
    other = replace(sheet("整理番号 | 評価\n1-1 | Ｃ"), name="参考")
    assert len(find_tables(book(AS_ISSUED, other), LABELS)) == 1


def test_a_cell_with_two_contents_is_reported_and_a_heading_spoils_all() -> None:
    plain = sheet(AS_ISSUED)
    answer = (plain.cells[5, 5], plain.cells[5, 2])
    (finding,) = matched(replace(plain, doubled={(5, 5): answer})).findings
    assert (finding.location.item, finding.location.field_key) == ("1-1", "progress")
    assert finding.details == {"ours": "E5「した。」", "theirs": "E5「一」"}
    heading = matched(replace(plain, doubled={(4, 5): (plain.cells[4, 5], None)}))
    assert heading.is_ambiguous
    assert codes(heading) == [("VALUE_TWICE", "E4")]


def test_of_a_hidden_sheet_and_a_copy_to_be_seen_the_latter_leads() -> None:
    hidden = replace(sheet(AS_ISSUED), is_hidden=True)
    same = matched(hidden, copied())
    assert same.sheet == "写し"
    assert same.findings == ()
    differing = matched(hidden, copied(("n:5", "n:6")))
    assert codes(differing) == [("ROW_COPY_DIFFERS", "5行目")]


def test_rows_taken_from_a_hidden_copy_are_reported() -> None:
    hidden = replace(sheet(AS_ISSUED), is_hidden=True)
    matching = matched(hidden, copied(BLANK_1_1))
    assert codes(matching) == [("ROW_FROM_COPY", ""), ("SHEET_HIDDEN", "")]
    assert {f.location.sheet for f in matching.findings} == {"進捗状況"}


def test_two_sheets_of_one_name_are_both_looked_at() -> None:
    matching = matched(AS_ISSUED, edited(("n:5", "n:6")))
    assert codes(matching) == [("ROW_COPY_DIFFERS", "5行目")]
