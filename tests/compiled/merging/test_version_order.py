from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small import NOW, PLAN, register, returns
from tests.tables import rows
from workflow.compiled.merging.merge import merge
from workflow.compiled.merging.version_order import (
    Evidence,
    evidence_of,
    older_files,
    seemingly_older_files,
)
from workflow.compiled.recorded import Collects
from workflow.model.returns import Return

# Each file: made from, the collect that met it first, hours of the saving as stored (- for none, T
# for what the template says) and of the receipt after the first hour of the day of issue; then what
# is certainly older, and what else only seems to be.
CASES: dict[str, str] = {
    "saved and received agree": """
        a |   | 1 | 20 | 20 | |
        b |   | 1 | 40 | 40 | a |
    """,
    "they disagree": """
        a |   | 1 | 20 | 50 | |
        b |   | 1 | 40 | 40 | |
    """,
    "received at once, saved on other days": """
        a |   | 1 | 20 | 90 | |
        b |   | 1 | 40 | 90 | a |
    """,
    "received at once, saved on one day": """
        a |   | 1 | 40 | 90 | |
        b |   | 1 | 44 | 90 | | a
    """,
    "saved on one day, received one after the other": """
        a |   | 1 | 40 | 41 | |
        b |   | 1 | 44 | 45 | a |
    """,
    "local time as UTC, received one after the other": """
        a |   | 1 | 49 | 41 | |
        b |   | 1 | 44 | 45 | a |
    """,
    "local time as UTC, received at once": """
        a |   | 1 | 49 | 45 | |
        b |   | 1 | 44 | 45 | | a
    """,
    "saved after it was received": """
        a |   | 1 | 900 | 45 | |
        b |   | 1 | 44  | 45 | |
    """,
    "at once, saved at one time": """
        a |   | 1 | 44 | 90 | |
        b |   | 1 | 44 | 90 | |
    """,
    "at once, the later one nine hours ahead": """
        a |   | 1 | 49 | 90 | | b
        b |   | 1 | 44 | 90 | |
    """,
    "the template's time is left, received one after the other": """
        a |   | 1 | T | 20 |   |
        b |   | 1 | T | 40 | a |
    """,
    "the template's time is left, the other's is known": """
        a |   | 1 | T  | 20 |         |
        b |   | 1 | 44 | 50 | a       |
        c |   | 1 | 44 | 90 | a, b    |
        d |   | 1 | T  | 90 | a, b    |
    """,
    "received before the other was saved": """
        a |   | 1 | -  | 20 | |
        b |   | 1 | 44 | 20 | |
        c |   | 1 | 44 | 90 | a, b |
    """,
    "no saving known, received at once": """
        a |   | 1 | - | 20 | |
        b |   | 1 | - | 20 | |
    """,
    "no saving known, received one after the other": """
        a |   | 1 | - | 20 | |
        b |   | 1 | - | 21 | a |
    """,
    "saved before it was issued": """
        a |   | 1 | 20     | 90 | |
        b |   | 1 | -50000 | 90 | |
    """,
    "both saved before they were issued": """
        a |   | 1 | -200 | 90 | |
        b |   | 1 | -100 | 90 | a |
    """,
    "another collect met it": """
        a |   | 1 | 40     | 90 | |
        b |   | 2 | 44     | 90 | a |
        c |   | 3 | -50000 | 90 | a, b |
    """,
    "another collect met an old draft": """
        a |   | 1 | 80 | 90 | |
        b |   | 2 | 20 | 21 | |
    """,
    "a hand-back, whatever else is known": """
        a |   | 2 | 80 | 90 | |
        b | a | 1 | 20 | 21 | a |
    """,
    "a hand-back of a hand-back": """
        a |   | 1 | 80 | 90 | |
        b | a | 1 | 60 | 60 | a |
        c | b | 1 | 40 | 40 | a, b |
    """,
    "what times say between a return and its hand-back is not believed": """
        a |   | 1 | 80 | 90 | |
        b | a | 1 | 20 | 20 | a |
        c |   | 1 | 50 | 50 | |
    """,
}


def _hours(count: str) -> datetime:
    return NOW.replace(hour=1) + timedelta(hours=int(count))


def _saved(count: str) -> datetime | None:
    """When a workbook says that it was saved; a template says the beginning of the day of issue."""
    if count == "T":
        return NOW.replace(hour=0)
    return None if count == "-" else _hours(count)


