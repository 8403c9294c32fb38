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
FIRST_CHOICE = re.compile(r"^  1  .*?python run\.py (.*?) --home ", re.MULTILINE)


class Coordinator:
    """Sits before the menu, types numbers, and is told what to do next."""

    def __init__(self, menu: Terminal) -> None:
        self._menu = menu
        self._seen = menu.until(PROMPT)

    @property
    def proposed(self) -> str:
        """The command of the menu's first choice, as it stood last."""
        return str(FIRST_CHOICE.findall(self._seen)[-1])

    def chooses(self, *typed: str) -> str:
        """Type numbers and answers, one after the other; return what is shown then."""
        for line in typed[:-1]:
            self._menu.type(line)
            self._menu.until("：")
        self._menu.type(typed[-1])
        self._seen = self._menu.until(PROMPT)
        return self._seen

    def looks_again(self) -> None:
        """Choose the status, after which the menu stands anew."""
        self.does("status")

    def does(self, command: str, *typed: str) -> str:
        """Choose a command by its number, and type what it asks; return what is shown then."""
        number = re.findall(rf"^  (\d+)  .*run\.py {command} ", self._seen, re.MULTILINE)[-1]
        return self.chooses(number, *typed)

    def leaves(self) -> int:
        self._menu.type("0")
        return self._menu.exit_code()


def program(home: Path, *words: str) -> list[str]:
    """Return `python run.py …` for a workspace."""
    return [*TOOL, *words, "--home", str(home)]


def told(home: Path, command: str) -> dict[str, Any]:
    """Return what a command says with --json."""
    words = program(home, command, "--year", "R5", "--json")
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    document: dict[str, Any] = json.loads(done.stdout)
    return document
