"""What returned/ lists but nobody can look at: too deep for any path, or gone a moment later."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workflow.returned.inbox import scan


def test_folders_beyond_any_path_cost_themselves_alone(tmp_path: Path) -> None:
    (tmp_path / "回答.xlsx").write_bytes(b"x")
    _nest(tmp_path, "果" * 80)
    assert "回答.xlsx" in {file.file for file in scan(tmp_path)}


def test_a_file_that_goes_while_it_is_listed_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "回答.xlsx").write_bytes(b"x")
    listed: list[tuple[str, list[str], list[str]]] = [
        (str(tmp_path), [], ["回答.xlsx", "書きかけ.tmp"])
    ]
    monkeypatch.setattr(os, "walk", lambda *_, **__: iter(listed))
    assert "回答.xlsx" in {file.file for file in scan(tmp_path)}


def _nest(folder: Path, name: str) -> None:
    """Nest folders until no path reaches their end."""
    opened = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir(name, dir_fd=opened)
        inner = os.open(name, os.O_RDONLY, dir_fd=opened)
        os.close(opened)
        opened = inner
    os.close(opened)
