"""The documents for those who work on the tool name files that are there."""

from __future__ import annotations

import re

import pytest

from tests.programs import ROOT


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "tests/README.md"])
def test_every_test_it_names_exists(document: str) -> None:
    named = re.findall(r"`(tests/[\w/]+(?:\.py)?)`", (ROOT / document).read_text("utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
