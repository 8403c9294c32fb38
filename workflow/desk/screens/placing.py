"""Files that a coordinator puts into the workspace at the desk: a plan, a form, the city's table.

Nothing is written over: a plan or a form that was there is kept under another name, and a table of
a name that is taken gets a number.
"""

from __future__ import annotations

import re
import tempfile
from enum import Enum
from itertools import count
from pathlib import Path

from workflow.commands.plan import kept_beside
from workflow.desk.screens.forms import TABLES
from workflow.first_day.begin import refuse_issued
from workflow.model.cells import folded
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding
from workflow.model.limits import USUAL
from workflow.model.raw import RawBook
from workflow.model.wording import Wording
from workflow.plan.book.layout import SHEETS
from workflow.plan.paths import BOOK_NAME, JSON_NAME
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import single
from workflow.returned.workers.engine import open_received_in_worker
from workflow.rounds.inputs.own_form import own_form_file
from workflow.storage.files import write_file
from workflow.storage.workspace import Workspace, safe_name

MOST_BYTES = 50_000_000
_ENTRY_MARK = re.compile(r"(?:\{\{|｛｛)\s*記入")
_TABLE_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")


class Kind(Enum):
    """What a file is, in the words shown once it lies there."""

    PLAN = "計画を置きました。"
    FORM = "市の様式（様式ひな形）を置きました。"
    TABLE = "表を受け取りました。下のボタンで、計画を作れます。"


@dataclass(frozen=True, slots=True)
class Placed:
    """What a file turned out to be, its name there, and what was kept of an older one."""

    kind: Kind
    name: str
    kept: str = ""


def place(workspace: Workspace, name: str, content: bytes) -> Placed:
    """Put a file where it belongs.

    A workbook with a sheet of a plan is the plan, one with marks (「{{記入:…}}」) the city's form.
    Raises WorkspaceError when it can be nothing of it, or OutputError.
    """
    book = _opened(name, content)
    if book and not {folded(s.name) for s in book.sheets}.isdisjoint(map(folded, SHEETS)):
        if (workspace.home / JSON_NAME).exists():
            raise WorkspaceError(f"{JSON_NAME} がすでにあるため、{BOOK_NAME} を置きませんでした。")
        return _replaced(workspace.home / BOOK_NAME, content, Kind.PLAN)
    if book and any(_ENTRY_MARK.search(c.text) for s in book.sheets for c in s.cells.values()):
        return _replaced(workspace.home / own_form_file(workspace.home), content, Kind.FORM)
    ending = Path(name).suffix.lower()
    if ending not in _TABLE_ENDINGS:
        raise WorkspaceError(
            f"「{name}」は、計画にも表にもできません。Excelかテキスト（CSV）の表を置いてください。"
        )
    try:
        refuse_issued(workspace)
    except WorkspaceError:
        raise WorkspaceError(
            f"「{name}」には計画のシート（計画、担当課、取組内容、様式）がありません。調査票を"
            "発行したあとは、表から計画を作り直せません。plan.xlsx を直して置いてください。"
        ) from None
    made = _place_table(workspace, safe_name(Path(name).stem), ending, content)
    return Placed(Kind.TABLE, made)


def _opened(name: str, content: bytes) -> RawBook | None:
    """Return what a workbook holds, opened in a worker; None for what is no .xlsx.

    Raises WorkspaceError for one that cannot be opened within the limits of returned files.
    """
    if Path(name).suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    with tempfile.TemporaryDirectory(prefix="torimatome-") as folder:
        path = Path(folder) / BOOK_NAME
        path.write_bytes(content)
        found = open_received_in_worker(single(path), (), USUAL)
    if isinstance(found, Finding):
        raise WorkspaceError(f"「{name}」を読み取れません。{Wording().problem(found)}")
    return found


def _replaced(path: Path, content: bytes, kind: Kind) -> Placed:
    """Write a file whole; what it replaces is kept beside it first."""
    old = path.read_bytes() if path.exists() else content
    kept = ""
    if old != content:
        beside = kept_beside(path, old)
        write_file(beside, old)
        kept = beside.name
    write_file(path, content)
    return Placed(kind, path.name, kept)


def _place_table(workspace: Workspace, stem: str, ending: str, content: bytes) -> str:
    folder = workspace.home / TABLES
    names = (f"{stem}{f'_{n}' if n > 1 else ''}{ending}" for n in count(1))
    name = next(
        name
        for name in names
        if not (folder / name).exists() or (folder / name).read_bytes() == content
    )
    write_file(folder / name, content)
    return name
