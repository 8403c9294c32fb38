"""What changed from one round of a year to the next that follows it: ratings side by side. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product

from workflow.compiled.ledger import Ledger
from workflow.compiled.merging.entries import Entry
from workflow.compiled.years.changes import Change
from workflow.model.fields.base import Field
from workflow.model.plan import Matrix, Plan
from workflow.model.returns import Answer
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class RatingPair:
    """Two ratings on one scale, of a round and of one that follows it."""

    before: Field
    after: Field


def rating_pairs(plan: Plan) -> tuple[RatingPair, ...]:
    """Return every rating of a round beside each of the round it follows, of the same scale.

    Of several people, what they come to stands for them where the plan says how.
    """
    several = {key for one in plan.combined for key in one.keys}
    ratings: dict[str, list[Field]] = {}
    for field in plan.form.choice_fields:
        if field.is_rating and field.key not in several:
            ratings.setdefault(round_of(plan, field.key), []).append(field)
    return tuple(
        RatingPair(before, after)
        for declared in plan.rounds
        for before, after in product(
            ratings.get(declared.of, ()) if declared.of else (), ratings.get(declared.name, ())
        )
        if _scale(before) == _scale(after)
    )


def round_of(plan: Plan, key: str) -> str:
    """Return the round that asks a field of the year's form, or that it was combined in."""
    made = plan.combined_by_key.get(key)
    return made.round if made else plan.column_group(key).round


def _scale(field: Field) -> tuple[str, ...]:
    return tuple(choice.value for choice in field.options)


def matrices_between(plan: Plan) -> tuple[Matrix, ...]:
    """Return the counts of ratings over those of the round they follow.

    Of several reviewers in some rows alone, the first one of each stands for them.
    """
    further = {key for one in plan.column_groups if one.is_further for key, _ in one.keys}
    shown = (p for p in rating_pairs(plan) if not {p.before.key, p.after.key} & further)
    return tuple(Matrix(pair.before.key, pair.after.key) for pair in shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingChange:
    """One rating that is another than in the round before; entry is its row in the ledger.

    By are those who gave it. An answer is None where a rule made the rating of several.
    """

    entry: int
    pair: RatingPair
    round_before: str
    round_after: str
    before: str
    after: str
    change: Change
    by: str
    by_before: str
    answer_before: Answer | None
    answer_after: Answer | None


def rating_changes(plan: Plan, ledger: Ledger) -> Iterator[RatingChange]:
    """Yield, row by row, every rating that is another than in the round it follows."""
    pairs = rating_pairs(plan)
    for n, entry in enumerate(ledger.entries if pairs else ()):
        for pair in pairs:
            before, after = (ledger.value(n, f.label) for f in (pair.before, pair.after))
            if before is None or after is None or before == after:
                continue
            yield _changed(plan, n, entry, pair, str(before), str(after))


def change_sentences(changes: Iterable[RatingChange]) -> Iterator[str]:
    """Yield what the headline says of changed ratings, round by round."""
    by_round: dict[str, Counter[Change]] = {}
    for one in changes:
        by_round.setdefault(one.round_after, Counter())[one.change] += 1
    for name, counted in by_round.items():
        moved = "、".join(f"{change.value}ものが{n}件" for change, n in sorted(counted.items()))
        yield f"{name}で評価が{moved}あります。"


def _changed(
    plan: Plan, n: int, entry: Entry, pair: RatingPair, before: str, after: str
) -> RatingChange:
    then, now = pair.before.rank(before), pair.after.rank(after)
    if then is None or now is None:
        change = Change.CHANGED
    else:
        change = Change.RAISED if now < then else Change.LOWERED
    (by_before, answer_before), (by, answer_after) = (
        _given_by(plan, entry, field.key) for field in (pair.before, pair.after)
    )
    return RatingChange(
        entry=n,
        pair=pair,
        round_before=round_of(plan, pair.before.key),
        round_after=round_of(plan, pair.after.key),
        before=before,
        after=after,
        change=change,
        by=by,
        by_before=by_before,
        answer_before=answer_before,
        answer_after=answer_after,
    )


def _given_by(plan: Plan, entry: Entry, key: str) -> tuple[str, Answer | None]:
    """Return who gave a rating, and the answer it stands in; of several, all of them and none."""
    made = plan.combined_by_key.get(key)
    if made is None:
        asked = entry.at(plan.column_group(key).index)
        return asked.assignment.department_label, asked.answer
    every = (entry.at(plan.column_group(one).index) for one in made.keys)
    names = dict.fromkeys(one.assignment.department_label for one in every if one.answer)
    return f"{'・'.join(names)}の{made.word}", None
