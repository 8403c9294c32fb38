"""The codes of municipalities and departments: the whole list, and codes that stay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.harness.play import run_here
from workflow.plan.checks.plan import has_valid_check_digit
from workflow.plan.document import sample_document
from workflow.plan.load import load_document
from workflow.plan.schema import whole_schema
from workflow.plan.written.department_codes import WORDS, department_codes
from workflow.plan.written.municipality import municipalities_named, municipality_of

SAMPLE = [department["name"] for department in sample_document()["departments"]]


def test_the_list_has_every_municipality_with_its_check_digit() -> None:
    lines = Path("workflow/plan/written/municipalities.csv").read_text("utf-8").splitlines()
    rows = [line.split(",") for line in lines if not line.startswith("#")][1:]
    assert len(rows) == len({code for code, _, _ in rows}) == 1718 + 23
    assert all(has_valid_check_digit(code) for code, _, _ in rows)
    assert len({code[:2] for code, _, _ in rows}) == len({p for _, p, _ in rows}) == 47
    for code, prefecture, name in rows:
        assert [m.code for m in municipalities_named(f"{prefecture}{name}")] == [code]
        assert municipality_of(code) in municipalities_named(name)


def test_no_two_words_make_the_same_letters() -> None:
    assert len(set(WORDS.values())) == len(WORDS)


@pytest.mark.parametrize("names", [SAMPLE, ["福祉課", "福祉室", "鵜飼課", "鶴飼課"], ["課", "室"]])
def test_codes_are_codes_and_stay_when_another_department_comes(names: list[str]) -> None:
    code = whole_schema()["properties"]["departments"]["items"]["properties"]["code"]["pattern"]
    alone = {name: department_codes([name])[name] for name in names}
    together = department_codes([*names, "保険年金課", "まちづくり推進課"])
    assert alone.items() <= together.items()
    assert len({made.casefold() for made in together.values()}) == len(together)
    assert all(re.fullmatch(code, made) for made in together.values())


def test_init_finds_the_code_of_a_city_and_asks_for_the_prefecture_of_two(tmp_path: Path) -> None:
    code, _, complaint = run_here("init", "--city", "府中市", "--home", str(tmp_path))
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "東京都府中市" in complaint
    assert "広島県府中市" in complaint
    assert run_here("init", "--city", "東京都府中市", "--home", str(tmp_path))[0] == 0
    content = load_document(tmp_path / "plan.xlsx").content
    assert content["plan"]["municipality"] == {"name": "府中市", "code": "132063"}
