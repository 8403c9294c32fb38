"""Every code can be worded: the details it is raised with fill its message and its remedy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from tests.programs import ROOT
from workflow.model.catalogue import LABEL, Code, Severity
from workflow.model.findings import Detail, Finding, Location
from workflow.model.wording import Wording, cell_text

CATALOGUE = ROOT / "workflow" / "model" / "catalogue.py"
SOURCES = [p for p in sorted((ROOT / "workflow").rglob("*.py")) if p != CATALOGUE]
SHOWN: dict[str, Detail] = {"year": 2023, "day": date(2024, 5, 1), "field": "rating", "と": ("課",)}
WORDING = Wording({"rating": "評価"}, {"old.xlsx": {"rating": "判定"}})


def raised_in(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Yield place, code and detail names of each call that raises a code with all its details.

    The code is an argument, and the details are keyword arguments or a literal {"name": ...}.
    """
    text = path.read_text("utf-8")
    if "Code." not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        codes = [c for c in map(code_in, node.args) if c]
        if codes and not has_variable_details(node):
            names = {k.arg for k in node.keywords if k.arg} | set(literal_names(node))
            yield f"{path.name}:{node.lineno}", codes[0], names


def code_in(node: ast.expr) -> str:
    """Return X of Code.X."""
    match node:
        case ast.Attribute(value=ast.Name(id="Code"), attr=name):
            return name
    return ""


def has_variable_details(call: ast.Call) -> bool:
    handed_on = any(keyword.arg is None for keyword in call.keywords)
    return handed_on or any(isinstance(a, ast.Name) and a.id == "details" for a in call.args)


def literal_names(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Dict):
            keys: list[ast.expr | None] = list(argument.keys)
        elif isinstance(argument, ast.Tuple):
            keys = [e.elts[0] for e in argument.elts if isinstance(e, ast.Tuple)]
        else:
            continue
        yield from (str(k.value) for k in keys if isinstance(k, ast.Constant))


RAISED = [found for path in SOURCES for found in raised_in(path)]


@pytest.mark.parametrize(("place", "code", "names"), RAISED, ids=[f"{p}-{c}" for p, c, _ in RAISED])
def test_a_code_is_raised_with_every_detail_it_shows(
    place: str, code: str, names: set[str]
) -> None:
    assert Code[code].details - names == set()


def test_most_codes_are_seen_by_the_test_above() -> None:
    assert len({code for _, code, _ in RAISED}) > 40


def details_of(code: Code) -> dict[str, Detail]:
    """Return details as the code's texts show them."""
    parts = Formatter().parse(code.message + code.remedy)
    return {name: SHOWN.get(how or "", "〇") for _, name, how, _ in parts if name and name != LABEL}


@pytest.mark.parametrize("code", Code)
def test_every_code_tells_what_is_wrong_and_what_to_do(code: Code) -> None:
    assert details_of(code).keys() == code.details
    finding = Finding(code, Location(field_key="rating"), details_of(code))
    problem, remedy = WORDING.problem(finding), WORDING.remedy(finding)
    assert finding.severity is code.severity
    assert problem.endswith(("。", "）。"))
    assert remedy
    assert "{" not in problem + remedy
    assert "rating" not in problem + remedy
    assert WORDING.message(finding) == f"評価：{problem}"


@pytest.mark.parametrize(
    ("location", "cell", "where"),
    [
        (Location(), "", ""),
        (Location(file="a.xlsx"), "", ""),
        (Location(sheet="進捗状況"), "", "シート「進捗状況」"),
        (Location(sheet="進捗状況", row=5), "5行目", "シート「進捗状況」の5行目"),
        (Location(row=5, column=28), "AB5", "AB5セル"),
        (Location(part="/items/0"), "/items/0", "/items/0"),
        (
            Location(sheet="進捗状況", row=5, column=6, item="1-1", field_key="rating"),
            "F5",
            "シート「進捗状況」のF5セル（整理番号1-1・評価）",
        ),
        (Location(item="1-1"), "", "整理番号1-1"),
        (Location(file="old.xlsx", field_key="rating"), "", "判定"),
        (Location(field_key="基本施策"), "", "基本施策"),
    ],
)
def test_a_location_names_what_people_see(location: Location, cell: str, where: str) -> None:
    assert (cell_text(location), WORDING.where(location)) == (cell, where)
    message = WORDING.message(Finding(Code.ROW_BLANK, location))
    assert message.startswith(f"{where}：" if where else "何も")


def test_a_finding_is_written_as_the_contract_says() -> None:
    location = Location(
        file="a.xlsx", sheet="進捗状況", row=5, column=6, item="1-1", field_key="rating"
    )
    finding = Finding(Code.VALUE_TOO_LONG, location, {"found": 11, "limit": 10})
    assert list(WORDING.as_json(finding).items()) == [
        ("code", "VALUE_TOO_LONG"),
        ("severity", "error"),
        ("file", "a.xlsx"),
        ("sheet", "進捗状況"),
        ("cell", "F5"),
        ("item", "1-1"),
        ("field", "評価"),
        ("message", WORDING.message(finding)),
        ("remedy", WORDING.remedy(finding)),
    ]


def test_findings_of_the_same_things_are_one_in_a_set() -> None:
    first, again = (Finding(Code.ROW_UNKNOWN, Location(row=5), {"value": "9"}) for _ in range(2))
    other = Finding(Code.ROW_UNKNOWN, Location(row=5), {"value": "8"})
    assert list(dict.fromkeys((first, other, again))) == [first, other]


def test_details_are_never_taken_for_a_pattern() -> None:
    finding = Finding(Code.ROW_UNKNOWN, Location(sheet="{0}"), {"value": "{value}{x}"})
    assert "{value}{x}" in Wording().message(finding)
    assert "{0}" in Wording().message(finding)


def test_severities_have_a_word_each() -> None:
    assert len({severity.label for severity in Severity}) == 3
