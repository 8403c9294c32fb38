"""A round on disk: what verify compares with what it computes anew."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.compiled.recorded import (
    Basis,
    is_made_by,
    recorded_files,
    recorded_table,
)
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.model.rounds.declared import Period
from workflow.plan.fingerprint import plan_digest
from workflow.plan.large import load_large
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import Received, scan
from workflow.rounds.inputs.known_table import table_digest, with_recorded_table
from workflow.rounds.load import basis, plan_as_recorded
from workflow.rounds.options import ReadOptions
from workflow.rounds.siblings.named import collect_command
from workflow.rounds.siblings.of_year import rounds_of_year
from workflow.storage.journal import EventKind, Journal, read_journal
from workflow.storage.parallel import beside
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace
from workflow.verification import records
from workflow.verification.differences import Checked


def is_collected(workspace: Workspace, year: int) -> bool:
    """Whether a round has anything to verify: it was collected, or its ledger lies there."""
    return _is_collected(workspace, year, _read_journal(workspace, year)[0])


def _is_collected(workspace: Workspace, year: int, journal: Journal) -> bool:
    return journal.last(EventKind.JUDGED) is not None or workspace.ledger(year).exists()


def _read_journal(workspace: Workspace, year: int) -> tuple[Journal, tuple[Finding, ...]]:
    path = workspace.journal(year)
    return read_journal(path if path.exists() else b"", workspace.shown(path))


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A round on disk, with its journal read and its chain checked."""

    workspace: Workspace
    year: int
    journal: Journal
    broken: tuple[Finding, ...]

    @classmethod
    def of(cls, workspace: Workspace, year: int) -> OnDisk:
        """Return a round on disk. Raises WorkspaceError when it was never collected."""
        file = workspace.shown(workspace.journal(year))
        journal, wrong = _read_journal(workspace, year)
        if not _is_collected(workspace, year, journal):
            raise WorkspaceError(
                f"{workspace.period(year)}の台帳はまだありません。"
                f"先に {collect_command(workspace, year)} を実行してください。"
            )
        return cls(workspace, year, journal, (*wrong, *records.stages(file, journal)))

    @property
    def period(self) -> Period:
        """The fiscal year, or the round of it, and what it is called."""
        return self.workspace.period(self.year)

    @property
    def checked(self) -> Checked:
        """How much of the records there is."""
        files = len(recorded_files(self.journal))
        return Checked(events=len(self.journal.events), files=files)

    @property
    def is_ours(self) -> bool:
        """Whether this very version made the files on disk; another may lay them out otherwise."""
        return is_made_by(self.journal, tool_digest())

    def plan(self) -> Plan:
        """Return the plan the round was judged by, without its known values."""
        return plan_as_recorded(self.workspace, self.journal)[0]

    def with_known(self, plan: Plan, options: ReadOptions, *, again: bool) -> Plan:
        """Return that plan with the table of known values the round was made from."""
        digest = recorded_table(self.journal)
        return with_recorded_table(
            self.workspace, plan, self.year, digest, options.open_table, again=again
        )

    def record_differences(self) -> Iterator[Finding]:
        """Yield what journal, plan, register and files disagree in."""
        yield from self.broken
        register = self.workspace.shown(self.workspace.register(self.year))
        # What checking a plan leaves in memory goes with the process.
        today, has_rounds = beside(self._today)()
        yield from records.basis(self.journal, today, register)
        yield from records.evidence(self.journal, self._files(has_rounds=has_rounds))

    def _today(self) -> tuple[Basis, bool]:
        """Return what the round would rest on now, and whether it is one of several of its year."""
        workspace, year = self.workspace, self.year
        plan = self._plan_today()
        known = plan.known_values
        table = table_digest(workspace.home / known.file) if known else ""
        today = basis(workspace, plan, plan_digest(plan), year, table)
        return today, plan.round is not None

    def _files(self, *, has_rounds: bool) -> tuple[Received, ...]:
        """Return the files that came back: of a round, those that count to it or may do so."""
        files = scan(self.workspace.returned(self.year))
        if not has_rounds:
            return files
        of_year, recorded = rounds_of_year(self.workspace, self.year), recorded_files(self.journal)
        return tuple(f for f in files if f.file in recorded or of_year.may_hold(f.file))

    def _plan_today(self) -> Plan:
        """Return plan.xlsx as it is; when it cannot be read, that changes no figure of a round."""
        try:
            return load_large(self.workspace.home, self.workspace.round)
        except PlanError:
            return self.plan()
