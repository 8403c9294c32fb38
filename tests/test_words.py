"""One term each in what clerks and coordinators read: code, pages, mails, the manual."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import workflow

ROOT = Path(workflow.__file__).parent
MANUAL = ROOT.parent / "README.ja.md"
CATALOGUE = ROOT / "model" / "catalogue.py"

WORDS = {
    "未記入": "未入力",
    r"(?<!再)提出期限": "回答期限",
    "締切": "回答期限",
    "締め切り": "回答期限",
    "ツール": "道具",
    "頁": "ページ",
    r"[\d}]文字(?!目)": "字",
    "ダイジェスト": "照合用の値",
    "SHA-256": "照合用の値",
    r"\brating\b": "評価",
}
"""What is not written → what is written instead."""

READ_BY_OTHERS = {
    "SHA-256": (
        "bundle/application.html.j2",  # who allows software
        "compiled/ledger.py",  # the column by which an auditor finds the file
        "compiled/open_data/package.py",
        "compiled/sheets/legend.py",
        "model/known_values.py",  # the column by which one finds the table of known values
        "plan/checks/plan.py",  # no field may be called like that column
    ),
    "未記入": ("returned/printed.py",),  # the wording of older covers
    "頁": (
        "compiled/report/word_tags.py",  # what templates of cities may say
        "first_day/reading/columns.py",  # and their tables
        "first_day/reading/items.py",
        "first_day/reading/words.py",
    ),
}
"""Words for auditors, for those who allow software, and what older files say."""

_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Return every text that is shown, with the file it stands in."""
    return tuple(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py":
            yield from ((name, text) for text in _literals(path.read_text("utf-8")))
        elif path.suffix in (".j2", ".txt") or path.name == "plan.schema.json":
            yield name, re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    manual = MANUAL.read_text("utf-8")
    yield MANUAL.name, manual.replace("回答ファイル・シート・行・SHA-256・受領日時", "")


def _literals(source: str) -> Iterator[str]:
    """Yield the texts of a module; in what is put together, a brace stands for a value."""
    tree = ast.parse(source)
    hidden = {id(part) for node in ast.walk(tree) for part in _not_shown(node)}
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "}" for p in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _not_shown(node: ast.AST) -> Iterator[ast.AST]:
    """Yield docstrings, and the parts of a text that is looked at as a whole."""
    if isinstance(node, ast.Expr):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from node.values


def places(pattern: str) -> list[str]:
    """Return where a word stands that should not."""
    apart = READ_BY_OTHERS.get(pattern, ())
    return [
        f"{name}: {line.strip()}"
        for name, text in texts()
        if name not in apart
        for line in text.splitlines()
        if re.search(pattern, line) and _is_shown(pattern, name, line)
    ]


def _is_shown(pattern: str, name: str, line: str) -> bool:
    """Whether a line is for people: of a key among words of other languages it is not."""
    if pattern == r"\brating\b":
        return _JAPANESE.search(line) is not None and not name.endswith(".j2")
    return True


@pytest.mark.parametrize("pattern", WORDS)
def test_each_thing_has_one_term(pattern: str) -> None:
    assert places(pattern) == [], f"say {WORDS[pattern]}"


@pytest.mark.parametrize(("pattern", "files"), READ_BY_OTHERS.items())
def test_no_exception_outlives_its_word(pattern: str, files: tuple[str, ...]) -> None:
    found = {name for name, text in texts() if re.search(pattern, text)}
    assert set(files) <= found


NAMES = {
    "asking": "open findings, a group of columns",
    "bare": "without formatting",
    "crew": "worker pool",
    "glance": "scan",
    "grounds": "inputs",
    "lying": "on disk",
    "objector": "validator",
    "recalled": "cached",
    "remembered": "cached",
    "said": "text, values, answer",
    "spelled": "declared, stored, written",
    "stranger": "not a workbook",
    "strangers": "unassigned files, unmatched rows",
    "surely": "certain, durable",
    "told": "finding, reported",
    "understood": "read, parsed",
    "untold": "uncovered",
}
"""Words that name nothing in our code and tests → what does."""


@pytest.mark.parametrize("word", NAMES)
def test_names_are_words_of_the_field(word: str) -> None:
    found = [where for where, name in names() if word in _words_of(name)]
    assert found == [], f"say {NAMES[word]}"


@cache
def names() -> tuple[tuple[str, str], ...]:
    """Return every name that code and tests give, with where.

    Codes of findings, in the catalogue, are read by others.
    """
    folders = (ROOT, Path(__file__).parent)
    paths = (p for folder in folders for p in sorted(folder.rglob("*.py")))
    trees = (
        (p.relative_to(ROOT.parent).as_posix(), ast.parse(p.read_text("utf-8")))
        for p in paths
        if p != CATALOGUE
    )
    return tuple(
        (f"{path}:{node.lineno}", name)
        for path, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt | ast.expr | ast.arg) and (name := _named(node))
    )


def _named(node: ast.AST) -> str:
    """Return what a part of a module gives a name to; "" for nothing."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
            return name
        case ast.Attribute(attr=name, ctx=ast.Store()):
            return name
    return ""


def _words_of(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
