"""A plan changed after issuing: reported, asked about, and taken back without a trace."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.city import COLLECTED_AT, ISSUED_AT, City, codes
from tests.harness.description import CITIES
from tests.programs import TOOL
from workflow.__main__ import main
from workflow.commands.generate import AlreadyAnsweredError, generate
from workflow.model.plain_text import json_bytes

LATER = ISSUED_AT + timedelta(days=40)
ANSWERS = {f"1-{n}": {"取組状況": f"行った{n}", "評価": "Ａ", "状態": "継続"} for n in range(1, 5)}


def document() -> dict[str, Any]:
    plan: dict[str, Any] = json.loads((CITIES / "checked" / "plan.json").read_text("utf-8"))
    return plan


def changed() -> dict[str, Any]:
    """The plan with one field gone, and another title of an item."""
    plan = document()
    plan["form"]["fields"] = [f for f in plan["form"]["fields"] if f["key"] != "issues"]
    plan["items"][1]["title"] = "衛星電話"
    return plan


def write(city: City, plan: dict[str, Any]) -> None:
    (city.home / "plan.json").write_bytes(json_bytes(plan))


@pytest.fixture
def answered(tmp_path: Path) -> City:
    """A city whose one department has answered."""
    city = City.with_plan(tmp_path, document())
    city.generate()
    city.send_back("A", ANSWERS)
    city.collect()
    return city


def test_collect_says_what_differs_and_by_what_it_judges(answered: City) -> None:
    write(answered, changed())
    collected = answered.collect()
    (finding,) = [f for f in collected.document["findings"] if f["code"] == "PLAN_CHANGED"]
    assert "甲課" in finding["message"]
    assert "項目「課題」がなくなった" in finding["message"]
    assert "取組1-2が変わった" in finding["message"]
    assert "発行した調査票のとおりに調べています" in finding["message"]
    assert collected.document["totals"]["answered"] == 4


def test_generate_asks_before_it_replaces_the_form_of_who_answered(answered: City) -> None:
    write(answered, changed())
    before = answered.register()
    with pytest.raises(AlreadyAnsweredError) as refused:
        answered.generate(now=LATER)
    assert "甲課（変わったところ：項目「課題」がなくなった、取組1-2が変わった）" in str(
        refused.value
    )
    assert answered.register() == before
    generate(answered.workspace, 2023, LATER, reissue=True)
    assert answered.issue("A").number.issue == 2
    assert "FORM_OLD_ISSUE" in codes(answered.collect(now=COLLECTED_AT + timedelta(days=30)))


def test_the_command_line_refuses_and_takes_a_flag(answered: City) -> None:
    write(answered, changed())
    command = [*TOOL, "generate", "--year", "R5", "--home", str(answered.home)]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, input="")
    assert refused.returncode == 2
    assert "--reissue" in refused.stderr
    accepted = subprocess.run(
        [*command, "--reissue"], capture_output=True, text=True, check=False, input=""
    )
    assert accepted.returncode == 0, accepted.stderr
    assert "項目「課題」がなくなった" in accepted.stdout


@pytest.mark.parametrize(("answer", "count"), [("いいえ", 1), ("はい", 2)])
def test_a_person_is_asked(
    answered: City, monkeypatch: pytest.MonkeyPatch, answer: str, count: int
) -> None:
    write(answered, changed())
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert main(["generate", "--year", "R5", "--home", str(answered.home)]) == 0
    assert answered.issue("A").number.issue == count


def test_who_has_not_answered_gets_the_new_form_without_a_question(tmp_path: Path) -> None:
    city = City.with_plan(tmp_path, document())
    city.generate()
    write(city, changed())
    issuance = city.generate(now=LATER)
    assert [str(issue.number) for issue in issuance.reissued] == ["272230-2023-A-2"]


def test_changing_back_is_changing_back(tmp_path: Path) -> None:
    city = City.with_plan(tmp_path, document())
    city.generate()
    first, content = city.issue("A"), city.template("A").read_bytes()
    write(city, changed())
    city.generate(now=LATER)
    write(city, document())
    city.generate(now=LATER + timedelta(days=1))
    assert city.issue("A") == first
    assert city.template("A").read_bytes() == content
    city.send_back("A", ANSWERS)
    assert codes(city.collect(now=LATER + timedelta(days=2))) == []
    write(city, changed())
    again = generate(city.workspace, 2023, LATER + timedelta(days=3), reissue=True)
    assert [issue.number.issue for issue in again.issued] == [2]


def test_an_old_issue_that_asks_the_same_is_not_old(tmp_path: Path) -> None:
    city = City.with_plan(tmp_path, document())
    city.generate()
    city.send_back("A", ANSWERS)
    plan = document()
    plan["plan"]["contact"] = "内線2222"
    write(city, plan)
    city.generate(now=LATER)
    assert city.issue("A").number.issue == 2
    collected = city.collect(now=LATER + timedelta(days=1))
    assert [file["outcome"] for file in collected.document["files"]] == ["accepted"]


def test_the_conclusion_counts_a_value_the_plan_no_longer_declares(answered: City) -> None:
    plan = document()
    for field in plan["form"]["fields"]:
        if field["key"] == "rating":
            field["choices"] = [{"value": "優"}, {"value": "Ｂ"}, {"value": "Ｃ"}]
    write(answered, plan)
    answered.collect()
    page = (answered.workspace.overview(2023)).read_text("utf-8")
    assert "評価は、Ａが4件です" in page
