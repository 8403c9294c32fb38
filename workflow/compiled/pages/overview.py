"""index.html: the whole round on one page, for whoever coordinates it and whoever audits it. Pure.

The conclusion comes first, then whose turn it is, then the figures, then what to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import groupby

from workflow.compiled.attention import Point, Weight
from workflow.compiled.compilation import Compilation
from workflow.compiled.display_limits import Shown, bounded
from workflow.compiled.entries import AnswerStatus
from workflow.compiled.headline import headline
from workflow.compiled.pages.bars import Bar, Kind, bars, kinds
from workflow.compiled.pages.board import Board, board
from workflow.compiled.pages.counts import CountTable, count_tables
from workflow.compiled.pages.environment import page_bytes
from workflow.compiled.pages.finding_list import (
    FindingGroup,
    UnassignedFile,
    asking_findings,
    file_hrefs,
    finding_groups,
    of_the_plan,
    unassigned_files,
)
from workflow.compiled.pages.frame import Anchor, frame, to_file
from workflow.compiled.status import Totals, totals
from workflow.compiled.years.comparison import headline_sentences
from workflow.model.findings import Finding
from workflow.model.plan import Outcome
from workflow.model.wording import Wording
from workflow.model.years import japanese_date
from workflow.storage.workspace import ANSWERS_SCHEMA, DATA_PACKAGE

_STATUSES = (AnswerStatus.ANSWERED, AnswerStatus.SENT_BACK, AnswerStatus.MISSING)

_CONTENTS = (
    Anchor("#summary", "結論"),
    Anchor("#board", "提出状況"),
    Anchor("#counts", "集計"),
    Anchor("#attention", "要確認"),
    Anchor("#findings", "指摘"),
    Anchor("#documents", "ファイル"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A big figure: what it counts, how many, of how many; kind is its part of the bar below."""

    label: str
    value: int
    of: int | None
    unit: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything the page shows."""

    headline: str
    deadline: str
    received: str
    figures: tuple[Figure, ...]
    progress: Bar
    board: Board
    tables: tuple[CountTable, ...]
    points: tuple[PointGroup, ...]
    groups: Shown[FindingGroup]
    plan_findings: tuple[Finding, ...]
    unassigned_files: Shown[UnassignedFile]
    wording: Wording
    hrefs: Mapping[str, str]
    documents: tuple[Document, ...]


def overview_page(compilation: Compilation, beside: Mapping[str, str]) -> bytes:
    """Return the page; it leads to the compiled files beside it, by name, with their titles."""
    view = overview(compilation, beside)
    # Each part by its own name: the template then reads like the page.
    values = {field.name: getattr(view, field.name) for field in fields(view)}
    about = (compilation.round.plan, compilation.ledger.year, compilation.stage)
    page = frame(about, "進捗状況のまとめ", contents=_CONTENTS)
    return page_bytes("overview.html.j2", page, **values)


def overview(compilation: Compilation, beside: Mapping[str, str]) -> Overview:
    """Return what the page shows of a round."""
    plan, ledger = compilation.round.plan, compilation.ledger
    findings, hrefs = asking_findings(compilation), file_hrefs(compilation)
    figures, progress = _figures(compilation)
    return Overview(
        headline=headline(plan, ledger, headline_sentences(compilation.comparison)),
        deadline=japanese_date(plan.deadline) if plan.deadline else "",
        received=_received(totals(compilation.round.returns, compilation.round.entries)),
        figures=figures,
        progress=progress,
        board=board(compilation, findings),
        tables=tuple(count_tables(compilation)),
        points=tuple(point_groups(compilation)),
        groups=finding_groups(compilation, findings),
        plan_findings=of_the_plan(findings),
        unassigned_files=unassigned_files(compilation, hrefs),
        wording=compilation.wording,
        hrefs=hrefs,
        documents=tuple(documents(beside)),
    )


def _received(figures: Totals) -> str:
    summary = "、".join(f"{Outcome(key).label}{n}件" for key, n in figures.outcomes.items() if n)
    return f"届いたファイルは{figures.files}件です" + (f"（{summary}）。" if summary else "。")


def _figures(compilation: Compilation) -> tuple[tuple[Figure, ...], Bar]:
    """Return the big figures, and the bar of how much is answered."""
    entries = compilation.ledger.entries
    counts = [sum(entry.status is status for entry in entries) for status in _STATUSES]
    parts = kinds([(status.value, status is not AnswerStatus.ANSWERED) for status in _STATUSES])
    returned = sum(status.received is not None for status in compilation.statuses)
    wholes = (len(entries), None, None)
    figures = (
        Figure("提出した課", returned, len(compilation.statuses), "課"),
        *(
            Figure(kind.label, count, whole, "件", kind)
            for kind, count, whole in zip(parts, counts, wholes, strict=True)
        ),
    )
    return figures, bars(parts, [("回答の状況", counts)], [len(entries)])[0]


# What lies beside the overview and is worth opening, in words.

_REPORT = "報告書/index.html"
_DESCRIBED = (
    (_REPORT, "報告書", "審議会に出す報告書を、画面で読めるようにしたものです。"),
    (
        ".xlsx",
        "台帳（Excel）",
        "集計表、要確認、前年度比較、指摘一覧、受付記録なども入っています。",
    ),
    (".csv", "台帳（CSV）", "台帳と同じ内容の、公開用のデータです。"),
    (".parquet", "台帳（Parquet）", "台帳と同じ内容の、大量のデータを扱う道具のためのものです。"),
    (DATA_PACKAGE, "データの説明", "公開用のデータの、項目の意味です。"),
    (ANSWERS_SCHEMA, "回答の決まり", "台帳の回答の値が守る決まり（JSON Schema）です。"),
)
"""How a name ends, what to call the file, and what it is for."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to open; parts are the pages it leads on to."""

    href: str
    label: str
    name: str
    purpose: str
    parts: tuple[Anchor, ...] = ()


def documents(beside: Mapping[str, str]) -> Iterator[Document]:
    """Yield what is known of the files named below compiled/YEAR, in the order of use.

    Beside holds for each name its title, or "" where it has none of its own.
    """
    parts = tuple(Anchor(to_file(name), title) for name, title in beside.items() if title)
    entries = [name for name in beside if "/" not in name or name == _REPORT]
    for ending, label, purpose in _DESCRIBED:
        for name in (name for name in entries if name.endswith(ending)):
            own = parts if name == _REPORT else ()
            yield Document(to_file(name), label, name, purpose, own)


# 要確認 on a page: the points by weight, the weightiest first.

_MOST_POINTS = 50

_TITLES = {
    Weight.MISSING: "未提出",
    Weight.SENT_BACK: "差戻し中",
    Weight.UNREAD: "読み取れないファイル",
    Weight.LOW_RATING: "評価の低いもの",
    Weight.WORSENED: "前年度より下がったもの",
    Weight.CHANGED: "前年度から変わったもの",
    Weight.DISPUTED: "共同の課で回答が分かれたもの",
    Weight.WARNED: "指摘のあるもの",
}


@dataclass(frozen=True, slots=True)
class PointGroup:
    """The points of one weight; those that only echo others are folded."""

    title: str
    points: Shown[Point]


def point_groups(compilation: Compilation) -> Iterator[PointGroup]:
    """Yield the points of a round, a group per weight."""
    for weight, points in groupby(compilation.points, key=lambda point: point.weight):
        yield PointGroup(_TITLES[weight], bounded(list(points), _MOST_POINTS))
