"""Sequences read when they are asked for give what a tuple gives."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from workflow.python.lazy_sequence import Changed, Chosen, Repeated

THINGS = st.lists(st.text(max_size=2), max_size=12)
INDEXES = st.integers(-15, 15) | st.none()
SLICES = st.builds(slice, INDEXES, INDEXES, st.sampled_from((None, -3, -1, 1, 2)))


def assert_as(lazy: Sequence[str], things: Sequence[str], part: slice) -> None:
    """Assert that a sequence gives what a tuple of the same things does, and nothing beyond."""
    expected = tuple(things)
    assert (len(lazy), tuple(lazy), lazy[part]) == (len(expected), expected, expected[part])
    assert lazy == expected
    assert lazy != (*expected, "one more")
    assert [lazy[n] for n in range(-len(expected), len(expected))] == [*expected, *expected]
    assert tuple(reversed(lazy)) == expected[::-1]
    for beyond in (len(expected), -len(expected) - 1):
        try:
            lazy[beyond]
        except IndexError:
            continue
        raise AssertionError(beyond)


@given(THINGS, SLICES)
def test_what_repeats_is_a_sequence(things: list[str], part: slice) -> None:
    repeated: Repeated[str] = Repeated()
    for thing in things:
        repeated.add(thing)
    assert_as(repeated, things, part)


def test_many_different_things_repeat() -> None:
    numbers = [*range(70_000), 0, 255, 256, 65_535, 65_536, 69_999]
    repeated: Repeated[int] = Repeated()
    for number in numbers:
        repeated.add(number)
    assert list(repeated) == numbers


@given(THINGS, SLICES, st.data())
def test_a_choice_is_a_sequence(things: list[str], part: slice, data: st.DataObject) -> None:
    indexes = data.draw(st.lists(st.sampled_from(range(len(things))))) if things else []
    assert_as(Chosen(things, indexes), [things[n] for n in indexes], part)


@given(THINGS, SLICES, st.dictionaries(st.integers(0, 11), st.text(max_size=2)))
def test_a_changed_sequence_is_one(things: list[str], part: slice, instead: dict[int, str]) -> None:
    expected = [instead.get(n, thing) for n, thing in enumerate(things)]
    assert_as(Changed(things, instead), expected, part)
