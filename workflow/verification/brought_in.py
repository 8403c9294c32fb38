"""A year that was brought in: its ledger against the city's own table, read by other readers."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.compiled.open_data.csv import ledger_csv, unescape_formula
from workflow.compiled.years.past import read_ledger
from workflow.first_day.draft import drafted
from workflow.first_day.earlier import brought_in_ledger, read_again
from workflow.first_day.reading.source import load_source
from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.storage.files import sha256
from workflow.storage.journal import Journal, read_journal
from workflow.storage.workspace import Workspace
from workflow.verification import compare
from workflow.verification.differences import Checked, Report, limited


def is_brought_in(workspace: Workspace, year: int) -> bool:
    """Whether a year's answers were brought in with a table, and nothing was collected here."""
    return read_again(_journal(workspace, year)[0]) is not None


def verified_table(workspace: Workspace, year: int) -> Report:
    """Return every difference between the ledger of such a year and the table it came from."""
    journal, broken = _journal(workspace, year)
    ledger = workspace.ledger_csv(year)
    rows = read_ledger(ledger.read_bytes()) if ledger.is_file() else ()
    cells = sum(len(row) for row in rows)
    checked = Checked(events=len(journal.events), files=1, answers=len(rows), cells=cells)
    found = limited((*broken, *differences(workspace, year)), ledger.name)
    return Report(year=year, checked=checked, differences=found)


def differences(workspace: Workspace, year: int) -> Iterator[Finding]:
    """Yield what the ledger of a year says and its table, kept as evidence, does not."""
    recorded = read_again(_journal(workspace, year)[0])
    if recorded is None:
        return
    wishes, name, digest, changed = recorded
    kept, ledger = workspace.brought_in(year) / name, workspace.ledger_csv(year)
    location = Location(file=workspace.shown(kept))
    if not kept.is_file():
        yield Finding(Code.VERIFY_FILE_GONE, location, {"expected": digest})
        return
    found = sha256(kept.read_bytes())
    if found != digest:
        details = {"expected": digest, "found": found, "what": "ファイルの中身"}
        yield Finding(Code.VERIFY_FILE_CHANGED, location, details)
        return
    if not ledger.is_file():
        location = Location(file=workspace.shown(ledger))
        yield Finding(Code.VERIFY_OUTPUT_GONE, location, {"expected": ""})
        return
    if not compare.is_table(ledger):
        yield Finding(Code.VERIFY_OUTPUT_UNREADABLE, Location(file=workspace.shown(ledger)))
        return
    draft = drafted(load_source(kept, again=True), wishes)
    again = brought_in_ledger(draft.document, draft.answers, year, (name, digest, changed))
    shown = workspace.shown(ledger)
    yield from compare.tables(shown, ledger_csv(again), ledger, unescape_formula)


def _journal(workspace: Workspace, year: int) -> tuple[Journal, tuple[Finding, ...]]:
    path = workspace.journal(year)
    return read_journal(path if path.is_file() else b"", workspace.shown(path))
