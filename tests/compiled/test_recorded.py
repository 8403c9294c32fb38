"""What a collect adds to the journal: only what is new, so that it can be replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.small import NOW, PLAN, register, returns
from workflow.compiled.merging.merge import merge
from workflow.compiled.recorded import (
    Basis,
    recorded_basis,
    recorded_collects,
    recorded_files,
    recorded_issues,
    recorded_outcomes,
    recorded_plan,
)
from workflow.compiled.recording import issued, judgement, receipts, recorded_plan_content
from workflow.compiled.round import Round
from workflow.model.returns import Envelope
from workflow.storage.journal import EventKind, Journal

BASIS = Basis("plan", "register", {})
CONTENT = {"plan": {"title": "計画", "lock_password": "a", "open_passwords": ["b"]}, "items": []}
FIRST = """
a | A | 1 | accepted | 1-1=Ａ
b | B | 2 | accepted | 2-2=Ｂ
"""


def merged(table: str) -> Round:
    return merge(PLAN, register(), returns(table))


def collected(journal: Journal, result: Round, hours: int = 0, basis: Basis = BASIS) -> Journal:
    """Return the journal after a collect some hours later."""
    at = NOW + timedelta(hours=hours)
    for kind, facts in (
        (EventKind.RECEIVED, receipts(journal, result)),
        (
            EventKind.JUDGED,
            judgement(journal, replace(result, basis=basis), recorded_plan_content(CONTENT)),
        ),
    ):
        journal = journal.adding(kind, at, facts) if facts else journal
    return journal


def test_the_files_and_outcomes_are_replayed() -> None:
    journal = collected(Journal(), merged(FIRST))
    assert {path: file.sha256 for path, file in recorded_files(journal).items()} == {
        "a": "a",
        "b": "b",
    }
    assert recorded_outcomes(journal) == {
        "a": ["a", "accepted", "A", 1],
        "b": ["b", "accepted", "B", 1],
    }
    assert recorded_basis(journal) == BASIS


def test_nothing_new_adds_nothing() -> None:
    journal = collected(Journal(), merged(FIRST))
    assert collected(journal, merged(FIRST), hours=9) == journal


def test_only_what_is_new_is_added() -> None:
    before = collected(Journal(), merged(FIRST))
    after = collected(before, merged(FIRST + "c | C | 3 | accepted | 3-1=Ａ"), hours=9)
    received, judged = after.events[len(before.events) :]
    assert [file["path"] for file in received.facts["files"]] == ["c"]
    assert [one[0] for one in judged.facts["returns"]] == ["c"]
    assert set(recorded_files(after)) == {"a", "b", "c"}


def test_a_file_that_is_gone_is_recorded_as_gone() -> None:
    before = collected(Journal(), merged(FIRST))
    after = collected(before, merged(FIRST.splitlines()[1]), hours=9)
    assert after.events[-2].facts["gone"] == ["b"]
    assert set(recorded_files(after)) == {"a"}
    assert set(recorded_outcomes(after)) == {"a"}


def test_a_content_is_first_seen_when_it_first_lay_there() -> None:
    journal = collected(Journal(), merged(FIRST))
    touched = merged(FIRST.replace("| 1 |", "| 5 |"))
    assert recorded_files(collected(journal, touched, hours=9))["a"].first_seen == NOW
    changed = merged(FIRST.replace("a |", "a#other |", 1))
    later = NOW + timedelta(hours=9)
    assert recorded_files(collected(journal, changed, hours=9))["a"].first_seen == later


def test_an_archive_is_one_file_and_each_return_in_it_has_its_outcome() -> None:
    result = merged(FIRST)
    zipped = tuple(replace(r, envelope=Envelope("z.zip", "zz", 9)) for r in result.returns)
    journal = collected(Journal(), replace(result, returns=zipped))
    assert list(recorded_files(journal)) == ["z.zip"]
    assert list(recorded_outcomes(journal)) == ["a", "b"]


def test_the_plan_goes_with_the_judging_when_it_is_new_and_without_passwords() -> None:
    journal = collected(Journal(), merged(FIRST))
    assert recorded_plan(journal) == {"plan": {"title": "計画"}, "items": []}
    other = collected(journal, merged(FIRST), basis=Basis("plan", "register 2", {}))
    assert "plan_content" not in other.events[-1].facts
    newer = collected(journal, merged(FIRST), basis=Basis("plan 2", "register", {}))
    assert "plan_content" in newer.events[-1].facts


def test_each_content_belongs_to_the_collect_that_met_it_first() -> None:
    journal = collected(Journal(), merged(FIRST))
    later = merged(FIRST.replace("a |", "moved#a |") + "c | C | 3 | accepted | 3-1=Ａ")
    journal = collected(journal, later, hours=9)
    collects = recorded_collects(journal)
    contents, files = collects.contents, collects.files
    assert contents["a"] == contents["b"] < contents["c"] == files["moved", "a"]
    assert files["a", "a"] == contents["a"]


def test_only_issues_the_journal_does_not_know_are_recorded() -> None:
    whole = register()
    facts = issued(whole, "digest", Journal())
    assert facts
    journal = Journal().adding(EventKind.ISSUED, NOW, facts)
    assert set(recorded_issues(journal)) == {str(issue.number) for issue in whole.issues}
    assert issued(whole, "digest", journal) is None
    again = issued(whole, "digest 2", journal)
    assert again == {"register": "digest 2", "issues": []}
