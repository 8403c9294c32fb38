"""Sheets of ours in the city's own form, whatever font its columns are measured in."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.city import City, codes
from tests.fillers import own_sheets as fillers
from tests.fillers.libreoffice import print_all
from tests.harness.own_form import drawn_form, read_form
from tests.harness.verbs.registry import packed, parts_of
from tests.journeys.test_own_form import answers
from tests.paper.test_paper import LEAST, Paper, _stands_whole, on_paper, written
from tests.programs import needs_libreoffice
from workflow.storage.workspace import OWN_FORM
from workflow.templates.layout import CORRECTION_SHEET, COVER_SHEET

pytestmark = needs_libreoffice

FONTS = {
    "usual": ("Calibri", "11"),
    "old": ("ＭＳ Ｐゴシック", "11"),
    "small": ("游ゴシック", "9"),
    "installed": ("Liberation Sans", "10"),
    "ours": ("BIZ UDゴシック", "10.5"),
}
_FIRST_FONT = re.compile(rb'<font><sz val="11"/>(.*?)<name val="Calibri"/>', re.DOTALL)


def form_in(font: str, size: str) -> bytes:
    """Return a card whose style Normal is of a font."""
    parts = parts_of(drawn_form("card"))
    styles = "xl/styles.xml"
    font_xml = f'<font><sz val="{size}"/>'.encode(), f'<name val="{font}"/>'.encode()
    parts[styles] = _FIRST_FONT.sub(
        lambda found: font_xml[0] + found[1] + font_xml[1], parts[styles], count=1
    )
    return packed(parts)


@pytest.fixture(scope="module")
def handbacks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a hand-back for each font, printed beside itself by one run of LibreOffice."""
    folder = tmp_path_factory.mktemp("paper")
    found = {}
    for name, font in FONTS.items():
        city = City.with_plan(folder / name, read_form("card").plan_document())
        (city.workspace.home / OWN_FORM).write_bytes(form_in(*font))
        city.generate()
        given = answers(city.plan)
        given["1-2"]["評価"] = "とても良い"
        fillers.send(city, "KOREI", given)
        collected = city.collect()
        assert codes(collected) == ["VALUE_NOT_A_CHOICE"]
        found[name] = Path(shutil.copy(collected.handbacks[0], folder / f"{name}.xlsx"))
    print_all(found.values())
    return found


def ours(path: Path) -> dict[str, Paper]:
    """Return what is on paper of the sheets that are not the city's."""
    papers = {paper.name: paper for paper in on_paper(path.with_suffix(".pdf"))}
    return {name: papers[name] for name in (CORRECTION_SHEET, COVER_SHEET)}


@pytest.mark.parametrize("name", FONTS)
def test_our_sheets_are_as_large_as_ever(handbacks: dict[str, Path], name: str) -> None:
    sizes = {sheet: min(paper.sizes) for sheet, paper in ours(handbacks[name]).items()}
    assert {sheet: size for sheet, size in sizes.items() if size < LEAST} == {}


@pytest.mark.parametrize("name", FONTS)
def test_no_text_of_our_sheets_is_cut(handbacks: dict[str, Path], name: str) -> None:
    papers = ours(handbacks[name])
    texts = [t for t in written(handbacks[name]) if t.sheet in papers and "\n" not in t.text]
    assert len(texts) > 60
    assert [t for t in texts if not _stands_whole(papers[t.sheet], t)] == []
