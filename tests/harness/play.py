"""An example, played: the city built, the files sent, collect --json run as people run it."""

from __future__ import annotations

import contextlib
import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

from openpyxl import load_workbook

from tests.city import City
from tests.engine import without_workers
from tests.harness.cities import (
    GOOD,
    build_city,
    lay_tables,
    other_city,
    plan_document,
    usual_answers,
)
from tests.harness.conservation import Papers, issued_papers, lost_texts
from tests.harness.deciding import Points, edit_record, written_words
from tests.harness.description import Example, HostileCase, SentFile
from tests.harness.harmful_paths import HARMS, EndlessPath
from tests.harness.outcome import Usual, outcome_of
from tests.harness.process import Watched, run_watched
from tests.harness.sending import Impossible, name_on_disk, send, shown_name
from tests.harness.snapshot import Snapshot, changed_paths, snapshot
from workflow.__main__ import main
from workflow.model.plain_text import json_bytes
from workflow.model.returns import Return
from workflow.returned.context import Context
from workflow.returned.inbox import Received
from workflow.returned.workers.engine import judge_in_workers

PATIENCE = 600.0
"""Seconds after which a real run counts as one that hangs."""
_SECONDS_FOR_A_FILE = 6
"""Where a file never ends: how long it is waited for, on a busy machine too."""

Run = tuple[int, str, str]
"""A command's exit code and what it wrote on stdout and stderr."""
Collecting = Callable[[Example, Sequence[str], Path], Run]
"""A way to run collect: for an example, with arguments, and with a folder for temporary files."""


@dataclass(frozen=True)
class Played:
    """The last collect of an example: what it printed, and its folder before and after.

    issued are the templates and hand-backs that departments had until it began.
    """

    example: Example
    city: City
    run: Run
    impossible: Impossible
    before: Snapshot
    after: Snapshot
    issued: Papers

    @cached_property
    def document(self) -> dict[str, Any]:
        """What collect --json printed."""
        code, printed, complaints = self.run
        assert printed, (code, complaints)
        document: dict[str, Any] = json.loads(printed)
        return document

    @cached_property
    def outcome(self) -> Any:  # noqa: ANN401 - JSON
        """What became of the example, as its expected.json writes it."""
        has_record = bool(self.example.record)
        return outcome_of(self.run[0], self.document, self.city, self._usual(), has_record)

    @property
    def touched(self) -> set[str]:
        """What the collect changed outside of compiled/; files that grow by themselves aside."""
        growing = {f"home/returned/{self.example.year}/{f.name}" for f in _growing(self.example)}
        changed = changed_paths(self.before, self.after) - growing
        outside = {path for path in changed if not path.startswith("home/compiled/")}
        # Folders in which one was made, and that of temporary files, are newer now.
        return outside - {"home", "home/compiled", "scratch"}

    def lost_texts(self) -> list[str]:
        """Return what people wrote in the files that came back and that stands nowhere.

        What a file that grows by itself held when it was read, nobody knows afterwards.
        """
        passwords = (*self.example.passwords, *self.example.given_passwords)
        year = self.example.year
        growing = tuple(file.name for file in _growing(self.example))
        files = [f for f in self.document["files"] if f["path"].partition("/")[0] not in growing]
        lost = lost_texts(self.city, year, files, self.issued, passwords)
        return [*lost, *self._lost_words()]

    def _lost_words(self) -> list[str]:
        """Return what people decided that stands neither in 確認の記録 nor in the journal."""
        if not self.example.record:
            return []
        workspace, year = self.city.workspace, self.example.year
        shown = load_workbook(workspace.record(year), read_only=True)
        cells = (value for sheet in shown for row in sheet.values for value in row)
        recorded = "\n".join(filter(None, map(str, cells)))
        recorded += workspace.journal(year).read_text("utf-8")
        return [word for word in written_words(self.example.record) if word not in recorded]

    def files_of(self, case: HostileCase) -> list[dict[str, Any]]:
        """Return what was reported of the files a hostile case gave."""
        return [file for sent in case.files for file in self._below(shown_name(sent.name))]

    def _below(self, shown: str) -> list[dict[str, Any]]:
        files = self.document["files"]
        return [f for f in files if f["path"] == shown or f["path"].startswith(f"{shown}/")]

    def _usual(self) -> Usual:
        plan = self.city.plan
        answers = usual_answers(self.example.plan, [item.id for item in plan.items])
        return {
            item: {f.label: _as_ledger(row.get(f.label)) for f in plan.form.fields}
            for item, row in answers.items()
        }


