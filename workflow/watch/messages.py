"""What happened to a file → one plain line: what it is now, whose, and what to do next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from workflow.model.catalogue import Severity
from workflow.model.plan import Outcome
from workflow.watch.landing import Event, Happening

Document = Mapping[str, Any]
"""A file, or a department, as the JSON of collect and of status spells it."""


def event_text(event: Event, files: Sequence[Document], departments: Mapping[str, Document]) -> str:
    """Return the line for an event; files are what collect found in that file, departments by code.

    For a file that went they are what the collect before found in it.
    """
    text = f"{event.happening.value}：{event.file}"
    owner = _owners(files, departments)
    if event.happening is Happening.GONE:
        return f"{text}（{owner}）。台帳から除きました。" if owner else f"{text}。"
    if len(files) != 1:
        return f"{text} → {_counted(files)}。台帳の「受付記録」をご覧ください。"
    (file,) = files
    outcome = Outcome(file["outcome"])
    whose = f"（{owner}、回答{file['answers']}件）" if owner else ""
    return f"{text} → {outcome.label}{whose}。{_next_step(outcome, file, departments)}"


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


def _next_step(outcome: Outcome, file: Document, departments: Mapping[str, Document]) -> str:
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
