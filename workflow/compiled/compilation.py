"""A round's result → everything its compiled files show. Pure: the same round, the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from workflow.compiled import display_limits
from workflow.compiled.content import Content, content_of
from workflow.compiled.corrections import HandBack, hand_backs
from workflow.compiled.indicator_lines import indicator_rows
from workflow.compiled.indicators import IndicatorTable, indicator_table
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.round import Round, Stage
from workflow.compiled.summaries.attention import AttentionLine, attention_lines
from workflow.compiled.summaries.brief import Brief, brief_of
from workflow.compiled.summaries.errata import (
    Erratum,
    FormerFinal,
    errata_of_returns,
    errata_of_versions,
)
from workflow.compiled.summaries.matrix import CountedMatrix, Details, count, list_details
from workflow.compiled.summaries.status import DepartmentStatus, department_statuses
from workflow.compiled.year.between import RatingChange, rating_changes
from workflow.compiled.year.cumulative import Measure, has_values, measures
from workflow.compiled.year.standing import PartOfYear, RoundStanding, standings
from workflow.compiled.years.comparison import Comparison, compare
from workflow.compiled.years.past import this_year
from workflow.compiled.years.trend import Trend, trend
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass
from workflow.storage.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """Everything the compiled files show. Earlier are the paths of other years' ledgers, by year.

    Of a year of several rounds, rounds say how far each is, journals are theirs, changed are the
    ratings that a later round changed, and cumulative the numbers that go on from round to round.
    Report is what its pages say, and brief the same in one page; None of more rows than a report
    has readers.
    """

    round: Round
    wording: Wording
    stage: Stage
    journal: Journal
    ledger: Ledger
    matrices: tuple[CountedMatrix, ...]
    details: Details
    trend: Trend | None
    comparison: Comparison
    attention: tuple[AttentionLine, ...]
    statuses: tuple[DepartmentStatus, ...]
    handbacks: tuple[HandBack, ...]
    earlier: Mapping[int, str]
    report: Content | None
    brief: Brief | None
    errata: tuple[Erratum, ...]
    indicators: IndicatorTable | None = None
    rounds: tuple[RoundStanding, ...] = ()
    changed: tuple[RatingChange, ...] = ()
    cumulative: tuple[Measure, ...] = ()
    journals: tuple[Journal, ...] = ()


def compile_round(
    round_: Round,
    journal: Journal,
    stage: Stage,
    earlier: Mapping[int, str],
    former: FormerFinal | None = None,
) -> Compilation:
    """Return the compilation of a round; the journal is that up to the last judging.

    Former is the final version of the same year that was reopened.
    """
    plan = round_.plan
    wording = Wording.of_returns(plan.labels, round_.register.labels, round_.returns)
    ledger = build_ledger(plan, round_.year, round_.entries)
    indicators = indicator_table(plan, round_.year, round_.entries)
    matrices = count(plan, ledger)
    if ledger.parts:  # no formula counts over other workbooks
        matrices = tuple(replace(matrix, is_live=False) for matrix in matrices)
    report = _report(round_, ledger, stage, indicators)
    comparison = compare(plan, ledger, round_.past[0] if round_.past else None, indicators)
    return Compilation(
        round=round_,
        wording=wording,
        stage=stage,
        journal=journal,
        ledger=ledger,
        matrices=matrices,
        details=list_details(matrices),
        trend=trend(plan, ledger, round_.past),
        comparison=comparison,
        attention=attention_lines(round_, ledger, comparison, wording),
        statuses=tuple(_statuses(round_)),
        handbacks=() if round_.parts else hand_backs(round_, wording),
        earlier=earlier,
        report=report,
        brief=brief_of(report) if report else None,
        errata=tuple(_errata(round_, ledger, former)),
        indicators=indicators,
        changed=tuple(rating_changes(plan, ledger)),
        cumulative=tuple(has_values(measures(plan, round_.entries))) if round_.parts else (),
    )


def compile_year(
    year: Round,
    parts: Sequence[PartOfYear],
    journal: Journal,
    stage: Stage,
    earlier: Mapping[int, str],
    former: FormerFinal | None = None,
) -> Compilation:
    """Return the compilation of a whole year of several rounds, given how far each of them is."""
    made = compile_round(year, journal, stage, earlier, former)
    journals = tuple(part.journal for part in parts)
    return replace(made, rounds=standings(parts), journals=journals)


def _statuses(round_: Round) -> Iterator[DepartmentStatus]:
    """Yield where everybody stands; in a year, round by round."""
    if not round_.parts:
        yield from department_statuses(round_)
    for part in round_.parts:
        name = part.plan.round.name if part.plan.round else ""
        yield from (replace(status, round=name) for status in department_statuses(part))


def _errata(round_: Round, ledger: Ledger, former: FormerFinal | None) -> Iterator[Erratum]:
    if former:
        rows = this_year(ledger, round_.plan.form).rows
        yield from errata_of_versions(round_.plan, round_.entries, rows, former)
    yield from errata_of_returns(round_)


def _report(
    round_: Round, ledger: Ledger, stage: Stage, indicators: IndicatorTable | None
) -> Content | None:
    if len(ledger.entries) > display_limits.MOST_REPORTED:
        return None  # nobody would read it as a report
    rows = this_year(ledger, round_.plan.form).rows
    graded = indicator_rows(indicators)
    return content_of(round_.plan, ledger.year, stage, rows, round_.past, graded)
