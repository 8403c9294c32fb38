from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city import City, full_texts
from tests.engine import judged_file
from tests.returned.raw_books import book
from tests.small import NOW, PLAN, issue, register, with_formerly, with_other_pages
from workflow.model.catalogue import Code
from workflow.model.plan import Plan
from workflow.model.raw import RawBook
from workflow.model.returns import Outcome, Return
from workflow.model.wording import cell_text
from workflow.returned.context import Context
from workflow.returned.inbox import Received, scan, single
from workflow.returned.judge import judge_book

HEADER = "整理番号 | 取組状況 | 評価 | 決算額 | 完了日 | 理由\n"
FULL = HEADER + (
    "1-1 | した。 | Ａ | n:5 | d:2024-03-01 |\n"
    "1-2 | した。 | Ｂ |     |              | 雨\n"
    "2-1 | した。 | Ａ |     |              |\n"
    "2-2 | した。 | Ａ |     |              |\n"
)
CONTEXT = Context(PLAN, {2023: register()}, 2023)


def judged(book_read: RawBook, context: Context = CONTEXT) -> Return:
    empty = Return(file="", sha256="0", size=1, received=NOW, outcome=Outcome.UNREADABLE)
    return judge_book(empty, book_read, context).named("a.xlsx")


def stamped(table: str, number: str = "272230-2023-A-1") -> RawBook:
    return book(table, number=number)


def codes(returned: Return) -> list[tuple[str, str, str]]:
    """Return code, cell and field key; what stands outside the form is another test's matter."""
    return [
        (f.code.name, cell_text(f.location), f.location.field_key)
        for f in returned.findings
        if f.code not in (Code.NOTES_KEPT, Code.NOTES_SET_ASIDE)
    ]


def with_row(row: str) -> str:
    """Return the full table with another row for 1-1."""
    lines = FULL.splitlines()
    return "\n".join([lines[0], row, *lines[2:]])


def test_a_full_return_is_accepted_with_its_sources() -> None:
    returned = judged(stamped(FULL))
    assert (returned.outcome, returned.department) == (Outcome.ACCEPTED, "A")
    assert returned.number == "272230-2023-A-1"
    assert [a.item for a in returned.answers] == ["1-1", "1-2", "2-1", "2-2"]
    first = returned.answers[0]
    assert dict(first.values) == {
        "progress": "した。",
        "rating": "Ａ",
        "cost": 5,
        "done": NOW.date().replace(month=3, day=1),
    }
    assert first.cells["rating"] == "C2"
    assert (first.source.file, first.source.sheet, first.source.row) == ("a.xlsx", "進捗状況", 2)
    assert not any(a.rejected for a in returned.answers)


@pytest.mark.parametrize(
    ("row", "outcome", "found"),
    [
        ("1-1 | した。 | A  | | |", "accepted", [("VALUE_ADJUSTED", "C2", "rating")]),
        (
            "1-1 | n:5    | Ａ | | |",
            "accepted_with_warnings",
            [("VALUE_CONVERTED", "B2", "progress")],
        ),
        ("1-1 |        |    | | |", "accepted_with_warnings", [("ROW_BLANK", "2行目", "")]),
        ("1-1 |        | Ａ | | |", "sent_back", [("VALUE_REQUIRED", "B2", "progress")]),
        ("1-1 | した。 | Ｂ | | |", "sent_back", [("VALUE_REQUIRED_WHEN", "F2", "reason")]),
        ("1-1 | f:=A1  | Ａ | | |", "sent_back", [("VALUE_IS_FORMULA", "B2", "progress")]),
        ("1-1 | e:#REF! | Ａ | | |", "sent_back", [("VALUE_IS_ERROR", "B2", "progress")]),
        ("1-1 | した。 | Ｄ | | |", "sent_back", [("VALUE_NOT_A_CHOICE", "C2", "rating")]),
        ("1-1 | した。 | Ａ | f:=1 | |", "sent_back", [("VALUE_IS_FORMULA", "D2", "cost")]),
        ("1-1 | した。 | Ａ | n:1E+300 | |", "sent_back", [("VALUE_NOT_A_NUMBER", "D2", "cost")]),
        (
            "1-1 | した。 | Ａ | n:Infinity | |",
            "sent_back",
            [("VALUE_NOT_A_NUMBER", "D2", "cost")],
        ),
        ("1-1 | した。 | Ａ | | 2024-02-30 |", "sent_back", [("VALUE_NOT_A_DATE", "E2", "done")]),
        (
            "1-1 | 十文字を超える長い回答。 | Ｄ | 約百 | 来年 |",
            "sent_back",
            [
                ("VALUE_TOO_LONG", "B2", "progress"),
                ("VALUE_NOT_A_CHOICE", "C2", "rating"),
                ("VALUE_NOT_A_NUMBER", "D2", "cost"),
                ("VALUE_NOT_A_DATE", "E2", "done"),
            ],
        ),
    ],
)
def test_one_row_decides_about_itself_alone(
    row: str, outcome: str, found: list[tuple[str, str, str]]
) -> None:
    returned = judged(stamped(with_row(row)))
    assert (returned.outcome, codes(returned)) == (outcome, found)
    rejected = [a.item for a in returned.answers if a.rejected]
    assert rejected == (["1-1"] if outcome == "sent_back" else [])
    assert all(f.location.item == "1-1" for f in returned.findings if f.code is not Code.NOTES_KEPT)


