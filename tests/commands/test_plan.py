"""What the commands say of a plan.xlsx that was pasted together: once, and to whom it is news."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.engine import HERE
from tests.harness.description import PLANS
from tests.harness.plan_example import read_plan_example
from tests.harness.play import run_here

EXAMPLE = PLANS / "pasted_numbers"


@pytest.fixture(autouse=True)
def judged_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.returned.workers.engine.judge_in_workers", HERE.engine)
    monkeypatch.setattr("workflow.returned.workers.processes.get_ready", lambda: None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace whose plan.xlsx is as it was pasted."""
    (tmp_path / "plan.xlsx").write_bytes(read_plan_example(EXAMPLE).content)
    return tmp_path


def send_back(home: Path) -> None:
    """Let one department send its form back as it was issued."""
    issued, *_ = sorted((home / "templates" / "2023").glob("*.xlsx"))
    returned = home / "returned" / "2023"
    returned.mkdir(parents=True, exist_ok=True)
    shutil.copy(issued, returned)


def put_right(printed: str) -> list[str]:
    """Return what is printed about it: how many places they are, and each kind of place."""
    marks = ("直して読みました", "・plan.xlsx")
    return [line for line in printed.splitlines() if line.startswith(marks)]


def test_generate_and_collect_say_once_what_was_put_right(home: Path) -> None:
    there = ("--home", str(home))
    pasted = (home / "plan.xlsx").read_bytes()
    code, printed, complaints = run_here("generate", "--year", "2023", *there)
    assert (code, complaints) == (0, "")
    first, *kinds = lines = put_right(printed)
    assert first.startswith("直して読みました：10か所（plan --fix")
    expected = json.loads((EXAMPLE / "expected.json").read_text("utf-8"))
    assert len(kinds) == len(expected["findings"])
    assert put_right(run_here("plan", *there)[1]) == lines
    send_back(home)
    assert put_right(run_here("collect", "--year", "2023", *there)[1]) == lines
    assert put_right(run_here("collect", "--year", "2023", *there)[1]) == []  # nothing is new
    assert (home / "plan.xlsx").read_bytes() == pasted


def test_what_is_written_into_the_plan_is_reported_no_more_and_no_form_becomes_old(
    home: Path,
) -> None:
    there = ("--home", str(home))
    assert run_here("generate", "--year", "2023", *there)[0] == 0
    code, printed, _ = run_here("plan", "--fix", *there)
    assert (code, put_right(printed)) == (0, [])
    assert "書き込みました（10か所）" in printed
    send_back(home)
    for command in (("generate", "--year", "2023"), ("collect", "--year", "2023"), ("plan",)):
        assert put_right(run_here(*command, *there)[1]) == []
    assert "変わっていません" in run_here("generate", "--year", "2023", *there)[1]
    assert "書き直すところはありません" in run_here("plan", "--fix", *there)[1]


def test_collect_as_json_says_nothing_else(home: Path) -> None:
    there = ("--home", str(home))
    assert run_here("generate", "--year", "2023", *there)[0] == 0
    send_back(home)
    _, printed, _ = run_here("collect", "--year", "2023", "--json", *there)
    assert json.loads(printed)["year"] == 2023
