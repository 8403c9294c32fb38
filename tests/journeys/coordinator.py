"""Somebody before the menu, in a terminal of his own; and what commands say to programs."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.programs import TOOL
from tests.pseudo_terminal import Terminal

PROMPT = "Enterを押してください："
PROPOSED = re.compile(r"^> +\d+  .*?python run\.py (.*?) --home ", re.MULTILINE)
CHOICE = re.compile(r"^[> ] +(\d+)  .*?python run\.py (\S+)", re.MULTILINE)


class Coordinator:
    """Sits before the menu, types numbers, and is told what to do next."""

    def __init__(self, menu: Terminal) -> None:
        self._menu = menu
        self._seen = menu.until(PROMPT)
        self._meant: dict[str, str] = {}

    @property
    def proposed(self) -> str:
        """The command that the menu proposes, as it stood last."""
        return str(PROPOSED.findall(self._seen)[-1])

    @property
    def numbers(self) -> dict[str, str]:
        """The command of each number, as the menu stood last."""
        last = self._seen.rpartition("次は、")[2]
        return dict(CHOICE.findall(last))

    def chooses(self, *typed: str) -> str:
        """Type numbers and answers, one after the other; return what is shown then."""
        for line in typed[:-1]:
            self._menu.type(line)
            self._menu.until("：")
        self._menu.type(typed[-1])
        self._seen = self._menu.until(PROMPT)
        for number, command in self.numbers.items():
            assert self._meant.setdefault(number, command) == command, (
                "a number changed its meaning"
            )
        return self._seen

    def looks_again(self) -> None:
        """Choose the status, after which the menu stands anew."""
        self.does("status")

    def does(self, command: str, *typed: str) -> str:
        """Choose a command by its number, and type what it asks; return what is shown then."""
        number = next(n for n, offered in self.numbers.items() if offered == command)
        return self.chooses(number, *typed)

    def leaves(self) -> int:
        self._menu.type("0")
        return self._menu.exit_code()


def program(home: Path, *words: str) -> list[str]:
    """Return `python run.py …` for a workspace."""
    return [*TOOL, *words, "--home", str(home)]


def printed_document(home: Path, command: str) -> dict[str, Any]:
    """Return what a command says with --json."""
    words = program(home, command, "--year", "R5", "--json")
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    document: dict[str, Any] = json.loads(done.stdout)
    return document
