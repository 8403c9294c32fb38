"""The answers of a round, kept once and known by their numbers: a large round has them on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workflow.model.dataclass import dataclass
from workflow.model.lazy_sequence import LazySequence
from workflow.model.returns import Answer, Return
from workflow.storage.spooled import SpooledThings


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that is read when it is looked at."""

    answers: SpooledThings[Answer]
    number: int

    def read(self) -> Answer:
        """Return the answer. Raises OutputError when it cannot be read any more."""
        return self.answers[self.number]


class KeptAnswers(LazySequence[Answer]):
    """The answers of one return: so many from a number on."""

    def __init__(self, answers: SpooledThings[Answer], numbers: range) -> None:
        self._answers, self.numbers = answers, numbers

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.numbers)

    def thing(self, index: int) -> Answer:
        """Return the answer at an index."""
        return self._answers[self.numbers[index]]


def numbers_of(returned: Return) -> Sequence[int]:
    """Return the numbers of a file's answers, which are kept."""
    return returned.answers.numbers if isinstance(returned.answers, KeptAnswers) else ()


class AnswerStore:
    """All answers of a round."""

    def __init__(self) -> None:
        self._answers: SpooledThings[Answer] = SpooledThings()

    def with_kept(self, returned: Return) -> Return:
        """Return a file whose answers are kept here."""
        if isinstance(returned.answers, KeptAnswers) or not returned.answers:
            return returned
        first = len(self._answers)
        for answer in returned.answers:
            self._answers.keep(answer)
        numbers = range(first, len(self._answers))
        return replace(returned, answers=KeptAnswers(self._answers, numbers))

    def keep(self, answer: Answer) -> int:
        """Keep one more answer and return its number."""
        return self._answers.keep(answer)

    def __getitem__(self, number: int) -> Answer:
        """Return the answer of a number."""
        return self._answers[number]

    def held(self, number: int) -> Answer | StoredAnswer | None:
        """Return the answer of a number, or what reads it; None for a number below 0."""
        if number < 0:
            return None
        if self._answers.is_in_memory(number):
            return self._answers[number]
        return StoredAnswer(self._answers, number)
