"""The answers of a round: the same in memory and on disk, and an error where the disk fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small import NOW, answer
from workflow.model.errors import OutputError
from workflow.model.returns import Answer, Outcome, Return, Source
from workflow.storage import spooled
from workflow.storage.answers import NO_ANSWER, AnswerStore, StoredAnswer

VALUES = st.text(max_size=5) | st.decimals(allow_nan=False) | st.dates()


@pytest.fixture(autouse=True)
def _two_in_memory() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spooled, "_MOST_THINGS", 2)
        patch.setattr(spooled, "_MOST_READ_BEFORE", 1)
        yield


def answer_of(number: int, value: str | Decimal | date = "Ａ") -> Answer:
    source = Source("甲.xlsx", "進捗状況", number, "0" * 64, NOW)
    return answer(f"1-{number}", "A", {"rating": value}, source)


def returned(answers: tuple[Answer, ...]) -> Return:
    return Return(
        file="甲.xlsx",
        sha256="0" * 64,
        size=1,
        received=NOW,
        outcome=Outcome.ACCEPTED,
        answers=answers,
    )


@given(st.lists(st.lists(VALUES, max_size=4), max_size=4))
def test_what_is_kept_is_what_was_answered(files: list[list[str | Decimal | date]]) -> None:
    store = AnswerStore()
    answers = [tuple(answer_of(n, value) for n, value in enumerate(file)) for file in files]
    kept = [store.with_kept(returned(own)).answers for own in answers]
    assert [tuple(own) for own in kept] == answers
    for own, expected in zip(reversed(kept), reversed(answers), strict=True):
        assert own == expected  # also in another order than they came
    every = [one for own in answers for one in own]
    held = [store.held(number) for number in range(len(every))]
    assert [h.read() if isinstance(h, StoredAnswer) else h for h in held] == every
    assert all(isinstance(h, StoredAnswer) for h in held[2:])
    assert store.held(NO_ANSWER) is None


def test_what_no_file_says_stays_beside() -> None:
    store = AnswerStore()
    store.with_kept(returned(tuple(map(answer_of, range(4)))))
    numbers = [store.keep_beside(answer_of(n)) for n in (7, 8)]
    assert [store[number] for number in numbers] == [answer_of(7), answer_of(8)]
    assert [store[n] for n in range(4)] == [answer_of(n) for n in range(4)]


@pytest.mark.parametrize("harm", ["changed", "cut short", "gone"])
def test_a_damaged_file_is_reported_in_one_sentence(harm: str) -> None:
    store = AnswerStore()
    kept = store.with_kept(returned(tuple(map(answer_of, range(4))))).answers
    assert kept[3] == answer_of(3)  # so it lies on disk, whole
    stream = store._of_files._stream
    assert stream
    if harm == "changed":
        stream.seek(20)
        stream.write(b"\0" * 8)
        stream.flush()
        stream.flush()
    else:
        os.ftruncate(stream.fileno(), 30 if harm == "cut short" else 0)
    with pytest.raises(OutputError, match="以前のファイルはそのまま残っています"):
        list(kept)


def test_a_full_disk_is_reported_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(OutputError, match="空きがない"):
        AnswerStore().with_kept(returned(tuple(map(answer_of, range(4)))))
