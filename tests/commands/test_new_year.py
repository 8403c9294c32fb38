"""A new fiscal year without rework: the plan carried forward, the list to confirm, the prefill."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from tests.city import City, full_texts
from tests.harness.description import CITIES, changes_of
from tests.harness.verbs import in_workbook
from tests.journeys.test_three_years import reorganised
from tests.rounds.examples import HALF_YEARS, plan_of
from tests.rounds.playing import PlayedYear
from workflow.__main__ import main
from workflow.commands.init import carry_forward
from workflow.commands.plan import succession
from workflow.model.errors import WorkspaceError
from workflow.model.plain_text import json_bytes
from workflow.model.plan import Plan
from workflow.plan.book.writer import written_book
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document
from workflow.plan.load import load_plan
from workflow.returned.readers.openpyxl import open_exactly
from workflow.storage.workspace import Workspace


def with_deadline(day: str) -> dict[str, object]:
    document = sample_document()
    return {**document, "plan": {**document["plan"], "deadline": day, "lock_password": "secret"}}


@pytest.fixture(scope="module")
def collected_once(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The real plan, as a book and with passwords, after one department answered."""
    city = City(Workspace(tmp_path_factory.mktemp("collected")))
    (city.home / "plan.xlsx").write_bytes(written_book(with_deadline("2024-05-31")))
    city.generate()
    city.send_back("KIKI", full_texts(city.plan))
    city.collect()
    return city


@pytest.fixture
def collected(collected_once: City, tmp_path: Path) -> City:
    return collected_once.copy(tmp_path / "市")


def test_the_plan_is_carried_forward_and_the_old_one_kept(collected: City) -> None:
    before, old = load_plan(collected.home), (collected.home / "plan.xlsx").read_bytes()

    carried = carry_forward(collected.workspace, 2023, 2024)

    after = load_plan(collected.home)
    assert after.deadline == carried.deadline == date(2025, 5, 31)
    assert [path.name for path in carried.kept] == ["plan_令和5年度.xlsx"]
    assert carried.kept[0].read_bytes() == old
    assert _but_deadline(after) == _but_deadline(before)


def _but_deadline(plan: Plan) -> list[object]:
    return [getattr(plan, field.name) for field in fields(plan) if field.name != "deadline"]


def test_a_leap_day_becomes_the_day_before(collected: City) -> None:
    (collected.home / "plan.xlsx").write_bytes(written_book(with_deadline("2024-02-29")))
    collected.collect()

    assert carry_forward(collected.workspace, 2023, 2024).deadline == date(2025, 2, 28)


def test_without_a_plan_file_the_recorded_plan_is_taken(collected: City) -> None:
    (collected.home / "plan.xlsx").unlink()

    carry_forward(collected.workspace, 2023, 2024)

    after = load_plan(collected.home)
    assert len(after.items) == 25
    assert after.lock_password == ""


def test_a_plan_that_is_being_changed_already_is_left_alone(collected: City) -> None:
    changed = with_deadline("2025-06-30")
    (collected.home / "plan.xlsx").write_bytes(written_book(changed))

    with pytest.raises(WorkspaceError):
        carry_forward(collected.workspace, 2023, 2024)

    assert (collected.home / "plan.xlsx").read_bytes() == written_book(changed)


@pytest.mark.parametrize(("before", "year"), [(2022, 2023), (2023, 2023), (2023, 2022)])
def test_years_that_cannot_follow_are_refused(collected: City, before: int, year: int) -> None:
    with pytest.raises(WorkspaceError):
        carry_forward(collected.workspace, before, year)


def test_a_kept_plan_is_never_overwritten(collected: City) -> None:
    (collected.home / "plan_令和5年度.xlsx").write_bytes(b"mine")

    with pytest.raises(WorkspaceError):
        carry_forward(collected.workspace, 2023, 2024)

    assert (collected.home / "plan_令和5年度.xlsx").read_bytes() == b"mine"


def test_a_json_plan_stays_json(city: City) -> None:
    city.generate()
    city.send_back("KIKI", full_texts(city.plan))
    city.collect()

    carry_forward(city.workspace, 2023, 2024)

    assert sorted(p.name for p in city.home.glob("plan*")) == ["plan.json", "plan_令和5年度.json"]
    assert json.loads((city.home / "plan.json").read_bytes()) == sample_document()


def test_the_prefill_follows_a_reorganisation_and_is_announced(city: City) -> None:
    city.generate()
    for department in city.plan.departments:
        city.send_back(department.code, full_texts(city.plan))
    city.collect()
    (city.home / "plan.json").write_bytes(json_bytes(reorganised()))

    found = succession(city.workspace, 2024)

    assert found.before == 2023
    kinds = [change.kind.name for change in found.changes]
    expected = ["ENDED_DEPARTMENT", "RENAMED", "MERGED", "ENDED_ITEM", "NEW_ITEM", "NEW_ITEM"]
    assert sorted(kinds) == sorted([*expected, "MOVED"])
    # 26 items are asked, one of two departments; the two new ones nobody answered last year.
    assert (found.asked, found.known) == (27, 25)


