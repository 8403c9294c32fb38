"""The years before, as their ledgers and registers lie in the workspace."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from workflow.compiled.indicators import ACTUAL_LABEL, INDICATOR_LABEL
from workflow.compiled.ledger import STATUS_LABEL, YEAR_LABEL
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.points.point import handling_of
from workflow.compiled.recorded import recorded_form, recorded_plan
from workflow.compiled.round import Stage
from workflow.compiled.summaries.errata import FormerFinal
from workflow.compiled.years.pairing import previous_answers
from workflow.compiled.years.past import PastYear, in_todays_units, past_year
from workflow.model.errors import WorkspaceError
from workflow.model.fields.form import Form, on_the_scale_of
from workflow.model.indicators.indicator import Indicator
from workflow.model.known_values import DIGEST_LABEL, is_of_known_value
from workflow.model.plan import Plan, PreviousAnswers
from workflow.model.years import MOST_YEARS, era_year
from workflow.plan.build import build_plan
from workflow.plan.fingerprint import form_digest
from workflow.python.dataclass import dataclass
from workflow.rounds.siblings.named import collect_command
from workflow.storage.files import sha256
from workflow.storage.journal import EventKind, Journal, load_journal
from workflow.storage.own_files import old_final_folder
from workflow.storage.recover import refuse_unfinished
from workflow.storage.workspace import Workspace
from workflow.templates.register_file import load_register


def last_answers(workspace: Workspace, plan: Plan, year: int) -> PreviousAnswers:
    """Return what departments answered the year before; nothing when no ledger is there."""
    last = _past_year(workspace, year - 1)
    if last is None:
        return {}
    return previous_answers(plan, in_todays_units(last, plan.form).rows)


@dataclass(frozen=True, slots=True)
class CollectedActuals:
    """What was counted of indicators in a collected year, by their ids.

    Unsure are those that a point asks about which nobody closed, with the numbers of the points.
    Apart are those that departments each counted: their numbers are not one.
    """

    values: Mapping[str, Decimal]
    unsure: Mapping[str, tuple[str, ...]]
    apart: tuple[str, ...]


def collected_actuals(
    workspace: Workspace, year: int, indicators: Iterable[Indicator]
) -> CollectedActuals:
    """Return what was counted of some indicators in a collected year."""
    found = _counted(workspace, year)
    one_number = {one: values.pop() for one, values in found.items() if len(values) == 1}
    asked = _open_points(workspace, year)
    unsure = {one.id: asked.get((one.item, one.name), ()) for one in indicators}
    return CollectedActuals(
        values=one_number,
        unsure={one: numbers for one, numbers in unsure.items() if numbers and one in one_number},
        apart=tuple(one for one in found if one not in one_number),
    )


def _counted(workspace: Workspace, year: int) -> dict[str, set[Decimal]]:
    table = workspace.indicators_csv(year)
    found: dict[str, set[Decimal]] = {}
    if table.exists():
        with table.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                if row[YEAR_LABEL] == str(year) and row[ACTUAL_LABEL]:
                    found.setdefault(row[INDICATOR_LABEL], set()).add(Decimal(row[ACTUAL_LABEL]))
    return found


def _open_points(workspace: Workspace, year: int) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the numbers of the points that are left to close, by item and what they are about."""
    try:
        points = json.loads(workspace.status(year).read_bytes())["points"]
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for point in points:
            handling = handling_of(point["decision"])
            if handling is None or not handling.closes:
                about = (point["item"], point["field"])
                found[about] = (*found.get(about, ()), point["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # made by an older version, or gone: nothing is known of points
    return found


def earlier_ledgers(workspace: Workspace, year: int) -> dict[int, str]:
    """Return the paths of the compiled workbooks of earlier years that are there, from this one."""
    here = workspace.compiled(year)
    ledgers = {
        before: workspace.holding_ledger(before).ledger(before)
        for before in range(year - 1, year - MOST_YEARS, -1)
    }
    there = {before: ledger for before, ledger in ledgers.items() if ledger.exists()}
    return {b: os.path.relpath(path, here).replace(os.sep, "/") for b, path in there.items()}


def plan_of_year(workspace: Workspace, year: int) -> Mapping[str, Any] | None:
    """Return the plan of a year as plan.json spells it, as it was last collected; None before.

    Of a year with several rounds it is that of the round that was judged last.
    """
    whole = workspace.of_year()
    names = ("", *whole.round_names(year))
    journals = [load_journal(whole.in_round(name).journal(year)) for name in names]
    kinds = (EventKind.BROUGHT_IN, EventKind.JUDGED)
    plans = [(event.at, recorded_plan(j)) for j in journals if (event := j.last(*kinds))]
    return max(plans, key=lambda plan: plan[0])[1] if plans else None


def past_years(workspace: Workspace, year: int, today: Form) -> Iterator[PastYear]:
    """Yield the unbroken run of earlier years that have a ledger, newest first.

    A year that was brought in is compared on today's scale, where that has all its answers.
    """
    for back in range(1, MOST_YEARS):
        past = _past_year(workspace, year - back)
        if past is None:
            return
        statuses = {row[STATUS_LABEL] for row in past.rows}
        if past.form and AnswerStatus.BROUGHT_IN in statuses:
            past = replace(past, form=on_the_scale_of(past.form, today))
        yield in_todays_units(past, today)


def earlier_digests(workspace: Workspace, year: int) -> Iterator[tuple[str, list[str]]]:
    """Yield each of these years, as a text, with the digests of its ledger and of its form."""
    for earlier in range(year - 1, year - MOST_YEARS, -1):
        past = workspace.holding_ledger(earlier)
        ledger = past.ledger_csv(earlier)
        if not ledger.exists():
            return
        form = _form_of(past, earlier)
        yield str(earlier), [sha256(ledger.read_bytes()), form_digest(form)]


def former_final(workspace: Workspace, year: int, journal: Journal) -> FormerFinal | None:
    """Return the final version of this year that the round's own takes the place of, if it is kept.

    While it is being reopened it still lies where it was.
    """
    finals = journal.of(EventKind.FINALIZED)
    former = finals[:-1] if journal.is_final else finals
    if not former:
        return None
    event, name = former[-1], workspace.ledger_csv(year).name
    folder = workspace.compiled(year)
    for path in (old_final_folder(folder, event.at) / name, folder / name):
        content = path.read_bytes() if path.is_file() else b""
        if sha256(content) == event.facts["outputs"].get(name):
            return FormerFinal(
                Stage(True, event.at), past_year(year, content, _form_of(workspace, year))
            )
    return None


def _past_year(workspace: Workspace, year: int) -> PastYear | None:
    workspace = workspace.holding_ledger(year)
    refuse_unfinished(workspace, year)
    ledger = workspace.ledger_csv(year)
    if not ledger.exists():
        return None
    form = _form_of(workspace, year)
    try:
        past = past_year(year, ledger.read_bytes(), form)
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise WorkspaceError(
            f"{era_year(year)}の台帳（{ledger}）を読み取れません。"
            f"{collect_command(workspace, year)} を実行して、作り直してください。"
        ) from error
    if past.has_several_rounds:
        made = recorded_form(load_journal(workspace.journal(year)))
        past = replace(past, statuses=made[1]) if made else past
    return _with_known(workspace, past) if past.has_column(DIGEST_LABEL) else past


def _with_known(workspace: Workspace, past: PastYear) -> PastYear:
    """Return a year with what its forms showed that was known, and in which units."""
    issues = load_register(workspace.templates(past.year), past.year, workspace.round).issues
    known = issues[-1].form.known if issues else ()
    return replace(past, known=tuple(f for f in known if is_of_known_value(f.key)))


def _form_of(workspace: Workspace, year: int) -> Form | None:
    """Return what was last asked in an earlier year, if its register still tells.

    Of a year that was brought in, that is the form made of the city's table; of one that had
    several rounds, the form of them all.
    """
    issues = load_register(workspace.templates(year), year, workspace.round).issues
    if issues:
        return issues[-1].answer_form
    journal = load_journal(workspace.journal(year))
    made = recorded_form(journal)
    if made:
        return made[0]
    plan = recorded_plan(journal) if journal.last(EventKind.BROUGHT_IN) else None
    return build_plan(plan).form if plan else None
