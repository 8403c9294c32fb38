"""Finding the plan in a workspace, reading it and saying everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import folded
from workflow.model.errors import PlanError
from workflow.model.findings import Finding, Location, Violation
from workflow.model.plan import Plan
from workflow.model.years import era_year
from workflow.plan.book.layout import ROUND_SHEET, sheet_order
from workflow.plan.build import build_plan
from workflow.plan.checks.indicators import doubtful_directions
from workflow.plan.checks.plan import (
    city_differs,
    days_off,
    semantic_violations,
)
from workflow.plan.document import Document, Node
from workflow.plan.paths import BOOK_NAME, JSON_NAME, plan_paths, possible_paths
from workflow.plan.schema import schema_violations
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.storage.files import file_digest

ReadT = TypeVar("ReadT", bytes, str)


@dataclass(frozen=True, slots=True)
class WrittenPlan:
    """A plan, what it says as plan.json spells it, and the files it was written in."""

    plan: Plan
    content: Any
    documents: tuple[Document, ...]

    @property
    def notes(self) -> tuple[Finding, ...]:
        """How it was read, and what is worth another look before it is issued."""
        notes: list[Finding] = []
        for document in self.documents:
            worth_a_look = (
                *city_differs(document.root),
                *days_off(document.root),
                *doubtful_directions(document.root),
            )
            notes += (*document.findings, *map(document.finding, worth_a_look))
        return tuple(notes)


def load_plan(home: Path, round_name: str = "") -> Plan:
    """Return the plan of a workspace, or of one of its rounds.

    Raises PlanError with every finding when it has errors, or when it has no such round.
    """
    return load_written_plan(home, round_name).plan


def load_written_plan(home: Path, round_name: str = "") -> WrittenPlan:
    """Return the plan of a workspace, or of one of its rounds, as it is written.

    Raises PlanError with every finding when it has errors, or when it has no such round.
    """
    written = parsed_plan(plan_files(home))
    return replace(written, plan=in_scope(written.plan, round_name))


def in_scope(plan: Plan, round_name: str) -> Plan:
    """Return a plan as one of its rounds asks it, or as it is where none is named.

    Raises PlanError when it has no such round.
    """
    try:
        return plan.in_round(round_name) if round_name else plan
    except KeyError:
        raise PlanError(
            f"計画に、回「{round_name}」がありません。シート「回」の名前を確かめてください。"
        ) from None


def may_have_rounds(home: Path) -> bool:
    """Whether a plan may declare rounds: to tell that most have none, it need not be parsed.

    Raises PlanError when there is no plan, or it cannot be opened.
    """
    return any(_may_name_rounds(path, content) for path, content in plan_files(home).items())


def _may_name_rounds(path: Path, content: bytes) -> bool:
    if path.suffix.lower() == ".json":
        return b"rounds" in content or b"\\u" in content
    from workflow.excel.xlsx.package import Package  # 20 ms with lxml, for a plan.xlsx alone

    try:
        names = {folded(sheet.name) for sheet in Package(content).sheets}
    except Exception:  # reading it as a plan says what is wrong with it
        return True
    return folded(ROUND_SHEET) in names


def plan_files(home: Path) -> dict[Path, bytes]:
    """Return the content of each file a plan is written in. Raises PlanError as it is read."""
    return {path: _content(path) for path in plan_paths(home)}


def plan_digests(home: Path) -> dict[Path, str]:
    """Return the digest of each of those files, by its path. Raises PlanError as reading does."""
    return {path: _opened(path, file_digest) for path in plan_paths(home)}


def parsed_plan(files: Mapping[Path, bytes]) -> WrittenPlan:
    """Return the plan some files hold. Raises PlanError with every finding when it has errors."""
    return _parsed_plan(tuple(files.items()))


def forget() -> None:
    """Let go of the document that was read last: it takes more memory than the plan."""
    _parsed_plan.cache_clear()


@lru_cache(maxsize=1)  # a command asks for the rounds of a plan, and then for the plan
def _parsed_plan(files: tuple[tuple[Path, bytes], ...]) -> WrittenPlan:
    documents = tuple(_document(path, content) for path, content in files)
    plans = [validated(document) for document in documents]
    if any(plan != plans[0] for plan in plans):
        raise PlanError(
            f"{BOOK_NAME}と{JSON_NAME}の内容が違います。"
            "どちらが正しいか確かめ、もう一方を別の場所に移してください。"
        )
    return WrittenPlan(plans[0], documents[0].content, documents)


def kept_name(path: Path, year: int) -> str:
    """Return the name under which a year's plan is kept when the next one takes its place."""
    return f"{path.stem}_{era_year(year)}{path.suffix}"


