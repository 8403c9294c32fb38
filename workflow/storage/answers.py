"""The answers of a round, kept once and known by their numbers: a large round has them on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflow.model.returns import Answer, Return, Source
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import LazySequence
from workflow.storage.spooled import SpooledThings

NO_ANSWER = -1
"""What stands in place of the number of an answer where there is none."""
_FIRST_BESIDE = -2

_Place = tuple[str, str, str, datetime]
"""The file of an answer, its sheet, its digest and when it came."""
_Keyed = tuple[int, tuple[Any, ...]]
"""A mapping: the number of its keys, and its values."""
_Plain = tuple[str, str, _Keyed, _Keyed | None, _Keyed, int, int, bool, bool]
_Spooled = SpooledThings[Answer, _Plain]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer of a file that is read when it is looked at."""

    answers: _Spooled
    number: int

    def read(self) -> Answer:
        """Return the answer. Raises OutputError when it cannot be read any more."""
        return self.answers[self.number]


class KeptAnswers(LazySequence[Answer]):
    """The answers of one return: so many from a number on."""

    def __init__(self, answers: _Spooled, numbers: range) -> None:
        self._answers, self.numbers = answers, numbers

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.numbers)

    def thing(self, index: int) -> Answer:
        """Return the answer at an index."""
        return self._answers[self.numbers[index]]


def numbers_of(returned: Return) -> Sequence[int]:
    """Return the numbers of a file's answers; none where they are not kept."""
    return returned.answers.numbers if isinstance(returned.answers, KeptAnswers) else ()


class AnswerStore:
    """All answers of a round: those of its files, and those that are otherwise than in any file.

    The latter are few; they stay in memory, under numbers below that of no answer.
    """

    def __init__(self) -> None:
        plain = _PlainAnswers()
        self._of_files: _Spooled = SpooledThings(plain.of, plain.answer)
        self._beside: list[Answer] = []

    def with_kept(self, returned: Return) -> Return:
        """Return a file whose answers are kept here."""
        if isinstance(returned.answers, KeptAnswers) or not returned.answers:
            return returned
        first = len(self._of_files)
        for answer in returned.answers:
            self._of_files.keep(answer)
        numbers = range(first, len(self._of_files))
        return replace(returned, answers=KeptAnswers(self._of_files, numbers))

    def keep_beside(self, answer: Answer) -> int:
        """Keep an answer that is otherwise than in any file, and return its number."""
        self._beside.append(answer)
        return _FIRST_BESIDE + 1 - len(self._beside)

    def __getitem__(self, number: int) -> Answer:
        """Return the answer of a number."""
        return self._of_files[number] if number >= 0 else self._beside[_FIRST_BESIDE - number]

    def held(self, number: int) -> Answer | StoredAnswer | None:
        """Return the answer of a number, or what reads it; None where there is none."""
        if number == NO_ANSWER:
            return None
        if number < 0 or self._of_files.is_in_memory(number):
            return self[number]
        return StoredAnswer(self._of_files, number)


class _PlainAnswers:
    """Answers without objects of ours, which take three times as long to read.

    What many of them share is kept once: the file they stand in, and which fields they fill.
    """

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], int] = {}
        self._known_keys: list[tuple[str, ...]] = []
        self._places: list[_Place] = []

    def of(self, answer: Answer) -> _Plain:
        """Return an answer as it is quick to write and to read."""
        source = answer.source
        return (
            answer.item,
            answer.department,
            self._keyed(answer.values),
            None if answer.written is answer.values else self._keyed(answer.written),
            self._keyed(answer.cells),
            self._number((source.file, source.sheet, source.sha256, source.received)),
            source.row,
            answer.rejected,
            answer.says_nothing,
        )

    def answer(self, plain: _Plain) -> Answer:
        """Return the answer again."""
        item, department, values, written, cells, place, row, rejected, says_nothing = plain
        file, sheet, sha256, received = self._places[place]
        own = self._mapping(values)
        return Answer(
            item,
            department,
            own,
            own if written is None else self._mapping(written),  # the same object, so texts alone
            self._mapping(cells),
            Source(file, sheet, row, sha256, received),
            rejected,
            says_nothing,
        )

    def _number(self, place: _Place) -> int:
        # Answers come file by file.
        if not self._places or self._places[-1] != place:
            self._places.append(place)
        return len(self._places) - 1

    def _keyed(self, mapping: Mapping[str, Any]) -> _Keyed:
        keys = tuple(mapping)
        number = self._keys.setdefault(keys, len(self._known_keys))
        if number == len(self._known_keys):
            self._known_keys.append(keys)
        return number, tuple(mapping.values())

    def _mapping(self, keyed: _Keyed) -> dict[str, Any]:
        number, values = keyed
        return dict(zip(self._known_keys[number], values, strict=True))
