"""The folders that people see, and the path of each file in them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.model.rounds.declared import Period
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from workflow.model.plan import Department

REGISTER_NAME = "register.json"
DATA_PACKAGE = "datapackage.json"
ANSWERS_SCHEMA = "answers.schema.json"
OVERVIEW = "index.html"
OLD_FOLDER = "旧版"
"""Where, below the templates of a year, those lie that were replaced."""
OWN_FORM = "様式ひな形.xlsx"
"""The city's own form, beside the plan."""
OWN_FORM_OF_ROUND = "様式ひな形_{round}.xlsx"
"""That of one round of the year, where it has one of its own."""
OWN_FOLDER = "様式ひな形"
"""Where, below the templates of a year, the workbooks lie that they were made of."""
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def ledger_name(period: Period) -> str:
    """Return what the files of a period's ledger are called, without their endings."""
    return f"台帳_{period.in_names}"


def indicators_name(period: Period) -> str:
    """Return what the table of a period's indicators is called, without an ending."""
    return f"指標_{period.in_names}"


def record_name(period: Period) -> str:
    """Return the name of the workbook in which people decide points."""
    return f"確認の記録_{period.in_names}.xlsx"


def errata_name(period: Period) -> str:
    """Return the name of the Word document of what was put right."""
    return f"正誤表_{period.in_names}.docx"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace folder; a year's files lie in a subfolder named by its western year.

    Where the plan declares rounds, those of a round lie one folder deeper, named by the round. Of
    a workspace in a round all paths are that round's, but for what came back in the year.
    """

    home: Path
    round: str = ""

    def in_round(self, name: str) -> Workspace:
        """Return the workspace in one round of a year, by the name of the round."""
        return replace(self, round=name)

    def of_year(self) -> Workspace:
        """Return the workspace of whole years."""
        return replace(self, round="")

    def holding_ledger(self, year: int) -> Workspace:
        """Return the workspace in the same round of an earlier year, or of the whole year."""
        return self if self.ledger_csv(year).exists() else self.of_year()

    def period(self, year: int) -> Period:
        """Return what a fiscal year is called, or the round of it this workspace is in."""
        return Period(year, self.round)

    def round_names(self, year: int) -> tuple[str, ...]:
        """Return the names of the rounds of a year that anything was issued for, by name."""
        folder = self.home / "templates" / str(year)
        found = folder.iterdir() if folder.is_dir() else ()
        names = (p.name for p in found if (p / REGISTER_NAME).is_file())
        return tuple(sorted(unicodedata.normalize("NFC", name) for name in names))

    def is_undivided(self, year: int) -> bool:
        """Whether a year was issued or brought in as a whole: then it has no rounds."""
        whole = self.of_year()
        is_brought_in = whole.journal(year).exists() and not self.round_names(year)
        return whole.register(year).exists() or is_brought_in

    def templates(self, year: int) -> Path:
        """The templates issued for a year, and their register."""
        return self.home / "templates" / str(year) / self.round

    def returned(self, year: int) -> Path:
        """What came back in a year. Evidence: nothing is ever written here."""
        return self.home / "returned" / str(year)

    def inbox(self, year: int) -> Path:
        """Where people put what comes back: a round has a folder of its own in that of the year."""
        return self.returned(year) / self.round

    def compiled(self, year: int) -> Path:
        """The folder of what is made from the returns."""
        return self.home / "compiled" / str(year) / self.round

    def ledger(self, year: int) -> Path:
        """The compiled workbook."""
        return self.compiled(year) / f"{ledger_name(self.period(year))}.xlsx"

    def record(self, year: int) -> Path:
        """The workbook in which people decide points."""
        return self.compiled(year) / record_name(self.period(year))

    def record_copies(self, year: int) -> tuple[Path, ...]:
        """Return that workbook and the copies of it that people left beside it, by name.

        A copy may have lost the year from its name; that of another year is none. Nor is what Excel
        keeps beside a workbook that is open.
        """
        stem = self.record(year).stem
        name, _, of_year = stem.partition("_")
        era = of_year[:2]
        folder = self.compiled(year)
        names = [
            path
            for path in (folder.iterdir() if folder.is_dir() else ())
            if stem in path.name or (name in path.name and era not in path.name)
        ]
        beside = (p for p in names if p.is_file() and p.suffix.lower() in _WORKBOOKS)
        return tuple(sorted(p for p in beside if not p.name.startswith(("~$", "."))))

    def ledger_csv(self, year: int) -> Path:
        """The ledger as open data."""
        return self.compiled(year) / f"{ledger_name(self.period(year))}.csv"

    def indicators_csv(self, year: int) -> Path:
        """The indicators of every year as open data; only where the plan has any."""
        return self.compiled(year) / f"{indicators_name(self.period(year))}.csv"

    def brought_in(self, year: int) -> Path:
        """Where the file lies from which a year's answers were brought in. Evidence."""
        return self.compiled(year) / "持ち込み"

    def overview(self, year: int) -> Path:
        """The page that shows the whole round and leads to everything else."""
        return self.compiled(year) / OVERVIEW

    def data_package(self, year: int) -> Path:
        """What describes the ledger as open data."""
        return self.compiled(year) / DATA_PACKAGE

    def answers_schema(self, year: int) -> Path:
        """What an answer of the ledger may be."""
        return self.compiled(year) / ANSWERS_SCHEMA

    def register(self, year: int) -> Path:
        """The register of what was issued."""
        return self.templates(year) / REGISTER_NAME

    def journal(self, year: int) -> Path:
        """What was done in the round, and when."""
        return self.compiled(year) / "journal.jsonl"

    def lock(self, year: int) -> Path:
        """Held by the run that works on the round."""
        return self.compiled(year) / ".lock"

    def intent(self, year: int) -> Path:
        """The note of an unfinished run: it exists during the run, or after the run died."""
        return self.compiled(year) / ".intent.json"

    def digest_list(self, year: int) -> Path:
        """The digests of every input and output of a finalized round."""
        return self.compiled(year) / "確定版_SHA256.txt"

    def handbacks(self, year: int) -> Path:
        """The workbooks that go back to departments to be corrected."""
        return self.compiled(year) / "差戻し"

    def report(self, year: int) -> Path:
        """The report for publication, as a Word document."""
        return self._reports(year) / f"進捗状況報告書_{self.period(year).in_names}.docx"

    def brief_paper(self, year: int) -> Path:
        """The round on one page, as a Word document."""
        return self._reports(year) / f"一枚まとめ_{self.period(year).in_names}.docx"

    def _reports(self, year: int) -> Path:
        return self.compiled(year) / "報告書"

    def report_template(self, layout: str) -> Path:
        """The city's own Word template of a layout; ours until a person changes it.

        Where the plan names no layout it is the one every city had before there was a choice.
        """
        return self.home / (f"報告書ひな形_{layout}.docx" if layout else "報告書ひな形.docx")

    def status(self, year: int) -> Path:
        """Where the last collect left the state of the round."""
        return self.compiled(year) / "status.json"

    def extracts(self, year: int) -> Path:
        """Results of judging that collect reuses. Can be deleted at any time."""
        return self.compiled(year) / ".extracts"

    def known_tables(self, year: int) -> Path:
        """Copies of the table of known values, one for each content a round was made from."""
        return self.compiled(year) / "既知の値"

    def letters(self) -> Path:
        """The texts of the mails, which the coordinator may edit; shared by all years."""
        return self.home / "メール文面"

    def distribution_drafts(self, year: int) -> Path:
        """The mails by which templates are sent out, not sent yet."""
        return self.templates(year) / "メール"

    def reminder_drafts(self, year: int) -> Path:
        """The mails that ask for what is missing or to be corrected, not sent yet."""
        return self.compiled(year) / "メール"

    def dropped(self, year: int) -> Path:
        """Which file that was dropped on the desk got which name, and when; it only grows."""
        return self.compiled(year) / "受付の控え.jsonl"

    def desk(self) -> Path:
        """What a desk needs while its pages are open; goes with it."""
        return self.home / ".desk"

    def round_folders(self, year: int) -> tuple[str, str]:
        """The folders of a round that the tool writes to, as paths below the workspace."""
        return self.shown(self.templates(year)), self.shown(self.compiled(year))

    def shown(self, path: Path) -> str:
        """Return a path as people know it: below the workspace, with slashes."""
        return path.relative_to(self.home).as_posix()

    def issued_years(self) -> tuple[int, ...]:
        """Return the years that have a templates folder, the earliest first."""
        folder = self.home / "templates"
        names = [p.name for p in folder.iterdir() if p.is_dir()] if folder.is_dir() else []
        return tuple(sorted(int(name) for name in names if name.isdecimal() and len(name) == 4))


# File names that are valid on every system, made of words that people chose.

_FORBIDDEN = lazy_pattern(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = lazy_pattern(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def safe_name(text: str, limit: int = 60) -> str:
    """Return a text as part of a file name that Windows, macOS and zip tools all accept.

    >>> safe_name("福祉/政策課: 案?")
    '福祉_政策課_ 案_'
    """
    plain = unicodedata.normalize("NFC", text)
    shown = "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    name = _FORBIDDEN.sub("_", shown).strip(" .")[:limit].rstrip(" .")
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name


def department_file(department: Department, period: Period, ending: str, kind: str = "") -> str:
    """Return the name of a file made for a department: CODE_課名_令和5年度.xlsx and the like."""
    parts = (department.code, safe_name(department.name), kind, period.in_names)
    return f"{'_'.join(part for part in parts if part)}.{ending}"
