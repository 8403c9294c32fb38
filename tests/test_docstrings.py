"""The examples in docstrings are right: what follows >>> gives what stands below it."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from tests.programs import ROOT

SOURCES = sorted((ROOT / "workflow").rglob("*.py"))
WITH_EXAMPLES = [path for path in SOURCES if ">>> " in path.read_text("utf-8")]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("name", [*map(name_of, WITH_EXAMPLES)])
def test_the_examples_of_a_module_are_right(name: str) -> None:
    tried = doctest.testmod(importlib.import_module(name))
    assert tried.attempted
    assert not tried.failed