def is_carried_forward(home: Path, before: int) -> bool:
    """Tell whether a year's plan was kept under its own name, and today's is for a later year."""
    kept = (path.with_name(kept_name(path, before)) for path in possible_paths(home))
    return any(path.exists() for path in kept)


def load_document(path: Path) -> Document:
    """Return what a plan file says, unchecked. Raises PlanError when it cannot be read at all."""
    return _document(path, _content(path))


def _content(path: Path) -> bytes:
    return _opened(path, Path.read_bytes)


def _opened(path: Path, read: Callable[[Path], ReadT]) -> ReadT:
    """Return what reading a plan file gives. Raises PlanError when it cannot be opened."""
    open_mark = path.with_name(f"~${path.name}")
    if open_mark.exists():
        raise PlanError(
            f"{path.name}がExcelで開かれています。保存して閉じてから、もう一度実行してください"
            f"（Excelを閉じても続くときは、同じ場所の{open_mark.name}を削除してください）。"
        )
    try:
        return read(path)
    except OSError as error:
        raise PlanError(
            f"{path.name}を開けません。ほかで開いていないか、読み取りが許されているか"
            "確かめてください。"
        ) from error


def _document(path: Path, content: bytes) -> Document:
    if path.suffix.lower() == ".json":
        return _read_json(content, path.name)
    from workflow.plan.book.reader import read_book  # 40 ms, where plan.xlsx is new

    return read_book(content, path.name)


def validated(document: Document) -> Plan:
    """Return the plan a document describes. Raises PlanError with all findings if it has any."""
    findings = tuple(f for f in _all_findings(document) if f.severity is Severity.ERROR)
    if findings:
        raise PlanError(f"{document.file}に直すところが{len(findings)}か所あります。", findings)
    return build_plan(document.content)


def _all_findings(document: Document) -> tuple[Finding, ...]:
    # What a reader noted about a cell explains whatever else seems wrong there.
    explained = {_spot(f) for f in document.findings if f.severity is Severity.ERROR}
    found = map(document.finding, _violations(document.root))
    rest = [finding for finding in found if _spot(finding) not in explained]
    return tuple(sorted(dict.fromkeys((*document.findings, *rest)), key=_reading_order))


def _violations(root: Node) -> Iterator[Violation]:
    """Yield what is wrong with a document, of one value once.

    How the code of a department is spelled is wrong where it is declared, not where it is used.
    """
    misspelled = set()
    for violation in schema_violations(root):
        misspelled.add(violation.key)
        if violation.code is not Code.PLAN_BAD_VALUE or not _USES.fullmatch(violation.key):
            yield violation
    misspelled = {key for key in misspelled if not _USES.fullmatch(key)}
    for violation in semantic_violations(root):
        if violation.key not in misspelled or violation.code is Code.PLAN_CHARACTER:
            yield violation


_USES = lazy_pattern(r"/items/\d+/departments/\d+|/plan/coordinator")


def _spot(finding: Finding) -> tuple[str, int, int, str]:
    at = finding.location
    return at.sheet, at.row, at.column, at.part


def _reading_order(finding: Finding) -> tuple[int, int, int]:
    """Sort by sheet, row and column; findings of a plan.json stay in the order they were made."""
    at = finding.location
    return sheet_order(at.sheet) if at.sheet else -1, at.row, at.column


def _read_json(content: bytes, file: str) -> Document:
    if not content.strip():
        raise PlanError(f"{file}の中身がありません。以前のものを戻してください。")
    repeated: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        known = dict(pairs)
        if len(known) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.extend(name for name in known if names.count(name) > 1)
        return known

    try:
        parsed = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=members, parse_constant=_refuse
        )
        if b"\\u" in content:  # half a character is spelled so, if at all
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        raise PlanError(
            f"{file}の{error.lineno}行目{error.colno}文字目あたりの書き方に誤りがあります。"
            "保存の途中でないか、かぎかっこやコンマが足りているか確かめてください。"
        ) from error
    except UnicodeDecodeError as error:
        raise PlanError(
            f"{file}の文字コードがUTF-8ではありません。UTF-8で保存し直してください。"
        ) from error
    except (ValueError, RecursionError) as error:
        raise PlanError(
            f"{file}に読み取れない値（数でない数、組にならない文字など）があります。"
            "直してから、もう一度実行してください。"
        ) from error
    location = Location(file=file)
    findings = tuple(Finding(Code.PLAN_REPEATED_KEY, location, {"name": n}) for n in repeated)
    return Document(parsed, file, findings=findings)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
