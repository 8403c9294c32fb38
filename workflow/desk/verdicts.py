"""What became of each file that lies in returned/YEAR, as soon as it is known.

A file is judged before the round is: so there is a first word of it as soon as it is read, and the
last one when collect has compared it with all others (旧版, 重複) and made the hand-backs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.compiled.open_data.round_json import file_document
from workflow.model.catalogue import Code, Severity
from workflow.model.returns import Outcome, Return
from workflow.model.rounds.declared import Period
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass
from workflow.returned.context import Context
from workflow.returned.inbox import Received
from workflow.returned.workers.engine import Engine
from workflow.rounds.collected import Collected
from workflow.storage.workspace import safe_name
from workflow.watch.watch import files_of, next_step

_LOCKED = (Code.FILE_ENCRYPTED.name, Code.FILE_ARCHIVE_ENCRYPTED.name)

Document = Mapping[str, Any]
"""A file, or a department, as the JSON of collect spells it."""


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """One finding that asks for something, in words."""

    severity: Severity
    message: str
    remedy: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one file, or of one in an archive.

    It is final when the whole round was compared: only then text says what it means for the round,
    and handback is where the workbook that goes back to the department lies, below the year.
    """

    file: str
    outcome: Outcome
    department: str
    answers: int
    findings: tuple[OpenFinding, ...]
    text: str = ""
    handback: str = ""
    is_final: bool = False

    @property
    def asks_password(self) -> bool:
        """Whether a password in the plan would open it."""
        return any(finding.code in _LOCKED for finding in self.findings)


class Verdicts:
    """The last word on every file, by its name in returned/YEAR."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Verdict, ...]] = {}
        self._changing = threading.Lock()

    def of(self, file: str) -> tuple[Verdict, ...]:
        """Return what became of a file; several for an archive, none while it is being read."""
        return self._found.get(file, ())

    def take(self, found: Mapping[str, tuple[Verdict, ...]]) -> list[str]:
        """Take verdicts, and return the files whose verdict is another one than before."""
        with self._changing:
            changed = [file for file, verdicts in found.items() if self.of(file) != verdicts]
            self._found |= found
        return changed


def telling(engine: Engine, tell: Callable[[str, tuple[Verdict, ...]], None]) -> Engine:
    """Return an engine that also tells a first word of each file it judges."""

    def judged(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        for received, found in zip(files, engine(files, context), strict=True):
            tell(received.file, tuple(_first_words(received, found, context)))
            yield found

    return judged


def last_words(
    files: Iterable[str], collected: Collected, *, in_round: bool = False
) -> dict[str, tuple[Verdict, ...]]:
    """Return what became of files, once the round is collected.

    A round of several says nothing of the files of others.
    """
    departments = {d["code"]: d for d in collected.departments}
    found = collected.document["files"]
    words = {
        file: tuple(_last_word(one, departments, collected) for one in files_of(file, found))
        for file in files
    }
    return {file: verdicts for file, verdicts in words.items() if verdicts or not in_round}


def late_words(
    files: Iterable[str], document: Document, year: int, names: Mapping[str, str]
) -> dict[str, tuple[Verdict, ...]]:
    """Return what became of files that came after their round was final, as check judged them.

    Names are those of the departments by their codes.
    """
    return {
        file: tuple(
            _verdict(one, names.get(one["department"], ""), text=_late(one, year), is_final=True)
            for one in files_of(file, document["files"])
        )
        for file in files
    }


def _late(document: Document, year: int) -> str:
    period = Period(year, document.get("round", ""))
    return (
        f"{period}を確定したあとに届いたため、台帳には入れていません。加えるには、"
        f'collect {period.options} --reopen --reason "理由" を実行してください。'
    )


def _first_words(
    received: Received, found: Iterable[Return], context: Context
) -> Iterator[Verdict]:
    named = [r.named(received.file) for r in found if not _is_of_another_round(r)]
    issued = {n: asked for r in context.registers.values() for n, asked in r.labels.items()}
    words = Wording.of_returns(context.plan.labels, issued, named)
    for returned in named:
        owner = context.plan.successor(returned.department)
        yield _verdict(file_document(returned, words), owner.name if owner else "")


def _is_of_another_round(returned: Return) -> bool:
    """Whether a round leaves a file to another: that one has the first word on it."""
    codes = {finding.code for finding in returned.findings}
    return not codes.isdisjoint((Code.RETURN_OTHER_ROUND, Code.RETURN_CLOSED_ROUND))


def _last_word(
    document: Document, departments: Mapping[str, Document], collected: Collected
) -> Verdict:
    outcome, department = Outcome(document["outcome"]), departments.get(document["department"])
    return _verdict(
        document,
        department["name"] if department else "",
        text=next_step(outcome, document, departments),
        handback=_handback(department, collected) if department else "",
        is_final=True,
    )


def _verdict(document: Document, department: str, **known: Any) -> Verdict:  # noqa: ANN401
    return Verdict(
        file=document["path"],
        outcome=Outcome(document["outcome"]),
        department=department,
        answers=document["answers"],
        findings=tuple(_open_findings(document["findings"])),
        **known,
    )


def _open_findings(findings: Iterable[Document]) -> Iterator[OpenFinding]:
    """Yield the findings that ask for something, the weightiest first."""
    for severity in (Severity.ERROR, Severity.WARNING):
        for finding in findings:
            if finding["severity"] == severity.value:
                yield OpenFinding(severity, finding["message"], finding["remedy"], finding["code"])


def _handback(department: Document, collected: Collected) -> str:
    """Return where the workbook that goes back to a department lies; "" for none."""
    begins = f"{department['code']}_{safe_name(department['name'])}_"
    found = (p for p in collected.handbacks if p.name.startswith(begins))
    return next((_below_year(path, int(collected.document["year"])) for path in found), "")


def _below_year(path: Path, year: int) -> str:
    """Return the path of a compiled file below compiled/YEAR, with slashes.

    >>> _below_year(Path("市/compiled/2024/二次評価/差戻し/A.xlsx"), 2024)
    '二次評価/差戻し/A.xlsx'
    """
    parts = path.parts
    at = len(parts) - 1 - parts[::-1].index(str(year))
    return "/".join(parts[at + 1 :])
