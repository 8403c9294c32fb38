"""The year is made after each of its rounds, mended where that was cut short, and made final."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from tests.city import City
from tests.engine import HERE
from tests.harness.deciding import decide
from tests.harness.kept_readings import each_file_read_once, each_round_written_once
from tests.rounds.playing import PlayedYear
from tests.rounds.small_year import FIRST, PANEL, SECOND, YEAR, collected, small_year
from tests.verification.mutations import (
    a_formula_made_a_number,
    one_byte_of_the_journal,
    one_character_of_the_csv,
    one_character_of_the_ledger,
    one_count,
)
from workflow.commands.verify import verify
from workflow.compiled.sheets.summary.layout import LINKS_ROW, SUMMARY_SHEET
from workflow.model.errors import OutputError, WorkspaceError
from workflow.model.raw import RawCell, RawSheet
from workflow.returned.intake.detect import Kind
from workflow.returned.readers.by_rows import rows_of
from workflow.returned.readers.openpyxl import open_exactly
from workflow.returned.readers.readings import read_first
from workflow.rounds import write_year
from workflow.storage.journal import EventKind, load_journal
from workflow.storage.own_files import old_final_folder
from workflow.verification import compare, differences
from workflow.verification.differences import Differences


@pytest.fixture(scope="module", autouse=True)
def worked_out_once() -> Iterator[None]:
    """Read each file once, and let verify take what was made of an equal round or year."""
    with each_file_read_once(), each_round_written_once():
        yield


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> PlayedYear:
    """Return a year of which every round was collected; nobody may change it."""
    return collected(small_year(tmp_path_factory.mktemp("year") / "home"), FIRST, SECOND, PANEL)


@pytest.fixture
def year(played: PlayedYear, tmp_path: Path) -> PlayedYear:
    """Return a copy of it."""
    return PlayedYear(played.city.copy(tmp_path / "copy"), YEAR)


def codes_of(year: PlayedYear) -> list[str]:
    """Return what verify says of the whole year."""
    report = verify(year.city.workspace, YEAR, HERE)
    return sorted({found.code.name for found in report.differences})


def test_a_year_grows_with_its_rounds(tmp_path: Path) -> None:
    """After the first round there are its columns alone, after the second both, each sourced."""
    year = collected(small_year(tmp_path / "home"), FIRST)
    assert "二次評価：回答状況" not in year.city.ledger_csv(YEAR)[0]
    year.issue(SECOND)
    with pytest.raises(WorkspaceError, match=f"returned/{YEAR}/{SECOND} に"):
        year.collect(SECOND)
    collected(year, SECOND)
    row = year.city.ledger_csv(YEAR)[0]
    assert row["回答状況"] == row["二次評価：回答状況"] == "回答済"
    assert row["回答ファイル"].startswith(f"{FIRST}/")
    assert row["二次評価：回答ファイル"].startswith(f"{SECOND}/")
    assert not codes_of(year)


def test_a_round_that_is_only_issued_has_nothing_to_verify_yet(tmp_path: Path) -> None:
    year = small_year(tmp_path / "home")
    year.issue(FIRST)
    with pytest.raises(WorkspaceError, match=f"collect --year {YEAR} --round {FIRST} を"):
        verify(year.city.workspace, YEAR, HERE)
    collected(year, FIRST)
    year.issue(SECOND)
    assert not codes_of(year)


def test_nothing_to_report_may_be_decided_before_a_later_round(tmp_path: Path) -> None:
    """What was decided of an item that nobody answered stands on the later form as such."""
    year = small_year(tmp_path / "home")
    year.issue(FIRST)
    missing = year.plan(FIRST).items[0]
    year.answer(FIRST, [code for code in year.asked(FIRST) if code not in missing.departments])
    point = next(p for p in year.collect(FIRST).document["points"] if p["item"] == missing.id)
    record = year.at(FIRST).workspace.record(YEAR)
    decide(record, point["id"], "今年度は報告なし", "事業なし", "佐藤")
    year.collect(FIRST)
    collected(year, SECOND)
    assert year.city.ledger_csv(YEAR)[0]["回答状況"] == "報告なし"
    assert not codes_of(year)


def test_a_letter_of_a_review_is_to_a_person(year: PlayedYear) -> None:
    plans = [year.plan(name) for name in (FIRST, SECOND, PANEL)]
    assert [
        {plan.is_person(code) for code in year.asked(plan.period(YEAR).round)} for plan in plans
    ] == [
        {False},
        {True},
        {True},
    ]


def test_several_people_stand_side_by_side(played: PlayedYear) -> None:
    """Each person has a column, and what theirs come to has one."""
    row = played.city.ledger_csv(YEAR)[0]
    assert {"委員評価（甲委員）", "委員評価（乙委員）", "委員評価（平均）"} <= row.keys()
    assert not codes_of(played)


def test_a_year_cut_short_is_reported_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a round was written and its year was not, verify says so, and the next run makes it."""
    year = collected(small_year(tmp_path / "home"), FIRST)
    year.issue(SECOND)
    year.answer(SECOND)

    def stopped(*_: object) -> None:
        raise OutputError("止まりました。")

    with monkeypatch.context() as patch:
        patch.setattr(write_year, "_write", stopped)
        with pytest.raises(OutputError):
            year.collect(SECOND)
    assert "二次評価：回答状況" not in year.city.ledger_csv(YEAR)[0]
    assert "VERIFY_NOT_RECORDED" in codes_of(year)
    year.collect(SECOND)
    assert "二次評価：回答状況" in year.city.ledger_csv(YEAR)[0]
    assert not codes_of(year)


