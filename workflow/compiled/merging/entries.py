"""Assignments with the answer that counts for each, and lookups by department."""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Protocol, TypeVar

from workflow.model.plan import Assignment, Item, StoredItem
from workflow.model.returns import Answer, Return
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import Chosen, LazySequence
from workflow.storage.answers import NO_ANSWER, AnswerStore, StoredAnswer


class AnswerStatus(StrEnum):
    """Where an assignment stands: the ledger's 回答状況."""

    ANSWERED = "回答済"
    MISSING = "未提出"
    SENT_BACK = "差戻し中"
    NOTHING = "報告なし"
    BROUGHT_IN = "持ち込み"
    NOT_ASKED = "尋ねていない"

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to come."""
        return self in (AnswerStatus.MISSING, AnswerStatus.SENT_BACK)

    @property
    def has_answer(self) -> bool:
        """Whether an answer counts; one brought in stood in the city's own table."""
        return self in (AnswerStatus.ANSWERED, AnswerStatus.BROUGHT_IN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One assignment with the answer that counts; one that does not count is kept for its source.

    That is an answer that was sent back, or that says that there is nothing to report. In a year of
    several rounds the entry is that of the first one, and others are those of all further groups.
    Held is the answer, or what reads it.
    """

    assignment: Assignment
    status: AnswerStatus
    held: Answer | StoredAnswer | None
    others: tuple[Entry, ...] = ()

    @property
    def item(self) -> Item:
        """The item that is asked about."""
        return self.assignment.item

    @property
    def answer(self) -> Answer | None:
        """The answer; asked for twice, it may be read twice."""
        return self.held.read() if isinstance(self.held, StoredAnswer) else self.held

    def at_hand(self) -> Entry:
        """Return it with its item and its answer read: for whoever asks many things of it."""
        is_stored = isinstance(self.held, StoredAnswer)
        if not (is_stored or isinstance(self.assignment.held, StoredItem)):
            return self
        assignment = Assignment(self.item, self.assignment.departments)
        others = tuple([other.at_hand() for other in self.others])
        return Entry(assignment, self.status, self.answer, others)

    @property
    def every(self) -> tuple[Entry, ...]:
        """The entry of each group: of a year of several rounds all of them, or else itself."""
        return (self, *self.others)

    def at(self, index: int) -> Entry:
        """Return the entry of the group with an index."""
        return self.others[index - 1] if index else self

    def is_asked_of_any(self, codes: Container[str]) -> bool:
        """Whether one of some departments is asked for it."""
        return any(department.code in codes for department in self.assignment.departments)


def entry_for(assignment: Assignment, answer: Answer) -> Entry:
    """Return an assignment with the answer that counts: one that may say there is nothing."""
    nothing, answered = AnswerStatus.NOTHING, AnswerStatus.ANSWERED
    return Entry(assignment, nothing if answer.says_nothing else answered, answer)


_STATUSES = tuple(AnswerStatus)
_MOST_KEPT = 30_000
"""Entries that are kept once they were made: all of a usual round, looked through many times."""


class Entries(LazySequence[Entry]):
    """The entries of a round: of each, its status and the number of its answer are in memory."""

    def __init__(self, assignments: Sequence[Assignment], answers: AnswerStore) -> None:
        self._assignments, self._answers = assignments, answers
        self._statuses, self._numbers = bytearray(), array("q")
        self._kept: list[Entry] = []

    def add(self, assignment: Assignment, newest: Mapping[str, AnswersByItem]) -> Sequence[int]:
        """Add the entry of the next assignment; return the numbers of what departments say."""
        item = assignment.item.id
        found = [newest[d.code].find(item) for d in assignment.departments if d.code in newest]
        found = [one for one in found if one[0] != NO_ANSWER]
        status, leading = _standing([kind for _, kind in found], len(assignment.departments))
        self._statuses.append(_STATUSES.index(status))
        self._numbers.append(NO_ANSWER if leading is None else found[leading][0])
        return [number for number, _ in found]

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._numbers)

    @property
    def statuses(self) -> Iterator[AnswerStatus]:
        """Where each entry stands; none is made for it."""
        return map(_STATUSES.__getitem__, self._statuses)

    def thing(self, index: int) -> Entry:
        """Return the entry at an index."""
        if len(self._numbers) <= _MOST_KEPT:
            return self._usual()[index]
        held = self._answers.held(self._numbers[index])
        return Entry(self._assignments[index], _STATUSES[self._statuses[index]], held)

    def __iter__(self) -> Iterator[Entry]:
        """Yield every entry."""
        return iter(self._usual()) if len(self) <= _MOST_KEPT else self._each()

    def _usual(self) -> list[Entry]:
        if len(self._kept) != len(self._numbers):
            self._kept = [*self._each()]
        return self._kept

    def _each(self) -> Iterator[Entry]:
        # Column by column: a large round is looked through many times, and made anew each time.
        held = map(self._answers.held, self._numbers)
        return map(Entry, self._assignments, self.statuses, held)


def statuses_of(entries: Iterable[Entry]) -> Iterable[AnswerStatus]:
    """Return where each entry stands; those of a round need not be made for it."""
    return entries.statuses if isinstance(entries, Entries) else (one.status for one in entries)


Newest = Mapping[str, Mapping[str, Answer]]
"""What each department said last about each item: by the department's code, then by the item."""


_ACCEPTED, _REJECTED, _NOTHING = range(3)
"""What an answer is worth: it counts, it was sent back, or it says there is nothing to report."""


def _kind_of(answer: Answer) -> int:
    if answer.rejected:
        return _REJECTED
    return _NOTHING if answer.says_nothing else _ACCEPTED


def _standing(kinds: Sequence[int], asked: int) -> tuple[AnswerStatus, int | None]:
    """Return where an assignment stands, given its answers, and which of them leads.

    That one department of a joint item has nothing to report does not speak for the others: it may
    leave the report to them.
    """
    if _ACCEPTED in kinds:
        return AnswerStatus.ANSWERED, kinds.index(_ACCEPTED)
    if _REJECTED in kinds:
        return AnswerStatus.SENT_BACK, kinds.index(_REJECTED)
    is_nothing = kinds and len(kinds) == asked
    return (AnswerStatus.NOTHING, 0) if is_nothing else (AnswerStatus.MISSING, None)


def entry_of(assignment: Assignment, newest: Newest) -> Entry:
    """Return what stands for an assignment, given what each department said last."""
    item = assignment.item.id
    own = (newest.get(d.code, {}).get(item) for d in assignment.departments)
    answers = [answer for answer in own if answer]
    status, leading = _standing([*map(_kind_of, answers)], len(assignment.departments))
    return Entry(assignment, status, None if leading is None else answers[leading])


class AnswersByItem(Mapping[str, Answer]):
    """What one department said last about each item; its answers are known by their numbers.

    The items are one text until they are looked for: there may be many departments.
    """

    __slots__ = ("_items", "_kinds", "_numbers", "_store")

    def __init__(self, store: AnswerStore, numbered: Iterable[tuple[Answer, int]]) -> None:
        """Take what is said about each item, with the number it is kept under."""
        self._store = store
        self._numbers, self._kinds = array("q"), bytearray()
        items: list[str] = []
        for answer, number in numbered:
            items.append(f"{answer.item}{_BETWEEN}")
            self._numbers.append(number)
            self._kinds.append(_kind_of(answer))
        self._items = "".join(items)

    @property
    def _places(self) -> Mapping[str, int]:
        return _places_in(self._items)

    def find(self, item: str) -> tuple[int, int]:
        """Return of what is said about an item the number and the kind; NO_ANSWER for nothing."""
        index = self._places.get(item)
        if index is None:
            return NO_ANSWER, _ACCEPTED
        return self._numbers[index], self._kinds[index]

    def __getitem__(self, item: str) -> Answer:
        """Return what is said about an item."""
        return self._store[self._numbers[self._places[item]]]

    def __iter__(self) -> Iterator[str]:
        """Yield every item that something is said about."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return of how many items something is said."""
        return len(self._places)


_BETWEEN = "\0"
"""Between ids: no cell can hold it."""


@lru_cache(maxsize=256)
def _places_in(items: str) -> Mapping[str, int]:
    """Return where each item stands among those of a text."""
    return {item: place for place, item in enumerate(items.split(_BETWEEN)[:-1])}


def returns_by_department(returns: Iterable[Return]) -> dict[str, list[Return]]:
    """Return the returns of each department, in their order."""
    found: dict[str, list[Return]] = {}
    for returned in returns:
        found.setdefault(returned.department, []).append(returned)
    return found


class Assigned(Protocol):
    """What belongs to an assignment."""

    @property
    def assignment(self) -> Assignment:
        """The assignment."""


AssignedT = TypeVar("AssignedT", bound=Assigned)


def entries_by_department(entries: Sequence[AssignedT]) -> dict[str, Sequence[AssignedT]]:
    """Return the entries each department takes part in, in their order."""
    found: dict[str, array[int]] = {}
    for index, entry in enumerate(entries):
        codes = [department.code for department in entry.assignment.departments]
        for code in codes if len(codes) == 1 else dict.fromkeys(codes):
            if code not in found:
                found[code] = array("I")
            found[code].append(index)
    return {code: Chosen(entries, indexes) for code, indexes in found.items()}


def statuses_in_use(statuses: Iterable[AnswerStatus]) -> tuple[AnswerStatus, ...]:
    """Return what is counted of a round: what is rare only where there is such an assignment."""
    rare = (AnswerStatus.NOTHING, AnswerStatus.BROUGHT_IN, AnswerStatus.NOT_ASKED)
    found = set(statuses)
    return tuple(status for status in AnswerStatus if status not in rare or status in found)


_MOST_LISTED = 60
"""Items named in one cell; more would need a row higher than Excel shows."""


def listed(items: Sequence[str]) -> str:
    """Return the ids of items as one text; of very many the first ones, and how many more.

    >>> listed(["1-1", "1-2"])
    '1-1、1-2'
    """
    more = len(items) - _MOST_LISTED
    rest = f"、ほか{more}件（台帳の「回答状況」で絞り込めます）" if more > 0 else ""
    return "、".join(items[:_MOST_LISTED]) + rest