def test_a_lost_column_is_reported_once_and_its_rows_are_not_taken() -> None:
    returned = judged(stamped(FULL.replace("評価", "判定")))
    assert codes(returned) == [("COLUMN_MISSING", "", "")]
    assert returned.outcome is Outcome.SENT_BACK
    assert returned.accepted_answers == ()


def test_a_lost_column_nobody_must_fill_leaves_the_answers() -> None:
    returned = judged(stamped(FULL.replace("完了日", "")))
    assert codes(returned) == [("COLUMN_MISSING", "", "")]
    assert len(returned.accepted_answers) == 4


def test_a_blank_row_of_a_joint_item_may_be_the_other_departments() -> None:
    table = FULL.replace("2-1 | した。 | Ａ", "2-1 | |")
    assert judged(stamped(table)).outcome is Outcome.ACCEPTED
    each = FULL.replace("2-2 | した。 | Ａ", "2-2 | |")
    assert codes(judged(stamped(each))) == [("ROW_BLANK", "5行目", "")]


def test_a_return_nobody_filled_is_sent_back() -> None:
    blank = HEADER + "1-1\n1-2\n2-1\n2-2\n"
    returned = judged(stamped(blank))
    assert returned.outcome is Outcome.SENT_BACK
    assert {code for code, _, _ in codes(returned)} == {"ROW_BLANK", "RETURN_BLANK"}
    assert returned.answers == ()


@pytest.mark.parametrize(
    ("read", "outcome", "code", "department"),
    [
        (book("売上 | 円\n1 | 2"), "not_a_return", "FILE_NO_ENTRY_SHEET", ""),
        (book(), "not_a_return", "FILE_NO_ENTRY_SHEET", ""),
        (book(HEADER + "9-9 | した。 | Ａ"), "not_a_return", "FILE_NO_ENTRY_SHEET", ""),
        (stamped("売上 | 円"), "sent_back", "COLUMN_MISSING", "A"),
        (stamped(FULL, "272230-2023-A-2"), "sent_back", "FORM_UNKNOWN", "A"),
        (stamped(FULL, "272230-2022-A-1"), "sent_back", "FORM_OTHER_YEAR", "A"),
        (stamped(FULL, "271004-2023-A-1"), "sent_back", "FORM_OTHER_CITY", ""),
        (stamped(FULL, "272230-2023-X-1"), "sent_back", "FORM_UNKNOWN", ""),
        (
            book(FULL, number="272230-2023-A-1", defined="272230-2023-B-1"),
            "sent_back",
            "FORM_CONFLICT",
            "A",
        ),
        (book(FULL), "accepted", "FORM_STAMP_LOST", "A"),
    ],
)
def test_whose_form_it_is_comes_first(
    read: RawBook, outcome: str, code: str, department: str
) -> None:
    returned = judged(read)
    assert (returned.outcome, returned.department) == (outcome, department)
    assert [c for c, _, _ in codes(returned)] == [code]


def test_an_old_issue_is_taken_with_a_warning() -> None:
    newer = Context(PLAN, {2023: register().adding((with_other_pages(issue("A", 2)),))}, 2023)
    returned = judged(stamped(FULL), newer)
    assert codes(returned) == [("FORM_OLD_ISSUE", "", "")]
    assert returned.outcome is Outcome.ACCEPTED_WITH_WARNINGS
    assert len(returned.accepted_answers) == 4


