"""How much a returned file may ask of whoever reads it: every limit, in one place.

A plan may set others (`plan.limits`, 「上限」 in plan.xlsx), within bounds that keep a run possible
on an ordinary office PC. plan.schema.json repeats the bounds, and a test holds it to them.
"""

from __future__ import annotations

import os
from dataclasses import Field, field, fields, replace
from enum import Enum
from typing import Any

from workflow.python.dataclass import dataclass

MILLION = 1_000_000
"""Bytes of a megabyte, as file managers of today count."""


def _limit(usual: int, least: int, most: int, about: str) -> Any:  # noqa: ANN401 - as field() has it
    return field(default=usual, metadata={"least": least, "most": most, "about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits a file is read within; what asks for more becomes unreadable, with the reason."""

    file_megabytes: int = _limit(
        200, 1, 1_000, "届いたファイル一つの大きさ（MB。ZIPもこれで見ます）"
    )
    workbook_megabytes: int = _limit(
        50, 1, 500, "ブック一つの大きさ（MB。ZIPの中のファイルも同じ）"
    )
    workbook_parts: int = _limit(2_000, 20, 20_000, "ブックの中の部品の数")
    part_megabytes: int = _limit(200, 1, 1_000, "部品一つを展開した大きさ（MB）")
    inflated_megabytes: int = _limit(300, 1, 2_000, "ブック一つを展開した大きさの合計（MB）")
    inflation: int = _limit(500, 20, 5_000, "展開すると何倍になってよいか（倍）")
    archive_members: int = _limit(1_000, 1, 10_000, "ZIP一つ（内側のZIPも含む）の中のファイルの数")
    archive_megabytes: int = _limit(
        300, 1, 2_000, "ZIP一つ（内側のZIPも含む）を展開した大きさ（MB）"
    )
    archive_depth: int = _limit(2, 1, 4, "何重のZIPまで開くか（外側も数えます）")
    styles: int = _limit(65_490, 1_000, 200_000, "セルの書式の数")
    cells: int = _limit(MILLION, 1_000, 10 * MILLION, "値のあるセルの数（ブック全体）")
    grid_cells: int = _limit(
        5 * MILLION, 10_000, 50 * MILLION, "書き込みのある範囲の広さ（行×列。.xlsなど）"
    )
    merged_areas: int = _limit(10_000, 100, 100_000, "結合セルの数（シート一枚）")
    seconds: int = _limit(60, 5, 3_600, "ファイル一つを読む時間（秒）")
    memory_megabytes: int = _limit(2_000, 500, 16_000, "ファイルを読む処理一つのメモリ（MB）")


USUAL = Limits()
"""The limits of a plan that sets none."""

COMPILED = Limits(
    **{limit.name: limit.metadata["most"] for limit in fields(Limits)}
    | {"seconds": 600, "memory_megabytes": 8_000}
)
"""Those within which a workbook we compiled is read again: it is as large as the round was."""

BY_ROWS = replace(COMPILED, part_megabytes=10_000, inflated_megabytes=20_000)
"""Those of one that is read row by row: its sheets may be as long as Excel has rows."""


def limits() -> tuple[Field[Any], ...]:
    """Return every limit: its name, its default, and least, most and about in its metadata."""
    return fields(Limits)


def most(name: str) -> int:
    """Return the highest that a plan may set a limit to."""
    (found,) = (limit for limit in limits() if limit.name == name)
    bound: int = found.metadata["most"]
    return bound


class Stopped(Enum):
    """Why a task was given up."""

    TIMED_OUT = 1
    DIED = 2


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What a worker may take: seconds for each task, bytes of memory; and how many there are."""

    seconds: float
    memory: int
    workers: int = os.cpu_count() or 1

    @classmethod
    def of(cls, limits: Limits, workers: int) -> ResourceLimits:
        """Return what so many workers may take within the limits of a plan."""
        return cls(limits.seconds, limits.memory_megabytes * MILLION, workers)
