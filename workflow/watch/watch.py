"""The watch: look, collect when something landed, and say what became of each file."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any

from workflow.model.catalogue import Severity
from workflow.model.errors import BusyError, WorkflowError
from workflow.model.returns import Outcome
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import opened_file, shown_name
from workflow.returned.intake.not_workbooks import is_litter
from workflow.rounds.collected import Collected

# Two looks at a folder → what landed, was replaced or went. Pure.
#
# A file has landed when two looks find it the same and it can be opened: one still being copied
# grows, or its writer keeps it to himself. What stays shut, or keeps the name of a download that is
# under way, is taken as it is after a while: nothing that lies there goes unmentioned.

PATIENCE = 20
"""So many looks a file may lie unchanged and shut before it is taken as it is."""

_DOWNLOADS = frozenset({".tmp", ".temp", ".crdownload", ".part", ".partial", ".download"})
_EXCEL_SAVING = re.compile(r"[0-9A-F]{8}")
"""Excel saves into a file of such a name and renames it when all is written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells one version of a file from another: bytes, and nanoseconds since 1970."""

    size: int
    modified: int


Look = Mapping[str, Mark]
"""The files of a folder at one moment, by name."""


class Happening(Enum):
    """What happened to a file, in the words shown."""

    ARRIVED = "届きました"
    REPLACED = "差し替えられました"
    GONE = "なくなりました"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one file."""

    happening: Happening
    file: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a folder: the files that landed, the last look, and since how many looks."""

    landed: Look = field(default_factory=dict)
    seen: Look = field(default_factory=dict)
    steady: Mapping[str, int] = field(default_factory=dict)

    @property
    def under_way(self) -> frozenset[str]:
        """The files that lie there and have not landed yet as they are."""
        return frozenset(n for n, mark in self.seen.items() if self.landed.get(n) != mark)

    def after(self, look: Look, is_open: Callable[[str], bool]) -> tuple[Watched, list[Event]]:
        """Return what is known after another look, and what it shows to have happened."""
        steady = {
            name: self.steady.get(name, 0) + 1 if self.seen.get(name) == mark else 0
            for name, mark in look.items()
        }
        waiting = Watched(self.landed, look, steady).under_way
        whole = [n for n in look if n in waiting and _is_whole(n, steady[n], is_open)]
        gone = [n for n in self.landed if n not in look and n not in self.seen]
        landed = {n: mark for n, mark in self.landed.items() if n not in gone}
        landed |= {name: look[name] for name in whole}
        return Watched(landed, look, steady), list(self._events(whole, gone))

    def _events(self, whole: list[str], gone: list[str]) -> Iterator[Event]:
        for name in sorted((*whole, *gone)):
            if name in gone:
                yield Event(Happening.GONE, name)
            else:
                known = name in self.landed
                yield Event(Happening.REPLACED if known else Happening.ARRIVED, name)


def _is_whole(name: str, steady: int, is_open: Callable[[str], bool]) -> bool:
    if steady >= PATIENCE:
        return True
    return steady > 0 and not _is_unfinished(name) and is_open(name)


def _is_unfinished(name: str) -> bool:
    """Whether a file has the name of one that is still being written."""
    last = PurePosixPath(name)
    return last.suffix.casefold() in _DOWNLOADS or bool(_EXCEL_SAVING.fullmatch(last.name))


# What happened to a file → one plain line: what it is now, whose, and what to do next. Pure.

Document = Mapping[str, Any]
"""A file, or a department, as the JSON of collect and of status spells it."""


def event_text(
    event: Event,
    files: Sequence[Document],
    departments: Mapping[str, Document],
    round_name: str = "",
) -> str:
    """Return the line for an event; files are what collect found in that file, departments by code.

    For a file that went they are what the collect before found in it. Where the year has rounds,
    a file in which the one that is watched finds nothing is of another one.
    """
    text = f"{event.happening.value}：{event.file}"
    owner = _owners(files, departments)
    if event.happening is Happening.GONE:
        return f"{text}（{owner}）。台帳から除きました。" if owner else f"{text}。"
    if round_name and not files:
        return f"{text} → 「{round_name}」の回答ではありません。ほかの回を集めるときに数えます。"
    if len(files) != 1:
        return f"{text} → {_counted(files)}。台帳の「受付記録」をご覧ください。"
    (file,) = files
    outcome = Outcome(file["outcome"])
    whose = f"（{owner}、回答{file['answers']}件）" if owner else ""
    return f"{text} → {outcome.label}{whose}。{next_step(outcome, file, departments)}"


def files_of(name: str, files: Sequence[Document]) -> list[Document]:
    """Return what collect found in one file: itself, or what lay in an archive."""
    return [f for f in files if f["path"] == name or f["path"].startswith(f"{name}/")]


def counted(files: Sequence[Document]) -> str:
    """Return how many files had which outcome, in the order of the outcomes."""
    counts = Counter(Outcome(file["outcome"]) for file in files)
    return "、".join(f"{outcome.label}{counts[outcome]}" for outcome in Outcome if counts[outcome])


def _counted(files: Sequence[Document]) -> str:
    return f"中の{len(files)}件（{counted(files)}）" if files else "中にファイルがありません"


def _owners(files: Sequence[Document], departments: Mapping[str, Document]) -> str:
    codes = dict.fromkeys(file["department"] for file in files if file["department"])
    return "・".join(departments[code]["name"] for code in codes if code in departments)


def next_step(outcome: Outcome, file: Document, departments: Mapping[str, Document]) -> str:
    """Return what a file of an outcome means for the round, and what to do about it."""
    match outcome:
        case Outcome.ACCEPTED:
            return _left(departments.get(file["department"]))
        case Outcome.ACCEPTED_WITH_WARNINGS:
            count = _count(file, Severity.WARNING)
            left = _left(departments.get(file["department"]))
            return f"確かめるところが{count}件あります（台帳の「要確認」）。{left}"
        case Outcome.SENT_BACK:
            return (
                f"直すところが{_count(file, Severity.ERROR)}件あります。"
                "差戻し用の調査票を課に送ってください（remind で下書きを作れます）。"
            )
    return _weightiest(file)


def _left(department: Document | None) -> str:
    if department is None:
        return ""
    left = department["missing"] + department["sent_back"]
    return f"この課には、まだの取組が{left}件あります。" if left else "この課の回答はそろいました。"


def _count(file: Document, severity: Severity) -> int:
    return sum(finding["severity"] == severity for finding in file["findings"])


def _weightiest(file: Document) -> str:
    """Return why a file does not count, and what to do about it."""
    order = [severity.value for severity in Severity]
    found = sorted(file["findings"], key=lambda finding: order.index(finding["severity"]))
    return f"{found[0]['message']}{found[0]['remedy']}" if found else ""


Report = Callable[[str], None]
Collect = Callable[[frozenset[str]], Collected]
"""Collect a round, passing over some files that have not landed yet."""

_EVERY = 0.5
"""Seconds between two looks; on a slow share at least ten times as long as a look takes."""

_FIRST_LOOKS = 2
"""By the second look it is known what lay there before the watch began."""

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


def look_after(folder: Path, collect: Collect, report: Report, round_name: str = "") -> None:
    """Look at a folder again and again until interrupted, and collect when something landed.

    The name is that of the round which is collected, where the year has several.
    """
    report(f"{folder} を見張っています。終わるときは Ctrl+C を押してください。")
    watcher = Watcher(folder, collect, report, round_name)
    while True:
        begun = time.monotonic()
        look = scan_names(folder)
        seen = time.monotonic()
        watcher.take_in(look, seen)
        time.sleep(max(_EVERY, 10 * (seen - begun)))


class Watcher:
    """What a watch knows, has still to report, and has complained of."""

    def __init__(
        self, folder: Path, collect: Collect, report: Report, round_name: str = ""
    ) -> None:
        self._folder, self._round = folder, round_name
        self._collect_without = collect
        self._tell = report
        self._watched = Watched()
        self._waiting: list[Event] = []
        self._files: Sequence[Document] = ()
        self._looks = 0
        self._already_there: list[Event] = []
        self._complaint = ""
        self._pause, self._not_before = _FIRST_PAUSE, 0.0

    def take_in(self, look: Look | None, now: float) -> None:
        """Take in a look at the folder, None when it could not be seen; now is in seconds."""
        blind = (
            f"{self._folder} がないか、開けません。なければ、このフォルダーを作って、"
            "届いたファイルを入れてください。見えるようになるのを待ちます。"
        )
        if look is None:
            self._complain(blind)
            return
        if self._complaint == blind:
            self._complaint = ""
        self._looks += 1
        self._watched, events = self._watched.after(look, self._can_be_opened)
        if self._looks == _FIRST_LOOKS:
            self._already_there = events
        if events:
            self._waiting += events
            self._pause, self._not_before = _FIRST_PAUSE, now
        if self._waiting and now >= self._not_before:
            self._collect(now)

    def _can_be_opened(self, name: str) -> bool:
        return can_be_opened(self._folder / name)

    def _collect(self, now: float) -> None:
        """Collect and report what became of each file, or complain once and try again later."""
        if not self._watched.landed:
            self._tell("届いたファイルがすべてなくなりました。台帳は前のままです。")
            self._waiting.clear()
            return
        try:
            collected = self._collect_without(self._watched.under_way)
        except BusyError as error:
            self._complain(f"{error.who}終わるのを待ちます。")
            self._not_before = now + _FIRST_PAUSE  # to ask again costs nothing
            return
        except WorkflowError as error:
            self._complain(f"{error}直れば、続けます。")
        except OSError as error:
            self._complain(f"読み書きできませんでした（{error.strerror}）。もう一度試します。")
        else:
            departments = {d["code"]: d for d in collected.departments}
            self._report_all(collected.document["files"], departments)
            return
        self._not_before = now + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _report_all(self, files: Sequence[Document], departments: Mapping[str, Document]) -> None:
        if self._already_there:
            self._tell(f"これまでに届いたファイルは{len(files)}件です（{counted(files)}）。")
        for event in self._waiting[len(self._already_there) :]:
            source = self._files if event.happening is Happening.GONE else files
            found = files_of(event.file, source)
            self._tell(event_text(event, found, departments, self._round))
        self._waiting, self._already_there = [], []
        self._files = files
        self._complaint = ""

    def _complain(self, sentence: str) -> None:
        if sentence != self._complaint:
            self._complaint = sentence
            self._tell(sentence)


# One look at a folder: names, sizes and times. It works on network shares, and nothing is read.


def scan_names(folder: Path) -> Look | None:
    """Return the files below a folder, without litter; None when the folder cannot be seen."""
    try:
        return dict(_below(folder, ""))
    except OSError:
        return None


def can_be_opened(path: Path) -> bool:
    """Whether a file can be opened now; what is no regular file need not be."""
    try:
        if not path.is_symlink() and path.is_file():
            opened_file(path).close()
    except OSError:
        return False
    return True


def _below(folder: Path | str, prefix: str) -> Iterator[tuple[str, Mark]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{prefix}{shown_name(entry.name)}"
            if entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):  # collect tells of a folder nobody can look into
                    yield from _below(entry.path, f"{name}/")
            elif not is_litter(entry.name):
                with contextlib.suppress(FileNotFoundError):  # it went while it was listed
                    status = entry.stat(follow_symlinks=False)
                    yield name, Mark(status.st_size, status.st_mtime_ns)
