"""A city hall in a temporary folder: plan, rounds and returns, as the people there see them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.engine import HERE, without_workers
from tests.fillers.xml_patch import fill as fill_as_excel
from workflow.commands.collect import collect
from workflow.commands.generate import generate
from workflow.compiled.ledger import STATUS_LABEL
from workflow.compiled.years.past import read_ledger
from workflow.model.plain_text import json_bytes
from workflow.model.plan import Plan
from workflow.model.years import JST
from workflow.plan.document import sample_document
from workflow.plan.load import load_plan
from workflow.returned.readers.openpyxl import open_exactly
from workflow.rounds.collected import Collected
from workflow.storage.workspace import REGISTER_NAME, Workspace
from workflow.templates.issue import Issuance
from workflow.templates.register import Issue, Register
from workflow.templates.register_file import load_register

ISSUED_AT = datetime(2024, 4, 15, 9, 0, tzinfo=JST)
RECEIVED_AT = datetime(2024, 5, 10, 17, 0, tzinfo=JST)
COLLECTED_AT = datetime(2024, 5, 20, 10, 0, tzinfo=JST)

Texts = Mapping[str, Mapping[str, str | float | date]]
"""What a department writes: 整理番号 → label → value."""


@dataclass(frozen=True)
class City:
    """One workspace."""

    workspace: Workspace

    @classmethod
    def with_plan(cls, home: Path, document: dict[str, Any]) -> City:
        home.mkdir(parents=True, exist_ok=True)
        (home / "plan.json").write_bytes(json_bytes(document))
        return cls(Workspace(home))

    @classmethod
    def with_sample_plan(cls, home: Path) -> City:
        return SampleCity.with_plan(home, sample_document())

    @property
    def home(self) -> Path:
        return self.workspace.home

    @property
    def plan(self) -> Plan:
        return load_plan(self.home)

    def generate(
        self, year: int = 2023, now: datetime = ISSUED_AT, *, reissue: bool = False
    ) -> Issuance:
        with without_workers():
            return generate(self.workspace, year, now, reissue=reissue)

    def register(self, year: int = 2023) -> Register:
        folder = self.workspace.templates(year)
        return _register(folder, year, (folder / REGISTER_NAME).read_bytes())

    def issue(self, department: str, year: int = 2023) -> Issue:
        found = self.register(year).latest(department)
        assert found is not None
        return found

    def template(self, department: str, year: int = 2023) -> Path:
        return self.workspace.templates(year) / self.issue(department, year).file

    def returned(self, name: str, year: int = 2023) -> Path:
        path = self.workspace.returned(year) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def send_back(
        self, department: str, texts: Texts, name: str = "", hours: int = 0, year: int = 2023
    ) -> Path:
        """Put a filled template into returned/, as Excel would have saved it."""
        target = self.returned(name or f"{department}.xlsx", year)
        received = RECEIVED_AT + timedelta(hours=hours)
        fill_as_excel(self.template(department, year), target, texts, received)
        return target

    def collect(self, year: int = 2023, now: datetime = COLLECTED_AT) -> Collected:
        with without_workers():  # a table, or a form, of the city's own
            return collect(self.workspace, year, now, HERE)

    def copy(self, home: Path) -> City:
        """Return a copy of this city, with the times of its files."""
        return City(Workspace(Path(shutil.copytree(self.home, home))))

    def ledger(self, year: int = 2023) -> list[dict[str, Any]]:
        """Return the 台帳 sheet, a dict per row; its keys name no units."""
        sheet = open_exactly(self.workspace.ledger(year).read_bytes())["台帳"]
        header, *rows = sheet.iter_rows(values_only=True)
        labels = {field.heading: field.label for field in self.plan.form.fields}
        keys = [labels.get(str(heading), str(heading)) for heading in header]
        return [dict(zip(keys, row, strict=True)) for row in rows]

    def ledger_csv(self, year: int = 2023) -> list[dict[str, str]]:
        """Return the ledger CSV, a dict per row."""
        return [dict(row) for row in read_ledger(self.workspace.ledger_csv(year).read_bytes())]

    def statuses(self, year: int = 2023) -> dict[str, str]:
        """Return 整理番号 → 回答状況, from the CSV: a sheet takes twenty times as long to read."""
        return {row["整理番号"]: row[STATUS_LABEL] for row in self.ledger_csv(year)}


class SampleCity(City):
    """A city with the sample plan. Its first round is issued once in a process, and then copied."""

    def generate(
        self, year: int = 2023, now: datetime = ISSUED_AT, *, reissue: bool = False
    ) -> Issuance:
        usual = (2023, ISSUED_AT, False)
        if (year, now, reissue) != usual or not self._is_untouched():
            return super().generate(year, now, reissue=reissue)
        first, issuance = _sample_issued()
        shutil.copytree(first.home, self.home, dirs_exist_ok=True)

        def here(path: Path) -> Path:
            return self.home / path.relative_to(first.home)

        writes = {here(path): content for path, content in issuance.writes.items()}
        return replace(issuance, writes=writes, stale=tuple(map(here, issuance.stale)))

    def _is_untouched(self) -> bool:
        """Whether nothing but the sample plan is there."""
        plan = self.home / "plan.json"
        return list(self.home.iterdir()) == [plan] and plan.read_bytes() == _sample_plan()


_keep = TemporaryDirectory(prefix="torimatome-city-")


@cache
def _sample_plan() -> bytes:
    return json_bytes(sample_document())


@cache
def _sample_issued() -> tuple[City, Issuance]:
    city = City.with_plan(Path(_keep.name), sample_document())
    return city, city.generate()


@lru_cache(maxsize=8)
def _register(folder: Path, year: int, _: bytes) -> Register:
    """Read a register once for what stands in it: hundreds of files may ask for it."""
    return load_register(folder, year)


def full_texts(plan: Plan, **changed: str) -> dict[str, dict[str, str | float | date]]:
    """Return a complete, correct answer to every item of the sample plan."""
    answer: dict[str, str | float | date] = {
        "取組状況": "実施した。",
        "課題・改善点": "特になし。",
        "今後の方針": "継続",
    }
    return {item.id: {**answer, "評価": "Ａ", **changed} for item in plan.items}


def outcomes(collected: Collected) -> dict[str, str]:
    """Return file → outcome."""
    return {file["path"]: file["outcome"] for file in collected.document["files"]}


def codes(collected: Collected) -> list[str]:
    """Return the codes of the findings that stand, sorted."""
    return sorted(finding["code"] for finding in collected.document["findings"])


def real_results_of_2023() -> dict[str, tuple[str, str]]:
    """Return 整理番号 → (今後の方針, 評価) as the city published them for 令和5年度."""
    stored = Path(__file__).parent / "journeys" / "results_2023.json"
    return {item: tuple(values) for item, values in json.loads(stored.read_text("utf-8")).items()}
