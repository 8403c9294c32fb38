"""Whatever is falsified after a round was compiled, verify names the place."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from tests.city import City
from tests.harness.kept_readings import each_round_written_once
from tests.verification.mutations import (
    DECISION_MUTATIONS,
    FIGURE_MUTATIONS,
    MUTATIONS,
    NOTHING_MUTATIONS,
    Harm,
    Mutation,
    a_grade_of_an_indicator,
    an_actual_of_an_indicator,
    decision_forged,
)
from tests.verification.rounds import verified
from workflow.compiled.points.point import Handling
from workflow.model.wording import cell_text
from workflow.returned.readers.readings import read_again, read_first
from workflow.verification.differences import Report

READERS = {"read_first": read_first, "read_again": read_again}
TIMES = 15
EXPECTED = {
    "one_character_of_the_ledger": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "one_count": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_COUNT"},
    "a_formula_made_a_number": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "two_rows_swapped": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER"},
    "one_character_of_the_csv": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "an_answer_off_the_schema": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_SCHEMA"},
    "one_line_of_a_text": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "one_byte_of_a_return": {"VERIFY_FILE_CHANGED"},
    "a_return_taken_away": {"VERIFY_FILE_GONE"},
    "a_return_put_there": {"VERIFY_FILE_NEW"},
    "a_line_of_the_journal_dropped": set(),
    "one_byte_of_the_journal": {"VERIFY_JOURNAL"},
    "the_register_edited": {"VERIFY_REGISTER"},
    "a_template_changed": {"VERIFY_TEMPLATE"},
}
"""What every mutation is reported as; a dropped last line is reported in another way."""
OF_DECISIONS = {
    "a_cell_of_the_record": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "a_value_that_was_chosen": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER"},
    "a_decision_rewritten": {"VERIFY_JOURNAL"},
    "an_explanation_rewritten": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
}
DECISION_TIMES = 5
OF_NOTHING = {
    "a_reason_for_nothing": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER"},
    "a_status_of_nothing": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "a_rating_of_nothing": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER"},
    "nothing_made_of_an_answer": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "a_reason_for_nothing_in_the_csv": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "a_reason_for_nothing_in_the_return": {"VERIFY_FILE_CHANGED"},
}


OF_FIGURES = {
    "an_actual_of_an_indicator": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER"},
    "a_grade_of_an_indicator": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER"},
    "a_grade_in_the_csv": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL"},
    "a_known_value_of_the_ledger": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER"},
    "the_digest_of_the_known_table": {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER"},
    "the_known_table_that_was_kept": {"VERIFY_STALE", "VERIFY_STOPPED"},
}

TOGETHER = (
    (
        "one_character_of_the_ledger",
        "one_count",
        "one_character_of_the_csv",
        "one_line_of_a_text",
        "a_return_put_there",
    ),
    ("two_rows_swapped", "a_template_changed"),
    ("a_formula_made_a_number", "an_answer_off_the_schema"),
    ("one_byte_of_a_return",),
    ("a_return_taken_away",),
    ("a_line_of_the_journal_dropped",),
    ("one_byte_of_the_journal",),
    ("the_register_edited",),
)
"""Mutations that one verify must tell of, each at its own place; others change what is recomputed,
or would leave no place for another."""

read_once = {name: lru_cache(maxsize=64)(read) for name, read in READERS.items()}


@pytest.fixture(autouse=True)
def returns_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare both readers the bytes they have read: most mutations leave the returns alone."""
    for name, read in read_once.items():
        monkeypatch.setattr(f"workflow.returned.judge.{name}", read)


@pytest.fixture(scope="module", autouse=True)
def rounds_are_written_once() -> Iterator[None]:
    """Spare the compiling of what is still the same round: it is the files that were harmed."""
    with each_round_written_once():
        yield


def test_an_untouched_round_agrees(compiled: City) -> None:
    report = verified(compiled)
    assert report.differences == ()
    assert report.checked.files == 5
    assert report.checked.answers == 8
    assert report.checked.counts > 40


def test_there_are_enough_mutations() -> None:
    assert TIMES * len(MUTATIONS) >= 200
    assert sorted(EXPECTED) == sorted(MUTATIONS) == sorted(name for one in TOGETHER for name in one)


