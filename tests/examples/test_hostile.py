"""Every hostile case at once: each is just another outcome, and the good returns are all there."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import unicodedata
import zipfile
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from tests.harness.cities import GOOD, usual_answers
from tests.harness.description import HostileCase, hostile_cases
from tests.harness.play import (
    PATIENCE,
    CollectAsPeopleDo,
    Played,
    hostile_example,
    play,
)
from tests.harness.process import Watched, run_watched
from tests.harness.sending import shown_name
from workflow.commands.collect import show_collected
from workflow.compiled.ledger import STATUS_LABEL
from workflow.model.returns import Outcome
from workflow.rounds.collected import Collected

SECONDS = 120  # of CPU; it takes a quarter of it
MEMORY = 2_500_000_000  # what a worker may have, and a little more

_CALLS = re.compile(r"[A-Z][A-Z.]+(?=\()")
_OURS = frozenset({"COUNTIF", "COUNTIFS", "SUM", "COUNTA", "IF", "TEXT", "SUBTOTAL", "SUMPRODUCT"})
_CHECKS = (
    "ABS AND ASC DATE IFERROR ISNA ISNUMBER LEN LN MATCH NOT OR ROUND SUBSTITUTE TRIM VALUE YEAR"
)
"""What the cover asks of an answer with, see workflow/model/fields/checks.py."""
_TEMPLATE_CALLS = _OURS | {"COUNTBLANK", "EXACT", "HYPERLINK", *_CHECKS.split()}
_LINK = re.compile(r"\.\./(?:\.\./returned/2023/|\d{4}/)")
_ANSWERED = "回答済"


CASES = hostile_cases()
_LABELS = ("取組状況", "評価", "決算額", "完了日")


@dataclass(frozen=True)
class Seen:
    """All hostile files in one returned/, and one real collect of them, watched from outside."""

    played: Played
    watched: Watched

    @cached_property
    def ledger(self) -> dict[str, dict[str, str]]:
        """The ledger, a row by 整理番号."""
        return {row["整理番号"]: row for row in self.played.city.ledger_csv()}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    collect = CollectAsPeopleDo()
    played = play(hostile_example(CASES), tmp_path_factory.mktemp("hostile"), collect)
    return Seen(played, collect.watched)


@pytest.fixture(scope="module")
def played(seen: Seen) -> Played:
    return seen.played


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 500


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.name}")
def test_the_case_ends_as_one_of_its_outcomes(seen: Seen, case: HostileCase) -> None:
    for sent in case.files:
        if sent.name in seen.played.impossible:
            pytest.skip(f"the file system cannot hold it: {seen.played.impossible[sent.name]}")
    files = seen.played.files_of(case)
    found = [(f["path"], f["outcome"], [one["code"] for one in f["findings"]]) for f in files]
    assert len(files) == len(case.ends), found
    for file, right in zip(files, case.ends, strict=True):
        assert file["outcome"] in right, found
    _assert_never(case, seen.ledger[case.code])


def _assert_never(case: HostileCase, row: dict[str, str]) -> None:
    answered = row[STATUS_LABEL] == _ANSWERED
    if case.never == "answer":
        assert not answered, row
    if case.never == "loss":
        assert answered, row
    if answered:
        assert {label: row[label] for label in _LABELS} == _meant(case)


def _meant(case: HostileCase) -> dict[str, str]:
    """Return what the ledger must show when the answer counts, label → text."""
    answers = {
        **usual_answers("hostile", [case.code])[case.code],
        **case.files[0].answers[case.code],
    }
    return {label: str(value) for label, value in answers.items()} | {**case.shows}


def test_the_run_is_an_ordinary_one(seen: Seen) -> None:
    watched = seen.watched
    assert watched.run[0] == 1
    assert watched.left_behind == 0
    print(f"{len(CASES)} cases, {watched.cpu_seconds:.1f} s of CPU, {watched.memory / 1e6:.0f} MB")
    assert watched.cpu_seconds < SECONDS
    assert watched.memory < MEMORY


def test_no_file_hangs_or_kills_its_reader(played: Played) -> None:
    codes = {"FILE_TIMED_OUT", "FILE_READER_DIED"}
    found = [(f["code"], f["file"]) for f in played.document["findings"] if f["code"] in codes]
    assert found == []


def test_nothing_is_printed_on_stderr(played: Played) -> None:
    assert played.run[2] == ""


def test_every_file_has_one_outcome_and_the_counts_reconcile(seen: Seen) -> None:
    played = seen.played
    files, totals = played.document["files"], played.document["totals"]
    paths = Counter(file["path"] for file in files)
    assert [path for path, count in paths.items() if count > 1] == []
    outcomes = Counter(file["outcome"] for file in files)
    assert set(outcomes) <= set(Outcome)
    assert totals["files"] == len(files) == sum(totals["outcomes"].values())
    assert {k: n for k, n in totals["outcomes"].items() if n} == outcomes
    answered = sum(row[STATUS_LABEL] == _ANSWERED for row in seen.ledger.values())
    assert totals["answered"] == answered
    assert totals["assignments"] == len(GOOD) + len(CASES) == answered + totals["missing"]


def test_no_file_is_lost(played: Played) -> None:
    names = [f.name for f in played.example.files if f.name not in played.impossible]
    sent = [shown_name(name) for name in names]
    listed = [file["path"] for file in played.document["files"]]
    assert [s for s in sent if not any(_is_of(path, s) for path in listed)] == []
    assert [path for path in listed if not any(_is_of(path, s) for s in sent)] == []


def _is_of(path: str, sent: str) -> bool:
    """Whether a path is that of a file that was sent, or of one inside it."""
    return path == sent or path.startswith(f"{sent}/")


def test_the_good_returns_are_there(seen: Seen) -> None:
    outcomes = {file["path"]: file["outcome"] for file in seen.played.document["files"]}
    for code in GOOD:
        assert outcomes[f"{code}.xlsx"] == Outcome.ACCEPTED
        usual = {k: str(v) for k, v in usual_answers("hostile", [code])[code].items()}
        assert {label: seen.ledger[code][label] for label in _LABELS} == usual


def test_nothing_a_person_wrote_is_lost(played: Played) -> None:
    assert played.lost_texts() == []


def test_nothing_was_touched_but_compiled(played: Played) -> None:
    assert played.touched == set()


def test_no_answer_became_a_formula_or_a_link(played: Played) -> None:
    books = sorted(played.city.workspace.compiled(2023).rglob("*.xlsx"))
    assert len(books) > 20
    ledger = played.city.workspace.ledger(2023)
    assert _formulas(ledger)
    assert _targets(ledger)
    for path in books:
        for formula in _formulas(path):
            allowed = _OURS if path == ledger else _TEMPLATE_CALLS
            assert set(_CALLS.findall(formula)) <= allowed, formula
            assert "|" not in formula and "://" not in formula, formula
        for target in _targets(path):
            assert _LINK.match(target), target
        assert _foreign_parts(path) == []


def test_no_cell_of_the_csv_would_be_run(played: Played) -> None:
    stored = played.city.workspace.ledger_csv(2023).read_bytes().decode("utf-8-sig")
    cells = {cell for row in csv.reader(io.StringIO(stored, newline="")) for cell in row}
    risky = [cell for cell in cells if cell.lstrip(" \u3000").startswith(tuple("=+-@\t\r\n"))]
    assert [cell for cell in risky if not re.fullmatch(r"-?[0-9.]+", cell)] == []
    assert {"'=1+1", "'\t=1+1"} <= cells


def _formulas(path: Path) -> list[str]:
    return _found(path, "xl/worksheets/sheet", re.compile(r"<f(?: [^>]*)?>([^<]*)</f>"))


def _targets(path: Path) -> list[str]:
    relations = _found(path, "xl/worksheets/_rels/", re.compile(r"<Relationship [^>]*>"))
    outside = [relation for relation in relations if 'TargetMode="External"' in relation]
    return [re.search(r'Target="([^"]*)"', relation)[1] for relation in outside]  # type: ignore[index]


def _found(path: Path, start: str, pattern: re.Pattern[str]) -> list[str]:
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if name.startswith(start)]
        return [found for name in names for found in pattern.findall(book.read(name).decode())]


def _foreign_parts(path: Path) -> list[str]:
    kinds = ("externalLink", "connection", "vba", "activeX", "embedding", "oleObject")
    with zipfile.ZipFile(path) as book:
        return [name for name in book.namelist() if any(kind in name for kind in kinds)]


def test_the_terminal_shows_what_became_of_the_round_in_plain_text(played: Played) -> None:
    """What collect says to people is made of what it says with --json: nothing is read again."""
    workspace = played.city.workspace
    departments = json.loads(workspace.status(2023).read_bytes())["departments"]
    handbacks = tuple(workspace.handbacks(2023).glob("*.xlsx"))
    collected = Collected(document=played.document, departments=departments, handbacks=handbacks)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        show_collected(workspace, 2023, collected)
    assert len(output.getvalue().splitlines()) > len(CASES)
    _assert_plain(output.getvalue())


def test_the_terminal_shows_every_file_on_one_line(played: Played) -> None:
    scratch = played.city.home.parent / "scratch"
    odd = _odd_names(played)
    check = ["check", "--home", str(played.city.home), "--", *odd]
    code, output, complaints = run_watched(check, scratch, PATIENCE).run
    assert (code, complaints) == (0, "")
    _assert_plain(output)
    found = [line for line in output.splitlines() if re.search(r"：.+（回答\d+件）$", line)]
    assert len(found) == len(odd)


def _odd_names(played: Played) -> list[str]:
    """Return the paths of good workbooks with odd names."""
    shown = [
        file["path"]
        for case in CASES
        if case.family in ("files", "injection")
        for file in played.files_of(case)
        if file["outcome"] == Outcome.ACCEPTED and "?" not in file["path"]
    ]
    growing = {file.name for file in played.example.files if file.grows}
    names = sorted({path for path in shown if "/" not in path} - growing)
    return [str(played.city.returned(name)) for name in names]


def _assert_plain(output: str) -> None:
    steering = {c for c in output if unicodedata.category(c) == "Cc" and c != "\n"}
    turning = {c for c in output if "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069"}
    assert steering | turning == set()