def _names(cell: str) -> set[str]:
    return set(cell.replace(",", " ").split())


def _evidence(table: str) -> tuple[list[Evidence], dict[str, set[str]], dict[str, set[str]]]:
    """Return what a table says of each file, what is certainly older and what seems to be."""
    found, certain, seeming = [], {}, {}
    for file, made_from, collected, saved, received, older, perhaps in rows(table):
        plain = replace(
            returns(f"{file} | A | 0 | accepted | 1-1=Ａ")[0],
            number=str(register().issues[0].number),
            sha256=f"digest of {file}",
            made_from=tuple(f"digest of {name}" for name in made_from.split()),
            received=_hours(received),
            modified=_saved(saved),
        )
        collects = Collects({plain.sha256: int(collected)}, {})
        found.append(evidence_of(plain, register(), collects))
        certain[file] = _names(older)
        seeming[file] = certain[file] | _names(perhaps)
    return found, certain, seeming


@pytest.mark.parametrize("name", CASES)
def test_what_is_older(name: str) -> None:
    found, certain, seeming = _evidence(CASES[name])
    assert older_files(found) == certain
    assert seemingly_older_files(found, certain) == seeming


files = st.sampled_from("abcdef")
moments = st.integers(0, 120).map(lambda quarters: NOW + timedelta(minutes=15 * quarters))


@st.composite
def some_evidence(draw: st.DrawFn) -> list[Evidence]:
    names = draw(st.lists(files, unique=True, max_size=6))
    return [
        Evidence(
            file=name,
            digest=name,
            received=draw(moments),
            made_from=tuple(draw(st.lists(files, max_size=2))),
            collected=draw(st.integers(1, 3)),
            saved=tuple(draw(st.lists(moments, max_size=2))),
            is_misdated=draw(st.booleans()),
        )
        for name in names
    ]


@given(some_evidence())
def test_it_is_a_strict_partial_order(found: list[Evidence]) -> None:
    older = older_files(found)
    for newest, below in older.items():
        assert newest not in below
        for middle in below:
            assert newest not in older[middle]
            assert older[middle] <= below


@given(some_evidence())
def test_what_only_seems_older_adds_to_what_is_certain(found: list[Evidence]) -> None:
    older = older_files(found)
    seeming = seemingly_older_files(found, older)
    for newest, below in seeming.items():
        assert older[newest] <= below
        assert newest not in below
        for middle in below:
            assert newest not in seeming[middle]
            assert seeming[middle] <= below


@given(some_evidence())
def test_neither_listing_nor_names_change_it(found: list[Evidence]) -> None:
    older = older_files(found)
    assert older_files(found[::-1]) == older
    names = dict(zip("abcdef", "fedcba", strict=True))
    renamed = older_files([replace(one, file=names[one.file]) for one in found])
    assert renamed == {names[f]: {names[o] for o in below} for f, below in older.items()}


@given(some_evidence())
def test_a_hand_back_is_always_newer_than_what_it_was_made_from(found: list[Evidence]) -> None:
    # No file can hold the digest of one that holds its own.
    found = [replace(e, made_from=tuple(m for m in e.made_from if m < e.file)) for e in found]
    older = older_files(found)
    present = {one.file for one in found}
    for one in found:
        assert present & set(one.made_from) <= older[one.file]


def _counted_content(found: Sequence[Return]) -> list[tuple[str, object]]:
    """Return what counts for each assignment, by content and not by name."""
    merged = merge(PLAN, register(), found)
    digests = {r.file: r.sha256 for r in found}
    return [(e.status, e.answer and digests[e.answer.source.file]) for e in merged.entries]


def test_names_and_their_order_change_no_answer() -> None:
    found = returns("""
        x | A | 0 | accepted | 1-1=Ａ 1-2=Ａ 2-1=Ａ
        y | A | 0 | accepted | 1-1=Ｂ 2-1=Ａ 2-2=Ａ
        z | A | 5 | accepted | 1-2=Ｂ
    """)
    expected = _counted_content(found)
    for names in permutations("xyz"):
        renamed = [
            replace(
                r,
                file=name,
                answers=tuple(replace(a, source=replace(a.source, file=name)) for a in r.answers),
            )
            for r, name in zip(found, names, strict=True)
        ]
        assert _counted_content(sorted(renamed, key=lambda r: r.file)) == expected
