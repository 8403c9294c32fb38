"""Journal, register, plan and files: whether they agree with what was recorded of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from workflow.compiled.recorded import (
    Basis,
    RecordedFile,
    recorded_basis,
    recorded_files,
    recorded_issues,
    recorded_outcomes,
    reported_outputs,
)
from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.returns import Outcome, Return
from workflow.model.years import era_year, iso_time
from workflow.returned.inbox import Received, content_digest
from workflow.storage.files import sha256
from workflow.storage.journal import EventKind, Journal
from workflow.templates.register import Register


def stages(file: str, journal: Journal) -> Iterator[Finding]:
    """Yield what must have been recorded of a compiled round and is not."""
    needed = {
        EventKind.ISSUED: "発行の記録",
        EventKind.RECEIVED: "受領の記録",
        EventKind.JUDGED: "審査の記録",
    }
    for kind, what in needed.items():
        if journal.last(kind) is None:
            yield Finding(
                Code.VERIFY_NOT_RECORDED,
                Location(file=file),
                {"expected": kind.label, "what": what},
            )
    made = journal.last(EventKind.COMPILED, EventKind.FINALIZED)
    judged = journal.last(EventKind.JUDGED, EventKind.REOPENED)
    if made is None or (judged is not None and made.number < judged.number):
        yield Finding(
            Code.VERIFY_NOT_RECORDED,
            Location(file=file),
            {"expected": EventKind.COMPILED.label, "what": "作成の記録"},
        )


def basis(journal: Journal, found: Basis, register_file: str) -> Iterator[Finding]:
    """Yield what a compilation rested on that is another thing today."""
    recorded, issued = recorded_basis(journal), journal.last(EventKind.ISSUED)
    location = Location(file=register_file)
    known = issued.facts["register"] if issued else ""
    if known not in ("", found.register):
        yield Finding(Code.VERIFY_REGISTER, location, {"expected": known, "found": found.register})
    if recorded is None:
        return
    if recorded.register not in (known, found.register) and known == found.register:
        yield Finding(
            Code.VERIFY_STALE,
            location,
            {"expected": recorded.register, "found": found.register, "what": "発行台帳"},
        )
    if recorded.plan != found.plan and not journal.is_final:
        yield Finding(
            Code.VERIFY_STALE,
            Location(),
            {"expected": recorded.plan, "found": found.plan, "what": "計画"},
        )
    if recorded.known != found.known and not journal.is_final:
        yield Finding(
            Code.VERIFY_STALE,
            Location(),
            {"expected": recorded.known, "found": found.known, "what": "既知の値の表"},
        )
    for year in sorted({*recorded.earlier, *found.earlier}):
        was_then, now = recorded.earlier.get(year, []), found.earlier.get(year, [])
        if was_then != now:
            location = Location(part=era_year(int(year)))
            yield Finding(
                Code.VERIFY_EARLIER,
                location,
                {"expected": "・".join(was_then), "found": "・".join(now)},
            )
    yield from _rounds_before(recorded, found)


def _rounds_before(recorded: Basis, found: Basis) -> Iterator[Finding]:
    """Yield the rounds that this one follows and that answer otherwise today."""
    for name in sorted({*recorded.rounds, *found.rounds}):
        was_then, now = recorded.rounds.get(name, []), found.rounds.get(name, [])
        if was_then != now:
            yield Finding(
                Code.VERIFY_ROUND_BEFORE,
                Location(part=name),
                {"round": name, "expected": "・".join(was_then), "found": "・".join(now)},
            )


def issues(folder: Path, home: Path, journal: Journal, register: Register) -> Iterator[Finding]:
    """Yield the templates that are not those recorded as issued; one that is gone is no matter."""
    recorded = recorded_issues(journal)
    current = {issue.number for issue in register.current()}
    for issue in register.issues:
        path = folder / issue.file
        location = Location(file=path.relative_to(home).as_posix())
        was = recorded.get(str(issue.number), "")
        if was != issue.sha256:
            yield Finding(Code.VERIFY_TEMPLATE, location, {"expected": was, "found": issue.sha256})
        elif issue.number in current and path.is_file():
            found = sha256(path.read_bytes())
            if found != was:
                yield Finding(Code.VERIFY_TEMPLATE, location, {"expected": was, "found": found})


def report(
    folder: Path, home: Path, journal: Journal, recomputed: Container[str]
) -> Iterator[Finding]:
    """Yield the files that only report makes and somebody changed; one that is gone is fine."""
    for name, was in reported_outputs(journal).items():
        path = folder / name
        if name not in recomputed and path.is_file():
            found = sha256(path.read_bytes())
            if found != was:
                location = Location(file=path.relative_to(home).as_posix())
                yield Finding(Code.VERIFY_REPORT, location, {"expected": was, "found": found})


def evidence(journal: Journal, files: Iterable[Received]) -> Iterator[Finding]:
    """Yield every returned file that is gone, new or not what it was when it was recorded."""
    recorded = recorded_files(journal)
    on_disk = {file.file: file for file in files}
    for path, was in recorded.items():
        if path not in on_disk:
            yield Finding(Code.VERIFY_FILE_GONE, Location(file=path), {"expected": was.sha256})
        else:
            yield from _same_file(on_disk[path], was)
    for path, file in on_disk.items():
        if path not in recorded:
            yield Finding(
                Code.VERIFY_FILE_NEW, Location(file=path), {"found": content_digest(file)}
            )


def outcomes(journal: Journal, returns: Iterable[Return]) -> Iterator[Finding]:
    """Yield every return that is judged otherwise today than was recorded."""
    recorded = recorded_outcomes(journal)
    found = {r.file: r for r in returns}
    for path in [*recorded, *(p for p in found if p not in recorded)]:
        was, now = recorded.get(path), found.get(path)
        expected = _outcome_text(was[1:]) if was else ""
        read = _outcome_text([now.outcome.value, now.department, len(now.answers)]) if now else ""
        if expected != read:
            yield Finding(
                Code.VERIFY_OUTCOME, Location(file=path), {"expected": expected, "found": read}
            )


def _same_file(file: Received, was: RecordedFile) -> Iterator[Finding]:
    location = Location(file=file.file)
    found = content_digest(file) if was.sha256 else ""
    if found != was.sha256:
        what = "ファイルの中身"
        yield Finding(
            Code.VERIFY_FILE_CHANGED,
            location,
            {"expected": was.sha256, "found": found, "what": what},
        )
    for what, then, now in (
        ("大きさ", str(was.size), str(file.size)),
        ("更新日時", was.modified, iso_time(file.received)),
    ):
        if then != now:
            yield Finding(
                Code.VERIFY_FILE_CHANGED, location, {"expected": then, "found": now, "what": what}
            )


def _outcome_text(outcome: list[str | int]) -> str:
    result, department, answers = outcome
    return f"{Outcome(str(result)).label}・{department}・回答{answers}件"
