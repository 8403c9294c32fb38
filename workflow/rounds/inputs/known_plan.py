"""The plan of a round: checked and digested once, and known again by the bytes of its files.

What is known of it is kept beside the extracts, as short as it can be said: its digest, and what it
says but for its passwords. Where it has some, they are read from plan.json each time, and so is all
of plan.xlsx: a copy would lie open.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from sys import intern
from typing import Any

from workflow.compiled.recording import (
    PASSWORDS,
    plan_content_as_json,
    recorded_plan_content,
    without_passwords,
)
from workflow.model.errors import PlanError
from workflow.model.findings import Finding
from workflow.model.limits import ResourceLimits, Stopped
from workflow.model.plan import AnswerRule, Item, Plan
from workflow.plan.build import build_plan
from workflow.plan.fingerprint import plan_digest
from workflow.plan.large import is_large, read_large
from workflow.plan.load import (
    WrittenPlan,
    forget,
    in_scope,
    load_plan,
    parsed_plan,
    plan_digests,
    plan_files,
)
from workflow.plan.paths import JSON_NAME, plan_paths, plan_size
from workflow.python.dataclass import dataclass
from workflow.rounds.inputs.kept import keep, kept_lines
from workflow.storage.files import sha256
from workflow.storage.json_text import JsonText
from workflow.storage.spooled import Spooled, Writable, digest_of
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace

_RECORD, _CONTENT = "plan.json", "plan_content.json"
_ITEMS_A_LINE = 1000
_WORTH_KEEPING = 500_000
"""Bytes of a plan from which on checking it again takes longer than knowing it again."""
_MISFITS = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class KnownPlan:
    """The plan of a round, its digest, and what all of the plan says as the journal records it.

    Notes say how its files were understood, when they were read just now and not known before.
    """

    plan: Plan
    content: JsonText
    digest: str
    notes: tuple[Finding, ...] = ()


def known_plan(workspace: Workspace, year: int, use_kept: bool) -> KnownPlan:
    """Return the plan of a workspace as its files say it now.

    Raises PlanError with every finding when it has errors.
    """
    if not use_kept:
        return _read(workspace).known
    digests = plan_digests(workspace.home)
    folder, key = workspace.extracts(year), _key(digests)
    known = _known(folder, key, digests, workspace.round)
    if known:
        return known
    if is_large(workspace.home):
        notes = _keep_in_worker(workspace, folder)
        known = _known(folder, key, digests, workspace.round)
        if known:
            return replace(known, notes=notes)
    return _kept(_read(workspace), folder)


def keep_plan(workspace: Workspace, year: int) -> None:
    """Keep a plan that was read just now for something else, so that the next command knows it.

    Not where it says how its files were understood: that is told when it is read. Nor where it is
    checked as quickly as known again, where a process of its own checks it, or where it was changed
    meanwhile so that it cannot be read any more.
    """
    if plan_size(workspace.home) < _WORTH_KEEPING or is_large(workspace.home):
        return
    with contextlib.suppress(PlanError):
        read = _read(workspace)
        if not read.notes:
            _kept(read, workspace.extracts(year))


def known_title(workspace: Workspace, year: int) -> str:
    """Return the title of the plan, of which nothing else is read where it is known.

    Raises PlanError with every finding when it has errors.
    """
    digests = plan_digests(workspace.home)
    try:
        head = json.loads(next(kept_lines(workspace.extracts(year) / _RECORD), b""))
        if head["key"] == _key(digests):
            return _text(head["plan"]["plan"]["title"])
    except _MISFITS:  # nothing is kept, or nothing of ours
        pass
    return load_plan(workspace.home).title


@dataclass(frozen=True, slots=True)
class _ReadPlan:
    """A plan as it was read just now, whole and as the round asks it, its files with their digests.

    Notes say how the files were understood.
    """

    whole: Plan
    plan: Plan
    content: Mapping[str, Any]
    digests: Mapping[Path, str]
    notes: tuple[Finding, ...]

    @property
    def known(self) -> KnownPlan:
        """What is known of it from now on."""
        content = recorded_plan_content(self.content)
        return KnownPlan(self.plan, content, plan_digest(self.plan), self.notes)


def _read(workspace: Workspace) -> _ReadPlan:
    files = plan_files(workspace.home)
    written = parsed_plan(files)
    forget()
    digests = {path: sha256(content) for path, content in files.items()}
    return _read_from(written, digests, workspace.round)


def _read_large(workspace: Workspace) -> _ReadPlan:
    """Return the plan of a large plan.json with little in memory; any other is read whole."""
    paths = plan_paths(workspace.home)
    found = read_large(paths[0]) if _is_document(paths) else None
    if found is None:
        return _read(workspace)
    written, digest = found
    return _read_from(written, {paths[0]: digest}, workspace.round)


def _read_from(written: WrittenPlan, digests: Mapping[Path, str], round_name: str) -> _ReadPlan:
    notes = tuple(finding for document in written.documents for finding in document.findings)
    plan = in_scope(written.plan, round_name)
    return _ReadPlan(written.plan, plan, written.content, digests, notes)


def _kept(read: _ReadPlan, folder: Path) -> KnownPlan:
    known = read.known
    _keep(read, folder, b"".join(known.content.pieces()), known.digest)
    return known


def _keep(read: _ReadPlan, folder: Path, content: Writable, digest: str) -> None:
    """Keep a plan, given what the journal will hold of it and its digest as the round asks it."""
    is_whole = without_passwords(read.content)["plan"] == read.content["plan"]
    if is_whole or _is_document(read.digests):
        keep(folder / _CONTENT, content)
        lines = _record(read, is_whole, digest_of(content), digest)
        keep(folder / _RECORD, Spooled.of(lines))


def _record(read: _ReadPlan, is_whole: bool, content: str, digest: str) -> Iterator[bytes]:
    """Yield the lines of what is kept of a plan: its head, then its items, many a line.

    An item names by number where it stands in the plan and who is asked: many share that.
    """
    shown = without_passwords(read.content)
    shared: dict[tuple[str, ...], int] = {}

    def number(texts: tuple[str, ...]) -> int:
        return shared.setdefault(texts, len(shared))

    rows = (
        (i.id, number(i.path), i.title, number(i.departments), i.pages, i.answer)
        for i in read.whole.items
    )
    some = iter(lambda: [*islice(rows, _ITEMS_A_LINE)], [])
    lines = Spooled.of(b"\n%s" % _json(line) for line in some)
    head = {
        "key": _key(read.digests),
        "digest": digest,
        "content": content,
        "is_whole": is_whole,
        "plan": shown | {"items": shown["items"][:1]},
        "shared": list(shared),
    }
    yield _json(head)
    yield from lines.pieces()


def _known(folder: Path, key: str, files: Mapping[Path, str], round_name: str) -> KnownPlan | None:
    """Return what is kept of these files; None where nothing is, or something else."""
    try:
        lines = kept_lines(folder / _RECORD)
        plain = json.loads(next(lines, b""))
        if plain["key"] != key:  # else this tool checked it, which takes 25 ms
            return None
        content = folder / _CONTENT
        start, end = len(key) + 1, content.stat().st_size
        text = JsonText(content, start, end)
        if text.digest != plain["content"]:
            return None
        items = _items(lines, [tuple(map(_text, texts)) for texts in plain["shared"]])
        shown = plain["plan"]
        if not plain["is_whole"]:
            shown = shown | {"plan": shown["plan"] | _passwords(files)}
        whole = build_plan(shown, items)
        return KnownPlan(in_scope(whole, round_name), text, str(plain["digest"]))
    except _MISFITS:
        return None  # nothing is kept, or nothing of ours


def _items(lines: Iterable[bytes], shared: list[tuple[str, ...]]) -> Iterator[Item]:
    for line in lines:
        for id_, path, title, departments, pages, answer in json.loads(line):
            yield Item(
                _text(id_),
                shared[path],
                _text(title),
                shared[departments],
                intern(pages),
                AnswerRule(answer),
            )


def _text(plain: object) -> str:
    if type(plain) is not str:
        raise TypeError(plain)
    return plain


def _passwords(files: Iterable[Path]) -> dict[str, Any]:
    """Return the passwords of a plan.json."""
    (path,) = files
    plan = json.loads(path.read_bytes().decode("utf-8-sig"))["plan"]
    return {name: plan[name] for name in PASSWORDS if name in plan}


def _key(digests: Mapping[Path, str]) -> str:
    files = [[path.name, digest] for path, digest in digests.items()]
    return sha256(_json([tool_digest(), files]))


def _is_document(files: Iterable[Path]) -> bool:
    """Whether the plan is written in plan.json alone, in which its passwords are found quickly."""
    return [path.name for path in files] == [JSON_NAME]


def _json(plain: object) -> bytes:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def _keep_in_worker(workspace: Workspace, folder: Path) -> tuple[Finding, ...]:
    """Check a plan in a process of its own and keep it; return how its files were understood.

    Where nothing can be kept, nothing is. Raises PlanError with every finding when it has errors.
    """
    # 20 ms, for a plan as large as many cities alone.
    from workflow.returned.workers.pool import run

    limits = ResourceLimits(_HOURS, _ANY_MEMORY, workers=1)
    (made,) = run(_make_record, ((workspace, folder),), limits)
    if isinstance(made, PlanError):
        raise made
    return () if isinstance(made, Stopped) else made


_HOURS, _ANY_MEMORY = 36_000, 1 << 46


def _make_record(task: tuple[Workspace, Path]) -> tuple[Finding, ...] | PlanError:
    workspace, folder = task
    try:
        read = _read_large(workspace)
        content = Spooled.of(plan_content_as_json(read.content))
        _keep(read, folder, content, plan_digest(read.plan))
        return read.notes
    except PlanError as error:
        return error
