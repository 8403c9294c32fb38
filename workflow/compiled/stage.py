"""How far a round is: 暫定版 until it is finalized, then 確定版, as of when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflow.model.years import JST, japanese_date


@dataclass(frozen=True, slots=True)
class Stage:
    """Whether a compilation is final, and the moment it speaks of, which the journal tells."""

    is_final: bool
    as_of: datetime

    @property
    def name(self) -> str:
        """The stage in the coordinator's words."""
        return "確定版" if self.is_final else "暫定版"

    def __str__(self) -> str:
        moment = self.as_of.astimezone(JST)
        said = f"{japanese_date(moment.date())} {moment.hour}時{moment.minute:02}分"
        return f"【{self.name}】{said}{'確定' if self.is_final else '現在'}"
