"""The menu as a person meets it: numbers in, commands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import StringIO

import pytest

from tests.city import City, full_texts
from workflow.__main__ import main
from workflow.menu.menu import Person, _chosen, run_menu
from workflow.menu.steps import Entry, Step, situation
from workflow.storage.workspace import Workspace


@dataclass
class Coordinator:
    """Answers in turn, then ends; what was shown and run is kept."""

    answers: list[str]
    shown: list[str] = field(default_factory=list)
    ran: list[list[str]] = field(default_factory=list)

    def ask(self, question: str) -> str:
        self.shown.append(question)
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def run(self, command: Sequence[str]) -> int:
        self.ran.append(list(command))
        return 0

    def sits_at(self, workspace: Workspace, *given: str) -> None:
        run_menu(workspace, Person(self.shown.append, self.ask, self.run, given))


def test_a_number_runs_the_command_beside_it(city: City) -> None:
    person = Coordinator(["6", "R6", "0"])
    person.sits_at(city.workspace, "--home", "仕事 の場所")

    assert person.ran == [["generate", "--year", "2024", "--home", "仕事 の場所"]]
    assert any('generate --year 年度 --home "仕事 の場所"' in line for line in person.shown)


def test_what_changed_nothing_is_not_proposed_again(city: City) -> None:
    city.generate()
    person = Coordinator(["", ""])
    person.sits_at(city.workspace)

    assert [command[0] for command in person.ran] == ["generate", "watch"]


@pytest.mark.parametrize("answer", ["1", "9", "-1", "一", "1.5", "²", "collect"])
def test_what_is_no_number_of_the_list_is_asked_again(city: City, answer: str) -> None:
    person = Coordinator([answer, "５"])
    person.sits_at(city.workspace)

    assert person.ran == [["plan"]]


SETTLED = Step.of(Entry.FINALIZE, "finalize", "--year", "2024")
OPEN = replace(SETTLED, open="済んでいない確認事項1件")


@pytest.mark.parametrize(
    ("step", "typed", "command"),
    [
        (SETTLED, ["13", "確定"], SETTLED.command),
        (SETTLED, ["", "確定"], SETTLED.command),
        (SETTLED, ["13", "", "", "はい", "0"], None),
        (OPEN, ["13", "確定", "", "0"], None),
        (
            OPEN,
            ["13", "確定", "報告が来月のため"],
            (*OPEN.command, "--accept-open", "報告が来月のため"),
        ),
    ],
)
def test_nothing_is_made_final_on_one_key(
    step: Step, typed: list[str], command: tuple[str, ...] | None
) -> None:
    person = Coordinator(typed)
    chosen = _chosen((step,), step, Person(person.shown.append, person.ask, person.run))
    assert chosen == command
    assert person.answers == []
    assert any(step.open and step.open in line for line in person.shown) == bool(step.open)


def test_a_year_that_is_none_is_asked_again(city: City) -> None:
    person = Coordinator(["6", "来年", "令和6年度"])
    person.sits_at(city.workspace)

    assert person.ran == [["generate", "--year", "2024"]]


@pytest.mark.parametrize("ends", [[], ["0"], ["０"]])
def test_the_person_ends_it(city: City, ends: list[str]) -> None:
    person = Coordinator(ends)
    person.sits_at(city.workspace)

    assert person.ran == []


def test_the_menu_follows_the_round(city: City) -> None:
    assert situation(city.workspace).round is None
    city.generate()
    city.send_back("KIKI", full_texts(city.plan))
    issued = situation(city.workspace).round
    assert issued
    assert (issued.submitted, issued.uncollected, issued.is_collected) == (0, 1, False)

    city.collect()

    collected = situation(city.workspace).round
    assert collected
    assert (collected.submitted, collected.uncollected, collected.is_collected) == (1, 0, True)
    assert (collected.departments, collected.is_final) == (12, False)


def test_what_cannot_be_read_is_reported(city: City) -> None:
    (city.home / "plan.json").write_text("{", encoding="utf-8")

    found = situation(city.workspace)

    assert found.has_plan
    assert found.trouble
    assert not found.title


def test_without_a_person_the_menu_is_shown_and_nothing_asked(
    city: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("1\n"))

    code = main(["--home", str(city.home)])

    assert code == 0
    assert "generate --year 年度" in capsys.readouterr().out
    assert not city.workspace.issued_years()