def test_the_commands_of_a_new_year(collected: City, capsys: pytest.CaptureFixture[str]) -> None:
    home = ("--home", str(collected.home))

    assert main(["plan", *home]) == 0
    assert main(["init", "--from", "R5", "--year", "令和6年度", *home]) == 0
    assert main(["plan", "--year", "2024", *home]) == 0
    assert main(["init", "--from", "R5", *home]) == 2
    assert main(["init", "--from", "R5", "--year", "2024", "--sample", *home]) == 2
    shown = capsys.readouterr()
    assert "7-3　個別避難計画の策定（危機管理課・福祉政策課）" in shown.out
    assert "Traceback" not in shown.err


def test_the_plan_tells_its_checks_in_words_and_so_does_the_legend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = sample_document()
    when = {"field": "rating", "in": ["Ｃ"]}
    message = "Ｃのときは、課題も記入してください。"
    rule = {"rule": "challenge", "when": when, "severity": "error", "message": message}
    document["checks"] = [rule]
    city = City.with_plan(tmp_path / "city", document)
    assert main(["plan", "--home", str(city.home)]) == 0
    in_words = "「評価」が「Ｃ」ですが、「課題・改善点」が空いています。"
    assert f"［要修正］{in_words}担当課に見せる文：{message}" in capsys.readouterr().out
    city.generate()
    city.send_back("ICT", full_texts(city.plan))
    city.collect()
    legend = open_exactly(city.workspace.ledger(2023).read_bytes())["凡例"]
    rules = [row[2] for row in legend.iter_rows(values_only=True) if row[0] == "確認の決まり"]
    assert rules == [f"次のときに要修正とします：{in_words}担当課には「{message}」と知らせます。"]


def counted_city(home: Path, cost: int) -> City:
    """Return a city with indicators whose department A answered, the cost of a drill among it."""
    plan = CITIES / "indicators" / "plan.json"
    city = City.with_plan(home, json.loads(plan.read_text("utf-8")))
    city.generate()
    template = city.template("A").read_bytes()
    answers = [["write", item, "取組状況", "行った。"] for item in ("1-1", "1-2", "2-1")]
    answers += [["write", item, "評価", "Ｂ"] for item in ("1-1", "1-2", "2-1")]
    actuals = [["J5", "n:1500"], ["J6", "未測定"], ["J7", f"n:{cost}"]]
    written = [*answers, *(["write at", "指標", *actual] for actual in actuals)]
    city.returned("甲課.xlsx").write_bytes(in_workbook(template, changes_of(written)))
    city.collect()
    return city


def test_an_actual_that_nobody_confirmed_goes_on_and_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = counted_city(tmp_path, 520000)
    (point,) = [p for p in city.collect().document["points"] if p["code"] == "INDICATOR_FAR_OFF"]
    assert main(["init", "--from", "2023", "--year", "2024", "--home", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert f"2-1-a「訓練の費用」520,000千円（確認の記録の{point['id']}番）" in shown
    assert "1-1-a「訪問世帯数」" not in shown
    known = {one.id: one.actuals for one in load_plan(city.home).indicators}
    assert known["2-1-a"] == {2022: 520, 2023: 520000}


def test_what_was_counted_becomes_the_past_of_its_indicator(tmp_path: Path) -> None:
    city = counted_city(tmp_path, 520)

    carried = carry_forward(city.workspace, 2023, 2024)

    assert (carried.unsure, carried.apart) == ((), ())
    known = {one.id: one.actuals for one in load_plan(city.home).indicators}
    assert known["1-1-a"] == {2022: 1420, 2023: 1500}
    assert known["1-1-b"] == {}
    assert known["2-1-a"] == {2022: 520, 2023: 520}
    assert load_plan(city.home).indicators[0].targets == {2025: 2000}


def test_rounds_go_on_with_their_deadlines_a_year_later(tmp_path: Path) -> None:
    played = PlayedYear.of_example(HALF_YEARS, tmp_path)
    played.issue("上半期")
    played.answer("上半期", ["GAKKO"])
    played.collect("上半期")

    carried = carry_forward(played.city.workspace, 2024, 2025)

    assert carried.round_deadlines == (
        ("上半期", date(2025, 10, 11)),
        ("年間", date(2026, 4, 18)),
    )
    assert carried.not_collected == ("年間",)
    days = dict(carried.round_deadlines)
    before = build_plan(plan_of(HALF_YEARS)).rounds
    after = load_plan(played.city.home).rounds
    assert after == tuple(replace(one, deadline=days[one.name]) for one in before)
