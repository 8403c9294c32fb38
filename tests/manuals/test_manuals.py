"""Both manuals show commands as they can be typed, and name every command there is."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.programs import ROOT
from workflow import VERSION
from workflow.__main__ import parsed

MANUALS = ("README.md", "README.ja.md")
_SHOWN = re.compile(r"`python run\.py([^`\n]*)`|^    python run\.py(.*)$", re.MULTILINE)
_EXPLAINED = re.compile(r"\s{2,}\S.*$")
"""What stands behind a command in an indented block: why one would type it."""


def manual(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def shown_commands(name: str) -> list[str]:
    """Return what stands behind `python run.py`, once with and once without what is in brackets."""
    typed = []
    for inline, block in _SHOWN.findall(manual(name)):
        command = inline or _EXPLAINED.sub("", block)
        typed += [re.sub(r"\[[^]]*\]", "", command), re.sub(r"[\[\]]", "", command)]
    return list(dict.fromkeys(" ".join(command.replace("…", " ").split()) for command in typed))


def helped(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        parsed([*words, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def commands(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return re.findall(r"^    ([a-z]+) ", helped(capsys=capsys), re.MULTILINE)


@pytest.mark.parametrize(
    "command", [c for name in MANUALS for c in shown_commands(name)], ids=lambda c: c or "menu"
)
def test_a_command_that_is_shown_can_be_typed(command: str) -> None:
    try:
        parsed(shlex.split(command))
    except SystemExit as ended:  # after --help
        assert ended.code == 0


@pytest.mark.parametrize("name", MANUALS)
def test_every_command_is_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = {command.split(" ")[0] for command in shown_commands(name)}
    assert len(commands(capsys)) > 10
    assert set(commands(capsys)) <= shown
    assert "" in shown, "python run.py alone is the menu"


def test_no_option_is_named_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    options = re.compile(r"(?<![\w-])--[a-z]+")
    known = set(options.findall(helped(capsys=capsys)))
    for command in commands(capsys):
        known |= set(options.findall(helped(command, capsys=capsys)))
    assert set(options.findall(manual("README.ja.md"))) <= known


def test_the_newest_version_of_the_changelog_is_the_tools() -> None:
    sections = re.findall(r"^## (.+)$", manual("CHANGELOG.md"), re.MULTILINE)
    released = [section for section in sections if section != "Unreleased"]
    assert sections in (released, ["Unreleased", *released])
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ — \d{4}-\d{2}-\d{2}", each) for each in released)
    assert released[0].split(" ")[0] == VERSION
