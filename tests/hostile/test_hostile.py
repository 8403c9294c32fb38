"""Every hostile case at once: each is just another outcome, and the good returns are all there."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.hostile.description import Case, cases
from tests.hostile.playing import PATIENCE, Played, collecting, growing_paths, play
from tests.hostile.town import GOOD, LABELS, meant, usual
from tests.hostile.watched import run
from workflow.compiled.ledger import STATUS_LABEL
from workflow.model.plan import Outcome

SECONDS = 120  # a quiet machine takes an eighth of it
MEMORY = 2_500_000_000  # what a worker may have, and a little more

_CALLS = re.compile(r"[A-Z][A-Z.]+(?=\()")
_OURS = frozenset({"COUNTIF", "COUNTIFS", "SUM", "COUNTA", "IF", "TEXT", "SUBTOTAL", "SUMPRODUCT"})
_TEMPLATE_CALLS = _OURS | {"COUNTBLANK", "EXACT", "HYPERLINK"}
_LINK = re.compile(r"\.\./(?:\.\./returned/2023/|\d{4}/)")
_ANSWERED = "回答済"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    yield play(tmp_path_factory.mktemp("hostile"))


def _params() -> list[ParameterSet]:
    found = []
    for case in cases():
        found.append(pytest.param(case, id=f"{case.code} {case.name}"))
    return found


def test_there_are_many_cases_and_no_two_of_one_name() -> None:
    names = [(case.family, case.name) for case in cases()]
    assert len(names) == len(set(names)) >= 500


@pytest.mark.parametrize("case", _params())
def test_the_case_ends_as_one_of_its_outcomes(played: Played, case: Case) -> None:
    laid = played.laid[case.code]
    if laid.impossible:
        pytest.skip(laid.impossible)
    files = played.files_of(case)
    told = [
        (f["path"], f["outcome"], [finding["code"] for finding in f["findings"]]) for f in files
    ]
    assert len(files) == len(case.outcomes), told
    for file, right in zip(files, case.outcomes, strict=True):
        assert file["outcome"] in right, told
    _assert_never(case, played.ledger[case.code])


def _assert_never(case: Case, row: dict[str, str]) -> None:
    answered = row[STATUS_LABEL] == _ANSWERED
    if case.never == "answer":
        assert not answered, row
    if case.never == "loss":
        assert answered, row
    if answered:
        assert {label: row[label] for label in LABELS} == meant(case)


def test_the_run_is_an_ordinary_one(played: Played) -> None:
    watched = played.watched
    assert watched.code == 1
    assert watched.left_behind == 0
    print(f"{len(cases())} cases, {watched.seconds:.1f} s, {watched.memory / 1e6:.0f} MB")
    assert watched.seconds < SECONDS < PATIENCE
    assert watched.memory < MEMORY


def test_no_file_hangs_or_kills_its_reader(played: Played) -> None:
    codes = {"FILE_TIMED_OUT", "FILE_READER_DIED"}
    told = [(f["code"], f["file"]) for f in played.document["findings"] if f["code"] in codes]
    assert told == []


def test_nothing_is_said_on_stderr(played: Played) -> None:
    assert played.watched.errors == ""


def test_every_file_has_one_outcome_and_the_counts_reconcile(played: Played) -> None:
    files, totals = played.document["files"], played.document["totals"]
    paths = Counter(file["path"] for file in files)
    assert [path for path, count in paths.items() if count > 1] == []
    outcomes = Counter(file["outcome"] for file in files)
    assert set(outcomes) <= set(Outcome)
    assert totals["files"] == len(files) == sum(totals["outcomes"].values())
    assert {k: n for k, n in totals["outcomes"].items() if n} == outcomes
    answered = sum(row[STATUS_LABEL] == _ANSWERED for row in played.ledger.values())
    assert totals["answered"] == answered
    assert totals["assignments"] == len(GOOD) + len(cases()) == answered + totals["missing"]


def test_no_file_is_lost(played: Played) -> None:
    laid = {shown for one in played.laid.values() for shown in one.shown}
    told = [file["path"] for file in played.document["files"]]
    assert [s for s in laid if not any(p == s or p.startswith(f"{s}/") for p in told)] == []
    strangers = [p for p in told if not any(p == s or p.startswith(f"{s}/") for s in laid)]
    assert strangers == [f"{code}.xlsx" for code in GOOD]


def test_the_good_returns_are_there(played: Played) -> None:
    outcomes = {file["path"]: file["outcome"] for file in played.document["files"]}
    for code in GOOD:
        assert outcomes[f"{code}.xlsx"] == Outcome.ACCEPTED
        said = {label: str(value) for label, value in usual(code).items()}
        assert {label: played.ledger[code][label] for label in LABELS} == said


def test_nothing_was_touched_but_compiled(played: Played) -> None:
    folder = played.city.home.parent
    grown = {str(p.relative_to(folder)) for p in growing_paths(played.city, played.laid)}
    changed = {
        path
        for path in {*played.before, *played.after} - grown
        if played.before.get(path) != played.after.get(path)
    }
    elsewhere = {path for path in changed if not path.startswith("home/compiled/")}
    # Folders in which one was made, and that of temporary files, are newer now.
    assert elsewhere <= {"home", "home/compiled", "scratch"}


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


def test_the_terminal_shows_every_file_on_one_line(played: Played) -> None:
    scratch = played.city.home.parent / "scratch"
    again = run(collecting(played.city), scratch, PATIENCE)
    assert again.code == 1
    _assert_plain(again.output)
    odd = _odd_names(played)
    checked = run(["check", "--home", str(played.city.home), "--", *odd], scratch, PATIENCE)
    assert (checked.code, checked.errors) == (0, "")
    _assert_plain(checked.output)
    told = [line for line in checked.output.splitlines() if re.search(r"：.+（回答\d+件）$", line)]
    assert len(told) == len(odd)


def _odd_names(played: Played) -> list[str]:
    """Return the paths of good workbooks with odd names."""
    shown = [
        file["path"]
        for case in cases()
        if case.family in ("files", "injection")
        for file in played.files_of(case)
        if file["outcome"] == Outcome.ACCEPTED and "?" not in file["path"]
    ]
    lying = {played.city.returned(path) for path in shown if "/" not in path}
    return sorted(map(str, lying - set(growing_paths(played.city, played.laid))))


def _assert_plain(output: str) -> None:
    steering = {c for c in output if unicodedata.category(c) == "Cc" and c != "\n"}
    turning = {c for c in output if "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069"}
    assert steering | turning == set()