def play(example: Example, folder: Path, collect: Collecting | None = None) -> Played:
    """Play an example in an empty folder; the last of its phases is what counts.

    Files are judged in this process, which is quick, unless another way to collect is given.
    """
    home, desk, scratch = folder / "home", folder / "desk", folder / "scratch"
    for made in (home, desk, scratch, folder / "outside"):
        made.mkdir()
    city = build_city(example, home)
    impossible: Impossible = {}
    points: Points = ()
    issued: Papers = ()
    for phase in example.phases:
        impossible |= send(example, city, phase, desk)
        if phase == example.journal_lost:
            city.workspace.journal(example.year).unlink()
        if phase in example.plans:
            document = plan_document(example.plans[phase])
            (home / "plan.json").write_bytes(json_bytes(document))
            lay_tables(example.plans[phase], home)
        edits = [edit for edit in example.record if edit.phase == phase]
        edit_record(city.workspace.record(example.year), edits, points)
        issued = tuple(dict.fromkeys((*issued, *_issued(example, city))))
        before = snapshot(folder)
        with _files_growing(example, city):
            run = (collect or collect_here)(example, collect_arguments(example, home), scratch)
        if example.record:
            points = json.loads(run[1])["points"]
    return Played(example, city, run, impossible, before, snapshot(folder), issued)


def _issued(example: Example, city: City) -> Papers:
    years = {file.year or example.year for file in example.files}
    others = {file.plan for file in example.files if file.plan}
    cities = [(other_city(plan, year), year) for plan in others for year in years]
    ours = [paper for year in years for paper in issued_papers(city, year)]
    return (*ours, *(paper for other, year in cities for paper in issued_papers(other, year)))


def hostile_example(cases: Sequence[HostileCase]) -> Example:
    """Return the example in which hostile files come back among good ones."""
    good = tuple(SentFile(name=f"{code}.xlsx", template=code) for code in GOOD)
    return Example(plan="hostile", files=(*good, *(file for case in cases for file in case.files)))


def collect_arguments(example: Example, home: Path) -> list[str]:
    """Return the arguments that collect an example."""
    passwords = [word for known in example.given_passwords for word in ("--password", known)]
    return ["collect", "--year", str(example.year), "--json", "--home", str(home), *passwords]


# --- three ways to collect


def collect_here(example: Example, arguments: Sequence[str], scratch: Path) -> Run:
    """Collect in this process, and judge here too; what harms its reader is left to workers."""
    if harms_its_reader(example):
        return collect_with_workers(example, arguments, scratch)
    with without_workers():
        return run_here(*arguments)


def harms_its_reader(example: Example) -> bool:
    """Whether any file of an example hangs, swells or kills whoever reads it."""
    return any(change[0] in HARMS for file in example.files for change in file.changes)


def collect_with_workers(example: Example, arguments: Sequence[str], _: Path) -> Run:
    """Collect in this process, and let real worker processes judge."""
    harms = {f.name: HARMS[c[0]] for f in example.files for c in f.changes if c[0] in HARMS}

    def judge(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        files = [_harmful(file, harms) for file in files]
        if EndlessPath in harms.values():
            limits = replace(context.plan.limits, seconds=_SECONDS_FOR_A_FILE)
            context = replace(context, plan=replace(context.plan, limits=limits))
        return judge_in_workers(files, context)

    with patch("workflow.returned.workers.engine.judge_in_workers", judge):
        return run_here(*arguments)


class CollectAsPeopleDo:
    """Collect in processes of its own, watched from outside."""

    watched: Watched

    def __call__(self, example: Example, arguments: Sequence[str], scratch: Path) -> Run:
        """Run collect and keep what was seen of it."""
        self.watched = run_watched(arguments, scratch, PATIENCE)
        return self.watched.run


def run_here(*arguments: str) -> Run:
    """Run a command in this process; return its exit code, its stdout and its stderr."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = _main(arguments)
    return code, stdout.getvalue(), stderr.getvalue()


def _main(arguments: Sequence[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as stopped:
        return int(stopped.code or 0)


def _harmful(file: Received, harms: Mapping[str, type[Path]]) -> Received:
    return replace(file, path=harms[file.file](file.path)) if file.file in harms else file


def _as_ledger(value: Any) -> Any:  # noqa: ANN401 - what a table can say
    return value.isoformat() if isinstance(value, date) else value


def _growing(example: Example) -> list[SentFile]:
    return [file for file in example.files if file.grows]


@contextlib.contextmanager
def _files_growing(example: Example, city: City) -> Iterator[None]:
    """Let some files grow as long as this lasts."""
    paths = [city.returned(name_on_disk(f.name), example.year) for f in _growing(example)]
    done = threading.Event()

    def grow() -> None:
        while not done.wait(0.02):
            for path in paths:
                with path.open("ab") as file:
                    file.write(bytes(100))

    thread = threading.Thread(target=grow, daemon=True)
    if paths:
        thread.start()
    try:
        yield
    finally:
        done.set()
        if paths:
            thread.join()
