"""Every code can be said: the details it is raised with fill its message and its remedy."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import ROOT
from workflow.model.findings import Code, Place, Severity

CATALOGUE = ROOT / "workflow" / "model" / "findings.py"
SOURCES = [p for p in sorted((ROOT / "workflow").rglob("*.py")) if p != CATALOGUE]


def placeholders(code: Code) -> set[str]:
    _, message, remedy = code.value
    return {name for text in (message, remedy) for _, name, _, _ in string.Formatter().parse(text)
            if name}  # fmt: skip


def code_in(node: ast.expr) -> str:
    """Return X of Code.X and of Code.X.at."""
    if isinstance(node, ast.Attribute) and node.attr == "at":
        node = node.value
    is_code = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Code"
    return node.attr if is_code and isinstance(node, ast.Attribute) else ""


def raised_in(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Yield place, code and detail names of each call that raises a code with all its details.

    That is Code.X.at(..., name=...) and helper(..., Code.X, ..., name=...), and those that hand
    on a literal: {"name": ...} or (("name", ...), ...).
    """
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        codes = [c for c in map(code_in, (node.func, *node.args)) if c]
        handed_on = any(keyword.arg is None for keyword in node.keywords)
        if codes and not handed_on and not has_variable_details(node):
            names = {k.arg for k in node.keywords if k.arg} | set(literal_names(node))
            yield f"{path.name}:{node.lineno}", codes[0], names


def has_variable_details(call: ast.Call) -> bool:
    return any(isinstance(a, ast.Name) and a.id == "details" for a in call.args)


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
def test_a_code_is_raised_with_every_detail_it_says(place: str, code: str, names: set[str]) -> None:
    known_later = {"other"} if code == "PLAN_DUPLICATE" else set()  # Document.finding adds it
    assert placeholders(Code[code]) - names - known_later == set()


def test_most_codes_are_seen_by_the_test_above() -> None:
    assert len({code for _, code, _ in RAISED}) > 40


@pytest.mark.parametrize("code", Code)
def test_every_code_is_used(code: Code) -> None:
    named = [p for p in SOURCES if f"Code.{code.name}" in p.read_text("utf-8")]
    assert named


@pytest.mark.parametrize("code", Code)
def test_every_code_says_what_is_wrong_and_what_to_do(code: Code) -> None:
    finding = code.at(Place(), **dict.fromkeys(placeholders(code), "〇"))
    assert finding.code == code.name
    assert finding.severity is code.severity
    assert finding.message.endswith(("。", "）。"))
    assert finding.remedy
    assert "{" not in finding.message + finding.remedy


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (Place(), ""),
        (Place(file="a.xlsx"), ""),
        (Place(sheet="進捗状況"), "シート「進捗状況」"),
        (Place(sheet="進捗状況", cell="F5"), "シート「進捗状況」のF5セル"),
        (
            Place(sheet="進捗状況", cell="F5", item="1-1", field="評価"),
            "シート「進捗状況」のF5セル（整理番号1-1・評価）",
        ),
        (Place(item="1-1"), "整理番号1-1"),
    ],
)
def test_a_place_names_what_people_see(place: Place, shown: str) -> None:
    assert str(place) == shown
    assert Code.ROW_BLANK.at(place).message.startswith(f"{shown}：" if shown else "何も")


def test_a_finding_is_spelled_as_the_contract_says() -> None:
    place = Place(file="a.xlsx", sheet="進捗状況", cell="F5", item="1-1", field="評価")
    finding = Code.VALUE_TOO_LONG.at(place, found=11, limit=10)
    assert finding.as_json()["message"] == finding.message
    assert list(finding.as_json()) == [
        "code", "severity", "file", "sheet", "cell", "item", "field", "message", "remedy",
    ]  # fmt: skip
    assert finding.as_json()["severity"] == "error"


def test_details_are_never_taken_for_a_pattern() -> None:
    finding = Code.ROW_UNKNOWN.at(Place(sheet="{0}"), value="{value}{x}")
    assert "{value}{x}" in finding.message
    assert "{0}" in finding.message


def test_severities_have_a_word_each() -> None:
    assert len({severity.label for severity in Severity}) == 3
