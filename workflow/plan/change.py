"""One difference between last year's plan and this year's, in words to be confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What happened to a department, an item or a field; the value is what people call it."""

    RENAMED = "改称"
    MERGED = "統合"
    SPLIT = "分割"
    NEW_DEPARTMENT = "新設"
    ENDED_DEPARTMENT = "廃止"
    MOVED = "担当替え"
    RETITLED = "内容の変更"
    REPLACED = "位置の変更"
    NEW_ITEM = "新しい取組"
    ENDED_ITEM = "終わった取組"
    FORM = "様式"
    DEADLINE = "期限"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; doubtful ones may be a slip, and say what to do then."""

    kind: ChangeKind
    sentence: str
    is_doubtful: bool = False