def test_the_same_rounds_give_the_same_year(year: PlayedYear) -> None:
    """Nothing is written again where nothing changed."""
    path = year.city.workspace.journal(YEAR)
    before = path.read_bytes()
    year.collect(PANEL)
    assert path.read_bytes() == before


def test_a_year_is_final_when_all_its_rounds_are(year: PlayedYear) -> None:
    """Until then a sentence names those that are not; its list holds those of the rounds."""
    for name in (FIRST, SECOND):
        year.finalize(name)
    with pytest.raises(WorkspaceError, match=f"「{PANEL}」が確定していない"):
        year.finalize()
    year.finalize(PANEL)
    year.finalize()
    whole = year.city.workspace.digest_list(YEAR).read_text("utf-8")
    for name in (FIRST, SECOND, PANEL):
        own = year.at(name).workspace.digest_list(YEAR)
        assert set(own.read_text("utf-8").splitlines()) <= set(whole.splitlines())
        assert f"{name}/{own.name}" in whole
    assert not codes_of(year)
    year.finalize()
    assert not codes_of(year)


def test_a_round_that_is_reopened_reopens_the_year(year: PlayedYear) -> None:
    """The final year is kept, the reason is journalled, and the year is provisional again."""
    for name in (FIRST, SECOND, PANEL, ""):
        year.finalize(name)
    workspace = year.city.workspace
    final = load_journal(workspace.journal(YEAR)).last(EventKind.FINALIZED)
    assert final
    year.reopen(SECOND, "部長の評価の誤り")
    journal = load_journal(workspace.journal(YEAR))
    reopened = journal.last(EventKind.REOPENED)
    assert reopened
    assert "部長の評価の誤り" in reopened.facts["reason"]
    kept = old_final_folder(workspace.compiled(YEAR), final.at)
    assert (kept / workspace.ledger(YEAR).name).is_file()
    assert not workspace.digest_list(YEAR).exists()
    assert not codes_of(year)


def test_every_cell_of_the_years_book_counts(
    played: PlayedYear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every cell that differs is reported: all of them at once, and each by its place."""
    content = played.city.workspace.ledger(YEAR).read_bytes()
    book = read_first(Kind.XLSX, content)
    monkeypatch.setattr(differences, "_MOST", 10_000)
    found = Differences()
    for sheet in book.sheets:
        false = RawSheet(sheet.name, dict(_falsified(sheet)))
        rows = compare.passed_on("台帳.xlsx", sheet.name, rows_of(sheet), rows_of(false), found)
        assert [row for row, _ in rows] == [row for row, _ in rows_of(sheet)]
    places = {
        (at.sheet, at.row, at.column) for at in (d.location for d in found.reported("台帳.xlsx"))
    }
    assert places == {(s.name, *place) for s in book.sheets for place in s.cells}


def _falsified(sheet: RawSheet) -> Iterator[tuple[tuple[int, int], RawCell]]:
    for place, cell in sheet.cells.items():
        yield place, RawCell(cell.kind, f"{cell.text}？")


LINKED = ["要確認", "前年度比較", "提出状況", "指摘一覧", "評価の変更"]

MUTATIONS = (
    (one_character_of_the_ledger, {"VERIFY_CELL", "VERIFY_OUTPUT_CHANGED"}),
    (one_count, {"VERIFY_CELL", "VERIFY_COUNT", "VERIFY_OUTPUT_CHANGED"}),
    (a_formula_made_a_number, {"VERIFY_CELL", "VERIFY_OUTPUT_CHANGED"}),
    (one_character_of_the_csv, {"VERIFY_CELL", "VERIFY_OUTPUT_CHANGED"}),
    (one_byte_of_the_journal, {"VERIFY_JOURNAL"}),
)


@pytest.mark.parametrize(("mutation", "expected"), MUTATIONS)
def test_what_is_falsified_in_a_year_is_reported(
    mutation: object, expected: set[str], year: PlayedYear
) -> None:
    """The files of the year itself are held against the rounds read again."""
    assert callable(mutation)
    mutation(year.city, random.Random(7))
    assert expected <= set(codes_of(year))


def test_the_next_year_is_compared_round_by_round(year: PlayedYear) -> None:
    """The same round of both years, and both years as a whole: each field beside its own."""
    following = collected(PlayedYear(City(year.city.workspace), YEAR + 1), FIRST, SECOND)
    whole, second = following.city.workspace, following.at(SECOND).workspace
    for workspace, label in ((whole, "一次評価"), (whole, "二次評価"), (second, "二次評価")):
        book = open_exactly(workspace.ledger(YEAR + 1).read_bytes())
        lines = list(book["前年度比較"].iter_rows(values_only=True))
        header, *rows = lines[next(n for n, line in enumerate(lines) if line[0] == "区分") :]
        then, now = (header.index(f"{label}（令和{n}年度）") for n in (5, 6))
        assert rows
        assert all(row[then] for row in rows)
        assert [row[then] for row in rows] == [row[now] for row in rows]
    report = verify(whole, YEAR + 1, HERE)
    assert report.is_clean
    every_link_is_printed_whole(whole.ledger(YEAR + 1))


def every_link_is_printed_whole(ledger: Path) -> None:
    """However many sheets the year has, what leads to them stands within the printed columns."""
    sheet = load_workbook(ledger)[SUMMARY_SHEET]
    _, _, last_column, _ = range_boundaries(sheet.print_area.rpartition("!")[2].replace("$", ""))
    links = [cell for row in (LINKS_ROW, LINKS_ROW + 1) for cell in sheet[row] if cell.hyperlink]
    assert [str(cell.value).partition("（")[0] for cell in links] == LINKED
    assert last_column
    assert all(cell.column and cell.column < last_column for cell in links)
