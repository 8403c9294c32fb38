"""The catalogue is whole: each code is used, documented and has an example in tests/examples."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from tests.harness.description import EXAMPLES
from tests.harness.play import run_here
from tests.programs import ROOT
from workflow.commands.findings import as_markdown, as_text, meaning, remedy, with_section
from workflow.model.catalogue import Code

MANUAL = ROOT / "README.ja.md"
VERIFYING = tuple(ROOT / "tests" / folder for folder in ("verification", "rounds"))
UPDATE = "python run.py findings --update README.ja.md"


@cache
def examples_of_codes() -> set[str]:
    """Return every code that an expected.json names."""
    found: set[str] = set()
    for path in EXAMPLES.rglob("expected.json"):
        read = json.loads(path.read_text("utf-8"))
        for document in read if isinstance(read, list) else [read]:  # one for each command
            findings = list(document.get("findings", []))
            for file in document.get("files", {}).values():
                findings += file["findings"]
            found |= {finding.split(" ")[0] for finding in findings}
            # A point says its number first, then its code.
            points = document.get("points", [])
            found |= {point.split(" ")[1].partition("：")[0] for point in points}
    return found


CATALOGUE = ROOT / "workflow" / "model" / "catalogue.py"


@cache
def codes_in_use() -> set[str]:
    """Return every code that the tool names outside of the catalogue."""
    sources = (p for p in (ROOT / "workflow").rglob("*.py") if p != CATALOGUE)
    return {n for p in sources for n in re.findall(r"\bCode\.(\w+)", p.read_text("utf-8"))}


@cache
def manual() -> str:
    return MANUAL.read_text("utf-8")


@cache
def verify_tests() -> str:
    paths = (path for folder in VERIFYING for path in folder.glob("test_*.py"))
    return "".join(path.read_text("utf-8") for path in paths)


@cache
def printed_catalogue() -> str:
    return as_text()


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_a_code_is_used_documented_and_has_an_example(code: Code) -> None:
    assert code.name in codes_in_use()
    assert f"`{code.name}`" in manual(), f"not documented; run: {UPDATE}"
    if code.name.startswith("VERIFY_"):
        assert code.name in verify_tests(), "no test of verify shows this code"
    else:
        assert code.name in examples_of_codes(), "no folder in tests/examples shows this code"


def test_examples_name_only_codes_that_exist() -> None:
    assert examples_of_codes() - {code.name for code in Code} == set()


def test_the_manual_is_up_to_date() -> None:
    assert as_markdown() in manual(), f"the manual's list of findings is old; run: {UPDATE}"
    assert with_section(manual()) == manual()


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_placeholders_are_shown_as_words(code: Code) -> None:
    for text in (meaning(code), remedy(code)):
        assert "{" not in text
        assert text
    assert f"{code.name}（{code.severity.label}）" in printed_catalogue()


def test_findings_prints_the_catalogue() -> None:
    assert run_here("findings") == (0, as_text() + "\n", "")


def test_findings_updates_a_manual_and_nothing_else_in_it(tmp_path: Path) -> None:
    path = tmp_path / "manual.md"
    start, end = as_markdown().split("\n")[0], as_markdown().split("\n")[-1]
    path.write_text(f"前\n{start}\n古い\n{end}\n後\n", "utf-8")
    assert run_here("findings", "--update", str(path))[0] == 0
    assert path.read_text("utf-8") == f"前\n{as_markdown()}\n後\n"


@pytest.mark.parametrize("content", ["", "印のない説明書"])
def test_a_manual_without_the_marks_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manual.md"
    path.write_text(content, "utf-8")
    code, printed, complaint = run_here("findings", "--update", str(path))
    assert (code, printed) == (2, "")
    assert complaint.endswith("見つかりません。\n")
    assert path.read_text("utf-8") == content


def test_a_manual_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert run_here("findings", "--update", str(tmp_path / "none.md"))[0] == 2
