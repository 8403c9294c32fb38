"""Files that a coordinator puts into the workspace at the desk: the plan, or the city's own table.

Nothing is written over: a plan that was there is kept under another name, and a table of a name
that is taken gets a number.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from workflow.commands.plan import kept_beside
from workflow.desk.forms import TABLES
from workflow.first_day.begin import refuse_issued
from workflow.model.cells import folded
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding
from workflow.model.limits import USUAL
from workflow.model.wording import Wording
from workflow.plan.book.layout import SHEETS
from workflow.plan.load import BOOK_NAME, JSON_NAME
from workflow.returned.inbox import single
from workflow.returned.workers.engine import open_received_in_worker
from workflow.storage.files import write_file
from workflow.storage.workspace import Workspace, safe_name

MOST_BYTES = 50_000_000
_TABLE_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class Placed:
    """What a file turned out to be, its name there, and what was kept of an older one."""

    is_plan: bool
    name: str
    kept: str = ""


def place(workspace: Workspace, name: str, content: bytes) -> Placed:
    """Put a file where it belongs: a workbook with a sheet of a plan is the plan.

    Raises WorkspaceError when it can be neither, or OutputError.
    """
    if _is_plan(name, content):
        return _place_plan(workspace, content)
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
    return Placed(False, _place_table(workspace, safe_name(Path(name).stem), ending, content))


def _is_plan(name: str, content: bytes) -> bool:
    """Whether a workbook has a sheet of a plan, right or wrong; it is opened in a worker.

    Raises WorkspaceError for one that cannot be opened within the limits of returned files.
    """
    if Path(name).suffix.lower() not in (".xlsx", ".xlsm"):
        return False
    with tempfile.TemporaryDirectory(prefix="torimatome-") as folder:
        path = Path(folder) / BOOK_NAME
        path.write_bytes(content)
        found = open_received_in_worker(single(path), (), USUAL)
    if isinstance(found, Finding):
        raise WorkspaceError(f"「{name}」を読み取れません。{Wording().problem(found)}")
    named = {folded(sheet.name) for sheet in found.sheets}
    return not named.isdisjoint(map(folded, SHEETS))


def _place_plan(workspace: Workspace, content: bytes) -> Placed:
    path = workspace.home / BOOK_NAME
    if (workspace.home / JSON_NAME).exists():
        raise WorkspaceError(f"{JSON_NAME} がすでにあるため、{BOOK_NAME} を置きませんでした。")
    old = path.read_bytes() if path.exists() else None
    if old is None or old == content:
        if old is None:
            write_file(path, content)
        return Placed(True, BOOK_NAME)
    kept = kept_beside(path, old)
    write_file(kept, old)
    write_file(path, content)
    return Placed(True, BOOK_NAME, kept.name)


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
