"""The ledger as Parquet: how many of its rows are in memory at a time is not seen in it."""

from __future__ import annotations

import io

import pyarrow.parquet
import pytest

from tests.compiled.rounds import answered, round_plan
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.open_data import parquet
from workflow.storage.spooled import whole

AT_ONCE = 3_000
"""Rows that are written together here."""


def long_ledger() -> Ledger:
    """Return a ledger whose texts fill several pages, no two of them the same."""
    plan = round_plan([f"施策{n}" for n in range(500)], [f"{n}課" for n in range(10)], ["Ａ"])
    texts = [f"{n:05}" * 400 for n in range(len(plan.items))]
    return build_ledger(plan, 2023, answered(plan, texts))


def written(ledger: Ledger) -> bytes:
    return whole(parquet.ledger_parquet(ledger)())


def test_rows_that_are_taken_some_at_a_time_are_written_as_if_all_were_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = long_ledger()
    monkeypatch.setattr(parquet, "_ROWS_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(parquet, "_ROWS_IN_MEMORY", AT_ONCE)
    together = written(ledger)
    monkeypatch.setattr(parquet, "_ROWS_IN_MEMORY", 1_024)
    assert written(ledger) == together
    read = pyarrow.parquet.ParquetFile(io.BytesIO(together))
    sizes = [read.metadata.row_group(n).num_rows for n in range(read.metadata.num_row_groups)]
    assert sizes == [AT_ONCE, len(ledger.rows) - AT_ONCE]
    assert read.read().column("整理番号").to_pylist() == [row[1] for row in ledger.rows]
