"""The files a plan is written in."""

from __future__ import annotations

import contextlib
from pathlib import Path

from workflow import COMMAND
from workflow.model.errors import PlanError

BOOK_NAME = "plan.xlsx"
JSON_NAME = "plan.json"


def plan_paths(home: Path) -> tuple[Path, ...]:
    """Return the files a plan is written in. Raises PlanError when there is none."""
    paths = tuple(path for path in (home / BOOK_NAME, home / JSON_NAME) if path.exists())
    if not paths:
        raise PlanError(
            f"{home}に計画（{BOOK_NAME}か{JSON_NAME}）がありません。"
            f"{COMMAND} init を実行して作ってください。"
        )
    return paths


def possible_paths(home: Path) -> tuple[Path, Path]:
    """Return where the files of a plan would lie."""
    return home / BOOK_NAME, home / JSON_NAME


def plan_size(home: Path) -> int:
    """Return how many bytes a plan is written in; 0 when there is none."""
    size = 0
    for path in possible_paths(home):
        with contextlib.suppress(FileNotFoundError):  # it may go at any moment
            size += path.stat().st_size
    return size
