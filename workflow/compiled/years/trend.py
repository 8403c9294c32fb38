"""How the rating moved over the years, as far back as its scale is the same. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from workflow.compiled.ledger import Ledger
from workflow.compiled.open_data.csv import format_value
from workflow.compiled.years.changes import answer_in
from workflow.compiled.years.past import PastYear
from workflow.model.fields.base import Field
from workflow.model.fields.form import is_comparable
from workflow.model.plan import Plan
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass

NO_ANSWER = "回答なし"


@dataclass(frozen=True, slots=True)
class TrendYear:
    """The counts of one year, one for each column of the trend."""

    year: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Counts per choice, the unanswered last; oldest year first, this year last."""

    field: Field
    columns: tuple[str, ...]
    rows: tuple[TrendYear, ...]
    left_out: tuple[str, ...]


def trend(plan: Plan, ledger: Ledger, past: Sequence[PastYear]) -> Trend | None:
    """Return how the leading rating was answered; None when the form asks for none."""
    field = leading_rating(plan, ledger)
    return _trend(field, ledger.year, _answers_now(field, ledger), past) if field else None


def trend_of_rows(plan: Plan, this: PastYear, past: Sequence[PastYear]) -> Trend | None:
    """Return the same of a year whose ledger is there as its CSV spells it."""
    field = _leading(plan, lambda rating: any(_answers(rating, this)))
    return _trend(field, this.year, _answers(field, this), past) if field else None


def leading_rating(plan: Plan, ledger: Ledger) -> Field | None:
    """Return the rating that speaks for a year: the first of its form; None where it has none.

    In a year of several rounds that is the last one anybody gave; of several people, what their
    ratings came to.
    """
    return _leading(plan, lambda rating: any(_answers_now(rating, ledger)))


def _leading(plan: Plan, is_answered: Callable[[Field], bool]) -> Field | None:
    ratings = [field for field in plan.form.choice_fields if field.is_rating]
    of_one = [
        f for f in ratings if f.key in plan.combined_by_key or not plan.column_group(f.key).person
    ]
    answered = (rating for rating in reversed(of_one) if is_answered(rating))
    first = next(iter(ratings), None)
    return next(answered, first) if plan.column_groups else first


def _trend(field: Field, year: int, now: Iterable[str], past: Sequence[PastYear]) -> Trend:
    earlier = sorted((p for p in past if p.year < year), key=lambda p: p.year, reverse=True)
    shown = _comparable_run(field, earlier)
    answers = {p.year: Counter(_answers(field, p)) for p in reversed(shown)}
    answers[year] = Counter(now)
    # An older issue of the form may have had other choices: what it was answered counts too.
    answered = (value for counted in answers.values() for value in sorted(counted) if value)
    values = tuple(dict.fromkeys((*(choice.value for choice in field.options), *answered)))
    return Trend(
        field=field,
        columns=(*values, NO_ANSWER),
        rows=tuple(
            TrendYear(year, tuple(counted[value] for value in (*values, "")))
            for year, counted in answers.items()
        ),
        left_out=tuple(_left_out(field, earlier[len(shown) :])),
    )


def _comparable_run(field: Field, earlier: Iterable[PastYear]) -> list[PastYear]:
    """Return the years from the newest back to the first one that asked on another scale."""
    run: list[PastYear] = []
    for past in earlier:
        if not is_comparable(field, past.form) or past.label_of(field) is None:
            break
        run.append(past)
    return run


def _answers(field: Field, past: PastYear) -> Iterator[str]:
    """Yield what each row answers, "" for nothing."""
    label = past.label_of(field)
    return (answer_in(row, label, past.status_of(label)) or "" for row in past.rows)


def _answers_now(field: Field, ledger: Ledger) -> Iterator[str]:
    """Yield what each row of this year answers, spelled as in earlier ledgers."""
    return map(format_value, ledger.values(field.label))


def _left_out(field: Field, rest: Sequence[PastYear]) -> Iterator[str]:
    for past in rest:
        yield f"{era_year(past.year)}は、{_reason(field, past, rest[0])}、推移に載せていません。"


def _reason(field: Field, past: PastYear, newest: PastYear) -> str:
    if past.form is None:
        return f"様式の記録がなく、{field.label}の選択肢が今年度と同じかどうかを確かめられないため"
    if not is_comparable(field, past.form):
        return f"{field.label}の尋ね方（選択肢やその意味）が今年度と違うため"
    if past is newest:
        return f"台帳に{field.label}の列がないため"
    return f"間の{era_year(newest.year)}と続けて比べられないため"
