"""verify: everything is read and computed anew, by other readers, and compared with the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import field, replace
from functools import partial
from pathlib import Path

from workflow.compiled.compilation import Compilation
from workflow.compiled.indicators import INDICATOR_SHEET, IndicatorTable, indicator_table
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.open_data.csv import unescape_formula
from workflow.compiled.open_data.package import digest_list, final_digests
from workflow.compiled.outputs import output_files
from workflow.compiled.recorded import (
    has_parquet_recorded,
    recorded_files,
    recorded_outputs,
)
from workflow.compiled.round import Round
from workflow.compiled.sheets.summary.layout import (
    SUMMARY_SHEET,
    MatrixLayout,
    SummaryLayout,
    lay_out_summary,
)
from workflow.compiled.sheets.workbook import indicator_matrix
from workflow.model.catalogue import Code
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.model.raw import BookByRows, RawSheet, UnreadableBookError
from workflow.plan.fingerprint import plan_digest
from workflow.python.dataclass import dataclass
from workflow.rounds.earlier import earlier_digests
from workflow.rounds.load import as_recorded, load_round, stage_of
from workflow.rounds.options import ReadOptions
from workflow.rounds.write import compilation_of
from workflow.storage.files import file_digest
from workflow.storage.journal import EventKind
from workflow.storage.spooled import Writable, digest_of, whole
from workflow.storage.workspace import ANSWERS_SCHEMA, Workspace, indicators_name, record_name
from workflow.verification import brought_in, compare, records, recount
from workflow.verification.differences import Checked, Differences, Report, limited
from workflow.verification.on_disk import OnDisk
from workflow.verification.stored_answers import StoredAnswers
from workflow.verification.tally import Tally, tally_of_year
from workflow.verification.two_readings import TwoReadings
from workflow.verification.workbook import LedgerRows, ReadWorkbook, read_workbook


def verified(workspace: Workspace, year: int, options: ReadOptions) -> Report:
    """Return every difference between a round on disk and the same round recomputed.

    Raises PlanError, or WorkspaceError when the round was never collected.
    """
    if brought_in.is_brought_in(workspace, year):
        return brought_in.verified_table(workspace, year)
    return verified_again(workspace, year, options)[0]


def verified_again(
    workspace: Workspace, year: int, options: ReadOptions
) -> tuple[Report, Recomputed | None]:
    """Return the same of a round that was collected, and the round recomputed if it could be."""
    on_disk = OnDisk.of(workspace, year)
    found = [*on_disk.record_differences()]
    for earlier in (int(text) for text, _ in earlier_digests(workspace, year)):
        found += brought_in.differences(workspace, earlier)
    try:
        again = Recomputed.of(on_disk, options)
    except (WorkspaceError, PlanError) as error:
        found.append(Finding(Code.VERIFY_STOPPED, Location(), {"reason": str(error)}))
        return Report(year=year, checked=on_disk.checked, differences=tuple(found)), None
    found += again.differences()
    return Report(year=year, checked=again.checked, differences=tuple(found)), again


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A round recomputed twice: as collect does, and with every original read by other readers."""

    on_disk: OnDisk
    first: Round
    second: Round
    not_reread: tuple[Finding, ...]
    compilation: Compilation
    again: Ledger
    indicators: IndicatorTable | None
    layout: SummaryLayout
    outputs: Mapping[str, Writable]
    stored: StoredAnswers
    options: ReadOptions
    tallies: list[Tally] = field(default_factory=list)
    """Of the ledger's sheets as they lie; the parts of a divided one come before the counts."""

    @classmethod
    def of(cls, on_disk: OnDisk, options: ReadOptions) -> Recomputed:
        """Read and compute a round on disk. Raises WorkspaceError or PlanError when nobody can."""
        workspace, year, journal = on_disk.workspace, on_disk.year, on_disk.journal
        if journal.last(EventKind.JUDGED) is None:
            raise WorkspaceError("作業の記録に、審査の記録がありません。")
        plan = on_disk.plan()
        digest = plan_digest(plan)
        # A file that came since is told as new; what was made never knew of it.
        known = recorded_files(journal)
        readings = TwoReadings(options.engine)
        noted = replace(options, engine=readings.first)
        shown = on_disk.with_known(plan, options, again=False)
        read = load_round(workspace, shown, year, noted, journal, known=known, digest=digest)
        first = as_recorded(read, journal)
        by_others = replace(options, engine=readings.second, again=True)
        reread = on_disk.with_known(plan, options, again=True)
        others = load_round(workspace, reread, year, by_others, journal, known=known, digest=digest)
        second = as_recorded(others, journal)
        compilation = compilation_of(workspace, first, journal, stage_of(journal))
        return cls.compiled(on_disk, second, compilation, options, tuple(readings.not_reread))

    @classmethod
    def compiled(
        cls,
        on_disk: OnDisk,
        second: Round,
        compilation: Compilation,
        options: ReadOptions,
        not_reread: tuple[Finding, ...] = (),
    ) -> Recomputed:
        """Return what was compiled of the first reading, and what the second one says."""
        outputs = output_files(compilation, has_parquet_recorded(on_disk.journal))
        first = compilation.round
        return cls(
            on_disk=on_disk,
            first=first,
            second=second,
            not_reread=not_reread,
            compilation=compilation,
            again=build_ledger(second.plan, second.year, second.entries),
            layout=lay_out_summary(
                compilation.matrices, compilation.trend, indicator_matrix(compilation)
            ),
            indicators=indicator_table(second.plan, second.year, second.entries),
            outputs=outputs,
            stored=StoredAnswers(whole(outputs[ANSWERS_SCHEMA]), first.plan),
            options=options,
        )

    @property
    def checked(self) -> Checked:
        """How much is looked at."""
        ledger = self.compilation.ledger
        answered = sum(entry.answer is not None for entry in ledger.entries)
        return replace(
            self.on_disk.checked,
            answers=answered,
            cells=len(ledger.entries) * len(ledger.columns),
            counts=sum(map(recount.count_of, self._blocks)),
        )

    @property
    def _blocks(self) -> Iterator[MatrixLayout]:
        """Every matrix on 集計表."""
        yield from self.layout.matrices
        if self.layout.indicators:
            yield self.layout.indicators

    def differences(self) -> Iterator[Finding]:
        """Yield the templates, outcomes and files that differ from the recomputed ones."""
        workspace, year, journal = self.on_disk.workspace, self.on_disk.year, self.on_disk.journal
        templates = workspace.templates(year)
        yield from records.issues(templates, workspace.home, journal, self.first.register)
        yield from records.outcomes(journal, self.first.returns)
        yield from self.not_reread
        yield from self.output_differences()
        if journal.is_final:
            digests = final_digests(workspace, self.first, journal)
            yield from self.list_differences(digests)

    def output_differences(self) -> Iterator[Finding]:
        """Yield the compiled files that differ from the recomputed ones."""
        workspace, year, journal = self.on_disk.workspace, self.on_disk.year, self.on_disk.journal
        recorded = recorded_outputs(journal)
        made = {n: c for n, c in self.outputs.items() if n in recorded or self.on_disk.is_ours}
        for name, expected in made.items():
            path = workspace.compiled(year) / name
            file = workspace.shown(path)
            yield from limited(self._output(path, expected, recorded.get(name, "")), file)
        yield from records.report(workspace.compiled(year), workspace.home, journal, made)
        if {name: digest_of(content) for name, content in self.outputs.items()} != recorded:
            yield from self._other_tool()

    def _other_tool(self) -> Iterator[Finding]:
        if not self.on_disk.is_ours:
            file = self.on_disk.workspace.shown(self.on_disk.workspace.ledger(self.on_disk.year))
            yield Finding(Code.VERIFY_OTHER_TOOL, Location(file=file))

    def _output(self, path: Path, expected: Writable, recorded: str) -> Iterator[Finding]:
        file = self.on_disk.workspace.shown(path)
        if not path.is_file():
            yield Finding(Code.VERIFY_OUTPUT_GONE, Location(file=file), {"expected": recorded})
            return
        found, computed = file_digest(path), digest_of(expected)
        if found != recorded:
            location = Location(file=file)
            yield Finding(
                Code.VERIFY_OUTPUT_CHANGED,
                location,
                {"expected": recorded, "found": found},
            )
        differing = limited(self._contents(file, path, expected, found == computed), file)
        yield from differing
        is_ours = self.on_disk.is_ours
        if found != computed and not differing and found == recorded and is_ours:
            location = Location(file=file)
            yield Finding(
                Code.VERIFY_OUTPUT_CHANGED,
                location,
                {"expected": computed, "found": recorded},
            )

    def _contents(
        self, file: str, path: Path, expected: Writable, is_same: bool
    ) -> Iterator[Finding]:
        """Yield the differences of one file; of another version's file only those of content."""
        if file.endswith(".xlsx"):
            yield from self._workbook(file, path, expected, is_same)
        elif file.endswith(".csv"):
            if not is_same and not compare.is_table(path):
                yield Finding(Code.VERIFY_OUTPUT_UNREADABLE, Location(file=file))
                return
            if not is_same:
                meaning = str if self.on_disk.is_ours else unescape_formula
                yield from compare.tables(file, expected, path, meaning)
            if path.name != f"{indicators_name(self.on_disk.period)}.csv":
                with path.open("rb") as stream:
                    yield from self.stored.in_table(file, stream)
        elif self.on_disk.is_ours and not file.endswith(".parquet") and not is_same:
            yield from compare.lines(file, whole(expected), path.read_bytes())

    def _workbook(
        self, file: str, path: Path, expected: Writable, is_same: bool
    ) -> Iterator[Finding]:
        open_book = self.options.open_book
        try:
            with ExitStack() as opened:
                found = opened.enter_context(open_book(path.read_bytes()))
                must = None
                if not is_same and self.on_disk.is_ours:
                    must = opened.enter_context(open_book(whole(expected)))
                yield from self._in_workbook(file, found, must, is_same=is_same).reported(file)
        except UnreadableBookError:
            yield Finding(Code.VERIFY_OUTPUT_UNREADABLE, Location(file=file))

    def _in_workbook(
        self, file: str, found: BookByRows, must: BookByRows | None, *, is_same: bool
    ) -> Differences:
        """Return what a workbook says otherwise than it must, a second reading or a recount."""
        name = Path(file).name
        has_figures = name != record_name(self.on_disk.period)
        held = self._held(name) if has_figures else None
        ledger = None
        if held is not None:
            matrices = self.layout.matrices
            ledger = partial(LedgerRows, file, self.again, held, self.stored, matrices)
        kept = (SUMMARY_SHEET, INDICATOR_SHEET) if has_figures else ()
        read = read_workbook(file, found, must, ledger, kept, every=not is_same)
        if has_figures:
            read.differing.add(self._figures(file, read, has_summary=SUMMARY_SHEET in found.names))
        return read.differing

    def _figures(self, file: str, read: ReadWorkbook, *, has_summary: bool) -> Iterator[Finding]:
        """Yield what the sheets say and a second reading, or a recount of them, contradicts."""
        if read.ledger:
            yield from read.ledger.contradicted.reported(file)
            yield from read.ledger.refused.reported(file)
            self.tallies.append(read.ledger.tally)
        if has_summary:
            yield from self._indicators(file, read.kept)
        if has_summary or not self.again.parts:
            yield from self._counts(file, read.kept[SUMMARY_SHEET])

    def _indicators(self, file: str, sheets: Mapping[str, RawSheet]) -> Iterator[Finding]:
        """Yield the indicators that a second reading contradicts, and counts of their grades."""
        if self.indicators is None:
            return
        sheet = sheets[INDICATOR_SHEET]
        yield from recount.indicators(file, sheet, self.indicators)
        blocks = (self.layout.indicators,) if self.layout.indicators else ()
        tally = tally_of_year(sheet, self.indicators.year, blocks)
        yield from recount.counts(file, sheets[SUMMARY_SHEET], tally, blocks, INDICATOR_SHEET)

    def _held(self, name: str) -> Sequence[int] | None:
        """Return the rows of the ledger a workbook holds; None for one that holds none."""
        if not self.again.parts:
            return range(len(self.again.entries))
        return next((p.entries for p in self.compilation.ledger.parts if p.file == name), None)

    def _counts(self, file: str, summary: RawSheet) -> Iterator[Finding]:
        """Yield the counts that the rows contradict; none when rows are missing."""
        if len(self.tallies) == max(1, len(self.again.parts)):
            tally = Tally(self.layout.matrices)
            for one in self.tallies:
                tally.join(one)
            yield from recount.counts(file, summary, tally, self.layout.matrices)

    def list_differences(self, digests: Mapping[str, str]) -> Iterator[Finding]:
        """Yield every line of the final version's list that is not what it must be."""
        workspace, year = self.on_disk.workspace, self.on_disk.year
        path = workspace.digest_list(year)
        file = workspace.shown(path)
        if not path.is_file():
            yield Finding(Code.VERIFY_OUTPUT_GONE, Location(file=file), {"expected": ""})
            return
        yield from compare.lines(file, digest_list(digests), path.read_bytes())
