"""Looks at a folder: what is whole is reported once, what is under way is waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.watch.watch import PATIENCE, Event, Happening, Look, Mark, Watched

NAMES = ["a.xlsx", "課/b.xlsx", "c.xlsx.crdownload", "3F2A1B00"]
marks = st.builds(Mark, st.integers(0, 2), st.integers(0, 2))
looks = st.lists(st.dictionaries(st.sampled_from(NAMES), marks), max_size=12)


def is_open(name: str) -> bool:
    return True


def happened(
    seen: Iterable[Look], opens: Callable[[str], bool] = is_open
) -> tuple[Watched, list[list[Event]]]:
    watched, by_look = Watched(), []
    for look in seen:
        watched, events = watched.after(look, opens)
        by_look.append(events)
    return watched, by_look


def sizes(table: str) -> list[Mapping[str, Mark]]:
    """Return the looks of a line: the size of a.xlsx at each look, a dot where it is not there."""
    return [{} if size == "." else {"a.xlsx": Mark(int(size), 0)} for size in table.split()]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("5 5 5", ". 届 ."),
        ("1 2 3 4 4 4", ". . . . 届 ."),
        ("5 5 6 7 7 7", ". 届 . . 差 ."),
        ("5 5 . 5 5", ". 届 . . ."),  # Excel saves by removing and renaming
        ("5 5 . 6 6", ". 届 . . 差"),
        ("5 5 . . .", ". 届 . な ."),
        ("5 5 . . 5 5", ". 届 . な . 届"),
        ("5 . .", ". . ."),
        ("0 0 7 7", ". 届 . 差"),
    ],
)
def test_one_file(table: str, expected: str) -> None:
    _, events = happened(sizes(table))
    signs = [e[0].happening.value[0] if e else "." for e in events]
    assert signs == expected.split()


@given(looks, st.booleans())
def test_the_events_lead_from_nothing_to_what_landed(seen: list[Look], opens: bool) -> None:
    watched, by_look = happened(seen, lambda name: opens)
    there: set[str] = set()
    for events in by_look:
        assert len({event.file for event in events}) == len(events)
        for event in events:
            assert (event.file in there) == (event.happening is not Happening.ARRIVED)
            if event.happening is Happening.GONE:
                there.remove(event.file)
            else:
                there.add(event.file)
    assert there == set(watched.landed)


@given(looks, st.dictionaries(st.sampled_from(NAMES), marks))
def test_what_stays_is_reported_in_the_end_even_if_it_stays_shut(
    seen: list[Look], last: Look
) -> None:
    watched, _ = happened([*seen, *[last] * (PATIENCE + 1)], lambda name: False)
    assert watched.landed == last
    assert watched.under_way == frozenset()


@given(st.lists(st.sampled_from(NAMES), unique=True), st.integers(2, 30))
def test_what_grows_at_every_look_has_not_landed(names: list[str], count: int) -> None:
    watched, by_look = happened([dict.fromkeys(names, Mark(n, n)) for n in range(count)])
    assert not any(by_look)
    assert watched.under_way == frozenset(names)


@pytest.mark.parametrize("name", ["a.xlsx.crdownload", "課/b.TMP", "c.xlsx.part", "3F2A1B00"])
def test_names_of_unfinished_files_are_waited_for(name: str) -> None:
    look = {name: Mark(1, 1)}
    _, by_look = happened([look] * (PATIENCE + 1))
    assert not any(by_look[:-1])
    assert by_look[-1] == [Event(Happening.ARRIVED, name)]
    _, by_look = happened([look, look, {"a.xlsx": Mark(1, 1)}, {"a.xlsx": Mark(1, 1)}])
    assert by_look == [[], [], [], [Event(Happening.ARRIVED, "a.xlsx")]]


def test_a_file_its_writer_keeps_to_himself_is_waited_for() -> None:
    shut = {"a.xlsx"}
    look = {"a.xlsx": Mark(5, 5)}
    watched, by_look = happened([look] * 5, lambda name: name not in shut)
    assert not any(by_look)
    shut.clear()
    _, events = watched.after(look, lambda name: name not in shut)
    assert events == [Event(Happening.ARRIVED, "a.xlsx")]