@pytest.mark.parametrize("seed", range(TIMES))
@pytest.mark.parametrize("names", TOGETHER, ids=" ".join)
def test_a_mutation_is_reported_with_its_place(
    compiled: City, tmp_path: Path, names: Sequence[str], seed: int
) -> None:
    city = compiled.copy(tmp_path / "市")
    harms = {name: MUTATIONS[name](city, random.Random(f"{name} {seed}")) for name in names}
    report = verified(city)
    for name, harm in harms.items():
        assert EXPECTED[name] <= codes_for(report, harm, is_alone=len(harms) == 1), name
        assert is_named(report, harm), name


def test_a_decided_round_agrees(decided: City) -> None:
    assert verified(decided).differences == ()
    assert set(OF_DECISIONS) == set(DECISION_MUTATIONS)


@pytest.mark.parametrize("seed", range(DECISION_TIMES))
@pytest.mark.parametrize("name", DECISION_MUTATIONS)
def test_a_falsified_decision_is_reported_with_its_place(
    decided: City, tmp_path: Path, name: str, seed: int
) -> None:
    city = decided.copy(tmp_path / "町")
    harm = DECISION_MUTATIONS[name](city, random.Random(f"{name} {seed}"))
    report = verified(city)
    assert OF_DECISIONS[name] <= {d.code.name for d in report.differences}
    assert is_named(report, harm)


@pytest.mark.parametrize("handling", Handling, ids=lambda handling: handling.name)
def test_a_forged_decision_is_reported_by_what_follows(
    decided: City, tmp_path: Path, handling: Handling
) -> None:
    city = decided.copy(tmp_path / "町")
    harm = decision_forged(city, handling)
    report = verified(city)
    assert "VERIFY_CELL" in {d.code.name for d in report.differences}
    assert is_named(report, harm)


def test_a_round_with_nothing_to_report_agrees(nothing: City) -> None:
    assert verified(nothing).differences == ()
    assert set(OF_NOTHING) == set(NOTHING_MUTATIONS)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", NOTHING_MUTATIONS)
def test_a_falsified_report_of_nothing_is_reported_with_its_place(
    nothing: City, tmp_path: Path, name: str, seed: int
) -> None:
    harmed = nothing.copy(tmp_path / "町")
    assert_reported(harmed, NOTHING_MUTATIONS[name], OF_NOTHING[name], seed)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", FIGURE_MUTATIONS)
def test_a_falsified_figure_is_reported_with_its_place(
    figures: City, tmp_path: Path, name: str, seed: int
) -> None:
    harmed = figures.copy(tmp_path / "村")
    assert_reported(harmed, FIGURE_MUTATIONS[name], OF_FIGURES[name], seed)


def test_a_round_with_indicators_on_its_own_form_agrees(own_figures: City) -> None:
    assert verified(own_figures).differences == ()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("mutation", [an_actual_of_an_indicator, a_grade_of_an_indicator])
def test_a_falsified_figure_of_an_own_form_is_reported_with_its_place(
    own_figures: City, tmp_path: Path, mutation: Mutation, seed: int
) -> None:
    harmed = own_figures.copy(tmp_path / "町")
    assert_reported(harmed, mutation, OF_FIGURES[mutation.__name__], seed)


def assert_reported(city: City, mutation: Mutation, codes: set[str], seed: int) -> None:
    """Assert that verify reports a mutation, by its codes and its place."""
    harm = mutation(city, random.Random(seed))
    report = verified(city)
    assert codes <= {d.code.name for d in report.differences}
    assert is_named(report, harm)


def codes_for(report: Report, harm: Harm, *, is_alone: bool) -> set[str]:
    """Return the codes reported for a harmed file; where it is the only one, for any."""
    differences = report.differences
    return {d.code.name for d in differences if is_alone or d.location.file == harm.file}


def is_named(report: Report, harm: Harm) -> bool:
    """Whether a difference names the file that was harmed, and the cell where there is one."""
    locations = [difference.location for difference in report.differences]
    return any(
        at.file == harm.file and harm.sheet in ("", at.sheet) and harm.cell in ("", cell_text(at))
        for at in locations
    )
