"""An engine that judges every returned file twice: as collect does, and by other readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.returns import Outcome, Return
from workflow.python.dataclass import dataclass
from workflow.returned.context import Context
from workflow.returned.inbox import Received
from workflow.returned.workers.codec import decoded, line_of
from workflow.returned.workers.engine import Engine
from workflow.storage.spooled import SpooledThings

_WEIGHT = 100
"""Of a file, in answers: with them comes its line, and few files are looked at again at once."""


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """An engine that judges every file twice: as collect does, and then by other readers.

    A file that another reader cannot read is said to be so; for it the first reading stands in.
    """

    engine: Engine
    judged: SpooledThings[tuple[Return, ...], bytes] = field(
        default_factory=lambda: SpooledThings(line_of, decoded, weight=_WEIGHT)
    )
    numbers: dict[str, int] = field(default_factory=dict)
    not_reread: list[Finding] = field(default_factory=list)

    def first(self, files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        """Judge files as collect does."""
        for file, returns in zip(files, self.engine(files, context), strict=True):
            self.numbers[file.file] = self.judged.keep(returns)
            yield returns

    def second(self, files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        """Judge the same files by the second readers."""
        for file, returns in zip(files, self.engine(files, context), strict=True):
            again = {returned.file: returned for returned in returns}
            before = self.judged[self.numbers[file.file]]
            yield tuple(self._second(file, first, again, returns) for first in before)

    def _second(
        self,
        file: Received,
        first: Return,
        again: Mapping[str, Return],
        returns: Sequence[Return],
    ) -> Return:
        second = again.get(first.file, returns[0])
        if second.outcome is not Outcome.UNREADABLE or not first.outcome.is_answer:
            return again.get(first.file, first)
        location, details = Location(file=file.file + first.file), {"reason": _why_unread(second)}
        self.not_reread.append(Finding(Code.VERIFY_NOT_REREAD, location, details))
        return first


def _why_unread(second: Return) -> str:
    """Return what a second reader tripped over; it was stopped where it does not say."""
    reasons = (str(f.details["reason"]) for f in second.findings if "reason" in f.details)
    return next(reasons, "読み取りの途中で止まったか、時間がかかりすぎました")
