"""What a run wrote for people to act on, by path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: hand-backs to send, and copies kept of what people had changed.

    Kept are copies of hand-backs, set_aside those of compiled files. Parts are the workbooks of a
    divided ledger; it lacks Parquet where pyarrow is not installed.
    """

    handbacks: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    set_aside: tuple[Path, ...] = ()
    parts: tuple[Path, ...] = ()
    lacks_parquet: bool = False
