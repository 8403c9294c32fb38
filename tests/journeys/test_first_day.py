"""The first day: the real plan in a table as a city lays it out → forms, round, comparison."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.city import City, real_results_of_2023
from tests.engine import HERE
from tests.harness.play import run_here
from workflow.commands.verify import verify
from workflow.first_day.ask import Talk, settled
from workflow.first_day.draft import Wishes
from workflow.first_day.reading import source
from workflow.first_day.reading.source import Source, read_source
from workflow.menu.menu import Person, run_menu
from workflow.model.catalogue import Code
from workflow.model.limits import ResourceLimits
from workflow.plan.book.writer import written_book
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document
from workflow.plan.load import load_document
from workflow.returned.inbox import Received, single
from workflow.storage.journal import EventKind, load_journal
from workflow.storage.workspace import Workspace

SAMPLE = build_plan(sample_document())
RESULTS = real_results_of_2023()
HEADINGS = ("基本目標", "基本施策", "計画書\nページ", "取組項目", "取組内容", "担当課")
ANSWERS = ("取組状況", "課題・改善点", "今後の方針", "評価")
LEVEL_COLUMNS = ((1, 0), (2, 1), (4, 2))
FIRST_ROW = 6


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read tables here: they are our own, and a worker takes a second to start."""

    def run_here_alone(
        work: Callable[[Received], object], tasks: Sequence[Received], limits: ResourceLimits
    ) -> Iterator[object]:
        return map(work, tasks)

    monkeypatch.setattr(source, "run", run_here_alone)


