"""要確認 on a page: the points by weight, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from workflow.compiled.attention import Point, Weight
from workflow.compiled.compilation import Compilation
from workflow.compiled.pages.bounds import Shown, bounded

_MOST_POINTS = 50

_TITLES = {
    Weight.MISSING: "未提出",
    Weight.SENT_BACK: "差戻し中",
    Weight.UNREAD: "読み取れないファイル",
    Weight.WANTING: "評価の低いもの",
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
