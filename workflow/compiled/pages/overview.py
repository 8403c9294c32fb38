"""index.html: the whole round on one page, for whoever coordinates it and whoever audits it. Pure.

The conclusion comes first, then whose turn it is, then the figures, then what to look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from workflow.compiled.compilation import Compilation
from workflow.compiled.headline import headline
from workflow.compiled.merge import AnswerStatus
from workflow.compiled.pages.bars import Bar, Kind, bars, kinds
from workflow.compiled.pages.board import Board, board
from workflow.compiled.pages.bounds import Shown
from workflow.compiled.pages.counts import CountTable, count_tables
from workflow.compiled.pages.documents import Document, documents
from workflow.compiled.pages.environment import page_bytes
from workflow.compiled.pages.finding_list import (
    FindingGroup,
    Stranger,
    asking_findings,
    finding_groups,
    of_the_plan,
    strangers,
)
from workflow.compiled.pages.frame import Anchor, frame
from workflow.compiled.pages.point_list import PointGroup, point_groups
from workflow.compiled.status import Totals, totals
from workflow.compiled.years.comparison import headline_sentences
from workflow.model.findings import Finding
from workflow.model.plan import Outcome
from workflow.model.years import japanese_date

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
    strangers: Shown[Stranger]
    documents: tuple[Document, ...]


def overview_page(compilation: Compilation, beside: Mapping[str, str]) -> bytes:
    """Return the page; it leads to the compiled files beside it, by name, with their titles."""
    view = overview(compilation, beside)
    # Each part by its own name: the template then reads like the page.
    values = {field.name: getattr(view, field.name) for field in fields(view)}
    about = (compilation.result.plan, compilation.ledger.year, compilation.stage)
    page = frame(about, "進捗状況のまとめ", contents=_CONTENTS)
    return page_bytes("overview.html.j2", page, **values)


def overview(compilation: Compilation, beside: Mapping[str, str]) -> Overview:
    """Return what the page shows of a round."""
    plan, ledger = compilation.result.plan, compilation.ledger
    findings = asking_findings(compilation)
    figures, progress = _figures(compilation)
    return Overview(
        headline=headline(plan, ledger, headline_sentences(compilation.comparison)),
        deadline=japanese_date(plan.deadline) if plan.deadline else "",
        received=_received(totals(compilation.result.merged)),
        figures=figures,
        progress=progress,
        board=board(compilation, findings),
        tables=tuple(count_tables(compilation)),
        points=tuple(point_groups(compilation)),
        groups=finding_groups(compilation, findings),
        plan_findings=of_the_plan(findings),
        strangers=strangers(compilation),
        documents=tuple(documents(beside)),
    )


def _received(figures: Totals) -> str:
    told = "、".join(f"{Outcome(key).label}{n}件" for key, n in figures.outcomes.items() if n)
    return f"届いたファイルは{figures.files}件です" + (f"（{told}）。" if told else "。")


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