def without(plan: Plan, code: str) -> Plan:
    return replace(plan, departments=tuple(d for d in plan.departments if d.code != code))


def test_after_a_reorganisation_the_successor_answers() -> None:
    table = HEADER + "3-1 | した。 | Ａ"
    issued = {2023: register()}
    stamp = "272230-2023-C-1"
    merged = with_formerly(without(PLAN, "C"), "B", "C")
    returned = judged(stamped(table, stamp), Context(merged, issued, 2023))
    assert (returned.outcome, returned.department) == (Outcome.ACCEPTED, "B")
    assert [a.department for a in returned.answers] == ["B"]
    gone = judged(stamped(table, stamp), Context(without(PLAN, "C"), issued, 2023))
    assert (gone.outcome, codes(gone)) == (Outcome.SENT_BACK, [("FORM_NO_DEPARTMENT", "", "")])


def test_without_a_year_each_file_tells_its_own() -> None:
    both = Context(PLAN, {2023: register(), 2022: register(year=2022)}, None)
    for number in ("272230-2023-A-1", "272230-2022-A-1"):
        assert judged(stamped(FULL, number), both).outcome is Outcome.ACCEPTED


def judge(received: Received, context: Context) -> Return:
    (returned,) = judged_file(received, context)
    return returned


def written(folder: Path, name: str, content: bytes) -> Received:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return single(path)


@pytest.mark.parametrize(
    ("name", "content", "outcome", "code"),
    [
        ("a.xlsx", b"", "unreadable", "FILE_EMPTY"),
        ("a.xlsx", b"PK", "unreadable", "FILE_BROKEN"),
        ("~$a.xlsx", b"x", "not_a_return", "FILE_LITTER"),
        ("a.txt", b"x", "not_a_return", "FILE_TEXT"),
    ],
)
def test_a_file_that_is_no_workbook_has_an_outcome(
    tmp_path: Path, name: str, content: bytes, outcome: str, code: str
) -> None:
    returned = judge(written(tmp_path, name, content), CONTEXT)
    assert (returned.outcome, [c for c, _, _ in codes(returned)]) == (outcome, [code])
    assert returned.file == name


def test_links_are_listed_but_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xlsx"
    secret.write_bytes(b"x")
    folder = tmp_path / "returned"
    folder.mkdir()
    (folder / "a.xlsx").symlink_to(secret)
    (folder / "係").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "pipe.xlsx")
    found = scan(folder)
    assert [r.file for r in found] == ["a.xlsx", "pipe.xlsx", "係"]
    assert {codes(judge(r, CONTEXT))[0][0] for r in found} == {"FILE_LINK"}


def test_a_file_that_went_away_is_unreadable(tmp_path: Path) -> None:
    received = written(tmp_path, "a.xlsx", b"x")
    received.path.unlink()
    returned = judge(received, CONTEXT)
    assert (returned.outcome, codes(returned)) == (
        Outcome.UNREADABLE,
        [("FILE_NOT_OPENED", "", "")],
    )


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Context]:
    """Return a real return of the sample plan, and what it is judged by."""
    city = City.with_sample_plan(tmp_path_factory.mktemp("city"))
    issued = city.generate().register
    path = city.send_back("GAKKO", full_texts(city.plan))
    return path.read_bytes(), Context(city.plan, {2023: issued}, 2023)


DAMAGES: dict[str, Callable[[bytes, int], bytes]] = {
    "cut": lambda content, at: content[:at],
    "flipped": lambda content, at: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :],
    "zeroed": lambda content, at: content[:at] + bytes(64) + content[at + 64 :],
}


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(share=st.floats(0, 1, exclude_max=True), damage=st.sampled_from(sorted(DAMAGES)))
def test_no_damage_stops_the_judge_or_changes_an_answer(
    sent: tuple[bytes, Context], tmp_path: Path, share: float, damage: str
) -> None:
    content, context = sent
    spoilt = DAMAGES[damage](content, int(share * len(content)))
    whole = judge(written(tmp_path, "a.xlsx", content), context)
    returned = judge(written(tmp_path, "a.xlsx", spoilt), context)
    assert whole.outcome is Outcome.ACCEPTED
    if returned.outcome is not Outcome.UNREADABLE:  # the damage was in a date or a name
        assert [dict(a.values) for a in returned.answers] == [dict(a.values) for a in whole.answers]