def written_table(path: Path) -> Path:
    """Write the city's plan with its results of 令和5年度, levels merged, headings in two lines."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "進捗管理表"
    sheet["A1"], sheet["J1"] = "令和５年度　門真市地域福祉計画　進捗管理表", "福祉政策課"
    sheet["A2"] = "※評価　Ａ：順調に進んでいる　Ｂ：遅延している　Ｃ：着手できていない"
    for column, heading in enumerate(HEADINGS, start=1):
        sheet.cell(4, column, heading)
        sheet.merge_cells(start_row=4, end_row=5, start_column=column, end_column=column)
    sheet.cell(4, 7, "令和5年度")
    sheet.merge_cells("G4:J4")
    for column, heading in enumerate(ANSWERS, start=7):
        sheet.cell(5, column, heading)
    for row, item in enumerate(SAMPLE.items, start=FIRST_ROW):
        names = "・".join(SAMPLE.department(code).name for code in item.departments)
        before = SAMPLE.items[row - FIRST_ROW - 1].path if row > FIRST_ROW else ()
        for column, depth in LEVEL_COLUMNS:
            if item.path[: depth + 1] != before[: depth + 1]:
                sheet.cell(row, column, item.path[depth])
        direction, rating = RESULTS[item.id]
        texts = (item.pages, None, item.title, names, f"【例】{item.id}の実績", "【例】課題")
        for column, text in enumerate((*texts, direction, rating), start=3):
            if text:
                sheet.cell(row, column, text)
    last = FIRST_ROW + len(SAMPLE.items)
    sheet.cell(last, 1, "合計")
    sheet.cell(last, 5, "25件")
    sheet.cell(last + 2, 1, "※担当課は令和5年4月1日現在です。")
    _merge_down(sheet, last - 1)
    book.save(path)
    return path


def _merge_down(sheet: Worksheet, last: int) -> None:
    for column, _ in LEVEL_COLUMNS:
        starts = [row for row in range(FIRST_ROW, last + 1) if sheet.cell(row, column).value]
        for start, following in zip(starts, [*starts[1:], last + 1], strict=True):
            if following - start > 1:
                sheet.merge_cells(
                    start_row=start, end_row=following - 1, start_column=column, end_column=column
                )


def begun(home: Path, *more: str) -> City:
    """Return a city that began with its table, as the impatient do."""
    table = written_table(home / "進捗管理表.xlsx")
    typed = ("init", "--from-table", str(table), "--yes", *more, "--home", str(home))
    code, printed, complaint = run_here(*typed)
    assert (code, complaint) == (0, ""), printed
    return City(Workspace(home))


def filled(city: City, rating: str) -> None:
    """Have every department answer, each item with one rating."""
    plan = city.plan
    texts = {
        item.id: {
            "取組状況": "【例】実施した。",
            "課題・改善点": "【例】なし。",
            "今後の方針": RESULTS[item.id][0],
            "評価": rating,
        }
        for item in plan.items
    }
    for department in plan.departments:
        if plan.items_of(department.code):
            own = {item.id: texts[item.id] for item in plan.items_of(department.code)}
            city.send_back(department.code, own, year=2024)


def test_the_table_becomes_the_same_plan(tmp_path: Path) -> None:
    city = begun(tmp_path)
    plan = city.plan
    assert plan.levels == SAMPLE.levels
    assert (plan.title, plan.municipality) == (SAMPLE.title, SAMPLE.municipality)
    assert plan.department(plan.coordinator).name == "福祉政策課"
    for made, known in zip(plan.items, SAMPLE.items, strict=True):
        assert (made.id, made.labels, made.pages) == (known.id, known.labels, known.pages)
        names = [plan.department(code).name for code in made.departments]
        assert names == [SAMPLE.department(code).name for code in known.departments]
    assert [field.label for field in plan.form.fields] == list(ANSWERS)
    rating = next(field for field in plan.form.fields if field.label == "評価")
    assert [choice.value for choice in rating.options] == ["Ａ", "Ｂ", "Ｃ"]
    assert rating.is_rating


def test_last_years_answers_become_the_earlier_year(tmp_path: Path) -> None:
    city = begun(tmp_path)
    rows = city.ledger_csv(2023)
    assert {r["整理番号"]: (r["今後の方針"], r["評価"]) for r in rows} == RESULTS
    assert {row["回答状況"] for row in rows} == {"持ち込み"}
    assert {row["回答ファイル"] for row in rows} == {"進捗管理表.xlsx"}
    event = load_journal(city.workspace.journal(2023)).last(EventKind.BROUGHT_IN)
    assert event is not None
    assert {row["SHA-256"] for row in rows} == {event.facts["sha256"]}


def test_forms_go_out_with_them_and_the_first_round_compares(tmp_path: Path) -> None:
    city = begun(tmp_path)
    code, _, complaint = run_here("generate", "--year", "R6", "--home", str(tmp_path))
    assert (code, complaint) == (0, "")
    sheet = load_workbook(city.template(city.plan.coordinator, 2024))["進捗状況"]
    shown = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert "【例】2-2の実績" in shown, "last year's answer stands above"
    filled(city, "Ａ")
    collected = city.collect(2024)
    assert collected.document["totals"]["missing"] == 0
    book = load_workbook(city.workspace.ledger(2024))
    shown_on = {
        name: " ".join(str(c.value) for row in book[name].iter_rows() for c in row if c.value)
        for name in ("集計表", "前年度比較")
    }
    raised = sum(rating != "Ａ" for _, rating in RESULTS.values())
    assert f"評価が上がった取組は{raised}件" in shown_on["集計表"]
    assert "令和5年度" in shown_on["集計表"], "the trend begins with the year that was brought in"
    assert "上がった" in shown_on["前年度比較"]
    assert "市の表（進捗管理表.xlsx）から持ち込んだものです" in shown_on["前年度比較"]
    for year in (2023, 2024):
        assert verify(city.workspace, year, HERE).is_clean


def test_a_choice_that_was_added_to_the_plan_keeps_the_year_comparable(tmp_path: Path) -> None:
    city = begun(tmp_path)
    document = json.loads(json.dumps(load_document(tmp_path / "plan.xlsx").content))
    rating = next(f for f in document["form"]["fields"] if f["label"] == "評価")
    rating["choices"] = [{**c, "meaning": "別の説明"} for c in rating["choices"]] + [
        {"value": "Ｄ"}
    ]
    (tmp_path / "plan.xlsx").write_bytes(written_book(document))
    city.generate(2024)
    filled(city, "Ａ")
    city.collect(2024)
    sheet = load_workbook(city.workspace.ledger(2024))["前年度比較"]
    shown = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    assert any(text.startswith("上がった") for text in shown)
    assert not any("比べられない" in text for text in shown)


def test_verify_notices_another_table_and_another_ledger(tmp_path: Path) -> None:
    city = begun(tmp_path)
    ledger, kept = city.workspace.ledger_csv(2023), city.workspace.brought_in(2023)
    right = ledger.read_bytes()
    ledger.write_bytes(right.replace("継続,Ａ".encode(), "継続,Ｂ".encode(), 1))
    found = verify(city.workspace, 2023, HERE).differences
    assert [finding.code for finding in found] == [Code.VERIFY_CELL]
    assert (found[0].details["expected"], found[0].details["found"]) == ("Ａ", "Ｂ")
    ledger.write_bytes(right)
    evidence = next(kept.iterdir())
    evidence.write_bytes(evidence.read_bytes() + b"\n")
    found = verify(city.workspace, 2023, HERE).differences
    assert [finding.code for finding in found] == [Code.VERIFY_FILE_CHANGED]
    evidence.unlink()
    found = verify(city.workspace, 2023, HERE).differences
    assert [finding.code for finding in found] == [Code.VERIFY_FILE_GONE]


def test_brought_in_once_more_the_plan_before_is_kept(tmp_path: Path) -> None:
    begun(tmp_path)
    before = (tmp_path / "plan.xlsx").read_bytes()
    city = begun(tmp_path, "--map", "課題・改善点=使わない")
    assert (tmp_path / "plan_取り込む前.xlsx").read_bytes() == before
    assert "課題・改善点" not in [field.label for field in city.plan.form.fields]
    assert "課題・改善点" not in city.ledger_csv(2023)[0]
    assert verify(city.workspace, 2023, HERE).is_clean


def test_what_was_issued_is_not_replaced_by_a_table(tmp_path: Path) -> None:
    city = begun(tmp_path)
    city.generate(2024)
    typed = ("init", "--from-table", str(tmp_path / "進捗管理表.xlsx"), "--yes")
    code, printed, complaint = run_here(*typed, "--home", str(tmp_path))
    assert (code, printed) == (2, "")
    assert "すでに調査票を発行しています" in complaint


def test_a_column_that_is_not_there_is_reported(tmp_path: Path) -> None:
    table = written_table(tmp_path / "表.xlsx")
    typed = ("init", "--from-table", str(table), "--yes", "--map", "所属=担当課")
    code, printed, complaint = run_here(*typed, "--home", str(tmp_path))
    assert (code, printed) == (2, "")
    assert complaint.startswith("--map の列「所属」は、表にありません。")
    assert not (tmp_path / "plan.xlsx").exists()


def test_no_forms_are_made_for_a_year_that_was_brought_in(tmp_path: Path) -> None:
    begun(tmp_path)
    code, _, complaint = run_here("generate", "--year", "R5", "--home", str(tmp_path))
    assert code == 2
    assert "持ち込んだものです" in complaint


def test_the_menu_begins_with_the_table(tmp_path: Path) -> None:
    table = written_table(tmp_path / "進捗管理表.xlsx")
    answers = iter(["1", f'"{table}"', "0"])
    typed: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> int:
        typed.append(command)
        return 0

    shown: list[str] = []
    run_menu(Workspace(tmp_path), Person(shown.append, lambda _: next(answers), run))
    assert typed == [("init", "--from-table", str(table))]
    assert any("init --from-table 表" in line for line in shown)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.xlsx", b""),
        ("絵.xlsx", b"\x89PNG\r\n\x1a\n"),
        ("途中.xlsx", b"PK\x03\x04 cut short"),
        ("記号.csv", b"\x81\x00\xff"),
    ],
)
def test_what_is_no_table_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    typed = ("init", "--from-table", str(tmp_path / name), "--yes", "--home", str(tmp_path))
    code, printed, complaint = run_here(*typed)
    assert (code, printed) == (2, "")
    assert complaint.count("\n") == 1
    assert "不具合" not in complaint
    assert not (tmp_path / "plan.xlsx").exists()


def test_what_of_indicators_is_unsure_is_asked(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (
        ("番号", "取組内容", "担当課", "ねらい", "いくつ", "めざす数", "目標値"),
        ("1", "見守り活動", "高齢福祉課", "訪問数", "人", "800", "900"),
        ("2", "防災訓練", "危機管理課", "訓練数", "回", "4", "6"),
    ):
        sheet.append(row)
    book.save(tmp_path / "表.xlsx")
    found = read_source(single(tmp_path / "表.xlsx"))
    assert isinstance(found, Source)
    typed = iter(["8", "10", "15", "R5", "R7", "門真市", ""])
    draft, _ = settled(found, Wishes(), Talk(lambda _: None, lambda _: next(typed)))
    indicators = [(i["name"], i["unit"], i["targets"]) for i in draft.document["indicators"]]
    assert indicators == [
        ("訪問数", "人", {"2023": 800, "2025": 900}),
        ("訓練数", "回", {"2023": 4, "2025": 6}),
    ]
    assert not list(typed)


def test_only_what_is_unsure_is_asked(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (
        ("番号", "取組内容", "どこが", "手ごたえ", "評価"),
        ("1", "見守り活動", "高齢福祉課", "良い", "Ａ"),
        ("2", "防災訓練", "危機管理課", "普通", "Ｂ"),
    ):
        sheet.append(row)
    book.save(tmp_path / "表.xlsx")
    found = read_source(single(tmp_path / "表.xlsx"))
    assert isinstance(found, Source)
    printed: list[str] = []
    answers = iter(["", "7", "R5", "門真市", "危機管理課"])

    def ask(question: str) -> str:
        printed.append(question)
        return next(answers)

    draft, wishes = settled(found, Wishes(), Talk(printed.append, ask))
    assert wishes.mapped == {"どこが": "担当課", "手ごたえ": "使わない"}
    assert (draft.year, wishes.city, wishes.coordinator) == (2023, "門真市", "危機管理課")
    assert [proposed.label for proposed in draft.fields] == ["評価"]
    assert not draft.unsure
    assert json.dumps(draft.document, ensure_ascii=False).count("危機管理課") == 1
