"""What a whole year of several rounds is written to, after each of its rounds was.

The year has a journal of its own. What it was made from, round by round, stands there: where a run
was cut short between a round and its year, the next one sees it and makes the year.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from workflow.compiled.compilation import Compilation
from workflow.compiled.open_data.package import digest_list, final_digests
from workflow.compiled.open_data.parquet import is_available
from workflow.compiled.outputs import output_files
from workflow.compiled.recorded import is_made_by, recorded_outputs
from workflow.compiled.round import Stage
from workflow.model.errors import BusyError
from workflow.model.years import to_the_second
from workflow.rounds.collected import Collected
from workflow.rounds.inputs.pieces import keep_pieces, pieces_before
from workflow.rounds.load import not_collected
from workflow.rounds.options import ReadOptions
from workflow.rounds.write import (
    collected_of,
    commit_or_lay_beside,
    edited_copies,
    facts_of,
    in_folder,
    kept_final,
)
from workflow.rounds.year import (
    YearOnDisk,
    compilation_of_year,
    form_facts,
    loaded,
    not_all_final,
    stage_of_year,
    united_year,
    year_on_disk,
)
from workflow.storage.commit import Changes, commit
from workflow.storage.files import sha256
from workflow.storage.journal import EventKind, Journal, lengthened
from workflow.storage.own_files import no_longer_made
from workflow.storage.recover import at_work
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace

_MOST_TIMES = 3
"""How often a run makes a year: what another run collected meanwhile belongs to it."""


def bring_up_year(
    workspace: Workspace, year: int, now: datetime, options: ReadOptions
) -> tuple[Path, ...]:
    """Make what a whole year shows of its rounds, where they say more than when it was last made.

    Returned are the workbook, the CSV and the page of the year; nothing where no round was
    collected. A run that works on the year at this moment makes it in our place.
    Raises OutputError; then the previous version is whole, and the next run makes the year.
    """
    whole = workspace.of_year()
    try:
        with at_work(whole, year, f"collect --year {year}", now):
            found = year_on_disk(whole, year)
            if found is None:
                return ()
            for _ in range(_MOST_TIMES):
                if _is_up_to_date(found):
                    break
                _write(found, to_the_second(now), options)
                found = year_on_disk(whole, year) or found
    except BusyError:
        return ()
    return whole.ledger(year), whole.ledger_csv(year), whole.overview(year)


def _is_up_to_date(found: YearOnDisk) -> bool:
    """Whether the year was made by this tool from its rounds as they are, and nobody changed it."""
    journal, folder = found.journal, found.workspace.compiled(found.year)
    last = journal.last(EventKind.COMPILED, EventKind.FINALIZED)
    if last is None or last.facts.get("rounds") != found.state:
        return False
    made = recorded_outputs(journal)
    whole = all(_digest(folder / name) == digest for name, digest in made.items())
    return whole and (journal.is_final or is_made_by(journal, tool_digest()))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()) if path.is_file() else ""


def _write(found: YearOnDisk, now: datetime, options: ReadOptions) -> None:
    before = found.journal
    reopened = before.is_final
    journal = (
        before.adding(EventKind.REOPENED, now, {"reason": _reason(found)}) if reopened else before
    )
    read = loaded(
        YearOnDisk(found.workspace, found.year, found.plan, found.parts, journal), options
    )
    year = united_year(read)
    compilation = compilation_of_year(read, year, stage_of_year(read))
    workspace = found.workspace
    with pieces_before(workspace, found.year) as pieces:
        outputs = output_files(compilation, is_available(), pieces.__getitem__)
    folder = workspace.compiled(found.year)
    edited = edited_copies(workspace, found.year, outputs, before)
    facts = facts_of(outputs, edited) | {"rounds": found.state} | form_facts(year, compilation)
    journal = journal.adding(EventKind.COMPILED, now, facts)
    writes = {
        **(kept_final(workspace, found.year, before) if reopened else {}),
        **edited,
        **in_folder(folder, outputs),
        **lengthened(workspace.journal(found.year), before, journal),
    }
    old_list = (workspace.digest_list(found.year),) if reopened else ()
    stale = no_longer_made(folder, outputs, recorded_outputs(before))
    commit_or_lay_beside(
        workspace, found.year, Changes(writes=writes, removals=(*old_list, *stale))
    )
    keep_pieces(workspace, found.year, pieces)


def _reason(found: YearOnDisk) -> str:
    """Return why a final year is made anew: a round of it was reopened, and for what reason."""
    events = (
        (event.at, part.declared.name, str(event.facts["reason"]))
        for part in found.parts
        for event in part.journal.of(EventKind.REOPENED)
    )
    last = max(events, default=None)
    return f"「{last[1]}」の確定を取り消したため（{last[2]}）" if last else "回の内容が変わったため"


def finalize_year(
    workspace: Workspace, year: int, now: datetime, options: ReadOptions
) -> Collected:
    """Make a whole year final, read-only, with the list of the digests of all its rounds.

    One that is final already is left as it is.
    Raises WorkspaceError when a round is not final, and OutputError.
    """
    whole = workspace.of_year()
    with at_work(whole, year, f"finalize --year {year}", now):
        found = year_on_disk(whole, year)
        if found is None:
            raise not_collected(whole, year)
        if not found.is_final:
            raise not_all_final(found)
        is_final = found.journal.is_final and _is_up_to_date(found)
        stage = stage_of_year(found) if is_final else Stage(True, to_the_second(now))
        found = loaded(found, options)
        compilation = compilation_of_year(found, united_year(found), stage, again=is_final)
        if not is_final:
            _write_final(found, compilation)
        return collected_of(whole.compiled(year), compilation, {}, has_parquet=is_available())


def _write_final(found: YearOnDisk, compilation: Compilation) -> None:
    workspace, before, stage = found.workspace, found.journal, compilation.stage
    year = compilation.round
    outputs = output_files(compilation, is_available())
    folder = workspace.compiled(found.year)
    edited = edited_copies(workspace, found.year, outputs, before)
    facts = facts_of(outputs, edited) | {"rounds": found.state} | form_facts(year, compilation)
    journal = before.adding(EventKind.FINALIZED, stage.as_of, facts)
    digests = digest_list(digests_of_year(found, journal))
    final = {**in_folder(folder, outputs), workspace.digest_list(found.year): digests}
    recorded = lengthened(workspace.journal(found.year), before, journal)
    changes = Changes(writes={**edited, **final, **recorded}, read_only=final)
    commit(workspace, found.year, changes)


def digests_of_year(found: YearOnDisk, journal: Journal) -> dict[str, str]:
    """Return the digests a final year rests on, by path: its own files, and those of its rounds.

    The journal is that of the year. The lists of the rounds are there too.
    """
    workspace, year = found.workspace, found.year
    folder = workspace.shown(workspace.compiled(year))
    digests = {f"{folder}/{name}": made for name, made in recorded_outputs(journal).items()}
    for part in found.parts:
        if part.round:
            of_round = workspace.in_round(part.declared.name)
            digests |= final_digests(of_round, part.round, part.journal)
            path = of_round.digest_list(year)
            digests[workspace.shown(path)] = _digest(path)
    return digests
