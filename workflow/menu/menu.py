"""The menu: shows where things stand, takes a number, runs the command it showed."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from workflow import COMMAND
from workflow.menu.steps import Situation, Step, headline, situation, steps
from workflow.model.plain_text import aligned, strip_controls
from workflow.model.years import era_year, parse_year
from workflow.python.dataclass import dataclass
from workflow.storage.workspace import Workspace

END = "0"
_NEXT_MARK = ">"
_FINALIZE, _FINAL = "finalize", "確定"


@dataclass(frozen=True, slots=True)
class Person:
    """Who sits before the menu: what is shown, what is answered (EOFError ends), what is run.

    Given are the options every command takes over, as `--home DIR`.
    """

    say: Callable[[str], None]
    ask: Callable[[str], str]
    run: Callable[[Sequence[str]], int]
    given: tuple[str, ...] = ()


def show(found: Situation, choices: tuple[Step, ...], following: Step, person: Person) -> None:
    """Show where the workspace stands and what can be done, each with its own number."""
    person.say("")
    person.say(strip_controls(f"とりまとめ　{found.title}".rstrip()))
    person.say(strip_controls(f"場所：{found.home}"))
    person.say(strip_controls(headline(found)))
    number = following.entry.value
    person.say(
        f"次は、{number}「{following.label}」です（{_NEXT_MARK} の行。Enterだけでも選べます）。"
    )
    person.say("")
    table = [
        [
            _NEXT_MARK if step is following else "",
            str(step.entry.value),
            step.label,
            command_line(step, person.given),
        ]
        for step in sorted(choices, key=lambda step: step.entry)
    ]
    for line in aligned([*table, ["", END, "終わる", ""]], right=frozenset({1})):
        person.say(line.rstrip())


def show_menu(workspace: Workspace, person: Person) -> None:
    """Show the menu once, where nobody can answer."""
    found = situation(workspace)
    choices = steps(found)
    show(found, choices, choices[0], person)


def run_menu(workspace: Workspace, person: Person) -> None:
    """Show the menu and run what is chosen, again and again until the person ends it."""
    before, done = None, set[tuple[str, ...]]()
    while True:
        found = situation(workspace)
        if found != before:
            before, done = found, set()
        choices = steps(found)
        following = next_step(choices, done)
        show(found, choices, following, person)
        try:
            command = _chosen(choices, following, person)
        except (EOFError, KeyboardInterrupt):
            return
        if command is None:
            return
        done.add(command)
        command = (*command, *person.given)
        person.say(f"── {typed(command)}")
        person.run(command)


def next_step(choices: tuple[Step, ...], done: Set[tuple[str, ...]]) -> Step:
    """Return the choice to propose: the first one that is not done yet.

    Done are the commands run where things stand as they do: what changed nothing (verify, drafts)
    need not be proposed again.
    """
    return next((step for step in choices if step.command not in done), choices[0])


def command_line(step: Step, given: Sequence[str]) -> str:
    """Return the command of a choice as a person would type it."""
    asked = [*(["年度"] if step.asks_year else []), *(["表"] if step.asks_file else [])]
    return typed([*step.command, *asked, *given])


def typed(command: Sequence[str]) -> str:
    """Return a command as a person would type it.

    >>> typed(("check", "回答 1.xlsx")).removeprefix(COMMAND)
    ' check "回答 1.xlsx"'
    """
    words = (f'"{word}"' if " " in word else word for word in command)
    return strip_controls(" ".join([COMMAND, *words]))


def _chosen(choices: Sequence[Step], following: Step, person: Person) -> tuple[str, ...] | None:
    """Return the command the person wants, by its number or the next one; None for the end."""
    numbered = {step.entry.value: step for step in choices}
    while True:
        answer = person.ask("番号を入れて、Enterを押してください：").strip()
        # Japanese keyboards often write full-width digits, which int() takes as well.
        number = int(answer) if answer.isdecimal() else -1
        if number == int(END):
            return None
        step = numbered.get(number) if answer else following
        if step is None:
            person.say("上の一覧にある番号を入れてください。")
            continue
        if step.command[0] == _FINALIZE:
            command = _confirmed(step, person)
            if command is None:
                continue
            return command
        if step.asks_file:
            return (*step.command, _file(person))
        return (*step.command, _year(person)) if step.asks_year else step.command


def _confirmed(step: Step, person: Person) -> tuple[str, ...] | None:
    """Return the command that makes a round final, once the person has typed so; None if not."""
    if step.open:
        person.say(f"{step.open}が残っています。")
    typed = person.ask(f"確定するときは「{_FINAL}」と入れてください（やめるときはEnter）：").strip()
    reason = ""
    if typed == _FINAL and step.open:
        reason = person.ask("残したまま確定する理由を入れてください（やめるときはEnter）：").strip()
    if typed != _FINAL or (step.open and not reason):
        person.say("確定しませんでした。")
        return None
    return (*step.command, *(("--accept-open", reason) if reason else ()))


def _file(person: Person) -> str:
    """Return the file a person names; dropped into the window it stands between quotation marks."""
    while True:
        asked = "表のファイルを、この画面に引いて落とすか、場所を入れて、Enterを押してください："
        named = person.ask(asked).strip().strip("'\"").strip()
        if named:
            return named


def _year(person: Person) -> str:
    while True:
        answer = person.ask("年度を入れてください（例：令和8年度、R8、2026）：")
        try:
            year = parse_year(answer)
        except ValueError:
            person.say("年度は、令和8年度、R8、2026 のように入れてください。")
            continue
        person.say(f"{era_year(year)}ですね。")
        return str(year)
