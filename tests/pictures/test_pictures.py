"""The manual shows the pictures that are here, and its links to them work."""

from __future__ import annotations

import re
from pathlib import Path

from tests.programs import ROOT

_PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)]+)\)")
_MOST_BYTES = 150_000


def test_the_manual_shows_every_picture_by_a_link_that_works() -> None:
    manual = (ROOT / "README.ja.md").read_text("utf-8")
    shown = {(ROOT / link).resolve() for _, link in _PICTURE.findall(manual)}
    here = set(Path(__file__).parent.glob("*.jpg"))
    assert shown == here
    assert all(picture.read_bytes().startswith(b"\xff\xd8") for picture in here)


def test_the_pictures_are_small() -> None:
    sizes = [picture.stat().st_size for picture in Path(__file__).parent.glob("*.jpg")]
    assert len(sizes) == 3
    assert sum(sizes) < _MOST_BYTES
